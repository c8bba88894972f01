"""A step as a sheet: its lines in the order in which they are computed by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.update import UpdateEquations
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.places import WeightPlace, index_of, place_at
from glassnet.explanation.step import Step
from glassnet.formula.decimals import Decimals
from glassnet.formula.number import typed_text
from glassnet.formula.tree import Formula, Number, Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["MOST_LINES", "Key", "Line", "Sheet", "key_of"]

#: More lines nobody computes by hand.
MOST_LINES = 300

#: What identifies a quantity, whatever its value.
Key = tuple[object, ...]

FORWARD, LOSS, BACKWARD = "Forward pass", "Loss", "Backward pass"
GRADIENTS, UPDATE = "Gradients", "Update"


def key_of(quantity: Symbol | Partial) -> Key:
    """Return what identifies a quantity, whatever its value."""
    if isinstance(quantity, Partial):
        return (key_of(quantity.of), key_of(quantity.by))
    return (quantity.letter, quantity.layer, quantity.index)


@dataclass(frozen=True)
class Line:
    """A line of a sheet: a quantity, and the formulas by which it can be computed.

    Attributes
    ----------
    left : Symbol or Partial
        With the value of the engine.
    formulas : tuple of Formula
        Where something cancels, before and after; the last is the shortest.
    part : str
        The title of the part of the sheet.
    layer, unit : int, optional
        Of a net input, an output, δ, or a derivative by these; the layer is counted from 1.
    place : WeightPlace, optional
        Of a gradient or a new weight.
    """

    left: Symbol | Partial
    formulas: tuple[Formula, ...]
    part: str
    layer: int = 0
    unit: int = 0
    place: WeightPlace | None = None

    @cached_property
    def name(self) -> str:
        """The name of the quantity, as on the page: ``δ2[1]``."""
        return formula_text(self.left)

    @cached_property
    def key(self) -> Key:
        """What identifies the quantity."""
        return key_of(self.left)


class Sheet:
    """The lines of one step, in an order in which each needs only earlier ones.

    Parameters
    ----------
    explainer : Explainer
        Of a step.

    Raises
    ------
    ValueError
        If there is no target, if a number is not finite, or if there are too many lines.

    Attributes
    ----------
    lines : tuple of Line
    equations : StepEquations
        Without rounding.
    explainer : Explainer
        As the page shows the step.
    """

    def __init__(self, explainer: Explainer) -> None:
        step = explainer.step
        if explainer.end is not None:
            raise ValueError(f"there is no exercise here. {explainer.end}")
        count = least_lines(step)
        if count > MOST_LINES:
            raise ValueError(
                f"an exercise on this step would have more than {MOST_LINES} lines (at least "
                f"{count:,}); give a smaller network"
            )
        whole = replace(explainer.limits, terms=MOST_LINES)
        exact = replace(explainer, style=replace(explainer.style, limits=whole)).exact
        self.equations = exact.step_equations
        self.updates = UpdateEquations.of(self.equations)
        self.explainer = explainer
        self.lines = tuple(unique(self._made()))

    @property
    def step(self) -> Step:
        """The numbers of the step."""
        return self.equations.step

    @cached_property
    def by_key(self) -> dict[Key, Line]:
        """Each line by what identifies its quantity."""
        return {line.key: line for line in self.lines}

    @cached_property
    def places(self) -> tuple[WeightPlace, ...]:
        """All weights and biases, layer by layer."""
        count = self.step.parameters.size
        return tuple(place_at(self.step.architecture, index) for index in range(count))

    @cached_property
    def weights(self) -> dict[Key, WeightPlace]:
        """The place of each weight and bias, by what identifies its symbol."""
        return {key_of(self.equations.weight(place)): place for place in self.places}

    @cached_property
    def exact(self) -> dict[Key, Decimal]:
        """The value of each line, computed in fifty digits from what is given."""
        arithmetic = _FromLines(self)
        return {line.key: arithmetic.take(line) for line in self.lines}

    @cached_property
    def given(self) -> tuple[Symbol | Partial, ...]:
        """What the formulas need besides the lines and the weights: inputs, targets, the rate."""
        found: dict[Key, Symbol | Partial] = {}
        for line in self.lines:
            for formula in line.formulas:
                found.update((key_of(one), one) for one in quantities(formula))
        known = {*self.by_key, *self.weights}
        return tuple(one for key, one in found.items() if key not in known)

    @cached_property
    def all_given(self) -> dict[str, float]:
        """Each number that is given, by its name: inputs, targets, the rate; then the weights."""
        weights = [self.equations.weight(place) for place in self.places]
        names = {formula_text(one): one.value for one in (*self.given, *weights)}
        return {name: value for name, value in names.items() if name not in self.names}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the lines."""
        return frozenset(line.name for line in self.lines)

    def as_shown(self, value: float) -> Decimal:
        """Return a given number as the page shows it, rounded."""
        return Decimal(typed_text(self.explainer.numbers.text(value)))

    def needs(self, line: Line) -> list[Line]:
        """Return the lines that a line's formulas refer to, in order."""
        found = {key_of(quantity) for formula in line.formulas for quantity in quantities(formula)}
        return [other for other in self.lines if other.key in found]

    def _made(self) -> Iterator[Line]:
        yield from self._forward()
        yield from self._losses()
        for layer in range(self.equations.depth, 0, -1):
            yield from self._backward(layer)
        yield from self._gradients()
        yield from self._updates()

    def _forward(self) -> Iterator[Line]:
        equations = self.equations
        for layer in range(1, equations.depth + 1):
            units = range(self.step.architecture.units[layer])
            for unit in units:
                yield _line(equations.net_input_symbol(layer, unit), FORWARD, layer, unit)
            for unit in units:
                if equations.forward.has_dropout(layer):
                    yield _line(equations.activated(layer, unit), FORWARD, layer, unit)
                yield _line(equations.output(layer, unit), FORWARD, layer, unit)

    def _losses(self) -> Iterator[Line]:
        yield _line(self.equations.loss_symbol(), LOSS)
        if not self.step.alone:
            mean = self.equations.mean_loss()
            assert isinstance(mean.left, Symbol)
            yield Line(mean.left, (mean.steps[0],), LOSS)

    def _backward(self, layer: int) -> Iterator[Line]:
        equations, units = self.equations, range(self.step.architecture.units[layer])
        for unit in units:
            for k in equations.spread(layer, unit):
                for equation in equations.factor_equations(layer, k, unit):
                    assert isinstance(equation.left, Partial)
                    line = _line(equation.left, BACKWARD, layer, k)
                    if line.formulas != (Number(1.0),):
                        yield line
            formulas = tuple(equations.delta_formulas(layer, unit))
            yield Line(equations.delta_symbol(layer, unit), formulas, BACKWARD, layer, unit)

    def _gradients(self) -> Iterator[Line]:
        equations = self.equations
        for place in self.places:
            yield _line(equations.gradient_symbol(place), GRADIENTS, place=place)
        if not self.step.alone:
            for place in self.places:
                yield _line(equations.batch_gradient_symbol(place), GRADIENTS, place=place)

    def _updates(self) -> Iterator[Line]:
        for place in self.places if self.updates is not None else ():
            yield from _update_lines(self.updates, self.equations, place)


