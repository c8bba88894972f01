"""What was whole before a kill or a full disk is read; what was not is cut off."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.errors import FileFormatError
from glassnet.training.journal.log import FRAME, MAGIC, framed, is_log, read_log

RECORDS = [(b'{"n":1}', b""), (b'{"n":2}', b"body"), (b"{}", b"x" * 300)]


def content(records: list[tuple[bytes, bytes]]) -> bytes:
    return MAGIC + b"".join(framed(text, body) + body for text, body in records)


@given(st.lists(st.tuples(st.binary(max_size=50), st.binary(max_size=50)), max_size=5))
def test_what_is_written_is_read(records: list[tuple[bytes, bytes]]) -> None:
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"log-{os.getpid()}"  # noqa: S108
    path.write_bytes(content(records))
    log = read_log(path)
    path.unlink()
    assert [(entry.text, log.body(entry)) for entry in log.entries] == records
    assert not log.is_damaged


def test_a_torn_tail_is_cut_off_at_every_byte(tmp_path: Path) -> None:
    whole = content(RECORDS)
    ends = [len(content(RECORDS[:count])) for count in range(4)]
    for length in range(len(MAGIC), len(whole) + 1):
        path = tmp_path / "torn"
        path.write_bytes(whole[:length])
        log = read_log(path)
        assert log.end == max(end for end in ends if end <= length)
        assert len(log.entries) == ends.index(log.end)
        assert not log.is_damaged


def test_a_changed_byte_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    whole = content(RECORDS)
    starts = [len(content(RECORDS[:count])) for count in range(3)]
    path = tmp_path / "changed"
    for place in range(len(MAGIC), len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        log = read_log(path)
        number = max(count for count, start in enumerate(starts) if start <= place)
        assert len(log.entries) == number
        # More than the record that was being written is lost, where others follow.
        assert log.is_damaged == (number < 2)


def test_heads_alone_are_read_without_bodies(tmp_path: Path) -> None:
    whole = bytearray(content(RECORDS))
    whole[-1] ^= 1
    path = tmp_path / "log"
    path.write_bytes(whole)
    log = read_log(path, bodies=False)
    assert len(log.entries) == 3
    with pytest.raises(FileFormatError, match="is damaged at byte"):
        log.body(log.entries[2])


@pytest.mark.parametrize("lengths", [(2**32 - 1, 0), (2, 2**64 - 1), (2, 2**40)])
def test_lengths_that_lie_cost_nothing(lengths: tuple[int, int], tmp_path: Path) -> None:
    text, body = lengths
    head = b"GREC" + text.to_bytes(4, "little") + body.to_bytes(8, "little")
    path = tmp_path / "log"
    path.write_bytes(
        content(RECORDS) + FRAME.pack(b"GREC", text, body, zlib.crc32(head), 0) + b"{}"
    )
    assert len(read_log(path).entries) == 3


@pytest.mark.parametrize(
    ("made", "words"),
    [(None, "does not exist"), (b"", "is not the journal"), (b"PK\3\4" * 99, "is not the journal")],
)
def test_what_is_no_log_is_refused(made: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    if made is not None:
        path.write_bytes(made)
    with pytest.raises((FileNotFoundError, FileFormatError), match=words):
        read_log(path)


def test_a_folder_and_a_pipe_are_no_journals(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "pipe", "is a device or a pipe")):
        assert not is_log(path)
        with pytest.raises(FileNotFoundError, match=words):
            read_log(path)
