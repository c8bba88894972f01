"""Arrays that start on cache lines."""

import numpy as np
import pytest

from glassnet.memory import zeros_in_lines


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (50_000,), (0, 7), (2, 33), (3, 2, 5)])
def test_every_row_starts_on_a_line(shape: tuple[int, ...], dtype: type) -> None:
    zeros = zeros_in_lines(shape, np.dtype(dtype))
    assert zeros.shape == shape
    assert zeros.dtype == dtype
    assert not zeros.any()
    for place in np.ndindex(shape[:-1]):
        assert zeros[place].ctypes.data % 128 == 0


def test_rows_do_not_overlap() -> None:
    zeros = zeros_in_lines((2, 5), np.dtype(np.float32))
    zeros[0] = 1
    assert zeros.sum() == 5
