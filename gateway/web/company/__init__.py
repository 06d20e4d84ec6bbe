# SPDX-License-Identifier: EUPL-1.2
"""The company's pages: its consultations, the proofs of its days, its feeds and tokens, what it contests."""
