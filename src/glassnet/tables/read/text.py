"""Text files: what their columns hold is decided from all of their cells.

A small file is read at once, a large one chunk by chunk: once to see what its columns hold, and
once more to write them to Parquet files.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.tables.cells.column_cells import ColumnCells, trimmed
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.cells.number_text import unit_of
from glassnet.tables.cells.other_rows import heading, repeated, totals
from glassnet.tables.cells.table_formats import table_formats
from glassnet.tables.cells.typed_column import StrayCells, typed_column
from glassnet.tables.read.dialect import Dialect, dialect_of
from glassnet.tables.read.options import TableOptions
from glassnet.tables.read.text_content import content_of
from glassnet.tables.read.text_lines import all_named, decoded, parts_of
from glassnet.tables.table import require_names

__all__ = ["TextTable", "Wanted", "import_polars", "read_text", "text_to_parquet"]

# How many bytes of a large file are read at once.
BYTES_IN_PART = 32 * 2**20
MAX_COLUMNS = 50_000
#: So many lines that are left out are named.
MAX_NAMED = 10


def import_polars() -> Any:
    """Import Polars.

    Raises
    ------
    MissingPackageError
        If Polars is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("reading tables needs Polars: pip install polars") from None
    return pl


@dataclass(frozen=True)
class Wanted:
    """Which columns of a file are wanted, and how a model knows some to be written.

    Attributes
    ----------
    drop : collection of str
        Columns that are not.
    needed : collection of str or None
        If given, only these are.
    known : mapping of column name to format
    """

    drop: Collection[str] = ()
    needed: Collection[str] | None = None
    known: Mapping[str, ColumnFormat] = field(default_factory=dict)

    def names(self, names: Collection[str]) -> list[str]:
        """Return those of some names that are wanted; ValueError if one to drop is not there."""
        require_names(self.drop, names)
        return [
            name
            for name in names
            if name not in self.drop and (self.needed is None or name in self.needed)
        ]


@dataclass(frozen=True)
class TextTable:
    """What a text file holds.

    Attributes
    ----------
    formats : dict of column name to format
        How the cells of each column are written.
    warnings : list of str
        About the file, and about cells that are not what the others of their column are.
    frame : Polars data frame, optional
        The table, if it was read at once.
    paths : list of Path
        Else Parquet files with its rows.
    """

    formats: dict[str, ColumnFormat]
    warnings: list[str]
    frame: Any = None
    paths: list[Path] = field(default_factory=list)


def read_text(source: Path, options: TableOptions, wanted: Wanted) -> TextTable:
    """Read a text file into a data frame.

    Raises
    ------
    FileFormatError
        If a row has more or fewer cells than the header, two columns have the same name, or what a
        column holds is in doubt.
    ValueError
        If a column to drop is not there, or one that a model knows does not hold what it should.
    """
    file = _TextFile.open(source, options, wanted)
    whole = list(file.frames(None))
    typing = _Typing(file, whole)
    (frame,) = typing.frames(whole)
    return TextTable(typing.formats, typing.warnings, frame)


def text_to_parquet(source: Path, options: TableOptions, wanted: Wanted, folder: Path) -> TextTable:
    """Convert a text file to Parquet files in a folder, chunk by chunk.

    Raises
    ------
    FileFormatError, ValueError
        As :func:`read_text`.
    """
    file = _TextFile.open(source, options, wanted)
    typing = _Typing(file, file.frames(BYTES_IN_PART))
    paths: list[Path] = []
    kinds: dict[str, set[Any]] = {name: set() for name in typing.formats}
    for frame in typing.frames(file.frames(BYTES_IN_PART)):
        paths.append(folder / f"part-{len(paths):06}.parquet")
        frame.write_parquet(paths[-1])
        for column in frame:
            kinds[column.name].add(column.dtype)
    _make_alike(paths, kinds)
    return TextTable(typing.formats, typing.warnings, paths=paths)


def _make_alike(paths: list[Path], kinds: dict[str, set[Any]]) -> None:
    """Give a column one type in all parts: whole numbers in one may be none in another."""
    polars = import_polars()
    common = {name: _common_kind(found) for name, found in kinds.items() if len(found) > 1}
    for path in paths if common else ():
        polars.read_parquet(path).cast(common).write_parquet(path)


def _common_kind(kinds: set[Any]) -> Any:
    polars = import_polars()
    order = (polars.Float64, polars.Int128, polars.Datetime("us"))
    return next(kind for kind in order if kind in kinds)


