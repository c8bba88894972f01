"""Tables in archives, spreadsheets, databases, JSON lines, folders, and from standard input."""

import gzip
import io
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet.errors import FileFormatError, LimitError
from glassnet.tables.read import files as table_file
from glassnet.tables.read import unpack
from glassnet.tables.read.files import open_table, read_table
from glassnet.tables.read.options import TableOptions
from glassnet.tables.table import Table

FRAME = pl.DataFrame({"size": [1.5, None, 3.0], "city": ["Köln", "Graz", None], "n": [3, 12, 30]})
CSV = FRAME.write_csv().encode()


def same(one: Table) -> bool:
    assert one.columns["size"].tolist() == pytest.approx([1.5, np.nan, 3.0], nan_ok=True)
    assert one.columns["city"].tolist() == ["Köln", "Graz", None]
    assert one.columns["n"].tolist() == [3, 12, 30]
    return True


def zipped(path: Path, **contents: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.csv", content)
    return path


def database(path: Path, *names: str) -> Path:
    with sqlite3.connect(path) as connection:
        for name in names:
            connection.execute(f'create table "{name}" (size real, city text, n integer)')
            connection.executemany(f'insert into "{name}" values (?, ?, ?)', FRAME.rows())  # noqa: S608
    connection.close()
    return path


def test_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(CSV))
    (tmp_path / "t.gz").write_bytes(gzip.compress(CSV))
    zipped(tmp_path / "t.zip", table=CSV)
    with zipfile.ZipFile(tmp_path / "p.parquet.zip", "w") as archive:
        buffer = io.BytesIO()
        FRAME.write_parquet(buffer)
        archive.writestr("p.parquet", buffer.getvalue())
    with zipfile.ZipFile(tmp_path / "lines.zip", "w") as archive:
        archive.writestr("houses.jsonl", FRAME.write_ndjson())
    for name in ("t.csv.gz", "t.gz", "t.zip", "p.parquet.zip", "lines.zip"):
        assert same(read_table(tmp_path / name))
    several = zipped(tmp_path / "s.zip", a=CSV, b=b"x\n1\n")
    with pytest.raises(FileFormatError, match=r"has the files 'a\.csv', 'b\.csv'; say which by"):
        read_table(several)
    assert same(read_table(several, TableOptions(sheet="a.csv")))


def test_a_compressed_file_that_is_damaged_or_out_of_proportion(tmp_path: Path) -> None:
    packed = gzip.compress(CSV)
    for name, content in (("cut.csv.gz", packed[:-9]), ("no.csv.gz", CSV), ("no.zip", CSV)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileFormatError, match="cannot be read as a table: it is damaged"):
            read_table(tmp_path / name)
    bomb = tmp_path / "bomb.csv.gz"
    with gzip.open(bomb, "wb") as file:
        for _ in range(100):
            file.write(bytes(2**20))
    with pytest.raises(LimitError, match="unpacks to more than 200 times its size"):
        read_table(bomb)
    (tmp_path / "short.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3\n"))
    with pytest.raises(FileFormatError, match=r"short\.csv\.gz cannot be read as a table: line 3"):
        read_table(tmp_path / "short.csv.gz")


def test_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    FRAME.write_ndjson(path)
    assert same(read_table(path))
    monkeypatch.setattr(table_file, "MAX_BYTES", 1)
    assert same(open_table(path).in_memory())
    path.write_text('{"a": 1}\n{"a": ')
    with pytest.raises(FileFormatError, match=r"t\.jsonl cannot be read as a table: "):
        read_table(path)


@pytest.mark.parametrize(("begin", "end"), [('{"a": ', "}"), ('{"a": [', "]}")])
@pytest.mark.parametrize("most", [1, 2**30])
def test_json_that_is_nested_deeply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: str, end: str, most: int
) -> None:
    """Polars takes minutes, or all memory, over a thousand levels."""
    monkeypatch.setattr(table_file, "MAX_BYTES", most)
    deep = begin * 1000 + "1" + end * 1000
    (tmp_path / "t.jsonl").write_text(f'{{"b": "[[", "a": 1}}\n{{"b": "", "a": {deep}}}\n')
    with pytest.raises(FileFormatError, match="nested more than 50 levels deep"):
        open_table(tmp_path / "t.jsonl")


