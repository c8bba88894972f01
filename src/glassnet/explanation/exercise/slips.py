"""The usual slips: for a line, the formulas that somebody may have taken instead of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from glassnet.explanation.exercise.sheet import GRADIENTS, LOSS, UPDATE, Key, Line, Sheet, key_of
from glassnet.explanation.places import WeightPlace
from glassnet.formula.tree import (
    Call,
    Formula,
    Negative,
    Number,
    Partial,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.layers import Scale

__all__ = ["SLIPS", "Slip", "slips_of"]

#: What each slip is, in words. The first ten are the most usual ones and are named first.
SLIPS = {
    "sign": "a sign is wrong",
    "forgotten bias": "the bias is missing",
    "derivative left out": "the derivative of the activation is missing",
    "transposed weight": "the weight of the opposite direction was used: rows and columns of the "
    "matrix changed places",
    "rate left out": "the learning rate is missing",
    "rate taken twice": "the learning rate was multiplied in twice",
    "ascent": "the step goes up instead of down: it was added, not subtracted",
    "sum for mean": "the sum was taken instead of the mean",
    "missing half": "the factor ½, or the 2 that it cancels, is missing or left over",
    "updated weight": "the new weight was used too soon: the backward pass needs the old one",
    "forgotten term": "a term of the sum is missing",
    "wrong unit": "the number of another unit was used",
    "net input for output": "the derivative was taken at the net input instead of the output",
    "logarithm": "the logarithm to base 10 was taken instead of the natural one",
    "cut off": "the last digit was cut off, not rounded",
    "decimal point": "the decimal point is in the wrong place",
    "not a number": "it is not a number such as 0.550, 1.2e-3 or 3/8",
}


@dataclass(frozen=True)
class Slip:
    """A slip, and the formula that it makes of a line.

    Attributes
    ----------
    kind : str
        One of ``SLIPS``.
    formula : Formula
    """

    kind: str
    formula: Formula


def slips_of(sheet: Sheet, line: Line) -> Iterator[Slip]:
    """Yield the changed formulas of a line, the most usual slips first."""
    for kind, changes in CHANGES.items():
        for formula in changes(sheet, line):
            if formula not in line.formulas:
                yield Slip(kind, formula)


Changes = Callable[[Sheet, Line], Iterator[Formula]]


def sign(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """The sign of the whole, or of one term; in an update, the step's is called ascent."""
    for formula in line.formulas:
        if not is_new_weight(line):
            yield Negative(formula)
            yield from once(formula, _other_sign)


