"""Binary cross-entropy, behind sigmoid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, ln
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.losses.loss import (
    CrossEntropyFromLogits,
    Loss,
    OutputLoss,
    divided,
    divided_terms,
    wrong_pair,
)

__all__ = ["BinaryCrossentropy", "SummedBinaryCrossentropy"]


class BinaryCrossentropy(Loss):
    """E = −(1/m) Σ_j (d_j ln p_j + (1 − d_j) ln(1 − p_j)), each output a yes or no (sigmoid)."""

    name = "binary_crossentropy"

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the output loss; the activation must be sigmoid."""
        if not isinstance(activation, Sigmoid):
            raise wrong_pair(self, activation, "'sigmoid'")
        return SigmoidCrossentropy(self)

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return −d_j ln p_j − (1 − d_j) ln(1 − p_j), divided by m where E is their mean."""
        whole: list[Formula] = [
            -(d * ln(p)) - (1 - d) * ln(1 - p) for p, d in zip(predicted, target, strict=True)
        ]
        return divided_terms(whole, self.divisor(len(whole)))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return (p − d) / (p (1 − p)), divided by m where E is a mean."""
        slope = (predicted - target) / (predicted * (1 - predicted))
        return divided(slope, self.divisor(outputs))


class SummedBinaryCrossentropy(BinaryCrossentropy):
    """E = −Σ_j (d_j ln p_j + (1 − d_j) ln(1 − p_j)): all labels count, however many."""

    name = "summed_binary_crossentropy"
    summed = True


@dataclass(frozen=True)
class SigmoidCrossentropy(CrossEntropyFromLogits):
    """Sigmoid with binary cross-entropy."""

    loss: BinaryCrossentropy
    activation = Sigmoid()

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return max(in, 0) − d in + ln(1 + exp(−|in|)), the outputs' mean or sum."""
        net_input = net_input.astype(np.float64)
        tail = np.log1p(np.exp(-np.abs(net_input)))
        terms = np.maximum(net_input, 0) - target * net_input + tail
        losses: Array = terms.sum(axis=1) / self.loss.divisor(terms.shape[1])
        return losses

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return p − d as (1 − d) σ(in) − d σ(−in), which does not cancel; of a mean, a part."""
        p, complement = self.activation.value(net_input), self.activation.value(-net_input)
        divisor = net_input.dtype.type(self.loss.divisor(net_input.shape[1]))
        delta: Array = ((1 - target) * p - target * complement) / divisor
        return delta
