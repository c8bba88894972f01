"""Categorical cross-entropy, for softmax outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Number, Sum, Symbol, exp, ln, sum_of
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.losses.loss import CrossEntropyFromLogits, Loss, OutputLoss, mismatch_error
from glassnet.nn.losses.smoothing import to_uniform, to_uniform_formula

__all__ = ["CategoricalCrossentropy"]


@dataclass(frozen=True)
class CategoricalCrossentropy(Loss):
    """E = −Σ_j t_j ln p_j, for probabilities that sum to 1 (softmax).

    Parameters
    ----------
    label_smoothing : float
        s, from 0 to below 1: each t_j becomes (1 − s) t_j + s/m, with m outputs, so that no target
        is a certainty (Szegedy et al. 2016, section 7).
    """

    name = "categorical_crossentropy"
    made_for = "softmax"
    other_names = ("sparse_categorical_crossentropy",)
    summed = True

    label_smoothing: float = bounded(0.0, 0, 1, include_maximum=False)

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; the activation must be softmax."""
        if not isinstance(activation, Softmax):
            raise mismatch_error(self, activation)
        return SoftmaxCrossentropy(self)

    def smoothed(self, target: Array) -> Array:
        """Return (1 − s) t + s/m."""
        return to_uniform(target, self.label_smoothing)

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return −t_j ln p_j."""
        return [
            -(self.smoothed_target_formula(t, len(target)) * ln(p))
            for p, t in zip(predicted, target, strict=True)
        ]

    def terms_that_count(
        self, predicted: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula | None:
        """Return −ln p of the target class, if the target is one-hot."""
        ones = [p for p, t in zip(predicted, target, strict=True) if t.value == 1]
        zeros = [t for t in target if t.value == 0]
        if self.label_smoothing or len(ones) != 1 or len(zeros) != len(target) - 1:
            return None
        return -ln(ones[0])

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return t_j, with label smoothing if there is any."""
        return to_uniform_formula(target, self.label_smoothing, outputs)

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return −t_j / p_j."""
        return -(self.smoothed_target_formula(target, outputs) / predicted)


@dataclass(frozen=True)
class SoftmaxCrossentropy(CrossEntropyFromLogits):
    """Softmax with categorical cross-entropy."""

    loss: CategoricalCrossentropy
    activation = Softmax()

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E = Σ_j t_j (ln Σ_k exp(in_k − a) − (in_j − a)) with a = max in."""
        shifted, rest, _ = _shifted(net_input)
        log_sum = np.log1p(rest.astype(np.float64))
        smoothed = self.loss.smoothed(target)
        losses: Array = (smoothed * (log_sum[:, None] - shifted)).sum(axis=1)
        return losses

    def formula_of_net_inputs(
        self, net_inputs: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula:
        """Return Σ_j t_j ln(1 + Σ_{k≠j} exp(in_k − in_j)) over the targets that are not 0."""
        terms: list[Formula] = []
        for j, (own, t) in enumerate(zip(net_inputs, target, strict=True)):
            others = [exp(other - own) for k, other in enumerate(net_inputs) if k != j]
            if others and (t.value or self.loss.label_smoothing):
                smoothed = self.loss.smoothed_target_formula(t, len(target))
                terms.append(smoothed * ln(Sum((Number(1.0), *others))))
        return sum_of(terms) if terms else 0 * net_inputs[0]

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return p − t; for the most probable class from 1 − p, without cancellation."""
        p, smoothed = self.activation.value(net_input), self.loss.smoothed(target)
        delta: Array = p - smoothed
        _, rest, at = _shifted(net_input)
        rows = np.arange(len(p))
        t = smoothed[rows, at]
        delta[rows, at] = (1 - t) * p[rows, at] - t * (rest / (1 + rest))
        return delta


def _shifted(net_input: Array) -> tuple[Array, Array, Array]:
    """Return in − max, Σ exp(in − max) over all units but the largest, and its index."""
    rows = np.arange(len(net_input))
    at: Array = net_input.argmax(axis=1)
    shifted = net_input - net_input[rows, at][:, None]
    e = np.exp(shifted)
    e[rows, at] = 0
    return shifted, e.sum(axis=1), at
