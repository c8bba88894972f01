"""Optimizers: how a gradient becomes a change of the weights; value and formula side by side."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.memory import zeros_in_lines
from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Negative, Symbol

__all__ = ["SGD", "Adam", "AdamW", "Momentum", "Nesterov", "Optimizer", "RMSprop"]

Array: TypeAlias = NDArray[Any]

#: State smaller than this becomes 0: decaying moments would end as denormal numbers, which
#: slow every processor down.
SMALLEST_STATE = 2.0**-100


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule for w ← w + something, given the gradient of the mean error of a batch.

    Parameters
    ----------
    learning_rate : float
        α, above 0.
    """

    learning_rate: float

    #: What the rule remembers of each weight from step to step, all 0 at the start.
    state_names: ClassVar[tuple[str, ...]] = ()
    #: λ of decoupled weight decay, w ← (1 − α λ) w before the step.
    weight_decay: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        real_number("learning_rate", self.learning_rate, 0, least_too=False)

    def initial_state(self, parameters: Array) -> Array:
        """Return the state before the first step: (number of state names, parameters), all 0."""
        return zeros_in_lines((len(self.state_names), parameters.size), parameters.dtype)

    @abstractmethod
    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take step `number` (the first is 1), changing parameters and state in place."""

    @abstractmethod
    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the step as named formulas in order: new state first, the new weight last.

        The name of a state's formula is its state name, that of the weight's is ``"w"``. Weight
        decay is left to the rule, which shrinks the weight before.
        """


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: w ← w − α ∂E/∂w.

    Stochastic, because each step sees one batch.

    Examples
    --------
    >>> SGD(0.5)
    SGD(learning_rate=0.5)
    """

    learning_rate: float = 0.01

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take w ← w − α g."""
        parameters -= parameters.dtype.type(learning_rate) * gradient

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return w − α g."""
        return [("w", weight - learning_rate * gradient)]


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum: v ← μ v − α ∂E/∂w, w ← w + v.

    Polyak 1964; in this form Sutskever et al. 2013, equations 1 and 2.

    Parameters
    ----------
    learning_rate : float
    momentum : float
        μ, from 0 to 1: how much of the last step is taken again.
    """

    learning_rate: float = 0.01
    momentum: float = 0.9
    state_names = ("v",)

    def __post_init__(self) -> None:
        super().__post_init__()
        real_number("momentum", self.momentum, 0, 1)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take v ← μ v − α g, w ← w + v."""
        velocity, _ = self._accelerate(state, gradient, learning_rate)
        parameters += velocity

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new velocity and the new weight."""
        new_velocity, after = self._velocity_formulas(gradient, state, learning_rate)
        return [("v", new_velocity), ("w", weight + after)]

    def _accelerate(
        self, state: Array, gradient: Array, learning_rate: float
    ) -> tuple[Array, Array]:
        """Take v ← μ v − α g; return v and α g."""
        number_type = gradient.dtype.type
        (velocity,) = state
        change = number_type(learning_rate) * gradient
        velocity *= number_type(self.momentum)
        velocity -= change
        _small_to_zero(velocity)
        return velocity, change

    def _velocity_formulas(
        self, gradient: Symbol, state: Sequence[Symbol], learning_rate: Symbol
    ) -> tuple[Formula, Symbol]:
        """Return the formula of the new velocity, and its symbol."""
        (velocity,) = state
        new_velocity = Symbol("μ", self.momentum) * velocity - learning_rate * gradient
        return new_velocity, Symbol("v", new_velocity.evaluate(), index="new")


