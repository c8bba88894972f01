"""From numbers to equations: each quantity of a step by its formula, with numbers, and as value.

The formulas of activations, costs and optimizers are their own; here they are put together.
"""

from collections.abc import Sequence
from dataclasses import replace

from glassnet.explanation.notation import Notation, WeightPlace
from glassnet.explanation.numbers import Forward, Step
from glassnet.formula.document import Equation, worked
from glassnet.formula.tree import Formula, Number, Partial, Product, Symbol, sum_of
from glassnet.structure.activation import Elementwise, Softmax
from glassnet.structure.cost import CrossEntropyObjective
from glassnet.structure.layer import Scale

__all__ = ["Derivation", "ForwardDerivation"]


class ForwardDerivation:
    """The equations of the forward pass.

    Parameters
    ----------
    forward : Forward
    names : Notation
    most_terms : int, optional
        How many terms a sum shows at most; all if not given.
    """

    def __init__(self, forward: Forward, names: Notation, most_terms: int | None) -> None:
        self.forward = forward
        self.names = names
        self.most_terms = most_terms
        self.depth = names.depth

    def net_input(self, layer: int, unit: int, keep: int | None = None) -> Equation:
        """in_j(l) = Σ_i w_ij(l) y_i(l−1) + b_j(l); the term of source `keep` is always shown."""
        before = self.outputs(layer - 1)
        scale = isinstance(self.forward.architecture.layers[layer - 1], Scale)
        terms: list[Formula] = [
            _product(self.multiplier(layer), self.weight(WeightPlace(layer, source, unit)), y)
            for source, y in enumerate(before)
            if source == unit or not scale
        ]
        if self.forward.architecture.layers[layer - 1].bias:
            terms.append(self.weight(WeightPlace(layer, None, unit)))
        left = self.net_inputs(layer)[unit]
        keep = None if scale else keep
        return worked(left, sum_of(terms, self.most_terms, keep), left.value)

    def multiplier(self, layer: int) -> Formula:
        """A layer's fixed factor c."""
        value = self.forward.architecture.places[layer - 1].multiplier
        return Number(1.0) if value == 1 else Symbol("c", value, layer)

    def output(self, layer: int, unit: int) -> Equation:
        """y_j(l) = g(in_j(l))."""
        activation = self.forward.architecture.layers[layer - 1].activation
        left = self.outputs(layer)[unit]
        formula = activation.formula(self.net_inputs(layer), unit, self.most_terms)
        return worked(left, formula, left.value)

    def weight(self, place: WeightPlace) -> Symbol:
        """A weight's symbol."""
        return self.names.weight(place, self.forward.weight(place))

    def net_inputs(self, layer: int) -> list[Symbol]:
        """Symbols of a layer's net inputs."""
        values = self.forward.net_inputs[layer - 1].tolist()
        return [self.names.net_input(layer, unit, value) for unit, value in enumerate(values)]

    def outputs(self, layer: int) -> list[Symbol]:
        """Symbols of a layer's outputs; of layer 0, the inputs."""
        values = self.forward.units(layer).tolist()
        return [self.names.output(layer, unit, value) for unit, value in enumerate(values)]


