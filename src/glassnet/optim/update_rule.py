"""The update from a gradient: clipping, penalties and the optimizer, in this order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Formula, Sum, Symbol
from glassnet.optim.clipping import gradient_norm
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2, Penalty, WeightDecay

__all__ = ["ParameterGroup", "UpdateContext", "UpdateRule"]


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters with the same update rule: a layer's weights, or its biases.

    Attributes
    ----------
    place : slice
        Their place in the parameter buffer.
    rate : float
        Factor on the learning rate.
    biases : bool
    """

    place: slice
    rate: float
    biases: bool


@dataclass(frozen=True)
class UpdateContext:
    """The context of a weight's update: what its formulas need besides the weight's own numbers.

    Attributes
    ----------
    number : int
        The number of the step; the first is 1.
    learning_rate : Symbol
        α of the weight's parameter group.
    batch_weight : float
        The sum of the batch's sample weights: the number of examples if all are 1.
    clip_factor : float
        κ of this step's gradient.
    """

    number: int
    learning_rate: Symbol
    batch_weight: float = 1
    clip_factor: float = 1.0


@dataclass(frozen=True)
class UpdateRule:
    """The rule by which the gradient of a batch changes the parameters.

    Parameters
    ----------
    optimizer : Optimizer
    penalties : tuple of Penalty
    clip_norm : float, optional
        The largest norm of the gradient of all parameters, before penalties; a larger gradient is
        scaled down to it (Pascanu, Mikolov and Bengio 2013, algorithm 1).
    """

    optimizer: Optimizer
    penalties: tuple[Penalty, ...] = field(default=())
    clip_norm: float | None = None

    def __post_init__(self) -> None:
        if self.clip_norm is not None:
            real_number("clip_norm", self.clip_norm, 0, include_minimum=False)

    def step(
        self,
        parameters: Array,
        state: Array,
        gradient: Array,
        groups: Sequence[ParameterGroup],
        number: int,
        learning_rate: float,
        batch_weight: float,
    ) -> None:
        """Take step `number` (the first is 1), changing parameters and state in place.

        Parameters
        ----------
        parameters, gradient : array of shape (parameters,)
        state : array of shape (number of state names, parameters)
        groups : sequence of ParameterGroup
        number : int
        learning_rate : float
        batch_weight : float
            The sum of the batch's sample weights: the number of examples if all are 1.
        """
        gradient = self.clipped(gradient)
        for group in groups:
            w, alpha = parameters[group.place], learning_rate * group.rate
            penalised = self._penalised(w, gradient[group.place], group, batch_weight)
            decay = (
                self.total(WeightDecay, group.biases, batch_weight) + self.optimizer.weight_decay
            )
            if decay:
                w *= w.dtype.type(1 - alpha * decay)
            self.optimizer.step(w, state[:, group.place], penalised, number, alpha)

    def clipped(self, gradient: Array) -> Array:
        """Return the gradient, scaled down if its norm exceeds `clip_norm`."""
        factor = self.clip_factor(gradient)
        if factor == 1:
            return gradient
        shorter: Array = gradient * gradient.dtype.type(factor)
        return shorter

    def clip_factor(self, gradient: Array) -> float:
        """Return κ, the factor that scales the gradient down to `clip_norm`; 1 if not needed."""
        if self.clip_norm is None:
            return 1.0
        length = gradient_norm(gradient)
        return self.clip_norm / length if length > self.clip_norm else 1.0

    def total(self, kind: type[Penalty], biases: bool, batch_weight: float) -> float:
        """Return the sum of λ over all penalties of one kind, for weights or for biases."""
        return sum(
            penalty.effective_strength(batch_weight)
            for penalty in self.penalties
            if isinstance(penalty, kind) and penalty.holds(biases=biases)
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        context: UpdateContext,
        *,
        biases: bool,
    ) -> list[tuple[str, Formula]]:
        """Return the step of one weight as named formulas in order, the new weight last.

        Parameters
        ----------
        weight, gradient : Symbol
            Before the step; the gradient before clipping and penalties.
        state : sequence of Symbol
        context : UpdateContext
        biases : bool
            Whether it is a bias.

        Returns
        -------
        list of (name, formula)
            ``"g"``, the gradient after clipping and penalties, if they change it; ``"shrunk w"``
            if there is weight decay; then the optimizer's formulas.
        """
        named: list[tuple[str, Formula]] = []
        kappa = Symbol("κ", context.clip_factor)
        clipped = gradient if context.clip_factor == 1 else kappa * gradient
        penalties = [
            penalty.derivative_formula(weight, context.batch_weight)
            for penalty in self.penalties
            if isinstance(penalty, L1 | L2) and penalty.holds(biases=biases)
        ]
        if penalties or clipped is not gradient:
            named.append(("g", Sum((clipped, *penalties)) if penalties else clipped))
            gradient = Symbol("g", named[-1][1].evaluate())
        decay = self.total(WeightDecay, biases, context.batch_weight) + self.optimizer.weight_decay
        if decay:
            factor = WeightDecay(decay).factor_formula(context.learning_rate, context.batch_weight)
            named.append(("shrunk w", factor * weight))
            weight = Symbol("shrunk w", named[-1][1].evaluate(), weight.layer, weight.index)
        return named + self.optimizer.formulas(
            weight, gradient, state, context.number, context.learning_rate
        )

    def _penalised(
        self, w: Array, gradient: Array, group: ParameterGroup, batch_weight: float
    ) -> Array:
        l1 = self.total(L1, group.biases, batch_weight)
        l2 = self.total(L2, group.biases, batch_weight)
        if l2:
            gradient = w.dtype.type(l2) * w + gradient
        if l1:
            gradient = gradient + w.dtype.type(l1) * np.sign(w)
        return gradient
