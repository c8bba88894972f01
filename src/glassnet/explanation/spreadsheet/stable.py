"""Rows of their own for terms that would lose their digits, or overflow, where they stand.

Where y is near 1, the difference 1 − y has few digits left; it is computed from the net input.
A formula that contains such a term refers to its row. The exponentials of softmax are divided by
the largest of them, which cancels in the quotient.
"""

from collections.abc import Iterator, Mapping, Sequence

from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.spreadsheet.cell_formula import (
    LARGEST_EXPONENT,
    computed_as,
    where_positive,
)
from glassnet.formula.tree import Call, Formula, Number, Sum, Symbol, exp, ln, sum_of
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.exponential import Exponential
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.activations.tanh import Tanh

__all__ = ["Row", "activation_formula", "rows_after", "rows_before"]

#: A quantity, and the formula of its row.
Row = tuple[Formula, Formula]

#: cosh of more may overflow, once it is squared.
LARGEST_COSH = 350.0


def rows_before(equations: ForwardEquations, layer: int) -> Iterator[list[Row]]:
    """Return rows that the outputs of a layer are computed from: the exponentials of softmax."""
    if not isinstance(equations.forward.layer(layer).activation, Softmax):
        return
    net_inputs, largest = equations.net_input_symbols(layer), _largest(layer)
    yield [(largest, Call("max", tuple(net_inputs)))]
    least = Number(-LARGEST_EXPONENT)
    differences = [each - largest for each in net_inputs]
    bounded = [computed_as(Call("max", (least, each)), each) for each in differences]
    yield list(zip(_exponentials(net_inputs), map(exp, bounded), strict=True))


def activation_formula(equations: ForwardEquations, layer: int, unit: int) -> Formula:
    """Return the formula of an output before dropout; that of softmax by its exponentials."""
    definition = equations.activated(layer, unit).definition
    assert definition is not None
    formula = definition()
    if not isinstance(equations.forward.layer(layer).activation, Softmax):
        return formula
    net_inputs = equations.net_input_symbols(layer)
    known: dict[Formula, Symbol] = dict(
        zip(map(exp, net_inputs), _exponentials(net_inputs), strict=True)
    )
    return _with_symbols(formula, known)


def _with_symbols(formula: Formula, known: Mapping[Formula, Symbol]) -> Formula:
    if isinstance(formula, Call):
        return known.get(formula, formula)
    return formula.mapped(lambda part: _with_symbols(part, known))


def _largest(layer: int | None) -> Symbol:
    return Symbol("largest", 0.0, layer)


def _exponentials(net_inputs: Sequence[Symbol]) -> list[Symbol]:
    return [Symbol("e", 0.0, each.layer, each.index) for each in net_inputs]


def rows_after(equations: ForwardEquations, layer: int, *, logarithms: bool) -> Iterator[list[Row]]:
    """Return rows with 1 − y, or 1 − y² of tanh, and if asked for ln y and ln(1 − y)."""
    activation = equations.forward.layer(layer).activation
    net_inputs, outputs = equations.net_input_symbols(layer), equations.activated_symbols(layer)
    pairs = list(zip(net_inputs, outputs, strict=True))
    match activation:
        case Tanh():
            yield [(1 - y**2, _square_of_sech(z)) for z, y in pairs]
        case Sigmoid():
            yield [(1 - y, 1 / (1 + exp(z))) for z, y in pairs]
        case Softmax() if len(pairs) > 1:
            yield [(1 - y, _share_of_others(net_inputs, j)) for j, y in enumerate(outputs)]
        case _:
            if logarithms and isinstance(activation, Exponential):
                yield [(ln(y), z) for z, y in pairs]
            return
    if logarithms:
        yield from _logarithms(activation, net_inputs, outputs)


def _logarithms(
    activation: Activation, net_inputs: Sequence[Symbol], outputs: Sequence[Symbol]
) -> Iterator[list[Row]]:
    pairs = list(zip(net_inputs, outputs, strict=True))
    match activation:
        case Sigmoid():
            yield [(ln(y), _ln_of(1 - y, z - ln(1 + exp(z)))) for z, y in pairs]
            yield [(ln(1 - y), _ln_of(y, -z - ln(1 + exp(-z)))) for z, y in pairs]
        case Softmax():
            largest = _largest(net_inputs[0].layer)
            total = ln(sum_of(_exponentials(net_inputs)))
            yield [(ln(y), _ln_of(1 - y, z - largest - total)) for z, y in pairs]


def _ln_of(complement: Formula, otherwise: Formula) -> Formula:
    """ln(1 − q) for q below one half by artanh, else by another formula."""
    near = -(2 * Call("atanh", (complement / (2 - complement),)))
    return computed_as(where_positive(0.5 - complement, near, otherwise), otherwise)


def _square_of_sech(z: Symbol) -> Formula:
    """1 − tanh² = 1 / cosh²."""
    size = computed_as(Call("min", (Number(LARGEST_COSH), Call("abs", (z,)))), z)
    return 1 / Call("cosh", (size,)) ** 2


def _share_of_others(net_inputs: Sequence[Symbol], unit: int) -> Formula:
    exponentials = _exponentials(net_inputs)
    others = [*exponentials[:unit], *exponentials[unit + 1 :]]
    return sum_of(others) / Sum(tuple(exponentials))
