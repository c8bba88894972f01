"""The equations of the backward pass: the loss, δ of each unit, the gradient of each weight.

Activations and losses define their own formulas; the chain rule combines them here.
"""

import numpy as np
from numpy.typing import NDArray

from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import Equation, equation_with_numbers
from glassnet.formula.tree import Formula, Number, Partial, Product, Symbol, product_of, sum_of
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.losses.loss import CrossEntropyFromLogits, divided

__all__ = ["StepEquations"]


class StepEquations(ForwardEquations):
    """The equations of one example's forward pass and backward pass."""

    def __init__(self, step: Step, names: Symbols, most_terms: int | None) -> None:
        super().__init__(step, names, most_terms)
        self.step = step
        self.predicted = [self.output(self.depth, unit) for unit in range(step.target.size)]
        self.target = [names.target(i, value) for i, value in enumerate(step.target.tolist())]

    def loss(self) -> Equation:
        """E of the example: the formula of the loss, times the sample weight."""
        formula = self.step.output_loss.formula(self.predicted, self.target, self.most_terms)
        counted = product_of(self.sample_weight(), formula)
        return equation_with_numbers(self.names.loss(self.step.loss), counted, self.step.loss)

    def mean_loss(self) -> Equation:
        """E of the batch: the mean of its examples' losses."""
        batch, trace = self.step.batch, self.step.trace
        losses = trace.losses * batch.sample_weights

        def term(example: int) -> Formula:
            return self.names.loss_of(example, float(losses[example]))

        mean = sum_of(term, self.most_terms, values=losses) / self.names.total(batch.weight)
        return equation_with_numbers(
            self.names.mean_loss(self.step.mean_loss), mean, self.step.mean_loss
        )

    def sample_weight(self) -> Formula:
        """The sample weight of the shown example."""
        return (
            Number(1.0)
            if self.step.sample_weight == 1
            else self.names.sample_weight(self.step.sample_weight)
        )

    def delta_symbol(self, layer: int, unit: int) -> Symbol:
        """δ_j(l)."""
        return self.names.delta(layer, unit, float(self.step.deltas[layer - 1][unit]))

    def delta(self, layer: int, unit: int) -> list[Equation]:
        """δ_j(l) = ∂E/∂in_j(l), one equation for each derivation that is shown."""
        if layer == self.depth:
            return self._output_delta(unit)
        left = self.delta_symbol(layer, unit)
        activation = self.step.layer(layer).activation
        if isinstance(activation, Softmax):
            return [equation_with_numbers(left, self._softmax_backward(layer, unit), left.value)]
        assert isinstance(activation, Elementwise)
        derivative = activation.derivative_formula(
            self.net_input_symbol(layer, unit), self.activated(layer, unit)
        )
        d_output = self._d_output(layer, unit)
        formula = product_of(d_output, self.dropout_mask(layer, unit), derivative)
        return [equation_with_numbers(left, formula, left.value)]

    def gradient(self, place: WeightPlace) -> Equation:
        """∂E/∂w_ij(l) = ∂E/∂in_j(l) · ∂in_j(l)/∂w_ij(l) = δ_j(l) · y_i(l−1), of the example."""
        alone = self.step.alone
        value = self.step.gradient_at(place) if alone else self.step.example_gradient(place)
        weight, loss = self.weight(place), self.names.loss(self.step.loss)
        delta = self.delta_symbol(place.layer, place.unit)
        source = self._source(place)
        net_input = self.net_input_symbol(place.layer, place.unit)
        chain = Product(
            (
                Partial(loss, net_input, delta.value),
                Partial(net_input, weight, source.evaluate()),
            )
        )
        stages = equation_with_numbers(weight, delta * source, value)
        return Equation(Partial(loss, weight, value), (chain, *stages.steps))

    def batch_gradient(self, place: WeightPlace) -> Equation:
        """∂E/∂w of the batch: the mean of its examples' gradients."""
        own = self.step.example_gradients(place)
        weight, value = self.weight(place), self.step.gradient_at(place)

        def term(example: int) -> Formula:
            # The value of the loss is not needed here.
            return Partial(self.names.loss_of(example, 0.0), weight, float(own[example]))

        total = self.names.total(self.step.batch.weight)
        mean = sum_of(term, self.most_terms, values=own) / total
        loss = self.names.mean_loss(self.step.mean_loss)
        return equation_with_numbers(Partial(loss, weight, value), mean, value)

    def single_path(self, place: WeightPlace) -> Equation | None:
        """∂E/∂w as one product from the loss to the weight; None if there are several paths."""
        units = self.step.architecture.units
        spreads = isinstance(self.step.layer(place.layer).activation, Softmax)
        one_unit = units[place.layer] == 1 or not (spreads or place.layer == self.depth)
        if not one_unit or any(count != 1 for count in units[place.layer + 1 :]):
            return None
        loss, weight = self.names.loss(self.step.loss), self.weight(place)
        partials, formulas = self._way_down(place, loss)
        net_input = self.net_input_symbol(place.layer, place.unit)
        source = self._source(place)
        partials.append(Partial(net_input, weight, source.evaluate()))
        formulas.append(source)
        value = self.step.example_gradient(place)
        stages = equation_with_numbers(weight, Product(tuple(formulas)), value)
        return Equation(Partial(loss, weight, value), (Product(tuple(partials)), *stages.steps))

    def _way_down(self, place: WeightPlace, loss: Symbol) -> tuple[list[Formula], list[Formula]]:
        """∂E/∂p, then each layer's factors down to the weight's in(l): symbols and formulas."""
        partials: list[Formula] = []
        formulas: list[Formula] = []
        above = loss
        for layer in range(self.depth, place.layer - 1, -1):
            unit = place.unit if layer == place.layer else 0
            y, net_input = self.output(layer, unit), self.net_input_symbol(layer, unit)
            if layer == self.depth:
                d_loss = self.step.output_loss.derivative_formula(y, self.target[0], 1)
                d_output = product_of(self.sample_weight(), d_loss)
            else:
                weight = self.weight(WeightPlace(layer + 1, unit, 0))
                d_output = product_of(self.multiplier(layer + 1), weight)
            activation = self.step.layer(layer).activation
            derivative: Formula = Number(0.0)  # the output of a single softmax unit is always 1
            if isinstance(activation, Elementwise):
                derivative = activation.derivative_formula(net_input, self.activated(layer, unit))
            derivative = product_of(self.dropout_mask(layer, unit), derivative)
            partials += [
                _partial(above, y, d_output),
                _partial(y, net_input, derivative),
            ]
            formulas += [d_output, derivative]
            above = net_input
        return partials, formulas

    def _output_delta(self, unit: int) -> list[Equation]:
        left = self.delta_symbol(self.depth, unit)
        p, t = self.predicted[unit], self.target[unit]
        outputs = len(self.predicted)
        full = equation_with_numbers(left, self._full_output_delta(unit), left.value)
        output_loss = self.step.output_loss
        if not isinstance(output_loss, CrossEntropyFromLogits):
            return [full]
        smoothed = output_loss.loss.smoothed_target_formula(t, outputs)
        short = divided(p - smoothed, output_loss.loss.divisor(outputs))
        return [
            full,
            equation_with_numbers(left, product_of(self.sample_weight(), short), left.value),
        ]

    def _full_output_delta(self, unit: int) -> Formula:
        """Σ_k ∂E/∂p_k · ∂p_k/∂in_j; only k = j if each output depends on one net input."""
        output_loss, count = self.step.output_loss, self.sample_weight()
        outputs = len(self.predicted)

        def d_predicted(k: int) -> Formula:
            return output_loss.derivative_formula(self.predicted[k], self.target[k], outputs)

        if isinstance(output_loss.activation, Elementwise):
            net_input = self.net_input_symbol(self.depth, unit)
            p = self.predicted[unit]
            derivative = output_loss.activation.derivative_formula(net_input, p)
            return product_of(count, d_predicted(unit), derivative)
        counting = list(range(outputs))
        if isinstance(
            output_loss, CrossEntropyFromLogits
        ):  # −t/p is 0 for all but the target class
            smoothed = [output_loss.loss.smoothed_target_formula(t, outputs) for t in self.target]
            counting = [k for k in counting if smoothed[k].evaluate() != 0]
        terms = [
            product_of(count, d_predicted(k), _softmax_partial(self.predicted, k, unit))
            for k in counting
        ]
        return sum_of(terms, self.most_terms)

    def backward_contributions(self, layer: int, unit: int) -> NDArray[np.float64]:
        """The contribution of each unit of layer l+1 to ∂E/∂y_i(l): c w_ij(l+1) δ_j(l+1)."""
        W, delta = self.step.weights[layer], self.step.deltas[layer]
        c = self.step.architecture.places[layer].multiplier
        own_only = self.is_scale(layer + 1)
        w = W[unit : unit + 1] if own_only else W[unit]
        met = delta[unit : unit + 1] if own_only else delta
        return c * w.astype(np.float64) * met

    def _d_output(self, layer: int, unit: int) -> Formula:
        """∂E/∂y_i(l) = Σ_j w_ij(l+1) δ_j(l+1)."""

        def term(number: int) -> Formula:
            j = unit if self.is_scale(layer + 1) else number
            weight = self.weight(WeightPlace(layer + 1, unit, j))
            return product_of(self.multiplier(layer + 1), weight, self.delta_symbol(layer + 1, j))

        return sum_of(term, self.most_terms, values=self.backward_contributions(layer, unit))

    def _softmax_backward(self, layer: int, unit: int) -> Formula:
        """Σ_k ∂E/∂y_k · m_k · ∂g_k/∂in_j for a hidden softmax layer."""
        g = self.activated_symbols(layer)
        loss = self.names.loss(self.step.loss)
        terms: list[Formula] = []
        for k in range(len(g)):
            d_output = float(self.backward_contributions(layer, k).sum())
            partial = Partial(loss, self.output(layer, k), d_output)
            terms.append(
                product_of(partial, self.dropout_mask(layer, k), _softmax_partial(g, k, unit))
            )
        return sum_of(terms, self.most_terms)

    def _source(self, place: WeightPlace) -> Formula:
        """The factor that a weight multiplies: the output of its source, or 1 for a bias."""
        if place.source is None:
            return Number(1.0)
        return product_of(self.multiplier(place.layer), self.output(place.layer - 1, place.source))


def _partial(of: Symbol, by: Symbol, formula: Formula) -> Partial:
    """∂of/∂by, given its formula."""
    return Partial(of, by, formula.evaluate(), lambda: formula)


def _softmax_partial(outputs: list[Symbol], k: int, j: int) -> Formula:
    """∂y_k/∂in_j = y_k ([k = j] − y_j)."""
    if k == j:
        return outputs[k] * (1 - outputs[k])
    return -(outputs[k] * outputs[j])
