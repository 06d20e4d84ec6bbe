# SPDX-License-Identifier: EUPL-1.2
"""What a store complains of is caught where it is read; a mistake of ours never is."""

import sqlite3

import psycopg
import pytest

from gateway.audit.trouble import unreadable


@pytest.mark.parametrize("error", [sqlite3.DatabaseError("x"), OSError("x"), psycopg.OperationalError("x")])
def test_a_store_s_complaint_is_caught(error: Exception) -> None:
    with pytest.raises(unreadable()):
        raise error


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), AssertionError("x")])
def test_a_mistake_of_ours_passes(error: Exception) -> None:
    assert not isinstance(error, unreadable())
    assert isinstance(error, unreadable(KeyError, TypeError, AssertionError))