@dataclass(frozen=True)
class Nesterov(Momentum):
    """Momentum that looks ahead: v ← μ v − α ∂E/∂w, w ← w + μ v − α ∂E/∂w.

    Nesterov 1983; in this form, with the gradient at the present weights, Bengio,
    Boulanger-Lewandowski and Pascanu 2013, equation 7.
    """

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take v ← μ v − α g, w ← w + μ v − α g."""
        velocity, change = self._accelerate(state, gradient, learning_rate)
        parameters += parameters.dtype.type(self.momentum) * velocity
        parameters -= change

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new velocity and the new weight."""
        new_velocity, after = self._velocity_formulas(gradient, state, learning_rate)
        ahead = Symbol("μ", self.momentum) * after
        return [("v", new_velocity), ("w", weight + ahead - learning_rate * gradient)]


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Steps divided by the gradient's recent size: Tieleman and Hinton 2012, lecture 6.5.

    s ← ρ s + (1 − ρ) g², w ← w − α g / (√s + ε).

    Parameters
    ----------
    learning_rate : float
    rho : float
        ρ, from 0 to below 1: how much of the squares stays.
    epsilon : float
        Above 0; keeps the division finite.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    state_names = ("s",)

    def __post_init__(self) -> None:
        super().__post_init__()
        real_number("rho", self.rho, 0, 1, most_too=False)
        real_number("epsilon", self.epsilon, 0, least_too=False)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take s ← ρ s + (1 − ρ) g², w ← w − α g / (√s + ε)."""
        number_type = parameters.dtype.type
        (squares,) = state
        rho = number_type(self.rho)
        squares *= rho
        squares += (1 - rho) * gradient * gradient
        _small_to_zero(squares)
        parameters -= (
            number_type(learning_rate) * gradient / (np.sqrt(squares) + number_type(self.epsilon))
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new squares and the new weight."""
        (squares,) = state
        rho = Symbol("ρ", self.rho)
        new_squares = rho * squares + (1 - rho) * gradient**2
        root = Call("sqrt", (Symbol("s", new_squares.evaluate(), index="new"),))
        step = learning_rate * gradient / (root + Symbol("ε", self.epsilon))
        return [("s", new_squares), ("w", weight + Negative(step))]


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: steps of about α, whatever the gradient's size (Kingma and Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
    w ← w − α m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).

    Parameters
    ----------
    learning_rate : float
    beta1, beta2 : float
        From 0 to below 1: how much of the moments stays.
    epsilon : float
        Above 0; keeps the division finite.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    state_names = ("m", "v")

    def __post_init__(self) -> None:
        super().__post_init__()
        real_number("beta1", self.beta1, 0, 1, most_too=False)
        real_number("beta2", self.beta2, 0, 1, most_too=False)
        real_number("epsilon", self.epsilon, 0, least_too=False)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take Adam's step `number`."""
        number_type = parameters.dtype.type
        beta1, beta2 = number_type(self.beta1), number_type(self.beta2)
        m, v = state
        m *= beta1
        m += (1 - beta1) * gradient
        v *= beta2
        v += (1 - beta2) * gradient * gradient
        _small_to_zero(m)
        _small_to_zero(v)
        m_hat = m * number_type(1 / (1 - self.beta1**number))
        v_hat = v * number_type(1 / (1 - self.beta2**number))
        parameters -= (
            number_type(learning_rate) * m_hat / (np.sqrt(v_hat) + number_type(self.epsilon))
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Symbol,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new moments, their corrected values and the new weight."""
        m, v = state
        beta1, beta2 = Symbol("β₁", self.beta1), Symbol("β₂", self.beta2)
        new_m = beta1 * m + (1 - beta1) * gradient
        new_v = beta2 * v + (1 - beta2) * gradient**2
        m_hat = Symbol("m", new_m.evaluate(), index="new") / (1 - beta1**number)
        v_hat = Symbol("v", new_v.evaluate(), index="new") / (1 - beta2**number)
        root = Call("sqrt", (Symbol("v̂", v_hat.evaluate()),))
        m_hat_symbol = Symbol("m̂", m_hat.evaluate())
        step = learning_rate * m_hat_symbol / (root + Symbol("ε", self.epsilon))
        return [
            ("m", new_m),
            ("v", new_v),
            ("m̂", m_hat),
            ("v̂", v_hat),
            ("w", weight + Negative(step)),
        ]


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: Loshchilov and Hutter 2019, algorithm 2.

    w ← (1 − α λ) w before Adam's step; for all parameters, biases too.

    Parameters
    ----------
    learning_rate, beta1, beta2, epsilon : float
        As of :class:`Adam`.
    weight_decay : float
        λ, at least 0.
    """

    weight_decay: float = 0.01  # type: ignore[misc]  # a field here, a constant elsewhere

    def __post_init__(self) -> None:
        super().__post_init__()
        real_number("weight_decay", self.weight_decay, 0)


def _small_to_zero(state: Array) -> None:
    state[np.abs(state) < SMALLEST_STATE] = 0
