"""Losses: how far a prediction is from its target, and the pairs of output activation and loss.

A network is trained with an :class:`OutputLoss`: an output activation together with a loss that
fits it. It computes the loss and δ(L) from the net inputs of the output layer. There are two kinds:

* :class:`CrossEntropyFromLogits`: cross-entropy after sigmoid or softmax, computed from the net
  inputs (the logits), so that nothing overflows; δ(L) = p − t.
* :class:`ComposedLoss`: any activation, then any other loss, by the chain rule.

The module ``elementwise_loss`` has the base of the other losses, ``registry`` all losses by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from glassnet.core.array import Array
from glassnet.core.record import Record
from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.tree import Formula, Number, Product, Symbol, sum_of
from glassnet.nn.activations.activation import Activation

__all__ = [
    "CrossEntropyFromLogits",
    "Loss",
    "OutputLoss",
    "divided",
    "divided_terms",
    "mismatch_error",
]


class Loss(Record, ABC):
    """The loss E of one example: how far its prediction p is from its target t.

    Arrays of predictions and targets are (examples, outputs), float32 or float64; losses are
    (examples,) in float64. A subclass is known by its ``name`` once it is defined; its docstring
    says where its formula comes from.
    """

    #: Whether E is the sum over the outputs; otherwise it is their mean.
    summed: ClassVar[bool] = False
    #: The output activation that it is made for: with it, both are computed from the net inputs.
    made_for: ClassVar[str] = ""

    @abstractmethod
    def paired_with(self, activation: Activation) -> "OutputLoss":
        """Return the pair of an output activation and this loss.

        Raises
        ------
        ValueError
            If the two do not fit.
        """

    @abstractmethod
    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return the formulas of which E is the sum: what each output adds, in their order."""

    @abstractmethod
    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return ∂E/∂p of one output, of so many."""

    def terms_that_count(
        self, predicted: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula | None:
        """Return E with those targets put in that are 0 or 1, if terms vanish then; else None."""
        return None

    def derivative_before_cancelling(
        self, predicted: Symbol, target: Symbol, outputs: int
    ) -> Formula | None:
        """Return ∂E/∂p of one output as it is before something cancels; None if nothing does."""
        return None

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return the target of one output: t, unless the loss smooths it."""
        return target

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return the predictions at which ∂E/∂p jumps, each of the shape of the targets."""
        return ()

    def divisor(self, outputs: int) -> int:
        """Return the divisor of the sum over so many outputs: 1 if E is the sum."""
        return 1 if self.summed else outputs


class OutputLoss(ABC):
    """An output activation with a loss that fits it."""

    activation: Activation
    loss: Loss

    @abstractmethod
    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E of each example, (examples,) in float64, from the output layer's net inputs."""

    @abstractmethod
    def delta(self, net_input: Array, target: Array) -> Array:
        """Return δ(L) = ∂E/∂in(L)."""

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return the loss's terms, as they are after this activation."""
        return self.loss.terms(predicted, target)

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return the loss's ∂E/∂p, as it is after this activation."""
        return self.loss.derivative_formula(predicted, target, outputs)

    def formula(
        self, predicted: Sequence[Symbol], target: Sequence[Symbol], most: int | None = None
    ) -> Formula:
        """Return E as a formula of predictions and targets; sums show at most `most` terms."""
        return sum_of(self.terms(predicted, target), most)

    def by_definition(
        self, net_input: Array, predicted: Array, target: Array, arithmetic: Arithmetic
    ) -> Array:
        """Return E of each example by its formula, in another arithmetic, for the check.

        Parameters
        ----------
        net_input, predicted : array of shape (examples, outputs)
            in(L) and p.
        target : array of shape (outputs,)
        arithmetic : Arithmetic
        """
        p = [Symbol("p", column) for column in predicted.T]
        t = [Symbol("t", value) for value in target]
        losses: Array = self.formula(p, t).evaluate(arithmetic)
        return losses


class CrossEntropyFromLogits(OutputLoss):
    """Cross-entropy after sigmoid or softmax, computed from the net inputs: δ(L) = p − t."""

    @abstractmethod
    def formula_of_net_inputs(
        self, net_inputs: Sequence[Symbol], target: Sequence[Symbol]
    ) -> Formula:
        """Return E as a formula of in(L), which no p near 0 or 1 can make infinite."""

    def by_definition(
        self, net_input: Array, predicted: Array, target: Array, arithmetic: Arithmetic
    ) -> Array:
        """Return E of each example from the net inputs alone."""
        logits = [Symbol("in", column) for column in net_input.T]
        t = [Symbol("t", value) for value in target]
        losses: Array = self.formula_of_net_inputs(logits, t).evaluate(arithmetic)
        return losses


def mismatch_error(loss: Loss, given: Activation, right: str = "") -> ValueError:
    """Return the exception for a loss that does not fit the output activation."""
    right = right or repr(loss.made_for)
    return ValueError(
        f"the loss {loss.name!r} needs the output activation {right}, but the network ends in "
        f"{given.name!r}; give the output layer {right}, or use the loss {given.default_loss!r}"
    )


def divided(formula: Formula, divisor: int) -> Formula:
    """Return a formula divided by a number, unless that is 1."""
    return formula if divisor == 1 else formula / divisor


def divided_terms(terms: Sequence[Formula], divisor: int) -> list[Formula]:
    """Return the terms of a sum, each divided by a number, unless that is 1."""
    if divisor == 1:
        return list(terms)
    one_over_m = Number(1.0) / divisor
    return [Product((one_over_m, term)) for term in terms]
