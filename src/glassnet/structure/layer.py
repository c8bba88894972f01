"""A layer of units, each connected to every unit of the layer before."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from glassnet.structure.activation import Activation, activation_named
from glassnet.structure.initialiser import INITIALISERS, Given, Initialiser, default_initialiser
from glassnet.structure.whole import whole_number

__all__ = ["Dense"]


@dataclass(frozen=True, init=False)
class Dense:
    """A fully connected layer: y = g(y_before W + b).

    Parameters
    ----------
    units : int
        How many units, at least 1.
    activation : str or Activation
        ``"identity"``, ``"sigmoid"``, ``"tanh"``, ``"relu"`` or ``"softmax"``.
    bias : bool
        Whether a bias unit, whose output is always 1, leads to each unit.
    initial : str, Initialiser or array, optional
        First weights: ``"glorot"``, ``"he"``, ``"lecun"``, or an array of shape
        (units before, units). He's rule for relu and Glorot's otherwise if not given.

    Raises
    ------
    ValueError, TypeError
        If units is not a whole number above 0, or a name is unknown.

    Examples
    --------
    >>> Dense(3, "tanh")
    Dense(3, "tanh")
    """

    units: int
    activation: Activation
    bias: bool
    initialiser: Initialiser

    def __init__(
        self,
        units: int,
        activation: str | Activation,
        *,
        bias: bool = True,
        initial: str | Initialiser | ArrayLike | None = None,
    ) -> None:
        activation = activation_named(activation)
        object.__setattr__(self, "units", whole_number("the number of units", units, 1))
        object.__setattr__(self, "activation", activation)
        object.__setattr__(self, "bias", bool(bias))
        object.__setattr__(self, "initialiser", _initialiser(initial, activation))

    def __repr__(self) -> str:
        bias = "" if self.bias else ", bias=False"
        return f'Dense({self.units}, "{self.activation.name}"{bias})'


def _initialiser(
    initial: str | Initialiser | ArrayLike | None, activation: Activation
) -> Initialiser:
    if initial is None:
        return default_initialiser(activation)
    if isinstance(initial, Initialiser):
        return initial
    if isinstance(initial, str):
        if initial not in INITIALISERS:
            known = ", ".join(INITIALISERS)
            raise ValueError(f"unknown initialiser {initial!r}; known are: {known}")
        return INITIALISERS[initial]
    return Given(initial)
