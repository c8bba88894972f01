"""What people name on the command line, a table or images, as a table."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.model import Model
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.read.frames import as_table
from glassnet.tables.read.images import ImageOptions, holds_images, read_images
from glassnet.tables.read.parquet import open_table
from glassnet.tables.table import Rows, Table

__all__ = ["Source", "read_source", "source_of", "test_rows_of"]


@dataclass(frozen=True)
class Source:
    """Rows, those meant for the test where the source names them, and notes.

    Attributes
    ----------
    images : bool
        Whether the rows are images.
    """

    table: Rows
    test: Rows | None
    warnings: list[str]
    images: bool


def read_source(
    path: Path,
    model: Model | None = None,
    options: ImageOptions | None = None,
    drop: Collection[str] = (),
) -> Source:
    """Read a table, or images, from what the path names.

    Parameters
    ----------
    path : Path
    model : Model, optional
        That shall use the rows: its text stays text, and images take its size; columns that it does
        not use may hold anything.
    options : ImageOptions, optional
    drop : collection of str
        Columns of a table that are not wanted.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If there is nothing, or it cannot be read.
    ValueError
        If the model is for images and these are none, or the other way round.
    """
    encoder = None if model is None else model.encoder
    wanted = encoder.encoders[0] if encoder is not None and encoder.encoders else None
    images = holds_images(path)
    if wanted is not None and isinstance(wanted, ImageEncoder) != images:
        needs, got = ("images", "a table") if not images else ("a table", "images")
        raise ValueError(f"the model predicts from {needs}; {path} is {got}")
    if not images and options not in (None, ImageOptions()):
        raise ValueError(f"sizes, colours and broken files are those of images; {path} is a table")
    if not images:
        if model is None:
            return Source(open_table(path, drop=drop), None, [], False)
        needed = [*model.encoder.columns, *model.target.columns]
        table = open_table(path, model.encoder.text_columns, drop, needed)
        return Source(table, None, [], False)
    options = options or ImageOptions()
    if isinstance(wanted, ImageEncoder):
        options = options.like(wanted.shape)
    table, test, warnings = read_images(path, options)
    return Source(table.without(*drop), test, warnings, True)


def source_of(given: Any, drop: Collection[str] = ()) -> Source:
    """Return a table, a data frame or a mapping as a source; read what a path names."""
    if isinstance(given, str | Path):
        return read_source(Path(given), drop=drop)
    table = given.without(*drop) if isinstance(given, Rows) else as_table(given, drop)
    return Source(table, None, [], _image_shape(table) is not None)


def test_rows_of(given: Any, learned: Rows) -> Rows:
    """Return rows for the test; images in the size of those that are learned from."""
    shape = _image_shape(learned)
    if isinstance(given, str | Path) and shape is not None:
        source = read_source(Path(given), options=ImageOptions().like(shape))
    else:
        source = source_of(given)
    return source.test or source.table


def _image_shape(table: Rows) -> tuple[int, ...] | None:
    """The shape of a table's images, where it holds any."""
    columns = table.columns.values() if isinstance(table, Table) else ()
    return next((column.shape[1:] for column in columns if column.ndim > 1), None)
