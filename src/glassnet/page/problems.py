"""The problems that the page offers: points in a plane, a curve, a half adder, digits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.validation import one_of
from glassnet.nn.task import TargetTask
from glassnet.page.formula import evaluated
from glassnet.tables.samples import digits, half_adder

__all__ = ["PROBLEMS", "Problem", "of_formula", "of_points", "problem_named"]

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
    rows : array, optional
        Which rows of a table the examples are; in their order if not given.
    split : tuple of array, optional
        Which examples are to learn from and which for the test, where that is decided already.
    """

    x: Array
    y: Array
    features: Sequence[str]
    task: TargetTask = "classification"
    labels: Sequence[str] = field(default=())
    held_out: float = 0.3
    rows: NDArray[np.int64] | None = None
    split: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None


def problem_named(name: str, seed: int) -> Problem:
    """Return a problem, its points drawn by a seed.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return PROBLEMS[one_of("the problem", name, tuple(PROBLEMS))](np.random.default_rng(seed))


def of_points(points: Sequence[tuple[float, float, int]]) -> Problem:
    """Return points that were set by hand, each with its class.

    Raises
    ------
    ValueError
        If they are not of two classes at least.
    """
    x = np.array([point[:2] for point in points]).reshape(-1, 2)
    y = np.array([label for _, _, label in points])
    if len(np.unique(y)) < 2:
        raise ValueError("points of one class alone teach nothing; set one of another class")
    return Problem(x, y, ("x1", "x2"), held_out=0)


def of_formula(formula: str, seed: int) -> Problem:
    """Return points drawn by a seed; a formula says what is to learn of them.

    Raises
    ------
    ValueError
        If it is no formula of x1 and x2.
    """
    x = np.random.default_rng(seed).uniform(-1, 1, (POINTS, 2))
    y = evaluated(formula, {"x1": x[:, 0], "x2": x[:, 1]})
    if y.dtype != bool:
        return Problem(x, y[:, None], ("x1", "x2"), "regression")
    if y.all() or not y.any():
        raise ValueError(f"{formula!r} is {str(y[0]).lower()} for all points; nothing is to learn")
    return Problem(x, y.astype(int), ("x1", "x2"))


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
