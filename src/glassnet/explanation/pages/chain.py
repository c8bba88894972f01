"""The chain rule for one weight: each factor on a line of its own, then their product."""

from dataclasses import replace

from glassnet.explanation.equations.backward import StepEquations, delta_as_partial
from glassnet.explanation.places import WeightPlace
from glassnet.formula.document import Equation
from glassnet.formula.tree import Formula, Product, sum_of

__all__ = ["chain_lines", "delta_lines"]

# Of a softmax layer with more outputs that count, the factors of so many are shown.
FEW = 3


def chain_lines(equations: StepEquations, place: WeightPlace) -> list[Equation]:
    """∂E/∂y, ∂y/∂in, their product δ, ∂in/∂w, and ∂E/∂w."""
    return [*delta_lines(equations, place.layer, place.unit), *_from_delta(equations, place)]


def delta_lines(equations: StepEquations, layer: int, unit: int) -> list[Equation]:
    """∂E/∂y and ∂y/∂in of each output that depends on the net input, and δ."""
    lines: list[Equation] = []
    for k in equations.spread(layer, unit)[:FEW]:
        lines += equations.factor_equations(layer, k, unit)
    in_full, *shorter = equations.delta(layer, unit)
    delta = equations.delta_symbol(layer, unit)
    net_input = equations.net_input_symbol(layer, unit)
    as_partial = delta_as_partial(equations.loss_symbol(), net_input, delta)
    return [*lines, replace(in_full, steps=(as_partial, *in_full.steps)), *shorter]


def _from_delta(equations: StepEquations, place: WeightPlace) -> list[Equation]:
    """∂in/∂w, and ∂E/∂w as the product of all factors."""
    source, weight = equations.source(place), equations.weight(place)
    net_input = equations.net_input_symbol(place.layer, place.unit)
    d_net_input = equations.derivative(net_input, weight, source)
    gradient = equations.gradient(place)
    spread = equations.spread(place.layer, place.unit)
    of_chain = [
        Product((*_factors(equations, place, k), d_net_input))
        for k in spread
        if _factors(equations, place, k)
    ]
    whole = place.layer == equations.depth and len(of_chain) == len(spread) <= FEW
    if whole:
        steps = (sum_of(of_chain), *gradient.steps[1:])
        gradient = replace(gradient, steps=steps)
    return [equations.equation(d_net_input, source), gradient]


def _factors(equations: StepEquations, place: WeightPlace, k: int) -> tuple[Formula, ...]:
    return tuple(equations.factors(place.layer, k, place.unit))
