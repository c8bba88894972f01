"""Tables in files that are read piece by piece."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet.data import table_file
from glassnet.data.table import Table, rows_in_piece
from glassnet.data.table_file import TableFile, open_table, read_table
from glassnet.errors import FileFormatError

ROWS = 150_000  # three pieces


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbers, text that is missing in the whole first piece, truth values, dates."""
    path = tmp_path_factory.mktemp("tables") / "table.parquet"
    numbers = np.arange(ROWS)
    first = numbers < rows_in_piece(4)
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


def test_pieces_are_those_of_the_table_in_memory(parquet: Path) -> None:
    stored, whole = TableFile.of(parquet), read_table(parquet)
    assert (len(stored), stored.names) == (ROWS, ("number", "text", "flag", "day"))
    assert same(stored.in_memory(), whole)
    pairs = list(zip(stored.pieces(), whole.pieces(), strict=True))
    assert len(pairs) == 3
    assert all(same(mine, other) for mine, other in pairs)


def test_chosen_rows_and_columns_are_the_same_as_in_memory(parquet: Path) -> None:
    stored, whole = TableFile.of(parquet), read_table(parquet)
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
    monkeypatch.setattr(table_file, "LARGE", 10_000)
    for path in (parquet, text, arrow):
        stored = open_table(path)
        assert isinstance(stored, TableFile)
        assert same(stored.in_memory(), whole)
    as_text = open_table(text, ["number"])
    assert next(as_text.pieces()).is_text("number")


def test_a_file_made_from_another_one_goes_with_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "table.csv").write_text("a,b\n" + "1,x\n2,y\n" * 100)
    monkeypatch.setattr(table_file, "LARGE", 100)
    stored = open_table(tmp_path / "table.csv")
    assert isinstance(stored, TableFile)
    made = stored.path
    assert made.exists()
    del stored
    assert not made.exists()


def test_a_large_text_file_with_a_broken_row_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_file, "LARGE", 100)
    (tmp_path / "cut.csv").write_text("a,b\n" + "1,x\n" * 100 + "2")
    with pytest.raises(FileFormatError, match="line 102 has 1 cells, the first line 2"):
        open_table(tmp_path / "cut.csv")
    (tmp_path / "gap.csv").write_text('a,b\n"1",x\n\n' + "1,x\n" * 100)
    with pytest.raises(FileFormatError, match="line 3 has 0 cells, the first line 2"):
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
        TableFile.of(cut).in_memory()
