"""Optimizers: how a gradient becomes a change of the weights; value and formula side by side."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.formula.tree import Call, Formula, Negative, Symbol

__all__ = ["SGD", "Adam", "Momentum", "Optimizer"]

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

    def __post_init__(self) -> None:
        finite = 0 < _number("learning_rate", self.learning_rate) < math.inf
        _require(finite, "learning_rate", "above 0 and finite", self.learning_rate)

    def initial_state(self, parameters: Array) -> Array:
        """Return the state before the first step: (number of state names, parameters), all 0."""
        return np.zeros((len(self.state_names), parameters.size), dtype=parameters.dtype)

    @abstractmethod
    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take step `number` (the first is 1), changing parameters and state in place."""

    @abstractmethod
    def formulas(
        self, weight: Symbol, gradient: Symbol, state: Sequence[Symbol], number: int
    ) -> list[tuple[str, Formula]]:
        """Return the step as named formulas in order: new state first, the new weight last.

        The name of a state's formula is its state name, that of the weight's is ``"w"``.
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
        self, weight: Symbol, gradient: Symbol, state: Sequence[Symbol], number: int
    ) -> list[tuple[str, Formula]]:
        """Return w − α g."""
        return [("w", weight - Symbol("α", self.learning_rate) * gradient)]


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum: v ← μ v − α ∂E/∂w, w ← w + v.

    Polyak 1964; in this form Sutskever et al. 2013, equations 1 and 2.

    Parameters
    ----------
    learning_rate : float
    momentum : float
        μ, from 0 to below 1: how much of the last step is taken again.
    """

    learning_rate: float = 0.01
    momentum: float = 0.9
    state_names = ("v",)

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(
            0 <= _number("momentum", self.momentum) < 1,
            "momentum",
            "from 0 to below 1",
            self.momentum,
        )

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take v ← μ v − α g, w ← w + v."""
        number_type = parameters.dtype.type
        (velocity,) = state
        velocity *= number_type(self.momentum)
        velocity -= number_type(learning_rate) * gradient
        _small_to_zero(velocity)
        parameters += velocity

    def formulas(
        self, weight: Symbol, gradient: Symbol, state: Sequence[Symbol], number: int
    ) -> list[tuple[str, Formula]]:
        """Return the new velocity and the new weight."""
        (velocity,) = state
        mu, alpha = Symbol("μ", self.momentum), Symbol("α", self.learning_rate)
        new_velocity = mu * velocity - alpha * gradient
        after = Symbol("v", new_velocity.evaluate(), index="new")
        return [("v", new_velocity), ("w", weight + after)]


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
        _require(0 <= _number("beta1", self.beta1) < 1, "beta1", "from 0 to below 1", self.beta1)
        _require(0 <= _number("beta2", self.beta2) < 1, "beta2", "from 0 to below 1", self.beta2)
        _require(_number("epsilon", self.epsilon) > 0, "epsilon", "above 0", self.epsilon)

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
        self, weight: Symbol, gradient: Symbol, state: Sequence[Symbol], number: int
    ) -> list[tuple[str, Formula]]:
        """Return the new moments, their corrected values and the new weight."""
        m, v = state
        beta1, beta2 = Symbol("β₁", self.beta1), Symbol("β₂", self.beta2)
        new_m = beta1 * m + (1 - beta1) * gradient
        new_v = beta2 * v + (1 - beta2) * gradient**2
        m_hat = Symbol("m", new_m.evaluate(), index="new") / (1 - beta1**number)
        v_hat = Symbol("v", new_v.evaluate(), index="new") / (1 - beta2**number)
        root = Call("sqrt", (Symbol("v̂", v_hat.evaluate()),))
        step = (
            Symbol("α", self.learning_rate)
            * Symbol("m̂", m_hat.evaluate())
            / (root + Symbol("ε", self.epsilon))
        )
        return [
            ("m", new_m),
            ("v", new_v),
            ("m̂", m_hat),
            ("v̂", v_hat),
            ("w", weight + Negative(step)),
        ]


def _small_to_zero(state: Array) -> None:
    state[np.abs(state) < SMALLEST_STATE] = 0


def _number(name: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float | np.number):
        raise TypeError(f"{name} must be a number, not {given!r}")
    return float(given)


def _require(condition: bool, name: str, expected: str, given: float) -> None:
    if not condition:
        raise ValueError(f"{name} must be {expected}, not {given!r}")
