"""The update from a gradient: clipping, penalties and the optimizer, in this order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Formula, Sum, Symbol
from glassnet.optim.clipping import gradient_norm
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import LossPenalty, Penalty, WeightDecay

__all__ = ["ParameterGroup", "StepInfo", "UpdateRule"]


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
class StepInfo:
    """Which step an update is, at which learning rate, of how heavy a batch.

    Attributes
    ----------
    number : int
        Of the step; the first is 1.
    learning_rate : float
    batch_weight : float
        The sum of the sample weights of the batch: the number of examples where all weigh 1.
    """

    number: int
    learning_rate: float
    batch_weight: float = 1.0


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
        for penalty in self.penalties:
            if not isinstance(penalty, LossPenalty) and type(penalty) is not WeightDecay:
                raise TypeError(
                    f"{penalty!r} says neither what it adds to the loss nor that it shrinks the "
                    "weights; a penalty of your own is a subclass of LossPenalty"
                )

    def step(
        self,
        parameters: Array,
        state: Array,
        gradient: Array,
        groups: Sequence[ParameterGroup],
        info: StepInfo,
    ) -> None:
        """Take a step, changing parameters and state in place.

        Parameters
        ----------
        parameters, gradient : array of shape (parameters,)
        state : array of shape (number of state names, parameters)
        groups : sequence of ParameterGroup
        info : StepInfo
        """
        gradient = self.clipped(gradient)
        for group in groups:
            w, alpha = parameters[group.place], info.learning_rate * group.rate
            penalised = gradient[group.place]
            for penalty in self.loss_penalties(biases=group.biases):
                penalised = penalised + penalty.derivative(w, info.batch_weight)
            if decay := self.decay(info.batch_weight, biases=group.biases):
                w *= w.dtype.type(1 - alpha * decay)
            self.optimizer.step(w, state[:, group.place], penalised, info.number, alpha)

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

    def loss_penalties(self, *, biases: bool) -> list[LossPenalty]:
        """Return the penalties that add to the gradient of weights, or of biases."""
        return [
            penalty
            for penalty in self.penalties
            if isinstance(penalty, LossPenalty) and penalty.holds(biases=biases)
        ]

    def decay(self, batch_weight: float, *, biases: bool) -> float:
        """Return λ of the weight decay of weights, or of biases: the optimizer's and all others."""
        penalties = [penalty for penalty in self.penalties if isinstance(penalty, WeightDecay)]
        return self.optimizer.weight_decay + sum(
            penalty.effective_strength(batch_weight)
            for penalty in penalties
            if penalty.holds(biases=biases)
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        learning_rate: Symbol,
        info: StepInfo,
        *,
        biases: bool,
        clip_factor: float = 1.0,
    ) -> list[tuple[str, Formula]]:
        """Return the step of one weight as named formulas in order, the new weight last.

        Parameters
        ----------
        weight, gradient : Symbol
            Before the step; the gradient before clipping and penalties.
        state : sequence of Symbol
        learning_rate : Symbol
            α of the weight's parameter group.
        info : StepInfo
        biases : bool
            Whether it is a bias.
        clip_factor : float
            κ of this step's gradient.

        Returns
        -------
        list of (name, formula)
            ``"g"``, the gradient after clipping and penalties, if they change it; ``"shrunk w"``
            if there is weight decay; then the optimizer's formulas.
        """
        named: list[tuple[str, Formula]] = []
        clipped = gradient if clip_factor == 1 else Symbol("κ", clip_factor) * gradient
        penalties = [
            penalty.derivative_formula(weight, info.batch_weight)
            for penalty in self.loss_penalties(biases=biases)
        ]
        if penalties or clipped is not gradient:
            named.append(("g", Sum((clipped, *penalties)) if penalties else clipped))
            gradient = Symbol("g", named[-1][1].evaluate())
        if decay := self.decay(info.batch_weight, biases=biases):
            factor = WeightDecay(decay).factor_formula(learning_rate, info.batch_weight)
            named.append(("shrunk w", factor * weight))
            weight = Symbol("shrunk w", named[-1][1].evaluate(), weight.layer, weight.index)
        return named + self.optimizer.formulas(weight, gradient, state, info.number, learning_rate)
