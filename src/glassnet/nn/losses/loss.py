"""Losses: how far a prediction is from the ideal, and the pairs of output activation and loss.

A network is never trained with a bare loss. It is trained with an :class:`OutputLoss`: an output
activation together with a loss that fits it. There are two kinds, and each knows how to go from the
output layer's net inputs to the loss and back:

* :class:`CrossEntropyFromLogits`: cross-entropy behind the activation that makes probabilities for
  it. Computed from the net inputs, so that nothing overflows; δ(L) = p − d.
* :class:`ComposedLoss`: any activation, then any other loss, by the chain rule.

``regression`` has the losses of predicted values, ``values`` all of them by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Number, Product, Symbol, sum_of
from glassnet.nn.activations.activation import Activation
from glassnet.nn.named import Named

__all__ = ["CrossEntropyFromLogits", "Loss", "OutputLoss", "divided", "divided_terms", "wrong_pair"]


class Loss(Named, ABC):
    """The loss E of one example. Arrays are (examples, outputs), losses (examples,) in float64."""

    #: Whether E is the sum over the outputs, not their mean.
    summed = False

    @abstractmethod
    def paired_with(self, activation: Activation) -> "OutputLoss":
        """Return the output loss of an output activation and this loss.

        Raises
        ------
        ValueError
            If the two do not fit.
        """

    @abstractmethod
    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return, for each output, the formula of what it adds to E."""

    @abstractmethod
    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return ∂E/∂p of one output."""

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return what an output is compared with: d, unless the loss softens it."""
        return target

    def divisor(self, outputs: int) -> int:
        """Return by what the sum over so many outputs is divided: 1 where E is the sum."""
        return 1 if self.summed else outputs

    def formula(
        self, predicted: Sequence[Symbol], target: Sequence[Symbol], most: int | None = None
    ) -> Formula:
        """Return E by predicted and targets; sums show at most `most` terms."""
        return sum_of(self.terms(predicted, target), most)


class OutputLoss(ABC):
    """An output activation with a loss that fits it."""

    activation: Activation
    loss: Loss

    @abstractmethod
    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E of each example, (examples,) in float64, by the output layer's net inputs."""

    @abstractmethod
    def delta(self, net_input: Array, target: Array) -> Array:
        """Return δ(L) = ∂E/∂in(L)."""


class CrossEntropyFromLogits(OutputLoss):
    """Cross-entropy behind the activation that makes probabilities for it: δ(L) = p − d."""


def wrong_pair(loss: Loss, given: Activation, right: str) -> ValueError:
    """Return the error of a loss behind an output activation that does not fit it."""
    return ValueError(
        f"the loss {loss.name!r} needs the output activation {right}, but the network ends in "
        f"{given.name!r}; give the output layer {right}, or use the loss {given.default_loss!r}"
    )


def divided(formula: Formula, divisor: int) -> Formula:
    """Return a formula divided by a number, unless that is 1."""
    return formula if divisor == 1 else formula / divisor


def divided_terms(terms: list[Formula], divisor: int) -> list[Formula]:
    """Return the terms of a sum that is divided by a number, each with its part."""
    if divisor == 1:
        return terms
    one_over_m = Number(1.0) / divisor
    return [Product((one_over_m, term)) for term in terms]
