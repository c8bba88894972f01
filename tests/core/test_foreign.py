"""Files of strangers end no process, and whatever a library raises becomes a sentence."""

import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet.core import foreign
from glassnet.core.foreign import (
    UnreadableError,
    reading,
    require_harmless,
    require_in_proportion,
)
from glassnet.errors import FileFormatError, LimitError
from glassnet.tables.read.files import read_table
from glassnet.tables.read.images import read_images

HERE = "tests.core.test_foreign"


def dies(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGABRT)


def hangs(path: Path) -> None:
    signal.pause()


def grows(path: Path) -> None:
    np.ones(2**40, dtype=np.uint8)


def raises(path: Path) -> None:
    raise KeyError(path)


def notes(path: Path) -> None:
    path.with_suffix(".read").write_text(f"{len(path.read_bytes())}")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    path = tmp_path / "a file"
    path.write_bytes(b"abc")
    return path


@pytest.mark.parametrize(
    ("function", "reason"),
    [(dies, "it is damaged"), (grows, "it is damaged"), (hangs, "takes longer than 2 seconds")],
)
def test_a_child_that_does_not_come_back(
    file: Path, function: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "SECONDS", 2 if function is hangs else 60)
    with pytest.raises(FileFormatError, match=f"a file cannot be read as a table: .*{reason}"):
        require_harmless(file, f"{HERE}:{function.__name__}", "a table")


def test_what_a_child_raises_is_for_its_parent(file: Path) -> None:
    require_harmless(file, f"{HERE}:{raises.__name__}", "a table")


def test_a_file_that_was_read_and_is_the_same_is_trusted(file: Path) -> None:
    seen = file.with_suffix(".read")
    for content, count in ((b"abc", 3), (b"abcd", 4)):
        file.write_bytes(content)
        require_harmless(file, f"{HERE}:{notes.__name__}", "a table")
        assert seen.read_text() == str(count)
        seen.unlink()
        require_harmless(file, f"{HERE}:{notes.__name__}", "a table")
        assert not seen.exists()


def test_what_a_library_raises_becomes_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x"
    damage = ValueError("inner\nwords"), RecursionError(), StopIteration(), OSError("inner")
    for error in (*damage, RuntimeError(), pl.exceptions.PanicException("x")):
        message = r"x cannot be read as a table: it is damaged$"
        with pytest.raises(FileFormatError, match=message), reading(path, "a table"):
            raise error
    with pytest.raises(FileFormatError, match="No such file"), reading(path, "a table"):
        path.open()
    for error, reason in (
        (OSError(2, "Unable to synchronously open"), "No such file or directory"),
        (UnreadableError("it has no rows"), "it has no rows"),
    ):
        with pytest.raises(FileFormatError, match=f"{reason}$"), reading(path, "a table"):
            raise error
    with pytest.raises(KeyboardInterrupt), reading(path, "a table"):
        raise KeyboardInterrupt
    with pytest.raises(LimitError), reading(path, "a table"):
        require_in_proportion(Path(__file__), 2**40)


def test_damaged_tables_and_arrays(tmp_path: Path) -> None:
    # Dates beyond the year 9999 make Polars panic.
    days = pl.Series("day", [2**31 - 1, 1], dtype=pl.Int32).cast(pl.Date)
    far = pl.DataFrame({"day": days})
    far.write_parquet(tmp_path / "far.parquet")
    with pytest.raises(FileFormatError, match=r"far\.parquet cannot be read as a table: "):
        read_table(tmp_path / "far.parquet")
    for member in (b"no array", b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'\n"):
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.writestr("x.npy", member)
        with pytest.raises(FileFormatError, match=r"x\.npz "):
            read_images(tmp_path / "x.npz")
