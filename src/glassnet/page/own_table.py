"""A user's own table as a problem of the page."""

import base64
import binascii
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.nn.task import Task
from glassnet.page.problems import Problem
from glassnet.tables.dataset import Dataset, prepare, split_table
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.source import open_source, open_training
from glassnet.tables.table import Rows

__all__ = ["LONGEST", "OwnTable", "require_short", "stored"]

HELD_OUT = 0.3
#: A table of the page has at most so many rows.
LONGEST = 50_000


@dataclass(frozen=True)
class OwnTable:
    """A table in a file.

    Attributes
    ----------
    path : Path
    name : str
        How the page calls it.
    target : str
        The column to predict where none is chosen; the last one if empty.
    """

    path: Path
    name: str
    target: str = ""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns.

        Raises
        ------
        FileFormatError, OSError, ValueError
            If it cannot be read.
        """
        return open_source(self.path).rows.names

    @property
    def first_target(self) -> str:
        """The column that is predicted to begin with."""
        return self.target or self.columns[-1]

    def problem(self, target: str, seed: int) -> Problem:
        """Return its rows as examples: encoded as ``glassnet train`` does, numbers standardised.

        Parameters
        ----------
        target : str
            The column to predict; that of the table if empty.
        seed : int
            Decides which rows are for the test.

        Raises
        ------
        FileFormatError, OSError, ValueError
            If it cannot be read, is too large for a page, or has no such column.
        """
        source = open_training(self.path, target or self.first_target)
        require_short(source.rows, self.name)
        dataset = prepare(source.rows, source.targets, TableEncoder.fit, HELD_OUT, seed)
        split = split_table(source.rows, source.targets, HELD_OUT, seed)
        return _problem(dataset, np.concatenate([np.flatnonzero(rows) for rows in split]))


def require_short(rows: Rows, name: str) -> None:
    """Refuse more rows than a page takes.

    Raises
    ------
    ValueError
        If there are more.
    """
    if len(rows) > LONGEST:
        raise ValueError(
            f"{name} has {len(rows):,} rows; a page takes at most {LONGEST:,}. `glassnet train` "
            "and `glassnet evaluate` take any number"
        )


def _problem(dataset: Dataset, rows: NDArray[np.int64]) -> Problem:
    learning, target = dataset.learning, dataset.target
    test_x, test_targets = _encoded(dataset, dataset.held_out)
    x = np.concatenate([learning.x, test_x])
    targets = np.concatenate([learning.targets.values, test_targets])
    learn, hold = np.split(np.arange(len(x)), [len(learning.x)])
    features = tuple(dataset.encoder.feature_names)
    task = target.task
    if task.is_classification:
        return Problem(x, target.decode(targets), features, rows=rows, split=(learn, hold))
    labels = target.output_names if task is Task.MULTILABEL else ()
    return Problem(x, targets, features, task.word, labels, rows=rows, split=(learn, hold))


def _encoded(dataset: Dataset, rows: Rows) -> tuple[Array, Array]:
    table = rows.in_memory()
    return dataset.encoder.encode(table)[0], dataset.target.encode(table)


def stored(folder: Path, name: str, content: str) -> OwnTable:
    """Write a file that was dropped on the page into a folder, and return its table.

    Parameters
    ----------
    folder : Path
    name : str
        Its name; the ending says what it is.
    content : str
        Its bytes, in base64.

    Raises
    ------
    ValueError
        If the content is no base64.
    """
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise ValueError("the file did not arrive whole; drop it once more") from None
    shown = PurePath(name.replace("\\", "/")).name or "table.csv"
    # Only the ending is the user's: nothing else of a name from outside becomes a path.
    endings = "".join(PurePath(shown).suffixes[-2:])
    ending = endings if endings.replace(".", "").isalnum() and len(endings) < 20 else ".csv"
    handle, path = tempfile.mkstemp(ending, "table", folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return OwnTable(Path(path), shown)
