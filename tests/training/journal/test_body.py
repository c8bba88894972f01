"""The bodies that are written are safetensors files: the library reads them back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from safetensors.numpy import load

from glassnet.errors import FileFormatError
from glassnet.training.journal.body import TYPES, body_of, from_body

ARRAYS = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: npst.arrays(
        name, npst.array_shapes(min_dims=0, min_side=0, max_side=4), fill=st.nothing()
    )
)


@given(st.dictionaries(st.text(max_size=5), ARRAYS, max_size=5))
def test_the_library_reads_what_is_written(arrays: dict[str, Any]) -> None:
    body = b"".join(body_of(arrays))
    for read in (load(body) if body else {}, from_body(body)):
        assert read.keys() == arrays.keys()
        for name, array in arrays.items():
            assert read[name].dtype == array.dtype
            assert read[name].shape == array.shape
            assert read[name].tobytes() == array.tobytes()


def test_the_values_count_and_not_how_they_lie_in_memory() -> None:
    array = np.arange(12.0).reshape(3, 4)
    for own in (array.T, array[:, ::2], array[::-1], array.astype(">f8"), array.astype(">f8").T):
        (read,) = from_body(b"".join(body_of({"own": own}))).values()
        assert read.dtype == np.float64
        assert np.array_equal(read, own)
        read += 1.0


def test_an_array_is_not_copied() -> None:
    array = np.zeros(5, np.float32)
    *_, part = body_of({"own": array})
    array[0] = 1.0
    assert bytes(part) == array.tobytes()


@pytest.mark.parametrize("cut", [1, 8, 9, 60])
def test_a_body_that_is_not_whole_is_refused(cut: int) -> None:
    body = b"".join(body_of({"own": np.zeros(5)}))
    with pytest.raises(FileFormatError, match="damaged"):
        from_body(body[:-cut])