class _Typing:
    """The formats of a file's columns, its frames of what the cells say, and warnings."""

    def __init__(self, file: "_TextFile", frames: Iterable[Any]) -> None:
        self.file = file
        cells = {name: ColumnCells() for name in file.names}
        for frame in frames:
            for column in frame:
                cells[column.name].add(column)
        # A blank name without a cell comes from a separator at the end of each line.
        columns = {
            name: cells[name]
            for name in file.columns
            if name not in file.unnamed or cells[name].known
        }
        if not columns:
            raise FileFormatError(f"{file.source} holds no rows")
        options = file.options
        try:
            self.formats, in_doubt = table_formats(
                columns,
                options.types,
                file.wanted.known,
                options.decimal,
                options.dates,
                parted_by_comma=file.dialect.separator == ",",
                evidence=[cells[name] for name in file.names if name not in columns],
            )
        except ValueError as error:
            raise FileFormatError(f"{file.source}: {error}") from None
        self.warnings = [*file.dialect.warnings, *in_doubt]
        if all(unit_of(name, ".") == "" for name in file.names if name not in file.unnamed):
            self.warnings.append(
                f"the names of all columns are numbers, {', '.join(file.names[:5])}; if they are "
                "data, write a line of names above them"
            )

    def frames(self, frames: Iterable[Any]) -> Iterator[Any]:
        """Yield each frame of text as what it says, but for rows that are no examples."""
        polars = import_polars()
        strays: dict[str, StrayCells] = {}
        before = 0
        for frame in frames:
            texts = frame[list(self.formats)]
            pairs = [typed_column(column, self.formats[column.name]) for column in texts]
            typed = polars.DataFrame([column for column, _ in pairs])
            other = self._other_rows(texts, typed, before)
            for _, found in pairs:
                own = found and found.without(other)
                if own:
                    own = own.shifted(before)
                    strays[own.name] = strays[own.name] + own if own.name in strays else own
            before += frame.height
            yield typed.filter(~polars.int_range(typed.height, eager=True).is_in(other))
        self.warnings += [self._sentence(found) for found in strays.values()]

    def _other_rows(self, texts: Any, typed: Any, before: int) -> list[int]:
        """Which rows are no examples; each row of a file to predict from is one."""
        if self.file.wanted.known:
            return []
        found: dict[int, str] = {}
        if before == 0:
            found |= heading(texts, typed, self.formats)
        found |= dict.fromkeys(repeated(texts), "repeats the header")
        if before + texts.height == self.file.rows:
            ends = totals(texts, typed).items()
            found |= {place: f"looks like a total, {word!r}" for place, word in ends}
        places = sorted(found)
        lines = self.file.lines([before + place for place in places[:MAX_NAMED]]) if found else []
        self.warnings += [
            f"line {line} is left out: it {found[place]}"
            for place, line in zip(places, lines, strict=False)
        ]
        if len(found) > MAX_NAMED:
            self.warnings.append(f"{len(found) - MAX_NAMED:,} more lines like these are left out")
        return places

    def _sentence(self, found: StrayCells) -> str:
        return found.sentence(self.file.lines(found.rows[: len(found.texts)].tolist()))


@dataclass(frozen=True)
class _TextFile:
    """A text file: how it is written, the names of its columns, and how many rows it has."""

    source: Path
    options: TableOptions
    wanted: Wanted
    dialect: Dialect
    names: list[str]
    columns: list[str]
    unnamed: frozenset[str]
    rows: int

    @classmethod
    def open(cls, source: Path, options: TableOptions, wanted: Wanted) -> "_TextFile":
        dialect = dialect_of(source, options.separator, options.encoding)
        content = content_of(source, dialect)
        header, rows, dialect = content.names, content.rows, content.dialect
        if not rows:
            raise FileFormatError(f"{source} holds no rows")
        if len(header) > MAX_COLUMNS:
            raise LimitError(
                f"{source} has {len(header):,} columns; at most {MAX_COLUMNS:,} are read"
            )
        names = all_named(header)
        unnamed = frozenset(own for own, name in zip(names, header, strict=True) if not name)
        columns = wanted.names(names)
        if not columns:
            require_names(wanted.needed or (), names)
        require_names(options.types, names)
        return cls(source, options, wanted, dialect, names, columns, unnamed, rows)

    def frames(self, size: int | None) -> Iterator[Any]:
        """Yield the wanted columns as trimmed text, in parts of so many bytes, or at once."""
        polars = import_polars()
        left = self.rows
        for part in parts_of(self.source, self.dialect, size):
            try:
                frame = polars.read_csv(
                    part,
                    separator=self.dialect.read_by,
                    infer_schema=False,
                    truncate_ragged_lines=True,  # cells beyond the header are blank
                    n_rows=left,
                )
            except polars.exceptions.PolarsError:
                raise self._unfitting_quotes() from None
            left -= frame.height
            frame.columns = self.names
            yield trimmed(frame)
        if left:
            raise self._unfitting_quotes()

    def _unfitting_quotes(self) -> FileFormatError:
        return FileFormatError(
            f"{self.source} cannot be read as a table: its quotes do not fit together; a quote "
            "inside a quoted cell is written twice"
        )

    def lines(self, rows: list[int]) -> list[int]:
        """Return the lines in which some rows begin, counted from 1."""
        lines = decoded(self.source, self.dialect)
        reader = csv.reader(lines, delimiter=self.dialect.read_by)
        begins, found = 1, []
        for number, _ in enumerate(reader, start=-1):  # the header is none
            if number in rows:
                found.append(self.dialect.line(begins))
            if number >= rows[-1]:
                break
            begins = reader.line_num + 1
        return found
