"""Binary cross-entropy, for sigmoid outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Symbol, exp, ln, sum_of
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.losses.loss import (
    CrossEntropyFromLogits,
    Loss,
    OutputLoss,
    divided,
    divided_terms,
    mismatch_error,
)
from glassnet.nn.losses.smoothing import to_half, to_half_formula

__all__ = ["BinaryCrossentropy", "SummedBinaryCrossentropy"]


@dataclass(frozen=True)
class BinaryCrossentropy(Loss):
    """E = −(1/m) Σ_j (t_j ln p_j + (1 − t_j) ln(1 − p_j)), one yes or no for each sigmoid.

    Parameters
    ----------
    label_smoothing : float
        s, from 0 to below 1: each t_j becomes (1 − s) t_j + s/2, so that no target is a certainty.
    """

    name = "binary_crossentropy"
    made_for = "sigmoid"
    other_names = ("bce",)
    not_in_older_files = ("label_smoothing",)

    label_smoothing: float = bounded(0.0, 0, 1, include_maximum=False)

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; the activation must be sigmoid."""
        if not isinstance(activation, Sigmoid):
            raise mismatch_error(self, activation)
        return SigmoidCrossentropy(self)

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return −t_j ln p_j − (1 − t_j) ln(1 − p_j), divided by m if E is their mean."""
        smoothed = [self.smoothed_target_formula(t, len(target)) for t in target]
        whole: list[Formula] = [
            -(t * ln(p)) - (1 - t) * ln(1 - p) for p, t in zip(predicted, smoothed, strict=True)
        ]
        return divided_terms(whole, self.divisor(len(whole)))

    def terms_that_count(
        self, predicted: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula | None:
        """Return −ln p of each target that is 1 and −ln(1 − p) of each that is 0, if all are."""
        if self.label_smoothing or any(t.value not in (0, 1) for t in target):
            return None
        logarithms = [
            ln(p) if t.value else ln(1 - p) for p, t in zip(predicted, target, strict=True)
        ]
        divisor = self.divisor(len(target))
        if divisor == 1:
            return sum_of([-term for term in logarithms])
        return -(sum_of(logarithms) / divisor)

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return t_j, with label smoothing if there is any."""
        return to_half_formula(target, self.label_smoothing)

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return (p − t) / (p (1 − p)), divided by m if E is a mean."""
        smoothed = self.smoothed_target_formula(target, outputs)
        slope = (predicted - smoothed) / (predicted * (1 - predicted))
        return divided(slope, self.divisor(outputs))


class SummedBinaryCrossentropy(BinaryCrossentropy):
    """E = −Σ_j (t_j ln p_j + (1 − t_j) ln(1 − p_j)): the sum over the outputs, not the mean."""

    name = "summed_binary_crossentropy"
    known_elsewhere = False
    summed = True


@dataclass(frozen=True)
class SigmoidCrossentropy(CrossEntropyFromLogits):
    """Sigmoid with binary cross-entropy."""

    loss: BinaryCrossentropy
    activation = Sigmoid()

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return max(in, 0) − t in + ln(1 + exp(−|in|)), the outputs' mean or sum."""
        net_input = net_input.astype(np.float64)
        tail = np.log1p(np.exp(-np.abs(net_input)))
        target = to_half(target, self.loss.label_smoothing)
        terms = np.maximum(net_input, 0) - target * net_input + tail
        losses: Array = terms.sum(axis=1) / self.loss.divisor(terms.shape[1])
        return losses

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return p − t as (1 − t) σ(in) − t σ(−in), without cancellation; over m for a mean."""
        p, complement = self.activation.value(net_input), self.activation.value(-net_input)
        divisor = net_input.dtype.type(self.loss.divisor(net_input.shape[1]))
        target = to_half(target, self.loss.label_smoothing)
        delta: Array = ((1 - target) * p - target * complement) / divisor
        return delta

    def formula_of_net_inputs(
        self, net_inputs: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula:
        """Return t ln(1 + exp(−in)) + (1 − t) ln(1 + exp(in)), the outputs' mean or sum."""
        smoothed = [self.loss.smoothed_target_formula(t, len(target)) for t in target]
        terms: list[Formula] = [
            t * ln(1 + exp(-z)) + (1 - t) * ln(1 + exp(z))
            for z, t in zip(net_inputs, smoothed, strict=True)
        ]
        return divided(sum_of(terms), self.loss.divisor(len(terms)))