def test_brackets_in_json_text_are_no_levels(tmp_path: Path) -> None:
    words = ["[" * 60, r"\\\"" + "{" * 60, "x"]
    lines = "".join(f'{{"n": {n}, "word": "{word}"}}\n' for n, word in enumerate(words))
    (tmp_path / "t.jsonl").write_text(lines)
    assert open_table(tmp_path / "t.jsonl").in_memory().columns["n"].tolist() == [0, 1, 2]


def test_a_database(tmp_path: Path) -> None:
    assert same(read_table(database(tmp_path / "one.sqlite", "houses")))
    several = database(tmp_path / "two.db", "houses", "old houses")
    with pytest.raises(FileFormatError, match="has the tables 'houses', 'old houses'; say which"):
        read_table(several)
    assert same(read_table(several, TableOptions(sheet="old houses")))
    (tmp_path / "no.db").write_bytes(b"x" * 5000)
    with pytest.raises(FileFormatError, match=r"no\.db .* a database: it is no SQLite database"):
        read_table(tmp_path / "no.db")
    assert {path.name for path in tmp_path.iterdir()} == {"one.sqlite", "two.db", "no.db"}


@pytest.mark.parametrize(
    ("selected", "message"),
    [
        ("x from counted", "a view in it takes too long"),
        ("sum(x) from counted", "a view in it takes too long"),
        ("printf('%.1000000c', 'x') from counted", "unpacks to more than 200 times its size"),
        ("hex(zeroblob(900000))", "it is damaged"),
    ],
)
def test_a_database_whose_view_makes_more_than_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selected: str, message: str
) -> None:
    monkeypatch.setattr(unpack, "STEPS", 10**6)
    with closing(sqlite3.connect(tmp_path / "view.db")) as connection:
        connection.execute(
            "create view v as with recursive counted(x) as (select 1 union all select x + 1 "
            "from counted) select " + selected
        )
    with pytest.raises((FileFormatError, LimitError), match=message):
        read_table(tmp_path / "view.db")


def test_a_database_with_damaged_pages_or_text(tmp_path: Path) -> None:
    whole = database(tmp_path / "one.db", "houses").read_bytes()
    for old, new in (
        (b"table", b"tabel"),
        (b"houses", b"\xff\xfeuses"),
        (b"K\xc3\xb6ln", b"K\xc3ln"),
    ):
        assert old in whole
        (tmp_path / "damaged.db").write_bytes(whole.replace(old, new))
        with pytest.raises(FileFormatError, match=r"damaged\.db .* as a database: it is damaged$"):
            read_table(tmp_path / "damaged.db")


def test_a_spreadsheet(tmp_path: Path) -> None:
    writer = pytest.importorskip("xlsxwriter", reason="nothing here writes spreadsheets")
    path = tmp_path / "t.xlsx"
    with writer.Workbook(path) as book:
        sheet = book.add_worksheet("houses")
        sheet.write_row(0, 0, ["Houses of 2024"])
        for row, cells in enumerate([FRAME.columns, *FRAME.rows()], start=1):
            sheet.write_row(row, 0, cells)
        book.add_worksheet("empty")
    assert same(read_table(path))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(FileFormatError, match=r"t\.xlsx cannot be read as a spreadsheet"):
        read_table(path)


def test_a_spreadsheet_with_a_cell_far_away(tmp_path: Path) -> None:
    """It is read with all cells between, 17 thousand millions of them."""
    writer = pytest.importorskip("xlsxwriter", reason="nothing here writes spreadsheets")
    path = tmp_path / "far.xlsx"
    with writer.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["n", 1])
        sheet.write(2**20 - 1, 2**14 - 1, 2)
    with pytest.raises(FileFormatError, match=r"as a spreadsheet: .* takes too much memory"):
        read_table(path)


def test_a_folder_of_parts(tmp_path: Path) -> None:
    FRAME.head(2).write_parquet(tmp_path / "part-0.parquet")
    FRAME.tail(1).write_parquet(tmp_path / "part-1.parquet")
    assert same(open_table(tmp_path).in_memory())


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CSV)))
    assert same(open_table("-").in_memory())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1\n")))
    with pytest.raises(FileFormatError, match="standard input cannot be read as a table: line 2"):
        open_table("-")
