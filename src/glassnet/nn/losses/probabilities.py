"""Losses of the probabilities that a softmax makes, where Keras keeps them from 0 and 1.

They are computed from the net inputs: p, 1 − p and ln p each have all their digits, so that
nothing cancels where the network is nearly right.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Power, Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.losses.loss import Loss, OutputLoss, mismatch_error

__all__ = ["EPSILON", "Probabilities", "SoftmaxLoss", "clipped", "is_clipped", "power"]

#: ``keras.config.epsilon()``, from which to 1 − which Keras allows probabilities.
EPSILON = 1e-7


@dataclass(frozen=True)
class Probabilities:
    """Probabilities p, 1 − p and −ln p, each of shape (examples, outputs)."""

    p: Array
    complement: Array
    surprise: Array

    @classmethod
    def after_softmax(cls, net_input: Array) -> "Probabilities":
        """Return those of the classes; 1 − p of the largest from the sum of the others."""
        at = np.arange(len(net_input)), net_input.argmax(axis=1)
        shifted = net_input - net_input[at][:, None]
        e = np.exp(shifted)
        e[at] = 0
        rest = e.sum(axis=1)
        e[at] = 1
        p = e / (1 + rest)[:, None]
        complement = 1 - p
        complement[at] = rest / (1 + rest)
        return cls(p, complement, np.log1p(rest)[:, None] - shifted)

    @classmethod
    def after_sigmoid(cls, net_input: Array) -> "Probabilities":
        """Return those of the answer yes."""
        sigmoid = Sigmoid()
        surprise = np.maximum(-net_input, 0) + np.log1p(np.exp(-np.abs(net_input)))
        return cls(sigmoid.value(net_input), sigmoid.value(-net_input), surprise)

    @property
    def inside(self) -> Array:
        """Where p is from ε to 1 − ε, so that nothing is clipped."""
        inside: Array = (self.p > EPSILON) & (self.complement > EPSILON)
        return inside

    @property
    def clipped_complement(self) -> Array:
        """1 − p, from ε to 1 − ε."""
        complement: Array = np.clip(self.complement, EPSILON, 1 - EPSILON)
        return complement

    @property
    def clipped_surprise(self) -> Array:
        """−ln p of the clipped p."""
        surprise: Array = np.clip(self.surprise, -np.log1p(-EPSILON), -np.log(EPSILON))
        return surprise.astype(self.p.dtype)


class SoftmaxLoss(Loss):
    """A loss with one term for each probability of a softmax; E is their sum."""

    made_for = "softmax"
    summed = True

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; the activation must be softmax."""
        if not isinstance(activation, Softmax):
            raise mismatch_error(self, activation)
        return LossAfterSoftmax(self)

    @abstractmethod
    def terms_and_derivatives(self, at: Probabilities, target: Array) -> tuple[Array, Array]:
        """Return what each output adds to E, and ∂E/∂(ln p)."""

    @abstractmethod
    def term(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return the formula of what one output adds to E."""

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return what each output adds."""
        return [self.term(p, t, len(target)) for p, t in zip(predicted, target, strict=True)]


@dataclass(frozen=True)
class LossAfterSoftmax(OutputLoss):
    """Softmax with a loss of its probabilities."""

    loss: SoftmaxLoss
    activation = Softmax()

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E of each example."""
        at = Probabilities.after_softmax(net_input.astype(np.float64))
        terms, _ = self.loss.terms_and_derivatives(at, target.astype(np.float64))
        losses: Array = terms.sum(axis=1)
        return losses

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return h_j − p_j Σ_k h_k with h = ∂E/∂(ln p).

        For the most probable class that is h_j (1 − p_j) − p_j Σ_{k≠j} h_k, without cancellation.
        """
        at = Probabilities.after_softmax(net_input)
        _, h = self.loss.terms_and_derivatives(at, target)
        largest = np.arange(len(h)), net_input.argmax(axis=1)
        others = h.copy()
        others[largest] = 0
        delta: Array = h - at.p * h.sum(axis=1, keepdims=True)
        delta[largest] = (h * at.complement)[largest] - at.p[largest] * others.sum(axis=1)
        return delta


def clipped(predicted: Symbol) -> Formula:
    """Return p, or max(ε, min(1 − ε, p)) where that makes a difference."""
    if not is_clipped(predicted):
        return predicted
    upper = Call("min", (Number(1 - EPSILON), predicted))
    return Call("max", (Number(EPSILON), upper))


def is_clipped(predicted: Symbol) -> bool:
    """Return whether p is not from ε to 1 − ε."""
    return bool(np.min(predicted.value) <= EPSILON or np.max(predicted.value) >= 1 - EPSILON)


def power(base: Formula, exponent: float) -> Formula:
    """Return a power; the base itself for the exponent 1."""
    return base if exponent == 1 else Power(base, Number(exponent))
