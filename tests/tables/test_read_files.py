"""Tables in files that are read chunk by chunk."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet.errors import FileFormatError
from glassnet.tables.read import files as table_file
from glassnet.tables.read import text as text_file
from glassnet.tables.read.files import open_table, read_table
from glassnet.tables.read.options import TableOptions
from glassnet.tables.read.parquet import TableFile
from glassnet.tables.read.text import Wanted
from glassnet.tables.table import Table, rows_in_chunk

ROWS = 150_000  # three chunks


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbers, text that is missing in the whole first chunk, truth values, dates."""
    path = tmp_path_factory.mktemp("tables") / "table.parquet"
    numbers = np.arange(ROWS)
    first = numbers < rows_in_chunk(4)
    pl.DataFrame(
        {
            "number": np.where(numbers % 7 == 0, np.nan, numbers / 3),
            "text": [None if missing else "ab"[i % 2] for i, missing in enumerate(first)],
            "flag": [None if missing else i % 3 == 0 for i, missing in enumerate(first)],
            "day": np.datetime64("2026-01-01") + (numbers % 1000).astype("timedelta64[D]"),
        }
    ).write_parquet(path)
    return path


def same(one: Table, other: Table) -> bool:
    return one.names == other.names and all(
        one.columns[name].dtype == other.columns[name].dtype
        and np.array_equal(one.columns[name], other.columns[name], equal_nan=not one.is_text(name))
        for name in one.names
    )


def test_chunks_are_those_of_the_table_in_memory(parquet: Path) -> None:
    stored, whole = TableFile.of([parquet]), read_table(parquet)
    assert (len(stored), stored.names) == (ROWS, ("number", "text", "flag", "day"))
    assert same(stored.in_memory(), whole)
    pairs = list(zip(stored.chunks(), whole.chunks(), strict=True))
    assert len(pairs) == 3
    assert all(same(mine, other) for mine, other in pairs)


