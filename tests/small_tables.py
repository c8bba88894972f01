"""Small tables to learn from, and what was learned from them."""

import csv
from pathlib import Path

import numpy as np

from glassnet.core.array import Array
from glassnet.model import Model
from glassnet.optim.adam import Adam
from glassnet.tables.table import Table
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train

__all__ = ["QUICK", "fruits", "prices", "text_column", "trained_on", "write_csv"]

QUICK = Recipe("plain", hidden=(8,), epochs=60, optimizer=Adam(0.05))


def text_column(*values: str | None) -> Array:
    """A column of text as tables hold it."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def fruits(rows: int = 60) -> Table:
    """Cherries are light, plums are heavy; a colour is missing here and there."""
    number = np.arange(rows)
    plum = number % 2 == 1
    colours = ["red", "yellow", None, "red", "blue"]
    return Table(
        {
            "weight": np.where(plum, 30.0, 6.0) + number % 7 / 4,
            "colour": text_column(*(colours[i % 5] for i in range(rows))),
            "fruit": text_column(*("plum" if yes else "cherry" for yes in plum)),
        }
    )


def prices(rows: int = 80) -> Table:
    """A price that is twice the weight and one."""
    weight = np.arange(rows) / 8
    return Table({"weight": weight, "price": 2 * weight + 1})


def trained_on(table: Table, target: str) -> Model:
    """Learn a table in a moment."""
    return train(table, target, QUICK, progress=False).model


def write_csv(path: Path, table: Table) -> Path:
    """Write a table as people have it: nothing where a value is missing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        for cells in zip(*table.columns.values(), strict=True):
            writer.writerow("" if cell is None or cell != cell else cell for cell in cells)
    return path
