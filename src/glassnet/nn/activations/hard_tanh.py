"""Hard tanh, the net input clipped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["HardTanh"]


@dataclass(frozen=True)
class HardTanh(Elementwise):
    """g(in) = in, but at least a minimum and at most a maximum: Collobert 2004, section 5.2.2.

    Also called clip. The derivative at both ends is 0.

    Parameters
    ----------
    minimum, maximum : float
        The smallest and the largest output.

    Raises
    ------
    ValueError
        If the minimum is not below the maximum.

    Examples
    --------
    >>> HardTanh(0, 6).value(np.array([[-4.0, 1.5, 8.0]])).tolist()
    [[0.0, 1.5, 6.0]]
    """

    name = "hard_tanh"

    minimum: float = bounded(-1.0)
    maximum: float = bounded(1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.minimum < self.maximum:
            raise ValueError(
                f"minimum must be below maximum, but they are {self.minimum:g} and {self.maximum:g}"
            )

    @property
    def kinks(self) -> tuple[float, ...]:
        """The minimum and the maximum."""
        return self.minimum, self.maximum

    @property
    def never_negative(self) -> bool:
        """Whether the minimum is not below 0."""
        return self.minimum >= 0

    def value(self, net_input: Array) -> Array:
        """Return in, clipped."""
        number = net_input.dtype.type
        y: Array = np.clip(net_input, number(self.minimum), number(self.maximum))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 between minimum and maximum, else 0."""
        number = net_input.dtype.type
        inside = (net_input > number(self.minimum)) & (net_input < number(self.maximum))
        slope: Array = inside.astype(net_input.dtype)
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(minimum, min(maximum, in))."""
        upper = Call("min", (Number(self.maximum), net_inputs[unit]))
        return Call("max", (Number(self.minimum), upper))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > minimum] [in < maximum]."""
        above = net_input - self.minimum if self.minimum else net_input
        return IversonBracket(above) * IversonBracket(self.maximum - net_input)
