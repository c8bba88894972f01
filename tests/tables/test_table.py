"""Tables: read from files and data frames as they are, or refused in a plain sentence."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.tables.columns import is_missing
from glassnet.tables.read.files import read_table
from glassnet.tables.read.frames import as_table, read_as_text
from glassnet.tables.read.options import TableOptions
from glassnet.tables.table import Table
from tests.small_tables import text_column

pd: Any = pytest.importorskip("pandas")


def written(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def columns(table: Table) -> dict[str, list[Any]]:
    """Columns as lists, with None for every missing value."""
    return {
        name: [None if cell is None or cell != cell else cell for cell in column.tolist()]
        for name, column in table.columns.items()
    }


@pytest.mark.parametrize(
    "content",
    [
        b"length,kind\n1.5,a\n,b\n3,\n",
        b"length,kind\r\n1.5,a\r\nNA,b\r\n3,NA\r\n",
        b"\xef\xbb\xbflength,kind\n1.5,a\nNaN,b\n3,null\n",
        b'"length","kind"\n"1.5","a"\n?,"b"\n3,NULL\n',
        b"length,kind\n1.5,a\nN/A,b\n3,",
    ],
    ids=["empty cells", "CRLF", "byte order mark", "quoted", "no newline at the end"],
)
def test_numbers_text_and_missing_values_of_a_csv(tmp_path: Path, content: bytes) -> None:
    table = read_table(written(tmp_path, content))
    assert columns(table) == {"length": [1.5, None, 3], "kind": ["a", "b", None]}
    assert table.columns["length"].dtype == np.float64
    assert table.is_text("kind")


def test_tsv_and_parquet_hold_the_same_as_csv(tmp_path: Path) -> None:
    expected = {"length": [1.5, None], "kind": ["a, b", "c"]}
    tsv = written(tmp_path, b"length\tkind\n1.5\ta, b\n\tc\n", "table.TSV")
    pl.DataFrame(expected).write_parquet(tmp_path / "table.parquet")
    assert columns(read_table(tsv)) == expected
    assert columns(read_table(tmp_path / "table.parquet")) == expected


def test_truth_values_are_categories_and_late_text_makes_a_column_text(tmp_path: Path) -> None:
    rows = "".join(f"{number},true\n" for number in range(2000))
    late = "".join(f"{letter},false\n" for letter in "xyz" * 40)
    table = read_table(written(tmp_path, f"a,b\n{rows}{late}".encode()))
    assert table.columns["b"][[0, -1]].tolist() == ["true", "false"]
    assert table.columns["a"][[0, -1]].tolist() == ["0", "z"]


def test_an_empty_line_at_the_end_is_no_row(tmp_path: Path) -> None:
    assert len(read_table(written(tmp_path, b"a,b\n1,2\n3,4\n\n"))) == 2


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "table.csv", "holds no rows"),
        (b"\n\n", "table.csv", "holds no rows"),
        (b"a,b\n", "table.csv", "holds no rows"),
        (b"a,b\n1,2\n3,4,5\n", "table.csv", "cannot be read as a table"),
        (b"a,b\n1,2\n3\n", "table.csv", "row 2|line 3"),
        (b"a,a\n1,2\n", "table.csv", "'a'"),
        (b"a,b\n1,\x81\xfe\n", "table.csv", "not text in cp1252"),
        (b"a\nb\n", "table.parquet", "cannot be read as a table"),
        (b"", "table.parquet", "cannot be read as a table"),
        (b"a,b\n1,2\n", "table.docx", r"is not a table file; expected \.csv, .*\.feather"),
        (b"a,b\n1,2\n", "table", r"is not a table file; expected \.csv, .*\.feather"),
    ],
    ids=[
        "0 bytes",
        "empty lines",
        "header only",
        "a longer row",
        "a shorter row",
        "a name twice",
        "broken bytes",
        "text as Parquet",
        "nothing as Parquet",
        "another kind",
        "no ending",
    ],
)
def test_a_file_that_is_no_table_is_named_with_the_reason(
    tmp_path: Path, content: bytes, name: str, reason: str
) -> None:
    path = written(tmp_path, content, name)
    with pytest.raises(FileFormatError, match=reason) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_say_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv does not exist; expected a table"):
        read_table(tmp_path / "nothing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileNotFoundError, match=r"folder\.csv is a folder; expected a table"):
        read_table(tmp_path / "folder.csv")


@pytest.fixture
def parquet(tmp_path: Path) -> bytes:
    path = tmp_path / "whole.parquet"
    pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "y"]}).write_parquet(path)
    return path.read_bytes()


def test_a_parquet_file_cut_off_anywhere_is_refused(tmp_path: Path, parquet: bytes) -> None:
    for length in range(len(parquet)):
        path = written(tmp_path, parquet[:length], "cut.parquet")
        with pytest.raises(FileFormatError, match=r"cut\.parquet cannot be read as a table: "):
            read_table(path)


def test_a_panic_of_the_reader_is_a_damaged_file(
    tmp_path: Path, parquet: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Some damage Polars answers with a panic, which is no Exception but a BaseException.
    def panic(*args: object) -> None:
        raise pl.exceptions.PanicException("called `Result::unwrap()` on an `Err` value")

    monkeypatch.setattr(pl, "read_parquet", panic)
    with pytest.raises(FileFormatError, match=r"whole\.parquet cannot be read as a table: "):
        read_table(tmp_path / "whole.parquet")


def test_data_frames_and_mappings_give_the_same_table() -> None:
    given = {"a": [1.5, None], "b": ["x", None], "c": [True, False]}
    expected = {"a": [1.5, None], "b": ["x", None], "c": ["true", "false"]}
    assert columns(as_table(given)) == expected
    assert columns(as_table(pl.DataFrame(given))) == expected
    assert columns(as_table(pd.DataFrame(given))) == expected
    nullable = {
        "a": pd.array([1.5, None], dtype="Float64"),
        "b": pd.Categorical(["x", None]),
        "c": pd.array([True, False], dtype="boolean"),
    }
    assert columns(as_table(pd.DataFrame(nullable))) == expected
    table = as_table(given)
    assert as_table(table) is table


def test_dates_of_any_kind_are_the_same_moments() -> None:
    noon = datetime(2024, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))
    expected = [datetime(2024, 1, 31, 10), None]  # noqa: DTZ001 - NumPy's have no zone
    for frame in (
        {"when": [noon, None]},
        {"when": np.array(["2024-01-31T10:00", "NaT"], dtype="datetime64[m]")},
        pd.DataFrame({"when": pd.to_datetime([noon, None], utc=True)}),
        pl.DataFrame({"when": [datetime(2024, 1, 31, 10), None]}),  # noqa: DTZ001
    ):
        assert as_table(frame).columns["when"].tolist() == expected
    days = pl.DataFrame({"day": ["2024-01-31"]}).with_columns(pl.col("day").str.to_date())
    assert as_table(days).columns["day"].tolist() == [datetime(2024, 1, 31)]  # noqa: DTZ001


def test_arrow_files_and_dates_in_text_are_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1.5, None], "b": ["x", None], "c": [True, False]})
    for name in ("t.arrow", "t.feather", "t.ipc"):
        frame.write_ipc(tmp_path / name)
        assert columns(read_table(tmp_path / name)) == columns(as_table(frame))
    table = read_table(written(tmp_path, b"day,n\n2024-01-31,1\n,2\n2024-02-01,3\n"))
    assert table.columns["day"].dtype.kind == "M"
    assert np.isnat(table.columns["day"]).tolist() == [False, True, False]
    assert read_table(tmp_path / "table.csv", TableOptions({"day": "text"})).is_text("day")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"a": [1, "x"]}, "column 'a' holds values of type int, str"),
        ({"a": [b"x"]}, "column 'a' holds values of type bytes"),
        ({"a": [1 + 2j]}, "column 'a' holds values of type complex"),
        ({"a": [np.complex64(1)]}, "column 'a' holds values of type complex64"),
        ({"a": [[1], [2]]}, "column 'a' holds values of type list"),
        ({"a": [10**400]}, "column 'a'"),
        ({"a": [1], "b": [1, 2]}, "the columns have different lengths: {'a': 1, 'b': 2}"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), "'a'"),
    ],
)
def test_columns_that_cannot_be_taken_are_a_value_error(frame: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_table(frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ([1, 2], "expected a data frame or a mapping .* not list"),
        (np.ones((2, 2)), "expected a data frame or a mapping .* not ndarray"),
        ("table.csv", "expected a data frame or a mapping .* not str"),
        ({"a": 3.0}, "column 'a'.*not float"),
        ({"a": "red"}, "column 'a'.*not str"),
    ],
)
def test_what_is_no_table_is_a_type_error(frame: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        as_table(frame)


def test_rows_columns_and_missing_values_of_a_table() -> None:
    table = Table({"a": np.array([1, np.nan, 3]), "b": text_column("x", "y", None)})
    assert len(table) == 3
    assert len(Table({})) == 0
    assert columns(table.rows(np.array([2, 0]))) == {"a": [3, 1], "b": [None, "x"]}
    assert list(table.without("a").columns) == ["b"]
    assert is_missing(table.columns["a"]).tolist() == [False, True, False]
    assert is_missing(table.columns["b"]).tolist() == [False, False, True]
    with pytest.raises(ValueError, match="there is no column 'c'; the columns are 'a', 'b'"):
        table.column("c")


def test_numbers_beside_a_few_words_are_numbers() -> None:
    column = [*(number / 4 for number in range(60)), "n/a", 7, None, "oops"]
    read = read_as_text(as_table(pd.DataFrame({"size": column})), {})
    numbers = read.columns["size"]
    assert numbers.dtype == np.float64
    assert np.flatnonzero(np.isnan(numbers)).tolist() == [60, 62, 63]
    (warning,) = read.warnings
    assert warning.startswith("size: 'n/a' (row 61), 'oops' (row 64) are no numbers")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([1.5, 2.0]), [None, 2.0]),
        (np.array([1, 2]), [None, 2.0]),
        (np.array(["x", "y"]), [None, "y"]),
        (np.array([True, False]), [None, "false"]),
        (
            np.array(["2020-01-01", "2021-05-06"], dtype="M8[ns]"),
            [None, datetime.fromisoformat("2021-05-06")],
        ),
    ],
)
def test_masked_values_are_missing(values: Array, expected: list[Any]) -> None:
    table = as_table({"a": np.ma.array(values, mask=[True, False])})
    found = [None if value != value else value for value in table.columns["a"].tolist()]
    assert found == expected
    plain, unmasked = as_table({"a": values}), as_table({"a": np.ma.array(values)})
    assert unmasked.columns["a"].tolist() == plain.columns["a"].tolist()
    assert unmasked.given.keys() == plain.given.keys()
