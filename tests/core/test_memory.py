"""Arrays that start on cache lines, and arrays that lie in files."""

import mmap
from pathlib import Path

import numpy as np
import pytest

from glassnet.core.memory import aligned_zeros, is_mapped, release


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (50_000,), (0, 7), (2, 33), (3, 2, 5)])
def test_every_row_starts_on_a_line(shape: tuple[int, ...], dtype: type) -> None:
    zeros = aligned_zeros(shape, np.dtype(dtype))
    assert zeros.shape == shape
    assert zeros.dtype == dtype
    assert not zeros.any()
    for place in np.ndindex(shape[:-1]):
        assert zeros[place].ctypes.data % 128 == 0


def test_rows_do_not_overlap() -> None:
    zeros = aligned_zeros((2, 5), np.dtype(np.float32))
    zeros[0] = 1
    assert zeros.sum() == 5


def test_a_mapped_array_is_known_by_any_view_of_it_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "numbers").write_bytes(np.arange(10_000.0).tobytes())
    with (tmp_path / "numbers").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    array = np.frombuffer(mapped).reshape(100, 100)
    assert is_mapped(array)
    assert is_mapped(array[3:7, ::2])
    assert not is_mapped(array.copy())
    release(array[5:])
    assert array[99, 99] == 9999
