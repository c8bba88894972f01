"""Data are recognised by their content, and what changed is named."""

import msgspec
import numpy as np
import pytest
from scipy.sparse import csr_array

from glassnet.arrays.sparse import SparseRows
from glassnet.training.journal import fingerprint as module
from glassnet.training.journal.fingerprint import changes, fingerprint

X = np.arange(3000.0).reshape(1000, 3)


def said(before: object, now: object, names: list[str] | None = None) -> list[str]:
    return changes(fingerprint({"X": before}), fingerprint({"X": now}), names)  # type: ignore[dict-item]


def test_any_cell_that_changes_is_noticed_and_its_column_named() -> None:
    for row, column in ((0, 0), (999, 2), (500, 1)):
        changed = X.copy()
        changed[row, column] = np.nextafter(changed[row, column], np.inf)
        assert said(X, changed) == [f"of X the column {column + 1} (index {column}) changed"]
        assert said(X, changed, ["a", "b", "c"]) == [f"of X the column {'abc'[column]!r} changed"]
    assert said(X, X.copy()) == []
    assert said(X, np.asfortranarray(X)) == []


def test_of_many_columns_the_first_are_named() -> None:
    before, now = np.zeros((9, 8)), np.ones((9, 8))
    assert said(before, now, list("abcdefgh")) == [
        "of X the columns 'a', 'b', 'c', 'd' and 4 more changed"
    ]
    (words,) = said(before, now)
    assert words.startswith("of X the columns 1 (index 0), 2 (index 1), ")


def test_of_large_data_the_rows_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NUMBERS", 10)
    changed = X.copy()
    changed[700, 1] += 1
    assert said(X, changed) == ["X changed, first in rows 513 to 768"]


def test_shape_type_and_absence_are_said() -> None:
    assert said(X, X[:-1]) == ["X has fewer rows: 999 instead of 1,000"]
    assert said(X[:-1], X) == ["X has more rows: 1,000 instead of 999"]
    assert said(X, X[:, :2]) == ["X has fewer columns: 2 instead of 3"]
    assert said(X, X[:9, :2]) == ["X has the shape (9, 2) instead of (1000, 3)"]
    assert said(X, X.astype(np.float32)) == ["X was float64 and is float32"]
    before, now = fingerprint({"X": X, "y": X}), fingerprint({"X": X, "sample_weight": X})
    assert changes(before, now) == ["there is no y", "sample_weight is new"]


def test_sparse_rows_are_recognised() -> None:
    dense = np.eye(5)
    rows = SparseRows(csr_array(dense))
    dense[2, 2] = 3
    assert said(rows, SparseRows(csr_array(np.eye(5)))) == []
    assert said(rows, SparseRows(csr_array(dense))) == ["X (values) changed, first in rows 1 to 5"]


def test_several_columns_are_named_and_foreign_parts_are_compared() -> None:
    changed = X + np.array([1, 0, 1])
    assert said(X, changed) == ["of X the columns 1 (index 0), 3 (index 2) changed"]
    (part,) = fingerprint({"X": X})
    for foreign in (
        msgspec.structs.replace(part, columns=["x"]),
        msgspec.structs.replace(part, columns=part.columns and [*part.columns, "x"]),
        msgspec.structs.replace(part, blocks=[], columns=None),
        msgspec.structs.replace(part, rows=1),
    ):
        assert len(changes([foreign], [part])) == 1
