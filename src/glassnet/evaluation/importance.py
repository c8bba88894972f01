"""Permutation importance of columns (Breiman 2001, section 10)."""

import numpy as np

from glassnet.core.array import Array
from glassnet.core.random import example_order
from glassnet.evaluation.scores import scorer_for
from glassnet.model import Model
from glassnet.tables.table import Rows

__all__ = ["importances"]

# If there are more rows, a seeded sample of this many is used.
MAX_ROWS = 5000
REPEATS = 3


def importances(model: Model, rows: Rows, seed: int = 0) -> dict[str, float]:
    """Return the rise of the loss when the values of each column are shuffled among the rows.

    The loss is the log loss, or the root mean squared error.

    Parameters
    ----------
    model : Model
    rows : Rows
        Held-out rows.
    seed : int

    Returns
    -------
    dict of column to float
        The mean of three shuffles, in descending order. Image columns are skipped.
    """
    chosen = np.sort(example_order(seed, 0, len(rows))[:MAX_ROWS])
    table, scorer = rows.rows(chosen).in_memory(), scorer_for(model.target)
    targets, (x, _) = scorer.targets(table), model.encode(table)

    def loss(inputs: Array) -> float:
        return scorer.mean_loss(targets, model.outputs(inputs))

    before, found, end = loss(x), {}, 0
    for number, encoder in enumerate(model.encoder.encoders):
        own = slice(end, end + len(encoder.feature_names))
        end = own.stop
        if table.is_images(encoder.name):
            continue
        rises = []
        for repeat in range(REPEATS):
            # Values are encoded independently, so shuffling a column means shuffling its inputs.
            shuffled = x.copy()
            shuffled[:, own] = x[example_order(seed, 1 + number * REPEATS + repeat, len(x)), own]
            rises.append(loss(shuffled) - before)
        found[encoder.name] = float(np.mean(rises))
    return dict(sorted(found.items(), key=lambda item: -item[1]))
