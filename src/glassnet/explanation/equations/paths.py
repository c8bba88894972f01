"""A weight's gradient as a sum over all paths from the weight to the loss.

A path leads from the weight through one unit of each following layer to an output, and on to the
loss. Its value is the product of the partial derivatives along it; the gradient is the sum over
all paths. Their number is the product of the layers' widths, so only the largest are searched for,
best first: one backward pass gives an upper bound for the rest of any path (A* search, Hart,
Nilsson and Raphael 1968).
"""

import heapq
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import Equation
from glassnet.formula.tree import Formula, Partial, Product, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Path", "Paths", "path_equation", "paths_of"]

Values = NDArray[np.float64]


@dataclass(frozen=True, order=True)
class Path:
    """A path from a weight to the loss.

    Attributes
    ----------
    units : tuple of int
        The units along the path: that of in(l) in the weight's layer, then of y(l), in(l + 1),
        y(l + 1), ..., in(L).
    partials : tuple of float
        ∂in/∂w, the derivative of each quantity by the one before, and ∂E/∂in(L).
    """

    units: tuple[int, ...]
    partials: tuple[float, ...]

    @property
    def value(self) -> float:
        """The product of the partial derivatives."""
        return math.prod(self.partials)


@dataclass(frozen=True)
class Paths:
    """The largest paths of a weight, largest first; the number of the others, and their sum."""

    largest: tuple[Path, ...]
    others: int
    rest: float


def paths_of(step: Step, place: WeightPlace, most: int, max_largest: int) -> Paths:
    """Return all paths of a weight if there are at most `most`, else the `max_largest` largest.

    The paths are those of the shown example.
    """
    layers = range(place.layer, len(step.architecture.layers))
    stages = [stage for layer in layers for stage in _stages(step, layer)]
    count = math.prod(stage.ways for stage in stages)
    wanted = count if count <= most else max_largest
    start = Path((place.unit,), (step.source(place),))
    found = _largest(stages, step.deltas[-1].astype(np.float64), start, wanted)
    others = count - len(found)
    rest = math.fsum([_sum_of_all(stages, step, start), *(-path.value for path in found)])
    return Paths(tuple(found), others, rest if others else 0.0)


def _sum_of_all(stages: "list[_Stage]", step: Step, start: Path) -> float:
    """The sum of all paths, from the weight forward to the loss, unit by unit."""
    reached = np.zeros(step.net_inputs[-1].size if not stages else stages[0].units)
    reached[start.units[0]] = start.value
    for stage in stages:
        reached = stage.onward(reached)
    return math.fsum((reached * step.deltas[-1]).tolist())


class _Stage(ABC):
    """How the quantities of one stage depend on those of the previous stage."""

    ways: int

    @property
    @abstractmethod
    def units(self) -> int:
        """How many units it starts from."""

    @abstractmethod
    def onward(self, values: Values) -> Values:
        """Return Σ value · derivative for each unit that it leads to."""

    @abstractmethod
    def from_unit(self, unit: int) -> tuple[NDArray[np.int64], Values]:
        """Return the units that `unit` leads to, and the derivatives."""

    @abstractmethod
    def most(self, behind: Values) -> Values:
        """Return for each unit the largest |derivative| · behind."""


@dataclass(frozen=True)
class _OneToOne(_Stage):
    """Each unit leads only to the unit of the same number."""

    derivatives: Values
    ways = 1

    @property
    def units(self) -> int:
        return self.derivatives.size

    def onward(self, values: Values) -> Values:
        return values * self.derivatives

    def from_unit(self, unit: int) -> tuple[NDArray[np.int64], Values]:
        return np.array([unit]), self.derivatives[unit : unit + 1]

    def most(self, behind: Values) -> Values:
        return np.abs(self.derivatives) * behind


@dataclass(frozen=True)
class _AllToAll(_Stage):
    """Each unit (a row) leads to every unit (a column), times a factor."""

    derivatives: NDArray[np.floating]
    factor: float = 1.0

    @property
    def ways(self) -> int:  # type: ignore[override]  # as many as there are columns
        return int(self.derivatives.shape[1])

    @property
    def units(self) -> int:
        return int(self.derivatives.shape[0])

    def onward(self, values: Values) -> Values:
        return self.factor * (values @ self.derivatives.astype(np.float64))

    def from_unit(self, unit: int) -> tuple[NDArray[np.int64], Values]:
        row = self.factor * self.derivatives[unit].astype(np.float64)
        return np.arange(row.size), row

    def most(self, behind: Values) -> Values:
        # In the precision of the weights: it only sets the order of the search.
        reach = np.abs(self.derivatives * behind.astype(self.derivatives.dtype)).max(axis=1)
        largest: Values = abs(self.factor) * reach.astype(np.float64)
        return largest


