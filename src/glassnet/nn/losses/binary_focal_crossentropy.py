"""The focal loss, for sigmoid outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Number, Symbol, ln, product_of
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.losses.loss import Loss, OutputLoss, divided, divided_terms, mismatch_error
from glassnet.nn.losses.probabilities import EPSILON, Probabilities, clipped, is_clipped, power
from glassnet.nn.losses.smoothing import to_half, to_half_formula

__all__ = ["BalancedBinaryFocalCrossentropy", "BinaryFocalCrossentropy"]


@dataclass(frozen=True)
class BinaryFocalCrossentropy(Loss):
    """Binary cross-entropy that dwells on what is hard: Lin et al. 2017, equation 4.

    E = (1/m) Σ_j (1 − q_j)^γ (−t_j ln p_j − (1 − t_j) ln(1 − p_j)), where q_j = p_j for a target of
    1 and 1 − p_j for 0. As ``keras.losses.binary_focal_crossentropy``, whose logarithms are of p
    kept from 1e-7 to 1 − 1e-7.

    Parameters
    ----------
    gamma : float
        γ, from 0. The larger it is, the less count examples that the network is sure of.
    label_smoothing : float
        s, from 0 to below 1: each t_j becomes (1 − s) t_j + s/2.
    """

    name = "binary_focal_crossentropy"
    made_for = "sigmoid"

    gamma: float = bounded(2.0, 0)
    label_smoothing: float = bounded(0.0, 0, 1, include_maximum=False)

    @property
    def balance(self) -> tuple[float, float]:
        """What the targets 0 and 1 count."""
        return 1.0, 1.0

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; the activation must be sigmoid."""
        if not isinstance(activation, Sigmoid):
            raise mismatch_error(self, activation)
        return SigmoidFocalCrossentropy(self)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return 1e-7 and 1 − 1e-7."""
        return np.full_like(target, EPSILON), np.full_like(target, 1 - EPSILON)

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return t_j, with label smoothing if there is any."""
        return to_half_formula(target, self.label_smoothing)

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return (1 − q)^γ times the cross-entropy of each output, divided by m."""
        terms = []
        for p, each in zip(predicted, target, strict=True):
            t = self.smoothed_target_formula(each, len(target))
            factor = power(_missing(p, t), self.gamma)
            terms.append(product_of(self._weight(t), factor, _cross_entropy(p, t)))
        return divided_terms(terms, self.divisor(len(terms)))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return γ (1 − q)^(γ − 1) (1 − 2t) c + (1 − q)^γ ∂c/∂p, c the cross-entropy; over m."""
        t = self.smoothed_target_formula(target, outputs)
        missing = _missing(predicted, t)
        slope: Formula = product_of(
            Number(self.gamma),
            power(missing, self.gamma - 1),
            1 - 2 * t,
            _cross_entropy(predicted, t),
        )
        if not is_clipped(predicted):
            bend = (1 - t) / (1 - predicted) - t / predicted
            slope = slope + power(missing, self.gamma) * bend
        return divided(product_of(self._weight(t), slope), self.divisor(outputs))

    def _weight(self, t: Formula) -> Formula:
        return Number(1.0)


@dataclass(frozen=True)
class BalancedBinaryFocalCrossentropy(BinaryFocalCrossentropy):
    """The binary focal loss with a weight for each class: Lin et al. 2017, equation 5.

    As ``keras.losses.binary_focal_crossentropy(apply_class_balancing=True)``.

    Parameters
    ----------
    gamma, label_smoothing : float
        As of BinaryFocalCrossentropy.
    alpha : float
        α, from 0 to 1: what a target of 1 counts; one of 0 counts 1 − α.
    """

    name = "balanced_binary_focal_crossentropy"
    known_elsewhere = False

    alpha: float = bounded(0.25, 0, 1)

    @property
    def balance(self) -> tuple[float, float]:
        """1 − α and α."""
        return 1 - self.alpha, self.alpha

    def _weight(self, t: Formula) -> Formula:
        return t * self.alpha + (1 - t) * (1 - self.alpha)


@dataclass(frozen=True)
class SigmoidFocalCrossentropy(OutputLoss):
    """Sigmoid with the binary focal loss, from the net inputs."""

    loss: BinaryFocalCrossentropy
    activation = Sigmoid()

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E of each example."""
        terms, _ = self._of_outputs(net_input.astype(np.float64), target.astype(np.float64))
        losses: Array = terms.sum(axis=1) / self.loss.divisor(terms.shape[1])
        return losses

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return ∂E/∂in."""
        _, delta = self._of_outputs(net_input, target)
        divided: Array = delta / net_input.dtype.type(self.loss.divisor(net_input.shape[1]))
        return divided

    def _of_outputs(self, net_input: Array, target: Array) -> tuple[Array, Array]:
        """Return w (1 − q)^γ c of each output, and its derivative by the net input."""
        yes = Probabilities.after_sigmoid(net_input)
        no = Probabilities.after_sigmoid(-net_input)
        t = to_half(target, self.loss.label_smoothing)
        gamma, (of_0, of_1) = self.loss.gamma, self.loss.balance
        cross = t * yes.clipped_surprise + (1 - t) * no.clipped_surprise
        slope = np.where(yes.inside, (1 - t) * yes.p - t * no.p, 0)
        missing = np.maximum(t * no.p + (1 - t) * yes.p, 2.0**-100)
        factor = (t * of_1 + (1 - t) * of_0) * missing**gamma
        bend = (1 - 2 * t) * (yes.p * no.p / missing)
        delta: Array = factor * (gamma * cross * bend + slope)
        return factor * cross, delta.astype(net_input.dtype)


def _missing(p: Symbol, t: Formula) -> Formula:
    """1 − q = t (1 − p) + (1 − t) p."""
    return t * (1 - p) + (1 - t) * p


def _cross_entropy(p: Symbol, t: Formula) -> Formula:
    """−t ln p − (1 − t) ln(1 − p)."""
    kept = clipped(p)
    return -(t * ln(kept)) - (1 - t) * ln(1 - kept)
