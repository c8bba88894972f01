"""The equations of the backward pass: the loss, δ of each unit, the gradient of each weight.

Activations and losses define their own formulas; the chain rule combines them here.
"""

import math
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import Equation
from glassnet.formula.paper import Paper
from glassnet.formula.tree import Formula, Number, Partial, Product, Symbol, product_of, sum_of
from glassnet.formula.two_parts import TwoParts
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.loss import CrossEntropyFromLogits, divided

__all__ = ["StepEquations", "delta_as_partial", "softmax_slope"]

# Of a loss with more symbols, only the terms that count are shown.
MOST_SYMBOLS = 6
# A logarithm with a larger relative error is lost.
LOST = 1e-4
# Outputs nearer to 0 or 1 lose digits in 1 − y.
NEAR = 1e-2
# The square or the exponential of a larger number may be infinite.
FAR = 1e2


class StepEquations(ForwardEquations):
    """The equations of one example's forward pass and backward pass."""

    def __init__(
        self, step: Step, names: Symbols, most_terms: int | None, paper: Paper | None = None
    ) -> None:
        super().__init__(step, names, most_terms, paper)
        self.step = step
        self.predicted = [self.output(self.depth, unit) for unit in range(step.target.size)]
        targets = enumerate(step.target.tolist())
        self.target = [self.written(names.target(unit, value)) for unit, value in targets]

    def loss_symbol(self) -> Symbol:
        """E of the example."""
        symbol = self.names.loss(self.step.loss)
        return self.written(replace(symbol, definition=self.loss_formula))

    def loss_formula(self) -> Formula:
        """The formula of the loss, times the sample weight."""
        formula = self.step.output_loss.formula(self.predicted, self.target, self.most_terms)
        return product_of(self.sample_weight(), formula)

    def loss(self) -> Equation:
        """E of the example: all terms, those that count, numbers, and value.

        Where a probability is so near to 0 or 1 that its logarithm is lost, from the net inputs.
        """
        equation, left = self._loss_of_predictions(), self.loss_symbol()
        output_loss, numbers = self.step.output_loss, equation.steps[-2:][0].evaluate()
        if (
            not isinstance(output_loss, CrossEntropyFromLogits)
            or self.paper is not None
            or math.isclose(numbers, left.value, rel_tol=LOST)
            or len(self.predicted) > (self.most_terms or len(self.predicted))
        ):
            return equation
        logits = self.net_input_symbols(self.depth)
        formula = output_loss.formula_of_net_inputs(logits, self.target)
        return self.equation(left, product_of(self.sample_weight(), formula))

    def _loss_of_predictions(self) -> Equation:
        left, whole = self.loss_symbol(), self.loss_formula()
        counting = self.step.output_loss.loss.terms_that_count(self.predicted, self.target)
        if counting is None:
            return self.equation(left, whole)
        stages = self.equation(left, product_of(self.sample_weight(), counting))
        is_long = len(list(whole.symbols())) > MOST_SYMBOLS
        return replace(stages, steps=(whole, *stages.steps), brief=is_long)

    def mean_loss(self) -> Equation:
        """E of the batch: the mean of its examples' losses."""
        batch, trace = self.step.batch, self.step.trace
        losses = trace.losses * batch.sample_weights

        def term(example: int) -> Formula:
            if example == self.step.example:
                return self.loss_symbol()
            return self.written(self.names.loss_of(example, float(losses[example])))

        mean = sum_of(term, self.most_terms, values=losses) / self.total()
        left = replace(self.names.mean_loss(self.step.mean_loss), definition=lambda: mean)
        return self.equation(self.written(left), mean)

    def total(self) -> Symbol:
        """N, the sum of the sample weights."""
        return self.written(self.names.total(self.step.batch.weight))

    def sample_weight(self) -> Formula:
        """The sample weight of the shown example."""
        return (
            Number(1.0)
            if self.step.sample_weight == 1
            else self.written(self.names.sample_weight(self.step.sample_weight))
        )

    def delta_symbol(self, layer: int, unit: int) -> Symbol:
        """δ_j(l)."""
        symbol = self.names.delta(layer, unit, float(self.step.deltas[layer - 1][unit]))
        definition = partial(self._shortest_delta, layer, unit)
        return self.written(replace(symbol, definition=definition))

    def _shortest_delta(self, layer: int, unit: int) -> Formula:
        return self.delta_formulas(layer, unit)[-1]

    def delta(self, layer: int, unit: int) -> list[Equation]:
        """δ_j(l) = ∂E/∂in_j(l): a line for each way in which it is computed."""
        left = self.delta_symbol(layer, unit)
        return [self.equation(left, formula) for formula in self.delta_formulas(layer, unit)]

    def delta_formulas(self, layer: int, unit: int) -> list[Formula]:
        """The formulas of δ_j(l): by the chain rule, and after cancelling, if something cancels."""
        spread = self.spread(layer, unit)
        chain = sum_of([product_of(*self.factors(layer, k, unit)) for k in spread], self.most_terms)
        output_loss = self.step.output_loss
        if layer < self.depth or not isinstance(output_loss, CrossEntropyFromLogits):
            return [chain]
        outputs = len(self.predicted)
        smoothed = output_loss.loss.smoothed_target_formula(self.target[unit], outputs)
        short = divided(self.predicted[unit] - smoothed, output_loss.loss.divisor(outputs))
        return [chain, product_of(self.sample_weight(), short)]

    def spread(self, layer: int, unit: int) -> list[int]:
        """The outputs of a layer that depend on one net input, and on which E depends."""
        if isinstance(self.step.layer(layer).activation, Elementwise):
            return [unit]
        units = list(range(self.step.architecture.units[layer]))
        output_loss, outputs = self.step.output_loss, len(self.predicted)
        if layer == self.depth and isinstance(output_loss, CrossEntropyFromLogits):
            # −t/p is 0 for all but the target class.
            smoothed = [output_loss.loss.smoothed_target_formula(t, outputs) for t in self.target]
            units = [k for k in units if smoothed[k].evaluate() != 0]
        return units

    def factors(self, layer: int, k: int, unit: int) -> list[Formula]:
        """∂E/∂y_k and ∂y_k/∂in_j, without one that is always 1."""
        return [
            Number(1.0) if formula == Number(1.0) else self.derivative(of, by, formula)
            for of, by, formula in self._factors(layer, k, unit)
        ]

    def factor_equations(self, layer: int, k: int, unit: int) -> list[Equation]:
        """A line for each of these factors."""
        equations = []
        for of, by, formula in self._factors(layer, k, unit):
            equation = self.equation(self.derivative(of, by, formula), formula)
            if of.letter == self.names.notation.loss and layer == self.depth:
                equation = self._before_cancelling(equation, k)
            equations.append(equation)
        return equations

    def _factors(self, layer: int, k: int, unit: int) -> list[tuple[Symbol, Symbol, Formula]]:
        y, net_input = self.output(layer, k), self.net_input_symbol(layer, unit)
        d_output = self.d_predicted(k) if layer == self.depth else self.d_output(layer, k)
        return [(self.loss_symbol(), y, d_output), (y, net_input, self.slope(layer, k, unit))]

    def _before_cancelling(self, equation: Equation, unit: int) -> Equation:
        """The line of ∂E/∂p with what cancels in it, if the loss has such."""
        loss, outputs = self.step.output_loss.loss, len(self.predicted)
        whole = loss.derivative_before_cancelling(self.predicted[unit], self.target[unit], outputs)
        if whole is None:
            return equation
        return replace(equation, steps=(product_of(self.sample_weight(), whole), *equation.steps))

    def slope(self, layer: int, k: int, unit: int) -> Formula:
        """∂y_k/∂in_j, with dropout."""
        activation = self.step.layer(layer).activation
        if isinstance(activation, Elementwise):
            slope = activation.derivative_formula(
                self.net_input_symbol(layer, unit), self.activated(layer, unit)
            )
        else:
            slope = softmax_slope(self.activated_symbols(layer), k, unit)
        return product_of(self.dropout_mask(layer, k), slope)

    def d_predicted(self, unit: int) -> Formula:
        """∂E/∂p of one output."""
        p, t = self.predicted[unit], self.target[unit]
        formula = self.step.output_loss.derivative_formula(p, t, len(self.predicted))
        return product_of(self.sample_weight(), formula)

    def d_output(self, layer: int, unit: int) -> Formula:
        """∂E/∂y_i(l) = Σ_j w_ij(l+1) δ_j(l+1)."""

        def term(number: int) -> Formula:
            j = unit if self.is_scale(layer + 1) else number
            weight = self.weight(WeightPlace(layer + 1, unit, j))
            return product_of(self.multiplier(layer + 1), weight, self.delta_symbol(layer + 1, j))

        return sum_of(term, self.most_terms, values=self.backward_contributions(layer, unit))

    def derivative(self, of: Symbol, by: Symbol, formula: Formula) -> Partial:
        """∂of/∂by, given its formula."""
        value = self._value(formula)
        return self.written(Partial(of, by, value, lambda: formula, recomputed=True))

    def gradient(self, place: WeightPlace) -> Equation:
        """∂E/∂w_ij(l) = ∂E/∂in_j(l) · ∂in_j(l)/∂w_ij(l) = δ_j(l) · y_i(l−1), of the example."""
        weight, loss = self.weight(place), self.loss_symbol()
        delta = self.delta_symbol(place.layer, place.unit)
        source = self.source(place)
        net_input = self.net_input_symbol(place.layer, place.unit)
        chain = Product(
            (
                delta_as_partial(loss, net_input, delta),
                self.derivative(net_input, weight, source),
            )
        )
        stages = self.equation(self.gradient_symbol(place), delta * source)
        return replace(stages, steps=(chain, *stages.steps))

    def gradient_symbol(self, place: WeightPlace) -> Partial:
        """∂E/∂w of the example."""
        alone = self.step.alone
        value = self.step.gradient_at(place) if alone else self.step.example_gradient(place)
        delta, source = self.delta_symbol(place.layer, place.unit), self.source(place)
        return self.written(
            Partial(self.loss_symbol(), self.weight(place), value, lambda: delta * source)
        )

    def batch_gradient_symbol(self, place: WeightPlace) -> Partial:
        """∂E/∂w of the batch."""
        if self.step.alone:
            return self.gradient_symbol(place)
        loss, value = self.names.mean_loss(self.step.mean_loss), self.step.gradient_at(place)
        mean = partial(self._mean_gradient, place)
        return self.written(Partial(self.written(loss), self.weight(place), value, mean))

    def batch_gradient(self, place: WeightPlace) -> Equation:
        """∂E/∂w of the batch: the mean of its examples' gradients."""
        return self.equation(self.batch_gradient_symbol(place), self._mean_gradient(place))

    def _mean_gradient(self, place: WeightPlace) -> Formula:
        own, weight = self.step.example_gradients(place), self.weight(place)
        losses = self.step.trace.losses * self.step.batch.sample_weights

        def term(example: int) -> Formula:
            if example == self.step.example:
                return self.gradient_symbol(place)
            loss = self.written(self.names.loss_of(example, float(losses[example])))
            return self.written(Partial(loss, weight, float(own[example])))

        return sum_of(term, self.most_terms, values=own) / self.total()

    def backward_contributions(self, layer: int, unit: int) -> NDArray[np.float64]:
        """The contribution of each unit of layer l+1 to ∂E/∂y_i(l): c w_ij(l+1) δ_j(l+1)."""
        W, delta = self.step.weights[layer], self.step.deltas[layer]
        c = self.step.architecture.places[layer].multiplier
        own_only = self.is_scale(layer + 1)
        w = W[unit : unit + 1] if own_only else W[unit]
        met = delta[unit : unit + 1] if own_only else delta
        return c * w.astype(np.float64) * met

    def _value(self, formula: Formula) -> float:
        """The value of a formula; where an output near 0 or 1 cancels in it, from its net input."""
        symbols = list(formula.symbols())
        near = (min(abs(y.value), abs(1 - abs(y.value))) for y in symbols if y.recomputed)
        if min(near, default=1.0) > NEAR and all(abs(symbol.value) < FAR for symbol in symbols):
            return float(formula.evaluate())
        value = formula.evaluate(self.wide)
        return float(value.high + value.low)

    @cached_property
    def wide(self) -> TwoParts:
        """The arithmetic in which nothing cancels."""
        return TwoParts(self.step.parameters.dtype.name)

    def path_symbol(self, number: int, value: float, product: Formula) -> Symbol:
        """The product along a path."""
        symbol = self.names.path(number, value)
        return self.written(replace(symbol, definition=lambda: product))

    def source(self, place: WeightPlace) -> Formula:
        """The factor that a weight multiplies: the output of its source, or 1 for a bias."""
        if place.source is None:
            return Number(1.0)
        return product_of(self.multiplier(place.layer), self.output(place.layer - 1, place.source))


def delta_as_partial(loss: Symbol, net_input: Symbol, delta: Symbol) -> Partial:
    """δ as ∂E/∂in."""
    return Partial(loss, net_input, delta.value, decimals=delta.decimals, exact=delta.exact)


def softmax_slope(outputs: list[Symbol], k: int, j: int) -> Formula:
    """∂y_k/∂in_j = y_k ([k = j] − y_j)."""
    if k == j:
        return outputs[k] * (1 - outputs[k])
    return -(outputs[k] * outputs[j])