def _stages(step: Step, layer: int) -> list[_Stage]:
    """From in(layer) to y(layer), and on to in(layer + 1)."""
    activation = step.layer(layer).activation
    dropout_mask = (
        np.ones(1) if step.dropout_mask is None else step.dropout_mask[layer].astype(np.float64)
    )
    through: _Stage
    if isinstance(activation, Elementwise):
        derivatives = activation.derivative(step.net_inputs[layer - 1][None, :])[0]
        through = _OneToOne(derivatives.astype(np.float64) * dropout_mask)
    else:  # softmax: ∂y_k/∂in_j = y_k ([k = j] − y_j)
        g = step.activated(layer).astype(np.float64)
        through = _AllToAll((np.diag(g) - np.outer(g, g)) * dropout_mask)
    W, c = step.weights[layer], step.architecture.places[layer].multiplier
    on: _Stage = _OneToOne(c * W.astype(np.float64)) if W.ndim == 1 else _AllToAll(W, c)
    return [through, on]


@dataclass(frozen=True, eq=False)
class _Node:
    """The beginning of a path: its last unit, the derivative that led there, what came before.

    `size` is the logarithm of its product, which may be smaller than any float.
    """

    unit: int
    derivative: float
    size: float
    before: "_Node | None" = None

    def path(self) -> Path:
        """Return the whole path, which ends in ∂E/∂in(L)."""
        nodes: list[_Node] = []
        node: _Node | None = self
        while node is not None:
            nodes.append(node)
            node = node.before
        units = tuple(each.unit for each in nodes[:0:-1])
        return Path(units, tuple(each.derivative for each in nodes[::-1]))


def _largest(stages: list[_Stage], delta: Values, start: Path, wanted: int) -> list[Path]:
    """Best-first search: the path with the largest bound on its product is extended next.

    Of equal bounds the last one found goes on, so that it soon is a whole path.
    """
    most_from = _most_from(stages, delta)
    (unit,), (source,) = start.units, start.partials
    first = _Node(unit, source, _ln(source))
    waiting: list[tuple[float, int, int, _Node]] = [(-first.size, 0, 0, first)]
    found: list[Path] = []
    pushed = 0
    while waiting and len(found) < wanted:
        _, _, level, node = heapq.heappop(waiting)
        if level > len(stages):
            found.append(node.path())
            continue
        if level == len(stages):
            units, derivatives = np.array([node.unit]), delta[[node.unit]]
            bounds = node.size + _logarithms(derivatives)
        else:
            units, derivatives = stages[level].from_unit(node.unit)
            bounds = node.size + _logarithms(derivatives) + most_from[level + 1][units]
        # At most `wanted` of them can be among the largest; that with the largest goes on first.
        for n in np.argsort(-bounds, kind="stable")[:wanted][::-1].tolist():
            derivative = float(derivatives[n])
            onward = _Node(int(units[n]), derivative, node.size + _ln(derivative), node)
            pushed += 1
            heapq.heappush(waiting, (-float(bounds[n]), -pushed, level + 1, onward))
    return sorted(found, key=lambda path: -abs(path.value))


def _most_from(stages: list[_Stage], delta: Values) -> list[Values]:
    """The logarithm of the largest product from each unit on to the loss, stage by stage.

    The products are kept near 1, since over many stages they get smaller than any float.
    """
    behind, scale = np.abs(delta), 0.0
    most_from: list[Values] = []
    for stage in (*reversed(stages), None):
        largest = float(behind.max())
        if largest:
            behind, scale = behind / largest, scale + math.log(largest)
        most_from.append(_logarithms(behind) + scale)
        if stage is not None:
            behind = stage.most(behind)
    return most_from[::-1]


def _ln(value: float) -> float:
    return math.log(abs(value)) if value else -math.inf


def _logarithms(values: Values) -> Values:
    with np.errstate(divide="ignore"):
        logarithms: Values = np.log(np.abs(values))
    return logarithms


def path_equation(
    equations: StepEquations, place: WeightPlace, path: Path, number: int
) -> Equation:
    """Return a path's product: symbols from the loss down to the weight, numbers, and value."""
    quantities = [equations.net_input_symbol(place.layer, path.units[0])]
    for n, unit in enumerate(path.units[1:]):
        layer = place.layer + (n + 1) // 2
        of_output = n % 2 == 0
        symbol = equations.output if of_output else equations.net_input_symbol
        quantities.append(symbol(layer, unit))
    ends: list[Symbol] = [equations.weight(place), *quantities, equations.loss_symbol()]
    factors: list[Formula] = [
        equations.written(Partial(above, below, value))
        for below, above, value in zip(ends, ends[1:], path.partials, strict=False)
    ]
    product = Product(tuple(reversed(factors)))
    return equations.equation(equations.path_symbol(number, path.value, product), product)