class Derivation(ForwardDerivation):
    """The equations of a whole step."""

    def __init__(self, step: Step, names: Notation, most_terms: int | None) -> None:
        super().__init__(step, names, most_terms)
        self.step = step
        self.predicted = self.outputs(self.depth)
        self.desired = [names.desired(i, value) for i, value in enumerate(step.desired.tolist())]

    def error(self) -> Equation:
        """E by its cost's formula."""
        formula = self.step.objective.cost.formula(self.predicted, self.desired, self.most_terms)
        return worked(self.names.error(self.step.error), formula, self.step.error)

    def deltas(self, layer: int) -> list[Symbol]:
        """Symbols of a layer's δ."""
        values = self.step.deltas[layer - 1].tolist()
        return [self.names.delta(layer, unit, value) for unit, value in enumerate(values)]

    def delta(self, layer: int, unit: int) -> list[Equation]:
        """δ_j(l) = ∂E/∂in_j(l), in each way that it is derived."""
        if layer == self.depth:
            return self._output_delta(unit)
        left = self.deltas(layer)[unit]
        activation = self.step.architecture.layers[layer - 1].activation
        if isinstance(activation, Softmax):
            return [worked(left, self._softmax_backward(layer, unit), left.value)]
        assert isinstance(activation, Elementwise)
        derivative = activation.derivative_formula(
            self.net_inputs(layer)[unit], self.outputs(layer)[unit]
        )
        return [worked(left, _product(self._d_output(layer, unit), derivative), left.value)]

    def gradient(self, place: WeightPlace) -> Equation:
        """∂E/∂w_ij(l) = ∂E/∂in_j(l) · ∂in_j(l)/∂w_ij(l) = δ_j(l) · y_i(l−1)."""
        value = self.step.gradient_at(place)
        weight, error = self.weight(place), self.names.error(self.step.error)
        delta = self.deltas(place.layer)[place.unit]
        source = self._source(place)
        net_input = self.net_inputs(place.layer)[place.unit]
        chain = Product(
            (
                Partial(error, net_input, delta.value),
                Partial(net_input, weight, source.evaluate()),
            )
        )
        stages = worked(weight, delta * source, value)
        return Equation(Partial(error, weight, value), (chain, *stages.steps))

    def single_path(self, place: WeightPlace) -> Equation | None:
        """∂E/∂w as one product from the error to the weight, where only one path leads there."""
        units = self.step.architecture.units
        activation = self.step.architecture.layers[place.layer - 1].activation
        spreads = isinstance(activation, Softmax) or place.layer == self.depth
        if any(count != 1 for count in units[place.layer + 1 :]) or (
            spreads and units[place.layer] != 1
        ):
            return None
        error, weight = self.names.error(self.step.error), self.weight(place)
        partials, formulas = self._way_down(place, error)
        net_input = self.net_inputs(place.layer)[place.unit]
        source = self._source(place)
        partials.append(Partial(net_input, weight, source.evaluate()))
        formulas.append(source)
        value = self.step.gradient_at(place)
        stages = worked(weight, Product(tuple(formulas)), value)
        return Equation(Partial(error, weight, value), (Product(tuple(partials)), *stages.steps))

    def _way_down(self, place: WeightPlace, error: Symbol) -> tuple[list[Formula], list[Formula]]:
        """∂E/∂p, then through each layer down to in(l) of the weight: names, and formulas."""
        partials: list[Formula] = []
        formulas: list[Formula] = []
        above = error
        for layer in range(self.depth, place.layer - 1, -1):
            unit = place.unit if layer == place.layer else 0
            y, net_input = self.outputs(layer)[unit], self.net_inputs(layer)[unit]
            if layer == self.depth:
                d_output = self.step.objective.cost.derivative_formula(y, self.desired[0], 1)
            else:
                weight = self.weight(WeightPlace(layer + 1, unit, 0))
                d_output = _product(self.multiplier(layer + 1), weight)
            activation = self.step.architecture.layers[layer - 1].activation
            derivative: Formula = Number(0.0)  # one softmax unit is always 1
            if isinstance(activation, Elementwise):
                derivative = activation.derivative_formula(net_input, y)
            partials += [
                Partial(above, y, d_output.evaluate()),
                Partial(y, net_input, derivative.evaluate()),
            ]
            formulas += [d_output, derivative]
            above = net_input
        return partials, formulas

    def update(self, place: WeightPlace) -> list[Equation]:
        """The new weight by the optimizer's formula; before it, its new state."""
        optimizer = self.step.optimizer
        if optimizer is None:
            return []
        gradient = self.step.gradient_at(place)
        weight = self.weight(place)
        layer = self.step.architecture.layers[place.layer - 1]
        rate = layer.bias_rate if place.source is None else layer.weight_rate
        if rate == 0:  # this weight is fixed
            return [worked(self.names.new_weight(place, weight.value), weight)]
        optimizer = replace(optimizer, learning_rate=optimizer.learning_rate * rate)
        symbol = Symbol(f"∂E/∂{weight.letter}", gradient, weight.layer, weight.index)
        state = [Symbol(name, 0.0) for name in optimizer.state_names]
        equations = []
        for name, formula in optimizer.formulas(weight, symbol, state, number=1):
            if name == "w":
                new = self.step.new_weight(place)
                equations.append(worked(self.names.new_weight(place, new), formula, new))
            else:
                index = "new" if name in optimizer.state_names else ""
                left = Symbol(name, formula.evaluate(), index=index)
                equations.append(worked(left, formula))
        return equations

    def _output_delta(self, unit: int) -> list[Equation]:
        left = self.deltas(self.depth)[unit]
        p, d = self.predicted[unit], self.desired[unit]
        outputs = len(self.predicted)
        full = worked(left, self._full_output_delta(unit), left.value)
        objective = self.step.objective
        if not isinstance(objective, CrossEntropyObjective):
            return [full]
        divided = outputs > 1 and isinstance(objective.activation, Elementwise)
        short: Formula = p - objective.cost.ideal_formula(d, outputs)
        if divided:
            short = short / outputs
        return [full, worked(left, short, left.value)]

    def _full_output_delta(self, unit: int) -> Formula:
        """Σ_k ∂E/∂p_k · ∂p_k/∂in_j; only k = j where each output has its own net input."""
        objective = self.step.objective
        outputs = len(self.predicted)

        def d_predicted(k: int) -> Formula:
            return objective.cost.derivative_formula(self.predicted[k], self.desired[k], outputs)

        if isinstance(objective.activation, Elementwise):
            net_input = self.net_inputs(self.depth)[unit]
            p = self.predicted[unit]
            derivative = objective.activation.derivative_formula(net_input, p)
            return _product(d_predicted(unit), derivative)
        counting = list(range(outputs))
        if isinstance(objective, CrossEntropyObjective):  # −d/p is 0 for all but the desired class
            ideal = [objective.cost.ideal_formula(d, outputs) for d in self.desired]
            counting = [k for k in counting if ideal[k].evaluate() != 0]
        terms = [
            _product(d_predicted(k), _softmax_partial(self.predicted, k, unit)) for k in counting
        ]
        return sum_of(terms, self.most_terms)

    def _d_output(self, layer: int, unit: int) -> Formula:
        """∂E/∂y_i(l) = Σ_j w_ij(l+1) δ_j(l+1)."""
        c = self.multiplier(layer + 1)
        scale = isinstance(self.step.architecture.layers[layer], Scale)
        terms: list[Formula] = [
            _product(c, self.weight(WeightPlace(layer + 1, unit, j)), delta)
            for j, delta in enumerate(self.deltas(layer + 1))
            if j == unit or not scale
        ]
        return sum_of(terms, self.most_terms)

    def _softmax_backward(self, layer: int, unit: int) -> Formula:
        """Σ_k ∂E/∂y_k · ∂y_k/∂in_j for a hidden softmax layer."""
        outputs = self.outputs(layer)
        error = self.names.error(self.step.error)
        terms: list[Formula] = []
        for k, y in enumerate(outputs):
            d_output = Partial(error, y, self._d_output(layer, k).evaluate())
            terms.append(_product(d_output, _softmax_partial(outputs, k, unit)))
        return sum_of(terms, self.most_terms)

    def _source(self, place: WeightPlace) -> Formula:
        """What a weight is multiplied with: the output of its source, or the bias unit's 1."""
        if place.source is None:
            return Number(1.0)
        return _product(self.multiplier(place.layer), self.outputs(place.layer - 1)[place.source])


def _softmax_partial(outputs: Sequence[Symbol], k: int, j: int) -> Formula:
    """∂y_k/∂in_j = y_k ([k = j] − y_j)."""
    if k == j:
        return outputs[k] * (1 - outputs[k])
    return -(outputs[k] * outputs[j])


def _product(*factors: Formula) -> Formula:
    """The factors' product, without factors that are plainly 1."""
    flat: list[Formula] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Product) else [factor]
    counting = [factor for factor in flat if factor != Number(1.0)]
    if not counting:
        return Number(1.0)
    return counting[0] if len(counting) == 1 else Product(tuple(counting))