class _FromLines(Decimals):
    """Decimal numbers, in which a line stands for its own value."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.by_key = sheet.by_key
        self.values: dict[Key, Decimal] = {}

    def take(self, line: Line) -> Decimal:
        """Return the value of a line, after those that it needs."""
        value: Decimal = line.formulas[-1].evaluate(self)
        self.values[line.key] = value
        return value

    def symbol(self, symbol: Symbol | Partial) -> Decimal:
        """Return the value of a line, or of what is given."""
        known = self.values.get(key_of(symbol))
        return self.number(symbol.value) if known is None else known


def least_lines(step: Step) -> int:
    """Return how many lines a step has at least: its units and weights."""
    updates = 0 if step.update is None else 1 + 2 * len(step.update.rule.optimizer.state_names)
    gradients = 1 if step.alone else 2
    units = sum(step.architecture.units[1:])
    return 3 * units + (gradients + updates) * step.parameters.size


def unique(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield each quantity once, where it comes first."""
    seen: set[Key] = set()
    for line in lines:
        if line.key not in seen:
            seen.add(line.key)
            yield line


def quantities(formula: Formula) -> Iterator[Symbol | Partial]:
    """Yield the symbols and partial derivatives in a formula, from left to right."""
    if isinstance(formula, Symbol | Partial):
        yield formula
        return
    for part in formula.parts:
        yield from quantities(part)


def _line(
    left: Symbol | Partial,
    part: str,
    layer: int = 0,
    unit: int = 0,
    place: WeightPlace | None = None,
) -> Line:
    """The line of a quantity that has a definition."""
    assert left.definition is not None
    return Line(left, (left.definition(),), part, layer, unit, place)


def _update_lines(
    updates: UpdateEquations | None, equations: StepEquations, place: WeightPlace
) -> Iterator[Line]:
    """The lines of one weight's update; what it computes on the way has the weight as index."""
    assert updates is not None
    weight = formula_text(equations.weight(place))
    renamed: dict[Key, Symbol] = {}
    if updates.update.number > 1:  # what the optimizer remembers differs from weight to weight
        state = updates.update.state[:, index_of(updates.step.architecture, place)].tolist()
        for name, value in zip(updates.update.rule.optimizer.state_names, state, strict=True):
            renamed[key_of(Symbol(name, 0.0))] = Symbol(name, value, index=weight)
    *before, last = updates.equations(place)
    for equation in before:
        left = equation.left
        assert isinstance(left, Symbol)
        letter = f"new {left.letter}" if left.index == "new" else left.letter
        own = Symbol(letter, left.value, index=weight)
        yield Line(own, (_with_names(equation.steps[0], renamed),), UPDATE, place=place)
        renamed[key_of(left)] = own
    assert isinstance(last.left, Symbol)
    yield Line(last.left, (_with_names(last.steps[0], renamed),), UPDATE, place=place)


def _with_names(formula: Formula, names: dict[Key, Symbol]) -> Formula:
    if isinstance(formula, Symbol | Partial):
        return names.get(key_of(formula), formula)
    return formula.mapped(lambda part: _with_names(part, names))
