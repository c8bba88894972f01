"""Opening of the data given by users: a table, images, or an object in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.model import Model
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.read.files import open_table
from glassnet.tables.read.frames import as_table
from glassnet.tables.read.images import ImageOptions, holds_images, read_images
from glassnet.tables.table import Rows, Table

__all__ = ["Source", "read_source", "source_of", "test_rows_of"]


@dataclass(frozen=True)
class Source:
    """The rows of a source, its test rows if it has a test split, and warnings.

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
    """Read a table or images from a path.

    Parameters
    ----------
    path : Path
    model : Model, optional
        The model to use with the rows: its categorical columns are read as text, and images are
        resized to its input size; columns that it does not use may hold values of any type.
    options : ImageOptions, optional
    drop : collection of str
        Columns of a table to drop.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If the path does not exist, or cannot be read.
    ValueError
        If the model is for images and the source is a table, or vice versa.
    """
    encoder = None if model is None else model.encoder
    wanted = encoder.encoders[0] if encoder is not None and encoder.encoders else None
    images = holds_images(path)
    if wanted is not None and isinstance(wanted, ImageEncoder) != images:
        needs, got = ("images", "a table") if not images else ("a table", "images")
        raise ValueError(f"the model predicts from {needs}; {path} is {got}")
    if not images and options not in (None, ImageOptions()):
        raise ValueError(f"size, colour and skip_unreadable are for images; {path} is a table")
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
    """Return a table, data frame, mapping or path as a source."""
    if isinstance(given, str | Path):
        return read_source(Path(given), drop=drop)
    table = given.without(*drop) if isinstance(given, Rows) else as_table(given, drop)
    return Source(table, None, [], _image_shape(table) is not None)


def test_rows_of(given: Any, learned: Rows) -> Rows:
    """Return test rows; images are resized to the size of the training images."""
    shape = _image_shape(learned)
    if isinstance(given, str | Path) and shape is not None:
        source = read_source(Path(given), options=ImageOptions().like(shape))
    else:
        source = source_of(given)
    return source.test or source.table


def _image_shape(table: Rows) -> tuple[int, ...] | None:
    """The shape of a table's images, if it has any."""
    columns = table.columns.values() if isinstance(table, Table) else ()
    return next((column.shape[1:] for column in columns if column.ndim > 1), None)
