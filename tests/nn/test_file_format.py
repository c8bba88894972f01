"""The file format: bits come back, damage is named, and what stood there stays."""

import errno
import json
import os
import struct
import subprocess
import sys
import threading
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
from glassnet.errors import FileFormatError
from glassnet.nn.file_format import (
    FORMAT_VERSION,
    read_file,
    require_writable,
    write_atomically,
    write_file,
)

ARRAYS = {"w1": np.arange(6.0).reshape(2, 3)}


def names(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


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


def test_a_full_disk_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.safetensors"
    write_file(path, {"kind": "old"}, ARRAYS)
    before = path.read_bytes()

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"cannot write .*model\.safetensors: No space left"):
        write_file(path, {"kind": "new"}, ARRAYS)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["model.safetensors"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_any_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(file: Path) -> None:
        file.write_text("half")
        raise error

    with pytest.raises(error):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere/model", r"the folder .*nowhere does not exist; create it first"),
        ("folder", "folder is a folder; expected the name of a file"),
        ("file/model", r"file is not a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, place: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("text")
    with pytest.raises(OSError, match=message):
        require_writable(tmp_path / place)
    with pytest.raises(OSError, match=message):
        write_file(tmp_path / place, {}, ARRAYS)
    assert names(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "text"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_folder_that_takes_no_files_is_told_before_the_work() -> None:
    with pytest.raises(OSError, match=r"cannot write /proc/model\.safetensors: "):
        require_writable("/proc/model.safetensors")


def test_asking_whether_a_place_can_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("old")
    require_writable(tmp_path / "model")
    require_writable(tmp_path / "new")
    assert names(tmp_path) == ["model"]
    assert (tmp_path / "model").read_text() == "old"


def test_a_file_is_as_readable_as_any_other_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_file(tmp_path / "model", {}, ARRAYS)
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("m" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    write_file(path, {}, ARRAYS)
    assert read_file(path)[1].keys() == {"w1"}


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "model", tmp_path / "link", tmp_path / "pipe"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, lambda file: file.write_bytes(b"new"))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, lambda file: file.write_bytes(b"through"))
    reader.join(timeout=30)
    assert received == [b"through"]
    assert pipe.is_fifo()


def test_what_a_killed_process_left_goes_at_the_next_write(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from glassnet.nn.file_format import write_atomically\n"
        "def die(file):\n"
        "    file.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]) / 'model', die)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert len(names(tmp_path)) == 1

    def write_beside_another(file: Path) -> None:
        """This process is writing two files at once."""
        write_file(tmp_path / "other", {}, ARRAYS)
        file.write_text("whole")

    (tmp_path / ".glassnet.of-the-user").write_text("")
    write_atomically(tmp_path / "model", write_beside_another)
    assert names(tmp_path) == [".glassnet.of-the-user", "model", "other"]


def test_a_header_that_is_nested_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.safetensors"
    for depth in (150, 982, 5000):
        nested = '{"a":' * depth + "1" + "}" * depth
        header = f'{{"format": {FORMAT_VERSION}, "kind": "network", "layers": {nested}}}'
        for text in (nested, header):
            with pytest.raises(FileFormatError, match=r"the header of .* is damaged"):
                read_file(with_header(path, text))


def test_a_link_that_leads_back_to_itself_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for write in (require_writable, lambda path: write_file(path, {}, ARRAYS)):
        with pytest.raises(OSError, match="a: it is a link that leads back to itself"):
            write(tmp_path / "a")
