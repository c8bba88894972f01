"""The front door for data, in Python and on the command line: a path, or an object in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.nn.task import TargetTask
from glassnet.tables.cells.column_format import ColumnFormat, PlainText
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.read.files import holds_parquet, open_table
from glassnet.tables.read.frames import as_table, read_as_text
from glassnet.tables.read.images import CLASS, ImageOptions, holds_images, read_images
from glassnet.tables.read.options import TableOptions
from glassnet.tables.read.text import Wanted
from glassnet.tables.table import Rows, Table
from glassnet.tables.targets.recognise import TargetColumns, recognise_targets
from glassnet.tables.targets.target import Target

__all__ = ["Source", "TrainingSource", "open_source", "open_test", "open_training"]


@dataclass(frozen=True)
class Source:
    """Rows, test rows if there is a test split, and warnings.

    Attributes
    ----------
    rows : Rows
    test : Rows or None
    warnings : list of str
    images : bool
        Whether the rows are images.
    """

    rows: Rows
    test: Rows | None
    warnings: list[str]
    images: bool


@dataclass(frozen=True)
class TrainingSource(Source):
    """Rows to learn from, and what their target columns hold.

    Attributes
    ----------
    targets : TargetColumns
    """

    targets: TargetColumns


def open_training(
    given: Any,
    target: Any = None,
    task: TargetTask | None = None,
    drop: Collection[str] = (),
    images: ImageOptions | None = None,
    options: TableOptions | None = None,
) -> TrainingSource:
    """Open what a user gives to learn from.

    Parameters
    ----------
    given, drop, images, options
        As of :func:`open_source`.
    target : str or sequence of str, optional
        The target columns; the class of images if not given.
    task : {"classification", "regression", "multilabel"}, optional
        Recognised from the values if not given.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If a path does not exist, or cannot be read.
    TypeError, ValueError
        If there is no such target, no column beside it, or its values do not fit the task.
    """
    dropped = (drop,) if isinstance(drop, str) else tuple(drop)
    for name in _names_of(target) if target is not None else ():
        if name in dropped:
            raise ValueError(f"the target {name!r} cannot be dropped")
    source = open_source(given, dropped, images, options)
    names = _names_of(CLASS if target is None and source.images else target)
    if set(source.rows.names) <= set(names):
        listed = ", ".join(map(repr, names))
        raise ValueError(f"there is no column beside the target {listed} to learn from")
    targets = recognise_targets(source.rows, names, task)
    return TrainingSource(source.rows, source.test, source.warnings, source.images, targets)


def _names_of(target: Any) -> tuple[str, ...]:
    names = (target,) if isinstance(target, str) else target
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"the target is the name of a column, or several in a list; not {target!r}")
    return tuple(names)


def open_source(
    given: Any,
    drop: Collection[str] = (),
    images: ImageOptions | None = None,
    options: TableOptions | None = None,
    encoder: TableEncoder | None = None,
    target: Target | None = None,
    formats: Mapping[str, ColumnFormat] | None = None,
    keep: Collection[str] = (),
) -> Source:
    """Open what a user gives: a table, images, or an object in memory.

    Parameters
    ----------
    given : Rows, data frame, mapping of column names to values, or path
        A path is a table file, a folder of images or a file with some.
    drop : collection of str
        Columns to drop.
    images : ImageOptions, optional
        How images are read.
    options : TableOptions, optional
        How a text file is written.
    encoder : TableEncoder, optional
        Of the model that the rows are for: its columns are read as they were in training, its
        images are resized, and columns of a file that it does not use may hold anything.
    target : Target, optional
        Of that model.
    formats : mapping of column name to format, optional
        How columns are written, if there is no model.
    keep : collection of str
        Columns that are read besides those of the model, as text.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If a path does not exist, or cannot be read.
    TypeError, ValueError
        If the object is no table, or the model is for images and the rows are not, or vice versa.
    """
    if images is not None and not isinstance(images, ImageOptions):
        raise TypeError(f"images must be ImageOptions, not {images!r}")
    known = dict.fromkeys(keep, PlainText()) | dict(encoder.formats if encoder else formats or {})
    if not isinstance(given, str | Path):
        if images not in (None, ImageOptions()):
            raise ValueError("size, colour and skip_unreadable are for files of images")
        table = (
            given.without(*drop)
            if isinstance(given, Rows)
            else read_as_text(as_table(given, drop), known)
        )
        return Source(table, None, list(table.warnings), _image_shape(table) is not None)
    path, wanted = Path(given), encoder.encoders[0] if encoder else None
    found = holds_images(path) and not holds_parquet(path)
    if wanted is not None and isinstance(wanted, ImageEncoder) != found:
        needs, got = ("a table", "images") if found else ("images", "a table")
        raise ValueError(f"the model predicts from {needs}; {path} is {got}")
    if found:
        chosen = images or ImageOptions()
        chosen = chosen.like(wanted.shape) if isinstance(wanted, ImageEncoder) else chosen
        table, test, warnings = read_images(path, chosen)
        return Source(table.without(*drop), test, warnings, images=True)
    if images not in (None, ImageOptions()):
        raise ValueError(f"size, colour and skip_unreadable are for images; {path} is a table")
    needed = (
        None if encoder is None else [*encoder.columns, *(target.columns if target else ()), *keep]
    )
    rows = open_table(path, options, Wanted(drop, needed, known))
    return Source(rows, None, list(rows.warnings), images=False)


def open_test(given: Any, learned: Rows, options: TableOptions | None = None) -> Rows:
    """Open rows for a test, read as those that are learned from; images are resized to theirs."""
    shape = _image_shape(learned)
    as_learned = ImageOptions().like(shape) if shape and isinstance(given, str | Path) else None
    source = open_source(given, (), as_learned, options, formats=learned.formats)
    return source.test or source.rows


def _image_shape(table: Rows) -> tuple[int, ...] | None:
    """The shape of a table's images, if it has any."""
    columns = table.columns.values() if isinstance(table, Table) else ()
    return next((column.shape[1:] for column in columns if column.ndim > 1), None)
