"""Sparse inputs, as the engines take them."""

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array, csr_matrix

from glassnet.arrays.inputs import checked_inputs, require_finite_inputs
from glassnet.arrays.sparse import SparseRows, dense, is_sparse

MATRIX = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])


def test_rows_hold_what_is_not_zero() -> None:
    rows = SparseRows(coo_array(MATRIX))
    assert rows.starts.tolist() == [0, 1, 1, 3]
    assert rows.columns.tolist() == [1, 0, 2]
    assert rows.values.tolist() == [2, 3, 4]
    assert (len(rows), rows.shape) == (3, (3, 3))
    types = [array.dtype.name for array in (rows.starts, rows.columns, rows)]
    assert types == ["int64", "int32", "float64"]


def test_rows_out_of_order_are_put_in_order_and_the_given_matrix_stays() -> None:
    given = csr_array((np.array([4.0, 3.0]), [2, 0], [0, 2]), shape=(1, 3))
    assert SparseRows(given).columns.tolist() == [0, 2]
    assert given.indices.tolist() == [2, 0]


def test_rows_can_be_picked() -> None:
    rows = SparseRows(csr_matrix(MATRIX))
    assert dense(rows[np.array([2, 0, 2])]).tolist() == MATRIX[[2, 0, 2]].tolist()
    assert dense(rows[1:]).tolist() == MATRIX[1:].tolist()
    assert dense(MATRIX) is MATRIX


def test_rows_times_weights() -> None:
    weights = np.arange(6.0).reshape(3, 2)
    assert (SparseRows(csr_array(MATRIX)) @ weights).tolist() == (MATRIX @ weights).tolist()


def test_arrays_and_lists_are_not_sparse() -> None:
    assert is_sparse(csr_matrix(MATRIX))
    assert not any(map(is_sparse, (MATRIX, MATRIX.tolist(), None)))


def test_sparse_inputs_are_checked() -> None:
    rows = SparseRows(csr_array(MATRIX))
    assert checked_inputs(rows, 3, np.dtype("float64")) is rows
    assert checked_inputs(rows, 3, np.dtype("float32")).dtype == np.float32
    with pytest.raises(ValueError, match="X has 3 values for each example; the network has 2"):
        checked_inputs(rows, 2, np.dtype("float64"))
    with pytest.raises(ValueError, match="X has no examples"):
        checked_inputs(rows[:0], 3, np.dtype("float64"))


def test_sparse_inputs_that_are_not_finite_are_refused_by_their_place() -> None:
    with pytest.raises(ValueError, match=r"X\[2, 1\] is nan; expected finite numbers \(1 are not"):
        require_finite_inputs(SparseRows(csr_array([[1.0, 0], [0, 0], [0, np.nan]])), "X")
