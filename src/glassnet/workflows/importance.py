"""Which columns a model relies on: permutation importance (Breiman 2001, section 10)."""

from collections.abc import Callable

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.table import Table
from glassnet.model import Model
from glassnet.randomness import example_order

__all__ = ["importances"]

# Of more rows a seeded sample is enough.
MOST_ROWS = 5000
REPEATS = 3


def importances(
    model: Model, table: Table, loss: Callable[[Array, Table], float], seed: int = 0
) -> dict[str, float]:
    """Return by how much the loss rises when a column's values are shuffled among the rows.

    Parameters
    ----------
    model : Model
    table : Table
        Rows that it did not learn from.
    loss : callable
        Takes outputs and the table's rows; lower is better.
    seed : int

    Returns
    -------
    dict of column to float
        The mean of three shuffles, the largest first. Columns of images are left out.
    """
    rows = np.sort(example_order(seed, 0, len(table))[:MOST_ROWS])
    table = table.rows(rows)
    before = loss(model.predict_proba(table), table)
    found = {}
    for number, encoder in enumerate(model.encoder.encoders):
        column = table.columns[encoder.name]
        if column.ndim > 1:
            continue
        rises = []
        for repeat in range(REPEATS):
            order = example_order(seed, 1 + number * REPEATS + repeat, len(table))
            shuffled = Table({**table.columns, encoder.name: column[order]})
            rises.append(loss(model.predict_proba(shuffled), table) - before)
        found[encoder.name] = float(np.mean(rises))
    return dict(sorted(found.items(), key=lambda item: -item[1]))
