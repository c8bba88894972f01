"""Examples that are filled in chunk by chunk, in memory or in a file."""

import shutil

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassnet.core.memory import release
from glassnet.tables.storage import Storage, require_space

FLOAT = np.dtype(np.float32)


@pytest.mark.parametrize("in_file", [False, True])
def test_rows_stand_in_the_order_in_which_they_came(in_file: bool) -> None:
    rows = np.random.default_rng(0).normal(size=(1000, 7))
    storage = Storage((1000, 7), FLOAT, in_file=in_file)
    for start in range(0, 1000, 300):
        storage.append(rows[start : start + 300])
    array = storage.array()
    assert (array.dtype, array.flags.c_contiguous) == (FLOAT, True)
    assert_array_equal(array, rows.astype(np.float32))
    release(array)  # and it is read again
    assert_array_equal(array, rows.astype(np.float32))


@pytest.mark.parametrize("in_file", [False, True])
def test_what_is_not_complete_or_not_finite_is_refused(in_file: bool) -> None:
    storage = Storage((3, 1), FLOAT, in_file=in_file)
    storage.append(np.array([[1.0]]))
    with pytest.raises(ValueError, match="only 1 of 3 rows have been appended"):
        storage.array()
    with pytest.raises(ValueError, match=r"an example\[0, 0\] is inf"):
        storage.append(np.array([[1e60]]))


def test_a_full_disk_is_told_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10_000_000, 9_000_000, 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    require_space(1_000_000)
    with pytest.raises(OSError, match=r"takes 2\.5 MB .* has only 1\.0 MB free; set .* TMPDIR"):
        require_space(2_500_000)
