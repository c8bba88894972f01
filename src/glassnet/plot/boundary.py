"""What a network predicts over a plane of two inputs: its regions, and the lines of its units."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.array import Array
from glassnet.formula.document import RegionPoint, Regions
from glassnet.nn.task import Task
from glassnet.plot.labelled import Labelled
from glassnet.plot.pyplot import new_axes
from glassnet.plot.regions import draw_regions
from glassnet.plot.subject import Subject, subject_of
from glassnet.plot.unit_line import line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["boundary", "plot_boundary"]

CELLS, FINE_CELLS = 120, 250
MARGIN = 0.2  # beside the examples, as a part of their range


def plot_boundary(
    model: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    unit: str | None = None,
    lines: bool = False,
    features: Sequence[str | int] = (0, 1),
    row: int = 0,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot what is predicted over a plane of two inputs, and the examples.

    For classes there are their regions, for numbers bands of them, for one unit the two sides of
    in = 0: a straight line for a unit of the first layer, a curve for any other.

    Parameters
    ----------
    model : Network, Model, or an estimator of Glassnet
    X : array-like of shape (examples, inputs), or a table for a model
        They say which part of the plane is shown.
    y : array-like of shape (examples,), optional
        Labels or numbers, for the colours of the examples; with `unit`, any labels.
    unit : str, optional
        The name of a unit, as in :meth:`Explanation.unit`: ``"h1.2"``, ``"output 1"``, a class.
    lines : bool
        Whether to draw the line of each unit of the first layer, too.
    features : two of str or int
        The inputs that are the axes, by name or counted from 0; of a model, its columns that hold
        numbers.
    row : int
        The row of X whose values the other inputs have, counted from 0.
    ax : matplotlib Axes, optional
        Where to plot; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        If data or options do not fit the model.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import glassnet as gn
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> net = gn.Network([2, 4, 2], hidden="sigmoid", output="softmax", seed=7)
    >>> ax = gn.plot_boundary(net, X, y, lines=True)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x1', 'x2')
    """
    subject = subject_of(model, X, row)
    axes = ax if ax is not None else new_axes("plot_boundary")
    draw_regions(axes, _regions(subject, y, unit, lines, features, FINE_CELLS))
    return axes


def boundary(
    model: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    unit: str | None = None,
    lines: bool = False,
    features: Sequence[str | int] = (0, 1),
    row: int = 0,
    caption: str = "",
) -> Regions:
    """Return the same as :func:`plot_boundary` as a block for a document; it needs no matplotlib.

    Raises
    ------
    ValueError, TypeError
        If data or options do not fit the model.

    Examples
    --------
    >>> import glassnet as gn
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> net = gn.Network([2, 1], output="sigmoid", dtype="float64")
    >>> net.weights, net.biases = [[[1], [1]]], [[-1.5]]
    >>> block = boundary(net, X, [0, 0, 0, 1], unit="output 1")
    >>> block.names, [point.place for point in block.points]
    (('0: in < 0', '1: in ≥ 0'), [0, 0, 0, 1])
    >>> [round(x + y, 12) for x, y in block.lines[0].points]  # x1 + x2 = 1.5
    [1.5, 1.5]
    """
    subject = subject_of(model, X, row)
    return replace(_regions(subject, y, unit, lines, features, CELLS), caption=caption)


def _regions(
    subject: Subject,
    y: ArrayLike | None,
    unit: str | None,
    lines: bool,
    features: Sequence[str | int],
    cells: int,
) -> Regions:
    across, up = subject.named(features)
    (left, right), (low, high) = _bounds(subject.values(across)), _bounds(subject.values(up))
    x, heights = _centres(left, right, cells), _centres(low, high, cells)[::-1]
    inputs = subject.inputs({across: np.tile(x, cells), up: np.repeat(heights, cells)})
    labelled = _labelled(subject, inputs, unit, y)
    drawn = [unit] if unit is not None else []
    if lines:
        count = subject.network.architecture.units[1]
        drawn += [subject.symbols.unit_name(1, number) for number in range(count)]
    bounds = left, right, low, high
    found = [line_of(subject, name, (across, up), bounds) for name in dict.fromkeys(drawn)]
    return Regions(
        across,
        up,
        bounds,
        labelled.names,
        tuple(map(tuple, labelled.cells.reshape(cells, cells).tolist())),
        _points(subject, (across, up), labelled),
        tuple(line for line in found if line is not None),
        ordered=labelled.ordered,
    )


def _labelled(subject: Subject, inputs: Array, unit: str | None, y: ArrayLike | None) -> Labelled:
    network = subject.network
    if unit is not None:
        decides = network.task in (Task.BINARY, Task.MULTILABEL) and subject.is_output(unit)
        return Labelled.by_side(subject.net_inputs(inputs, unit), y, decides=decides)
    predicted = subject.predicted(inputs)
    if network.task is not Task.REGRESSION:
        count = network.task.classes(network.architecture.outputs)
        classes = np.arange(count) if network.classes is None else network.classes
        return Labelled.by_class(predicted, y, classes)
    if np.ndim(predicted) > 1 and np.shape(predicted)[1] > 1:
        name = subject.symbols.unit_name(subject.symbols.depth, 0)
        raise ValueError(f"several numbers are predicted; give one as unit, such as {name!r}")
    return Labelled.by_band(predicted, y)


def _points(subject: Subject, axes: tuple[str, str], labelled: Labelled) -> tuple[RegionPoint, ...]:
    """The examples with a label; those without a number on an axis are left out."""
    x, y = (subject.values(axis).astype(np.float64) for axis in axes)
    if len(labelled.rows) not in (0, len(x)):
        raise ValueError(f"X has {len(x)} rows and y {len(labelled.rows)}; give as many labels")
    every = zip(x.tolist(), y.tolist(), labelled.rows.tolist(), strict=len(labelled.rows) > 0)
    return tuple(
        RegionPoint(*point) for point in every if isfinite(point[0]) and isfinite(point[1])
    )


def _bounds(values: Array) -> tuple[float, float]:
    finite = values[np.isfinite(values)].astype(np.float64)
    if not len(finite):
        raise ValueError("there is no number along an axis; give rows with numbers")
    low, high = float(finite.min()), float(finite.max())
    beside = MARGIN * (high - low) or max(abs(low) / 2, 1.0)
    return low - beside, high + beside


def _centres(low: float, high: float, cells: int) -> Array:
    return low + (np.arange(cells) + 0.5) * ((high - low) / cells)
