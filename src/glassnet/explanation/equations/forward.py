"""The equations of the forward pass: each quantity as formula, with numbers, and as value.

Activations define their own formulas; they are combined here.
"""

from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Forward
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import Equation, equation_with_numbers
from glassnet.formula.paper import Paper
from glassnet.formula.tree import Formula, Number, Partial, Symbol, product_of, sum_of
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.layers import Scale

__all__ = ["ForwardEquations"]

Named = TypeVar("Named", Symbol, Partial)


class ForwardEquations:
    """The equations of one example's forward pass.

    Parameters
    ----------
    forward : Forward
    names : Symbols
    most_terms : int, optional
        The largest number of terms that a sum shows; all if not given.
    paper : Paper, optional
        Where everything is written rounded, if it is computed as on paper.
    """

    def __init__(
        self, forward: Forward, names: Symbols, most_terms: int | None, paper: Paper | None = None
    ) -> None:
        self.forward = forward
        self.names = names
        self.most_terms = most_terms
        self.paper = paper
        self.depth = names.depth

    def equation(self, left: Named, formula: Formula) -> Equation:
        """The quantity, its formula, numbers and value; on paper, the value of this line."""
        if self.paper is None:
            return equation_with_numbers(left, formula, left.value)
        formula = self.paper.formula(formula)
        result = self.paper.result(formula)
        equation = equation_with_numbers(left, formula, result)
        exact = left.value if left.exact is None else left.exact
        rounds = self.paper.rounds_to(exact, result)
        return equation if rounds else replace(equation, exact=exact)

    def written(self, quantity: Named) -> Named:
        """A quantity with the value by which it is written."""
        return quantity if self.paper is None else self.paper.written(quantity)

    def net_input(self, layer: int, unit: int, keep: int | None = None) -> Equation:
        """in_j(l) = Σ_i w_ij(l) y_i(l−1) + b_j(l); the term of source `keep` is always shown."""
        left = self.net_input_symbol(layer, unit)
        return self.equation(left, self._weighted_sum(layer, unit, keep))

    def _weighted_sum(self, layer: int, unit: int, keep: int | None = None) -> Formula:
        def term(number: int) -> Formula:
            place = self.place_into(layer, unit, number)
            if place.source is None:
                return self.weight(place)
            y = self.output(layer - 1, place.source)
            return product_of(self.multiplier(layer), self.weight(place), y)

        keep = None if self.is_scale(layer) else keep
        return sum_of(term, self.most_terms, keep, self.contributions(layer, unit))

    def contributions(self, layer: int, unit: int) -> NDArray[np.float64]:
        """The contribution of each incoming weight to a unit's net input; the bias last."""
        W, y = self.forward.weights[layer - 1], self.forward.units(layer - 1)
        c = self.forward.architecture.places[layer - 1].multiplier
        own_only = self.is_scale(layer)
        w = W[unit : unit + 1] if own_only else W[:, unit]
        met = y[unit : unit + 1] if own_only else y
        weighted = c * w.astype(np.float64) * met
        if not self.forward.layer(layer).bias:
            return weighted
        return np.append(weighted, self.forward.weight(WeightPlace(layer, None, unit)))

    def place_into(self, layer: int, unit: int, number: int) -> WeightPlace:
        """The weight that contributes entry `number` of :meth:`contributions`."""
        before = 1 if self.is_scale(layer) else self.forward.architecture.units[layer - 1]
        if number == before:
            return WeightPlace(layer, None, unit)
        return WeightPlace(layer, unit if self.is_scale(layer) else number, unit)

    def outputs(self, layer: int, unit: int) -> list[Equation]:
        """y_j(l) = g(in_j(l)); with dropout, first g, then y = g · m."""
        left = self.activated(layer, unit)
        equations = [self.equation(left, self._activation(layer, unit, self.most_terms))]
        if self.forward.has_dropout(layer):
            y = self.output(layer, unit)
            equations.append(self.equation(y, product_of(left, self.dropout_mask(layer, unit))))
        return equations

    def _activation(self, layer: int, unit: int, most_terms: int | None = None) -> Formula:
        """g of a unit's net input, or of all of its layer."""
        activation = self.forward.layer(layer).activation
        if isinstance(activation, Elementwise):
            return activation.formula([self.net_input_symbol(layer, unit)], 0, most_terms)
        return activation.formula(self.net_input_symbols(layer), unit, most_terms)

    def _dropped(self, layer: int, unit: int) -> Formula:
        """y = g · m; on paper, g is written down before."""
        if self.paper is not None and self.forward.has_dropout(layer):
            return product_of(self.activated(layer, unit), self.dropout_mask(layer, unit))
        return product_of(self._activation(layer, unit), self.dropout_mask(layer, unit))

    def weight(self, place: WeightPlace) -> Symbol:
        """A weight's symbol."""
        return self.written(self.names.weight(place, self.forward.weight(place)))

    def multiplier(self, layer: int) -> Formula:
        """A layer's multiplier c."""
        value = self.forward.architecture.places[layer - 1].multiplier
        return Number(1.0) if value == 1 else self.written(self.names.multiplier(layer, value))

    def net_input_symbol(self, layer: int, unit: int) -> Symbol:
        """in_j(l)."""
        value = float(self.forward.net_inputs[layer - 1][unit])
        symbol = self.names.net_input(layer, unit, value)
        return self.written(replace(symbol, definition=partial(self._weighted_sum, layer, unit)))

    def net_input_symbols(self, layer: int) -> list[Symbol]:
        """in(l)."""
        units = range(self.forward.net_inputs[layer - 1].size)
        return [self.net_input_symbol(layer, unit) for unit in units]

    def activated(self, layer: int, unit: int) -> Symbol:
        """g(in_j(l)); its symbol is y if the layer has no dropout."""
        if not self.forward.has_dropout(layer):
            return self.output(layer, unit)
        symbol = self.names.activated(layer, unit, float(self.forward.activated(layer)[unit]))
        definition = partial(self._activation, layer, unit)
        return self.written(replace(symbol, definition=definition, recomputed=True))

    def activated_symbols(self, layer: int) -> list[Symbol]:
        """g(in(l))."""
        units = range(self.forward.net_inputs[layer - 1].size)
        return [self.activated(layer, unit) for unit in units]

    def output(self, layer: int, unit: int) -> Symbol:
        """y_j(l); for layer 0, an input."""
        symbol = self.names.output(layer, unit, float(self.forward.units(layer)[unit]))
        if layer:
            definition = partial(self._dropped, layer, unit)
            symbol = replace(symbol, definition=definition, recomputed=True)
        return self.written(symbol)

    def input(self, unit: int) -> Symbol:
        """x_i."""
        return self.output(0, unit)

    def dropout_mask(self, layer: int, unit: int) -> Formula:
        """m_j(l), the entry of the dropout mask that multiplies an output."""
        if not self.forward.has_dropout(layer) or self.forward.dropout_mask is None:
            return Number(1.0)
        value = float(self.forward.dropout_mask[layer][unit])
        return self.written(self.names.dropout_mask(layer, unit, value))

    def is_scale(self, layer: int) -> bool:
        """Whether a layer is a scale layer, with one weight for each unit."""
        return isinstance(self.forward.layer(layer), Scale)
