"""The rows of a playground with what is predicted for each, the worst first."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.formula.number import number_text
from glassnet.nn.task import Task
from glassnet.page.messages import Rows, RowSeen
from glassnet.page.playground import Playground

__all__ = ["rows_of"]

DIGITS = 4


def rows_of(playground: Playground, parameters: Array, most: int) -> Rows:
    """Return at most so many rows, those with the largest loss first."""
    everything, task = playground.everything, playground.network.task
    outputs, losses = playground.network.program().evaluate(
        parameters, everything.x, everything.targets, 1
    )
    is_wrong = _wrong(task, outputs, everything.targets)
    worst = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:most]
    predicted = _words(playground, outputs[worst])
    targets = _words(playground, everything.targets[worst])
    return Rows(
        [
            RowSeen(
                int(example),
                int(everything.rows[example]),
                bool(example >= len(playground.learning)),
                predicted[place],
                targets[place],
                bool(is_wrong[example]),
                number_text(float(losses[example]), DIGITS),
            )
            for place, example in enumerate(worst)
        ],
        int(is_wrong.sum()),
        len(everything),
    )


def _wrong(task: Task, outputs: Array, targets: Array) -> Array:
    """Whether each prediction is wrong; numbers are never, for they are hardly ever right."""
    if task is Task.REGRESSION:
        return np.zeros(len(outputs), bool)
    wrong = np.asarray(task.places(outputs) != task.places(targets))
    return np.asarray(wrong.reshape(len(outputs), -1).any(axis=1))


def _words(playground: Playground, outputs: Array) -> Sequence[str]:
    """What outputs mean, in words."""
    network, task = playground.network, playground.network.task
    if task is Task.REGRESSION:
        return [_listed(row) for row in outputs]
    if task is Task.MULTILABEL:
        names = playground.problem.labels
        return [
            ", ".join(name for name, is_on in zip(names, row, strict=True) if is_on) or "none"
            for row in task.places(outputs)
        ]
    return [label_text(label) for label in task.labels(outputs, network.classes)]


def _listed(values: Array) -> str:
    return ", ".join(number_text(float(value), DIGITS) for value in values)
