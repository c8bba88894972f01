"""Layers: dense (fully connected) and scale (each unit connected to the same unit before it)."""

import math
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from glassnet.core.validation import real_number, whole_number
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.initialisers import Constant, Initialiser, default_initialiser, initialiser_of

__all__ = ["Dense", "Layer", "Scale"]


@dataclass(frozen=True)
class Layer(ABC):
    """Units and the weights that lead to them: y = g(c · (weighted y_before) + b).

    Attributes
    ----------
    units : int
    activation : Activation
        g.
    bias : bool
        Whether each unit has a bias: the weight from a bias unit, whose output is always 1.
    initialiser, bias_initialiser : Initialiser
        Of the weights, and of the biases.
    multiplier : float or "ntk"
        c, fixed; ``"ntk"`` is 1 / √(units of the previous layer).
    weight_rate, bias_rate : float
        Factors on the learning rate of the layer's weights and biases.
    """

    units: int
    activation: Activation
    bias: bool
    initialiser: Initialiser
    bias_initialiser: Initialiser
    multiplier: float | str
    weight_rate: float
    bias_rate: float

    #: How the layer is connected, for files and messages.
    connection: ClassVar[str]

    @abstractmethod
    def weight_shape(self, from_units: int) -> tuple[int, ...]:
        """Return the shape of the layer's weights."""

    def multiplier_for(self, from_units: int) -> float:
        """Return c, given the number of units of the previous layer."""
        if isinstance(self.multiplier, str):
            return 1 / math.sqrt(from_units)
        return self.multiplier

    @property
    def options(self) -> str:
        """The options that differ from their defaults, as text."""
        parts = []
        if self.multiplier != 1:
            parts.append(f", multiplier={self.multiplier!r}")
        if self.weight_rate != 1:
            parts.append(f", weight_rate={self.weight_rate:g}")
        if self.bias_rate != 1:
            parts.append(f", bias_rate={self.bias_rate:g}")
        return "".join(parts)


@dataclass(frozen=True, init=False, repr=False)
class Dense(Layer):
    """A fully connected layer: y = g(c · y_before W + b).

    Parameters
    ----------
    units : int
        The number of units, at least 1.
    activation : str or Activation
        The name of one of the modules of ``glassnet.nn.activations``, as ``"relu"``, or one with
        other hyper-parameters, as ``LeakyRelu(0.2)``.
    bias : bool
        Whether each unit has a bias: the weight from a bias unit, whose output is always 1.
    initial : str, Initialiser or array, optional
        Initial weights: ``"glorot"``, ``"he"``, ``"lecun"``, ``"zero"``, ``"one"``, or an array of
        shape (units of the previous layer, units). If not given, those that suit the activation
        (its ``initial_weights``), divided by the multiplier, so that the initial network is the
        same with and without one.
    initial_bias : str, Initialiser or array, optional
        Initial biases, 0 if not given. A bias has one input, so ``"lecun"`` gives variance 1.
    multiplier : float or "ntk"
        c, a fixed factor on the weighted sum, above 0. ``"ntk"`` is 1 / √(units of the previous
        layer): the neural-tangent parametrisation (Jacot, Gabriel and Hongler 2018, section 2).
    weight_rate, bias_rate : float
        Factors on the learning rate for this layer's weights and biases; 0 keeps them fixed.

    Raises
    ------
    ValueError, TypeError
        If units is not a whole number above 0, a name is unknown or a factor out of range.

    Examples
    --------
    >>> Dense(3, "tanh")
    Dense(3, "tanh")
    """

    connection = "dense"

    def __init__(
        self,
        units: int,
        activation: str | Activation,
        *,
        bias: bool = True,
        initial: str | Initialiser | ArrayLike | None = None,
        initial_bias: str | Initialiser | ArrayLike | None = None,
        multiplier: float | str = 1.0,
        weight_rate: float = 1.0,
        bias_rate: float = 1.0,
    ) -> None:
        found = activation_named(activation)
        super().__init__(
            whole_number("the number of units", units, 1),
            found,
            bool(bias),
            initialiser_of(initial, default_initialiser(found)),
            initialiser_of(initial_bias, Constant(0.0)),
            _multiplier(multiplier),
            real_number("weight_rate", weight_rate, 0),
            real_number("bias_rate", bias_rate, 0),
        )

    def weight_shape(self, from_units: int) -> tuple[int, ...]:
        """Return (units of the previous layer, units)."""
        return from_units, self.units

    def __repr__(self) -> str:
        bias = "" if self.bias else ", bias=False"
        return f"Dense({self.units}, {_shown(self.activation)}{bias}{self.options})"


@dataclass(frozen=True, init=False, repr=False)
class Scale(Layer):
    """As many units as the previous layer, each with a single input: y = g(c · y_before w + b).

    It learns the importance of each input; with fixed weights it is a normalisation layer.

    Parameters
    ----------
    activation : str or Activation
    bias : bool
    initial : str, Initialiser or array, optional
        Initial weights, an array of shape (units,); all 1 if not given.
    multiplier, weight_rate, bias_rate : float
        As for :class:`Dense`.

    Examples
    --------
    >>> Scale(bias=True)
    Scale("identity", bias=True)
    """

    connection = "scale"

    def __init__(
        self,
        activation: str | Activation = "identity",
        *,
        bias: bool = False,
        initial: str | Initialiser | ArrayLike | None = None,
        multiplier: float = 1.0,
        weight_rate: float = 1.0,
        bias_rate: float = 1.0,
    ) -> None:
        super().__init__(
            0,  # known when the layer is placed in a network
            activation_named(activation),
            bool(bias),
            initialiser_of(initial, Constant(1.0)),
            Constant(0.0),
            real_number("multiplier", multiplier, 0, include_minimum=False),
            real_number("weight_rate", weight_rate, 0),
            real_number("bias_rate", bias_rate, 0),
        )

    def placed_after(self, from_units: int) -> "Scale":
        """Return the layer with as many units as the previous layer."""
        placed = copy(self)
        object.__setattr__(placed, "units", from_units)
        return placed

    def weight_shape(self, from_units: int) -> tuple[int, ...]:
        """Return (units,)."""
        return (self.units,)

    def __repr__(self) -> str:
        bias = ", bias=True" if self.bias else ""
        return f"Scale({_shown(self.activation)}{bias}{self.options})"


def _multiplier(multiplier: float | str) -> float | str:
    if isinstance(multiplier, str):
        if multiplier != "ntk":
            raise ValueError(f"a multiplier must be a number or 'ntk', not {multiplier!r}")
        return multiplier
    return real_number("multiplier", multiplier, 0, include_minimum=False)


def _shown(activation: Activation) -> str:
    return repr(activation) if activation.hyper_parameters else f'"{activation.name}"'
