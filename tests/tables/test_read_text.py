"""Tables in text files as spreadsheets and other tools save them."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.errors import FileFormatError, LimitError
from glassnet.tables.read import files as table_file
from glassnet.tables.read import text as text_file
from glassnet.tables.read.files import open_table, read_table
from glassnet.tables.read.options import TableOptions
from glassnet.tables.table import Table

ROWS = [(5.25, 3, "Köln"), (-0.5, 12, "Graz"), (1234.75, 30, "Zürich"), (7.0, 1, "Köln")]
CELLS = [("Länge", "Tage", "Stadt"), *((f"{a:.3f}", b, c) for a, b, c in ROWS)]
TEXT = "Länge;Tage;Stadt\n" + "".join(f"{a:.3f};{b};{c}\n" for a, b, c in ROWS)
COMMA = TEXT.replace(".", ",")
QUOTED = "".join(
    ",".join(f'"{cell}"' for cell in line.split(";")) + "\n" for line in COMMA.splitlines()
)
WAYS: dict[str, tuple[str, str]] = {
    "semicolons": (TEXT, "utf-8"),
    "semicolons and decimal commas": (COMMA, "utf-8"),
    "bars": (TEXT.replace(";", "|"), "utf-8"),
    "tabs": (COMMA.replace(";", "\t"), "utf-8"),
    "commas": (TEXT.replace(";", ","), "utf-8"),
    "commas and blanks": (TEXT.replace(";", ", "), "utf-8"),
    "quoted decimal commas": (QUOTED, "utf-8"),
    "quoted after blanks": (QUOTED.replace('","', '", "'), "utf-8"),
    "Windows-1252": (TEXT, "cp1252"),
    "UTF-16": (TEXT.replace(";", "\t"), "utf-16"),
    "UTF-16 without its mark": (TEXT, "utf-16-le"),
    "UTF-8 with a mark": (TEXT, "utf-8-sig"),
    "a line for Excel": (f"sep=;\n{COMMA}", "utf-8"),
    "a title": (f"Verkauf 2024\n\n{TEXT}", "utf-8"),
    "a title with separators": (f"Verkauf 2024;;\n{TEXT}", "utf-8"),
    "comments": (f"# station 4\n# m, days\n{TEXT}", "utf-8"),
    "a header that is a comment": (f"# station 4\n# {TEXT}", "utf-8"),
    "old line ends": (TEXT.replace("\n", "\r"), "utf-8"),
    "Windows line ends": (COMMA.replace("\n", "\r\n"), "cp1252"),
    "separators at the end": (TEXT.replace("\n", ";\n"), "utf-8"),
    "padded cells": (TEXT.replace(";", "  ;\u00a0"), "utf-8"),
    "blanks": (TEXT.replace(";", "   "), "utf-8"),
    "aligned by blanks": (
        "".join("".join(f"{cell:>10}" for cell in line.split(";")) + "\n" for line in TEXT.split()),
        "utf-8",
    ),
    "fixed widths": ("".join(f"{c[0]:<10}{c[1]:<6}{c[2]}\n" for c in CELLS), "utf-8"),
    "a printed table": (
        "-------+-------\n" + TEXT.replace(";", " | ").replace("\n", "\n-------+-------\n", 1),
        "utf-8",
    ),
    "comments between": (TEXT.replace("30;", "30;").replace("7.0", "# moved\n7.0"), "utf-8"),
    "blank lines between": (TEXT.replace("\n", "\n\n"), "utf-8"),
    "doubled line ends": (TEXT.replace("\n", "\r\r\n"), "utf-8"),
    "notes after it": (f"{TEXT}\nSource: Zürich\n* estimated\n", "utf-8"),
    "a count after it": (f"{TEXT}(4 rows)\n", "utf-8"),
    "what a station says": (f"Station;Graz\nSerial;12345\n\n{TEXT}", "utf-8"),
    "a title with commas": (f"Sales, 2024\n{TEXT.replace(';', ',')}", "utf-8"),
    "a separator after the header": (TEXT.replace("\n", ";\n", 1), "utf-8"),
    "the end of a CP/M file": (f"{TEXT}\x1a", "utf-8"),
    "two marks": (f"\ufeff{TEXT}", "utf-8-sig"),
}


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def same(one: Table, other: Table) -> bool:
    return one.names == other.names and all(
        np.array_equal(one.columns[name], other.columns[name], equal_nan=not one.is_text(name))
        for name in one.names
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_table_is_the_same_however_it_was_saved(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, encoding = WAYS[way]
    path = written(tmp_path, content.encode(encoding))
    table = read_table(path)
    assert table.names == ("Länge", "Tage", "Stadt")
    rows = zip(*(column.tolist() for column in table.columns.values()), strict=True)
    assert list(rows) == ROWS
    assert table.labels("Tage").dtype == np.int64
    monkeypatch.setattr(table_file, "MAX_BYTES", 1)
    for size in (1, 30, 1000):
        monkeypatch.setattr(text_file, "BYTES_IN_PART", size)
        stored = open_table(path)
        assert same(stored.in_memory(), table)
        assert stored.warnings == table.warnings


def test_what_is_not_plain_to_see_is_said(tmp_path: Path) -> None:
    latin = read_table(written(tmp_path, "a,b\n1,ö\n".encode("cp1252")))
    assert "not UTF-8 and is read as Windows-1252" in latin.warnings[0]
    polish = written(tmp_path, "a,b\n1,ą\n".encode("cp1250"))
    assert read_table(polish, TableOptions(encoding="cp1250")).columns["b"].tolist() == ["ą"]
    with pytest.raises(ValueError, match="there is no encoding 'klingon'"):
        TableOptions(encoding="klingon")
    title = read_table(written(tmp_path, "Sales\na,b\n1,2\n"))
    assert title.warnings == ("lines before the header are skipped: 'Sales'",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells, the header 2"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cell, the header 2"),
        ("a,b,c\n1,2,x\n3\n4,5,y\n", "line 3 has 1 cell, the header 3"),
        ("a,b,c\nx,2,3\nGra", "line 3 has 1 cell, the header 3"),
        ("a,b\n1,2\n\nNext\nc,d,e\n", "line 4 has 1 cell, the header 2"),
        ('a,b,c\n1,"x,2\n2,y,3\n', "the row in lines 2 to 3 has .*; perhaps a quote is not closed"),
        (b"\x1f\x8b\x08\x00", "it is compressed; name it .csv.gz"),
        ("<!DOCTYPE html>\n<html>", "it is a web page"),
        ('a,b\n1,"x\ny"\n3\n', "line 4 has 1 cell, the header 2"),
        ("Title\na,b\n1,2\n3\n", "line 4 has 1 cell, the header 2"),
        ("a,a \n1,2\n", "two columns are named 'a'; rename one"),
        (",,\n,,\n", "holds no rows"),
        ('a,b\n1,"x" y\n2,z\n', "its quotes do not fit together"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        ("," * 60_000 + "\n" + "," * 60_000, "has 60,001 columns; at most 50,000"),
    ],
)
def test_what_is_no_table_is_named_by_its_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises((FileFormatError, LimitError), match=message):
        read_table(written(tmp_path, content))


def test_a_table_without_a_header_is_warned_of(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "0.881,1\n0.071,2\n0.5,3\n"))
    (warning,) = table.warnings
    assert warning.startswith("the names of all columns are numbers, 0.881, 1; if they are data,")


def test_one_column_of_decimal_commas(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "y\n0,291\n0,927\n12,5\n"))
    assert table.columns["y"].tolist() == [0.291, 0.927, 12.5]


def test_a_file_without_the_columns_of_a_model(tmp_path: Path) -> None:
    path = written(tmp_path, "X,G\n1,2\n")
    with pytest.raises(ValueError, match="there is no column 'x'; the columns are 'X', 'G'"):
        read_table(path, None, text_file.Wanted(needed=("x", "g")))


def test_digits_of_other_scripts_are_stray_cells(tmp_path: Path) -> None:
    rows = "".join(f"{number}.5,1\n" for number in range(60))
    table = read_table(written(tmp_path, f"size,n\n{rows}１２３,2\n"))
    assert table.warnings == ("size: '１２３' (line 62) is no number, taken as missing",)


def test_stray_cells_are_named_by_their_lines(tmp_path: Path) -> None:
    cells = [f"{number}.5" for number in range(400)]
    for row in range(0, 24, 2):
        cells[row] = "see note"
    content = "# sizes\nsize,text\n" + "".join(f'{cell},"two\nlines"\n' for cell in cells)
    table = read_table(written(tmp_path, content))
    named = ", ".join(f"'see note' (line {3 + 2 * row})" for row in range(0, 20, 2))
    said = f"size: {named} and 2 more are no numbers, taken as missing"
    assert table.warnings == ("lines before the header are skipped: '# sizes'", said)
    assert np.isnan(table.columns["size"]).sum() == 12


def test_units_and_totals_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{number}.5,{number},Graz\n" for number in range(50))
    content = f"size,year,city\nm2,,\n{rows}Total,,\n,1225,Sum:\n"
    table = read_table(written(tmp_path, content))
    assert len(table) == 50
    assert table.warnings == (
        "line 2 is left out: it holds units, 'm2'",
        "line 53 is left out: it looks like a total, 'Total'",
        "line 54 is left out: it looks like a total, 'Sum:'",
    )
    known: Any = {name: table.formats[name] for name in table.names}
    wanted = text_file.Wanted(known=known)
    assert len(read_table(tmp_path / "table.csv", None, wanted)) == 53


def test_what_a_column_holds_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "code,when,size\n1,02/03/2026,5 kg\n2,03/03/2026,x\n")
    options = TableOptions({"code": "text", "size": "number"}, dates="month first")
    table = read_table(path, options)
    assert table.columns["code"].tolist() == ["1", "2"]
    assert table.columns["when"][0] == np.datetime64("2026-02-03")
    assert table.columns["size"].tolist() == pytest.approx([5, np.nan], nan_ok=True)
    with pytest.raises(ValueError, match="there is no column 'weight'"):
        read_table(path, TableOptions({"weight": "number"}))
    with pytest.raises(ValueError, match=r"the type of 'code' must be .*'number', 'date'"):
        TableOptions({"code": "numeric"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="decimal must be"):
        TableOptions(decimal=";")  # type: ignore[arg-type]


def test_an_order_of_dates_that_nothing_shows_is_said(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,b\n01/01/2026,1\n02/01/2026,2\n03/01/2026,3\n"))
    assert table.columns["a"][2] == np.datetime64("2026-03-01")
    say = "else say --dates day-first (in Python, TableOptions)"
    said = f"a: dates like '01/01/2026' are read with the month first; {say}"
    assert table.warnings == (said,)


#: What spoils a number so that it can't be told; each is missing then.
SPOILED = [
    " ", "-", "--", ".", "NaT", "missing", "none", "unknown", "n.d.", "#DIV/0!", "#N/A", "?",
    "{} m2", "${}", "{}%", "~{}", "{} ?", "abc", "see note", "{};",
]  # fmt: skip
#: What leaves a number what it is.
HARMLESS = [" {}", "{}  ", "\u00a0{}", "+{}", "\t{}"]


@pytest.mark.parametrize("seed", range(200))
def test_a_few_spoiled_cells_change_nothing_else(seed: int, tmp_path: Path) -> None:
    source = random.Random(seed)  # noqa: S311
    rows = [
        (f"{source.uniform(30, 200):.1f}", str(source.randint(1950, 2020)), f"{row % 97 / 7:.3f}")
        for row in range(300)
    ]
    cells = [list(row) for row in rows]
    places = source.sample([(r, c) for r in range(300) for c in range(3)], source.randint(9, 27))
    lost = []
    for row, column in places:
        way = source.choice(SPOILED + HARMLESS)
        cells[row][column] = way.format(rows[row][column])
        if way in SPOILED:
            lost.append((row, column))
    content = "size,year,price\n" + "".join(",".join(line) + "\n" for line in cells)
    table = read_table(written(tmp_path, content))
    found = np.stack([table.columns[name] for name in ("size", "year", "price")], axis=1)
    clean = np.array(rows, dtype=np.float64)
    assert set(zip(*(axis.tolist() for axis in np.nonzero(np.isnan(found))), strict=True)) == {
        *lost
    }
    known = ~np.isnan(found)
    assert (found[known] == clean[known]).all()
    said = " ".join(table.warnings)
    for row, column in lost:
        text = cells[row][column].strip()
        few = sum(place[1] == column for place in lost) <= 10
        silent = text in {"", "NaT", "#N/A", "?"}
        assert silent or not few or f"{text!r} (line {row + 2})" in said


def test_a_blank_name_becomes_its_place(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id,,column 2\n1,2,3\n"))
    assert table.names == ("id", "column 2'", "column 2")


@pytest.mark.parametrize("most", [1, 2**30])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_quotation_mark_in_the_header_takes_no_lines_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, most: int
) -> None:
    monkeypatch.setattr(table_file, "MAX_BYTES", most)
    path = tmp_path / "t.csv"
    path.write_text('Rohr 5",Größe\n' + "1,2\n" * 20, encoding=encoding)
    table = open_table(path).in_memory()
    assert table.names == ('Rohr 5"', "Größe")
    assert table.columns["Größe"].tolist() == [2] * 20


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_quotation_mark_in_a_cell_takes_no_lines_with_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text('n,ü\n1,5" pipe\n2,b\n3,c\n4,6" pipe\n5,a\n', encoding=encoding)
    assert read_table(path).columns["ü"].tolist() == ['5" pipe', "b", "c", '6" pipe', "a"]
    path.write_text('n,ü\n1,"5"" pipe"\n2,b\n3,c\n', encoding=encoding)
    assert read_table(path).columns["ü"].tolist() == ['5" pipe', "b", "c"]


def test_quotes_within_cells(tmp_path: Path) -> None:
    pipes = read_table(written(tmp_path, 'pipe,price\n5" steel,2\n"6"" iron",3\n"a, b",4\n'))
    assert pipes.columns["pipe"].tolist() == ['5" steel', '6" iron', "a, b"]
    escaped = read_table(written(tmp_path, 'name,n\n"Gr\\"az",1\n"b",2\n"c \\"d\\"",3\n'))
    assert escaped.columns["name"].tolist() == ['Gr"az', "b", 'c "d"']
    path = read_table(written(tmp_path, 'path,n\n"C:\\dir\\",1\n"D:",2\n'))
    assert path.columns["path"].tolist() == ["C:\\dir\\", "D:"]


def test_a_header_in_two_lines_of_a_cell(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, '"size\nin m2",n\n1.5,2\n2.5,3\n'))
    assert table.names == ("size in m2", "n")


def test_row_names_without_a_name(tmp_path: Path) -> None:
    for content in ('size,n\n"a",1.5,2\n"b",2.5,3\n', '"size" "n"\n"a" 1.5 2\n"b" 2.5 3\n'):
        table = read_table(written(tmp_path, content))
        assert table.names == ("column 1", "size", "n")
        assert table.columns["column 1"].tolist() == ["a", "b"]
    with pytest.raises(FileFormatError, match="line 2 has 3 cells, the header 2"):
        read_table(written(tmp_path, "size,n\n1,5,2\n2,5,3\n"))


def test_rows_that_are_no_examples(tmp_path: Path) -> None:
    rows = [f"2026-01-{day:02},{day},{day}.5,Graz\n" for day in range(1, 31)]
    head = "when,n,size,city\n"
    logged = f"{head}TS,RN,Volts,\n,,Avg,\n----,----,----,----\n{''.join(rows)}"
    table = read_table(written(tmp_path, logged))
    assert len(table) == 30
    assert table.warnings == (
        "line 2 is left out: it holds units, 'TS', 'RN', 'Volts'",
        "line 3 is left out: it holds units, 'Avg'",
        "line 4 is left out: it holds a line of dashes",
    )
    twice = read_table(written(tmp_path, head + "".join(rows[:9]) + head + "".join(rows[9:])))
    assert len(twice) == 30
    assert twice.warnings == ("line 11 is left out: it repeats the header",)
    total = read_table(written(tmp_path, f"{head}{''.join(rows)},465,480.0,Total all cities\n"))
    assert total.warnings == ("line 32 is left out: it looks like a total, 'Total all cities'",)
    film = read_table(written(tmp_path, f"{head}{''.join(rows)},3,4.0,Total Recall\n"))
    assert len(film) == 31


def test_lines_that_are_no_rows_are_named(tmp_path: Path) -> None:
    content = "a,b,c\n1,2,3\n# moved\n\n4,x y,6\nSource: me\n"
    table = read_table(written(tmp_path, content))
    assert len(table) == 2
    said = "lines that are no rows are left out: '# moved' (line 3), 'Source: me' (line 6)"
    assert table.warnings[0] == said
    cells = [f"{number}.5,1,2\n" for number in range(40)] + ["note,1,2\n"]
    moved = read_table(written(tmp_path, "a,b,c\n# 1\n\n" + "".join(cells)))
    assert moved.warnings[-1] == "a: 'note' (line 44) is no number, taken as missing"
