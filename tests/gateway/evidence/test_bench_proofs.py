# SPDX-License-Identifier: EUPL-1.2
"""The measure of proofs measures true ones: each is verified, in a log of any size."""

from pathlib import Path

import pytest

from bench.proofs import proof_figures


@pytest.mark.parametrize("records", [2, 255, 70_000])
def test_the_measure_of_proofs_runs_on_true_proofs(tmp_path: Path, records: int) -> None:
    found = proof_figures(records, 5, tmp_path)
    assert found["records"] == records
    assert 0 < found["inclusion_p50_ms"] <= found["inclusion_p99_ms"]
    assert 0 < found["consistency_p50_ms"] <= found["consistency_p99_ms"]