def test_chosen_rows_and_columns_are_the_same_as_in_memory(parquet: Path) -> None:
    stored, whole = TableFile.of([parquet]), read_table(parquet)
    odd = np.arange(ROWS) % 2 == 1
    late = np.flatnonzero(np.arange(ROWS // 2) > 50_000)
    for one, other in (
        (stored.rows(odd), whole.rows(odd)),
        (stored.rows(odd).rows(late), whole.rows(odd).rows(late)),
        (stored.rows(np.array([3, 149_999])), whole.rows(np.array([3, 149_999]))),
        (stored.without("text", "day"), whole.without("text", "day")),
    ):
        assert len(one) == len(other)
        assert same(one.in_memory(), other)
    assert np.array_equal(stored.column("text"), whole.column("text"))
    with pytest.raises(ValueError, match=r"no column 'age'; the columns are 'number', 'text'"):
        stored.column("age")


def test_only_a_large_file_stays_in_its_file(
    parquet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(open_table(parquet), Table)
    text, arrow = tmp_path / "table.csv", tmp_path / "table.arrow"
    frame = pl.read_parquet(parquet).fill_nan(None)
    frame.write_csv(text)
    frame.write_ipc(arrow)
    whole = read_table(text)
    monkeypatch.setattr(table_file, "MAX_VALUES", 1000)
    monkeypatch.setattr(table_file, "MAX_BYTES", 1000)
    for path in (parquet, text, arrow):
        stored = open_table(path)
        assert isinstance(stored, TableFile)
        assert same(stored.in_memory(), whole)
    as_text = open_table(text, TableOptions({"number": "text"}))
    assert next(as_text.chunks()).is_text("number")


def test_a_file_made_from_another_one_goes_with_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "table.csv").write_text("a,b\n" + "1,x\n2,y\n" * 100)
    monkeypatch.setattr(table_file, "MAX_BYTES", 100)
    stored = open_table(tmp_path / "table.csv")
    assert isinstance(stored, TableFile)
    (made,) = stored.paths
    assert made.exists()
    del stored
    assert not made.exists()


def test_a_large_text_file_with_a_broken_row_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_file, "MAX_BYTES", 100)
    (tmp_path / "cut.csv").write_text("a,b\n" + "1,x\n" * 100 + "2")
    with pytest.raises(FileFormatError, match="line 102 has 1 cell, the header 2"):
        open_table(tmp_path / "cut.csv")
    (tmp_path / "gap.csv").write_text('a,b\n"1",x\n1\n' + "1,x\n" * 100)
    with pytest.raises(FileFormatError, match="line 3 has 1 cell, the header 2"):
        open_table(tmp_path / "gap.csv")


def test_a_parquet_file_that_breaks_off_is_refused(parquet: Path, tmp_path: Path) -> None:
    content = parquet.read_bytes()
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(content[: len(content) // 2])
    with pytest.raises(FileFormatError, match=r"cut\.parquet cannot be read as a table"):
        open_table(cut)
    # Its end, which says where everything is, is there; what is in the middle is not.
    cut.write_bytes(content[:1000] + bytes(len(content) - 3000) + content[-2000:])
    with pytest.raises(FileFormatError, match=r"cut\.parquet cannot be read as a table"):
        TableFile.of([cut]).in_memory()


@pytest.mark.parametrize("most", [1, 2**30])
def test_an_arrow_file_that_is_damaged_inside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(table_file, "MAX_BYTES", most)
    path, frame_of_lz4 = tmp_path / "packed.arrow", b"\x04\x22\x4d\x18"
    pl.DataFrame({"n": range(1000)}).write_ipc(path, compression="lz4")
    assert frame_of_lz4 in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(frame_of_lz4, b"\x04\x22\x4d\x19"))
    with pytest.raises(FileFormatError, match=r"packed\.arrow cannot be .* table: it is damaged$"):
        open_table(path)


@pytest.mark.parametrize(
    "content", ["a,b\n1,2\n3,4\n\n\n", "a\n1\n\n3\n\n", 'a,b\r\n"1",2\r\n3,4\r\n\r\n']
)
def test_blank_lines_at_the_end_are_no_rows(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_bytes(content.encode())
    whole = read_table(tmp_path / "t.csv")
    assert whole.columns["a"].tolist() in ([1, 3], pytest.approx([1, np.nan, 3], nan_ok=True))
    monkeypatch.setattr(table_file, "MAX_BYTES", 1)
    assert same(open_table(tmp_path / "t.csv").in_memory(), whole)


def test_names_are_no_patterns_and_rows_come_in_their_order(tmp_path: Path) -> None:
    pl.DataFrame({"*": [1.0, 2.0], "^a.*$": [3.0, 4.0], "ab": [5.0, 6.0]}).write_parquet(
        tmp_path / "t.parquet"
    )
    stored = TableFile.of([tmp_path / "t.parquet"])
    assert same(stored.in_memory(), read_table(tmp_path / "t.parquet"))
    assert stored.rows(np.zeros(2, dtype=np.bool_)).in_memory().columns["ab"].tolist() == []
    with pytest.raises(ValueError, match="expected ascending indices"):
        stored.rows(np.array([1, 0]))


def test_a_column_that_cannot_be_used_may_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1.0, 2.0], "list": [[1], [2]]}).write_parquet(path)
    with pytest.raises(ValueError, match=r"'list' holds values of type .* drop the column"):
        open_table(path)
    assert open_table(path, wanted=Wanted(["list"])).names == ("a",)
    with pytest.raises(ValueError, match="there is no column 'b'"):
        open_table(path, wanted=Wanted(["b"]))
    monkeypatch.setattr(table_file, "MAX_VALUES", 1)
    assert open_table(path, wanted=Wanted(["list"])).names == ("a",)


def test_no_space_is_told_before_a_file_is_turned_into_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1,x\n" * 100)
    monkeypatch.setattr(table_file, "MAX_BYTES", 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(OSError, match="set the environment variable TMPDIR to a larger folder"):
        open_table(tmp_path / "t.csv")


def test_a_text_file_in_parts_is_what_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each column is of one kind at first and of another one later, or missing at first.
    rows = [
        ("1", "1", "true", "2026-01-01", "", "x", '"a, ""b"""'),
        ("2", "0.5", "7", "2026-01-02", "", "", '"two\nlines"'),
        ("3", "4", "false", "2026-01-03 12:30:00", "2026-05-01", "1", "plain"),
    ]
    names = "whole,number,mixed,moment,late,text,quoted"
    content = (
        names + "\n" + "".join(",".join(rows[n % 3 if n > 20 else 0]) + "\n" for n in range(90))
    )
    (tmp_path / "t.csv").write_text(content + "\n")
    whole = read_table(tmp_path / "t.csv")
    texts = [name for name in whole.names if whole.is_text(name)]
    assert texts == ["mixed", "text", "quoted"]
    monkeypatch.setattr(table_file, "MAX_BYTES", 1)
    for size in (1, 100, 1000, 100_000):
        monkeypatch.setattr(text_file, "BYTES_IN_PART", size)
        stored = open_table(tmp_path / "t.csv")
        assert isinstance(stored, TableFile)
        assert same(stored.in_memory(), whole)
