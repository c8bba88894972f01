"""The problems that the page offers: points in a plane, a curve, a half adder, digits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.validation import one_of
from glassnet.nn.task import TargetTask
from glassnet.tables.samples import digits, half_adder

__all__ = ["PROBLEMS", "Problem"]

POINTS = 300


@dataclass(frozen=True)
class Problem:
    """Examples to learn from and to test on.

    Attributes
    ----------
    x : array of shape (examples, inputs)
    y : array
        Labels, labels that are independent of each other, or numbers.
    features : sequence of str
    task : str
        ``"classification"``, ``"multilabel"`` or ``"regression"``.
    labels : sequence of str
        Of outputs that are independent of each other.
    held_out : float
        Which part of the examples is for the test.
    """

    x: Array
    y: Array
    features: Sequence[str]
    task: TargetTask = "classification"
    labels: Sequence[str] = field(default=())
    held_out: float = 0.3


def problem_named(name: str, seed: int) -> Problem:
    """Return a problem, its points drawn by a seed.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return PROBLEMS[one_of("the problem", name, tuple(PROBLEMS))](np.random.default_rng(seed))


def _half_adder(_: np.random.Generator) -> Problem:
    x, y = half_adder()
    return Problem(x, y, ("a", "b"), "multilabel", ("carry", "sum"), held_out=0)


def _xor(_: np.random.Generator) -> Problem:
    x, y = half_adder()
    return Problem(x, y[:, 1].astype(int), ("a", "b"), held_out=0)


def _moons(random: np.random.Generator) -> Problem:
    angle = random.uniform(0, np.pi, POINTS)
    y = np.arange(POINTS) % 2
    x1 = np.where(y, 1 - np.cos(angle), np.cos(angle)) - 0.5
    x2 = np.where(y, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
    return _plane(np.stack([x1, x2], axis=1) + random.normal(0, 0.12, (POINTS, 2)), y)


def _spirals(random: np.random.Generator) -> Problem:
    return _arms(random, 2, turns=1.5, noise=0.03)


def _three_classes(random: np.random.Generator) -> Problem:
    return _arms(random, 3, turns=0.5, noise=0.06)


def _arms(random: np.random.Generator, count: int, turns: float, noise: float) -> Problem:
    """Spiral arms, one for each class."""
    y = np.arange(POINTS) % count
    radius = np.sqrt(random.uniform(0.01, 1, POINTS))
    angle = 2 * np.pi * (turns * radius + y / count)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return _plane(x + random.normal(0, noise, x.shape), y)


def _curve(random: np.random.Generator) -> Problem:
    x = random.uniform(-1, 1, (POINTS // 3, 1))
    y = np.sin(4 * x) / 2 + x / 4 + random.normal(0, 0.08, x.shape)
    return Problem(x, y, ("x",), "regression")


def _digits(_: np.random.Generator) -> Problem:
    table = digits()
    *features, target = table.columns
    x = np.stack([table.columns[name] for name in features], axis=1) / 16
    return Problem(x, table.columns[target], features)


def _plane(x: NDArray[np.float64], y: NDArray[np.int64]) -> Problem:
    return Problem(x, y, ("x1", "x2"))


#: By name, each drawn by random numbers.
PROBLEMS: dict[str, Callable[[np.random.Generator], Problem]] = {
    "half adder": _half_adder,
    "xor": _xor,
    "two moons": _moons,
    "spirals": _spirals,
    "three classes": _three_classes,
    "noisy curve": _curve,
    "digits": _digits,
}
