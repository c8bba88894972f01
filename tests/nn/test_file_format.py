"""The file format: bits come back, damage is named, and what stood there stays."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save

from glassnet.core.array import Array
from glassnet.errors import FileFormatError, LimitError
from glassnet.nn.file_format import (
    FORMAT_VERSION,
    read_file,
    write_file,
)

ARRAYS = {"w1": np.arange(6.0).reshape(2, 3)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=10,
)


@given(
    st.dictionaries(st.text().filter(lambda key: key != "format"), JSON),
    st.lists(
        arrays.arrays(
            st.sampled_from([np.float32, np.float64]), arrays.array_shapes(max_dims=2, max_side=5)
        ),
        max_size=3,
    ),
)
def test_header_and_arrays_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, header: dict[str, Any], values: list[Array]
) -> None:
    path = tmp_path_factory.mktemp("file") / "any.safetensors"
    named = {f"w{number}": array for number, array in enumerate(values)}
    write_file(path, header, named)
    found, found_arrays = read_file(path)
    assert found == {"format": FORMAT_VERSION, **header}
    assert found_arrays.keys() == named.keys()
    for name, array in named.items():
        assert found_arrays[name].dtype == array.dtype
        assert found_arrays[name].shape == array.shape
        assert found_arrays[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("view", ["transposed", "strided", "reversed"])
def test_arrays_that_are_not_contiguous_are_written_right(tmp_path: Path, view: str) -> None:
    array = np.arange(24.0).reshape(4, 6)
    given_array = {"transposed": array.T, "strided": array[::2, 1::3], "reversed": array[::-1]}[
        view
    ]
    assert not given_array.flags.c_contiguous
    write_file(tmp_path / "a.safetensors", {}, {"w1": given_array})
    assert np.array_equal(read_file(tmp_path / "a.safetensors")[1]["w1"], given_array)


def test_a_sparse_file_larger_than_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path, bytes_of_arrays = tmp_path / "vast.safetensors", 2**40
    shape = [bytes_of_arrays // 4]
    described = {"w1": {"dtype": "F32", "shape": shape, "data_offsets": [0, bytes_of_arrays]}}
    metadata = {"__metadata__": {"glassnet": json.dumps({"format": FORMAT_VERSION})}}
    header = json.dumps(metadata | described).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + bytes_of_arrays)
    with pytest.raises(MemoryError, match=r"vast\.safetensors does not fit into memory"):
        read_file(path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    write_file(path, {"kind": "network"}, ARRAYS)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match=r"model\.safetensors is not a model file, or is"):
            read_file(path)


def test_a_missing_file_and_a_folder_say_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none does not exist; expected a model file"):
        read_file(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="is a folder; expected a model file"):
        read_file(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04K\x01.", b"\xff" * 64, b"weight,size\n"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="other is not a model file, or is damaged"):
        read_file(path)


def with_header(path: Path, header: str) -> Path:
    path.write_bytes(save(ARRAYS, {"glassnet": header}))
    return path


def test_safetensors_of_somebody_else_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    for metadata in (None, {"format": "pt"}):
        path.write_bytes(save(ARRAYS, metadata))
        with pytest.raises(FileFormatError, match="a safetensors file, but not one of Glassnet's"):
            read_file(path)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "{",
        "null",
        "[1]",
        "{}",
        '{"format": "1"}',
        '{"format": 1.5}',
        '{"format": NaN}',
        '{"format": true}',
        '{"format": 0}',
        '{"format": -1}',
        '{"format": ' + "9" * 10_000 + "}",
        "[" * 200_000,
        '{"format": 1, "x": ' + '{"x":' * 100_000 + "1" + "}" * 100_001,
    ],
    ids=lambda header: header[:20],
)
def test_a_damaged_header_is_refused(tmp_path: Path, header: str) -> None:
    path = with_header(tmp_path / "model.safetensors", header)
    with pytest.raises(FileFormatError, match=r"the header of .*model\.safetensors is damaged"):
        read_file(path)


def test_a_format_of_the_future_asks_for_a_newer_version(tmp_path: Path) -> None:
    path = with_header(tmp_path / "m", json.dumps({"format": FORMAT_VERSION + 1}))
    with pytest.raises(FileFormatError, match=r"has format 5; .* reads up to 4\. Install a newer"):
        read_file(path)


def tensors(*entries: Mapping[str, Any], data: bytes = b"\0" * 8) -> bytes:
    """A safetensors file with whatever its header claims."""
    header: dict[str, Any] = {"__metadata__": {"glassnet": '{"format": 1}'}}
    header |= {f"w{number}": entry for number, entry in enumerate(entries, start=1)}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    ("dtype", "shape", "end"),
    [
        ("F32", [10**6, 10**6], 8),
        ("F32", [2**32, 2**32], 8),
        ("F32", [-2], 8),
        ("F32", [2], 4),
        ("F32", [2], 10**15),
        ("F32", [2**63, 0], 0),
        ("BF16", [4], 8),
        ("F8_E4M3", [8], 8),
        ("F99", [2], 8),
    ],
)
def test_tensors_that_cannot_be_are_refused(
    tmp_path: Path, dtype: str, shape: list[int], end: int
) -> None:
    path = tmp_path / "model.safetensors"
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}
    path.write_bytes(tensors(entry, data=b"\0" * min(end, 8)))
    with pytest.raises(FileFormatError, match=r"model\.safetensors"):
        read_file(path)


def test_a_header_length_beyond_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    for length in (2**64 - 1, 2**40, 200):
        path.write_bytes(struct.pack("<Q", length) + b"{}")
        with pytest.raises(FileFormatError, match=r"m is not a model file, or is .* cut off$"):
            read_file(path)


def test_a_header_that_is_nested_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.safetensors"
    for depth in (150, 982, 5000):
        nested = '{"a":' * depth + "1" + "}" * depth
        header = f'{{"format": {FORMAT_VERSION}, "kind": "network", "layers": {nested}}}'
        for text in (nested, header):
            with pytest.raises(FileFormatError, match=r"the header of .* is damaged"):
                read_file(with_header(path, text))


def test_a_record_that_no_header_holds_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(LimitError, match="take more than 100 MB; a model file holds no more"):
        write_file(path, {"classes": "x" * 101_000_000}, ARRAYS)
    assert path.read_bytes() == b"old"