def ascent(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A new weight with the step added."""
    if is_new_weight(line):
        yield from once(line.formulas[0], _without_minus)


def forgotten_bias(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A net input without its bias."""
    letter = sheet.equations.names.notation.bias
    if is_net_input(sheet, line):
        yield from once(line.formulas[0], lambda node: _without_term(node, letter))


def derivative_left_out(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """δ without ∂y/∂in, and ∂y/∂in as 1."""
    if is_slope(sheet, line):
        yield Number(1.0)
    if is_delta(sheet, line):
        equations = sheet.equations
        softmax = not isinstance(sheet.step.layer(line.layer).activation, Elementwise)
        k = line.unit
        if softmax and k not in equations.spread(line.layer, line.unit):
            return
        y = equations.output(line.layer, k)
        by_output = Partial(equations.loss_symbol(), y, 0.0)
        if key_of(by_output) in sheet.by_key:
            yield sheet.by_key[key_of(by_output)].left
        else:
            yield equations.d_predicted(k)


def transposed_weight(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """All weights of a sum, or one, with source and unit exchanged; or those of a gradient."""

    def change(node: Formula) -> Iterator[Formula]:
        if (other := _transposed(sheet, node)) is not None:
            yield other

    if line.place is None:
        for formula in line.formulas:
            yield _everywhere(formula, partial(_transposed, sheet))
            yield from once(formula, change)
    elif (place := _exchanged(sheet, line.place)) is not None and line.part == GRADIENTS:
        yield sheet.equations.gradient_symbol(place)
        yield from sheet.by_key[key_of(sheet.equations.gradient_symbol(place))].formulas


def rate_left_out(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A new weight without α."""
    if line.part == UPDATE:
        yield _everywhere(line.formulas[0], lambda node: _rate(sheet, node, Number(1.0)))


def rate_taken_twice(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A new weight with α²."""
    if line.part == UPDATE:
        yield _everywhere(line.formulas[0], lambda node: _rate(sheet, node, node * node))


def sum_for_mean(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """The sum over the batch, or over the outputs, where it is the mean."""
    equations = sheet.equations
    total = key_of(equations.total())
    for formula in line.formulas:
        yield from once(formula, lambda node: _undivided(node, total))
    outputs = sheet.step.target.size
    divisor = sheet.step.output_loss.loss.divisor(outputs)
    if divisor > 1 and (line.part == LOSS or is_d_predicted(sheet, line)):
        yield divisor * line.formulas[-1]
    if divisor > 1 and is_delta(sheet, line) and len(line.formulas) > 1:
        yield divisor * line.formulas[-1]


def missing_half(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A loss, or its derivative, without ½ or 2, or with one too many."""
    if line.part == LOSS or is_d_predicted(sheet, line):
        for factor in (2.0, 0.5):
            yield Product((Number(factor), line.formulas[-1]))


def updated_weight(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """The backward pass with the weights after the update."""
    if sheet.updates is None or line.part in (GRADIENTS, UPDATE) or is_net_input(sheet, line):
        return

    def change(node: Formula) -> Formula | None:
        if isinstance(node, Symbol) and key_of(node) in sheet.weights:
            place = sheet.weights[key_of(node)]
            return sheet.equations.names.new_weight(place, sheet.step.new_weight(place))
        return None

    def one(node: Formula) -> Iterator[Formula]:
        if (new := change(node)) is not None:
            yield new

    for formula in line.formulas:
        yield _everywhere(formula, change)
        yield from once(formula, one)


def forgotten_term(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A sum without one of its terms."""
    for formula in line.formulas:
        if isinstance(formula, Sum):
            yield from _without_term(formula, None)


def wrong_unit(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """A quantity of another unit of the same layer."""
    others: dict[tuple[object, ...], list[Formula]] = {}
    for other in sheet.lines:
        if isinstance(other.left, Symbol):
            others.setdefault(_family(other.left), []).append(other.left)
    for unit in range(sheet.step.architecture.inputs):
        symbol = sheet.equations.input(unit)
        others.setdefault(_family(symbol), []).append(symbol)

    def change(node: Formula) -> Iterator[Formula]:
        if isinstance(node, Symbol) and node.index:
            same = others.get(_family(node), [])
            yield from (other for other in same if other != node)

    if line.part != UPDATE:
        for formula in line.formulas:
            yield from once(formula, change)


def net_input_for_output(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """y (1 − y) with in instead of y."""
    if not is_slope(sheet, line):
        return
    equations = sheet.equations
    y = key_of(equations.activated(line.layer, line.unit))
    net_input = equations.net_input_symbol(line.layer, line.unit)

    def change(node: Formula) -> Formula | None:
        return net_input if isinstance(node, Symbol) and key_of(node) == y else None

    yield _everywhere(line.formulas[0], change)


def logarithm(sheet: Sheet, line: Line) -> Iterator[Formula]:
    """The logarithm to base 10."""

    def change(node: Formula) -> Formula | None:
        if isinstance(node, Call) and node.function == "ln":
            return Quotient(node, Call("ln", (Number(10.0),)))
        return None

    if line.part == LOSS:
        yield _everywhere(line.formulas[0], change)


CHANGES: dict[str, Changes] = {
    "ascent": ascent,
    "forgotten bias": forgotten_bias,
    "derivative left out": derivative_left_out,
    "transposed weight": transposed_weight,
    "rate left out": rate_left_out,
    "rate taken twice": rate_taken_twice,
    "sum for mean": sum_for_mean,
    "missing half": missing_half,
    "updated weight": updated_weight,
    "sign": sign,
    "forgotten term": forgotten_term,
    "wrong unit": wrong_unit,
    "net input for output": net_input_for_output,
    "logarithm": logarithm,
}


def is_net_input(sheet: Sheet, line: Line) -> bool:
    """Whether a line is of a net input."""
    return _letter(line) == sheet.equations.names.notation.net_input


def is_delta(sheet: Sheet, line: Line) -> bool:
    """Whether a line is of a δ."""
    return _letter(line) == sheet.equations.names.notation.delta


def is_new_weight(line: Line) -> bool:
    """Whether a line is of a new weight itself."""
    return line.part == UPDATE and isinstance(line.left, Symbol) and line.left.layer is not None


def is_slope(sheet: Sheet, line: Line) -> bool:
    """Whether a line is of ∂y/∂in."""
    net_input = sheet.equations.names.notation.net_input
    return isinstance(line.left, Partial) and line.left.by.letter == net_input


def is_d_predicted(sheet: Sheet, line: Line) -> bool:
    """Whether a line is of ∂E/∂p."""
    prediction = sheet.equations.names.notation.prediction
    return isinstance(line.left, Partial) and line.left.by.letter == prediction


def once(formula: Formula, change: Callable[[Formula], Iterator[Formula]]) -> Iterator[Formula]:
    """Yield the formula with one of its nodes changed, for each node and each of its changes."""
    yield from change(formula)
    if isinstance(formula, Symbol | Partial):
        return
    for name in formula.__dataclass_fields__:  # type: ignore[attr-defined]  # all nodes are
        part: Any = getattr(formula, name)
        if isinstance(part, Formula):
            for new in once(part, change):
                yield replace(formula, **{name: new})  # type: ignore[type-var]
        elif isinstance(part, tuple):
            for n, item in enumerate(part):
                for new in once(item, change):
                    parts = (*part[:n], new, *part[n + 1 :])
                    yield replace(formula, **{name: parts})  # type: ignore[type-var]


def _everywhere(formula: Formula, change: Callable[[Formula], Formula | None]) -> Formula:
    """The formula with all nodes changed that can be."""
    changed = change(formula)
    if changed is not None:
        return changed
    if isinstance(formula, Symbol | Partial):
        return formula
    return formula.mapped(lambda part: _everywhere(part, change))


def _other_sign(node: Formula) -> Iterator[Formula]:
    """A term with the other sign, and what is negated without its minus."""
    yield from _without_minus(node)
    if isinstance(node, Sum):
        for n, term in enumerate(node.terms):
            if not isinstance(term, Negative):
                yield Sum((*node.terms[:n], Negative(term), *node.terms[n + 1 :]))


def _without_minus(node: Formula) -> Iterator[Formula]:
    if isinstance(node, Negative):
        yield node.of


def _without_term(node: Formula, letter: str | None) -> Iterator[Formula]:
    """A sum without the term of this letter, or without any one."""
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return
    for n, term in enumerate(node.terms):
        if letter is None or (isinstance(term, Symbol) and term.letter == letter):
            rest = (*node.terms[:n], *node.terms[n + 1 :])
            yield rest[0] if len(rest) == 1 else Sum(rest)


def _undivided(node: Formula, total: Key) -> Iterator[Formula]:
    """The numerator of a quotient by the number of examples."""
    by = node.denominator if isinstance(node, Quotient) else None
    if isinstance(node, Quotient) and isinstance(by, Symbol) and key_of(by) == total:
        yield node.numerator


def _rate(sheet: Sheet, node: Formula, instead: Formula) -> Formula | None:
    letter = sheet.equations.names.notation.learning_rate
    return instead if isinstance(node, Symbol) and node.letter == letter else None


def _transposed(sheet: Sheet, node: Formula) -> Formula | None:
    """The weight from j to i in place of that from i to j, if there is one."""
    if not isinstance(node, Symbol) or (place := sheet.weights.get(key_of(node))) is None:
        return None
    other = _exchanged(sheet, place)
    return None if other is None else sheet.equations.weight(other)


def _exchanged(sheet: Sheet, place: WeightPlace) -> WeightPlace | None:
    if place.source is None or isinstance(sheet.step.layer(place.layer), Scale):
        return None
    before, units = sheet.step.architecture.units[place.layer - 1 : place.layer + 1]
    if place.source == place.unit or place.unit >= before or place.source >= units:
        return None
    return WeightPlace(place.layer, place.unit, place.source)


def _letter(line: Line) -> str | None:
    return line.left.letter if isinstance(line.left, Symbol) else None


def _family(symbol: Symbol) -> tuple[object, ...]:
    return (symbol.letter, symbol.layer)
