"""Hard sigmoid, a sigmoid of three straight lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["HardSigmoid"]


@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    """g(in) = slope · in + shift, but at least 0 and at most 1: Courbariaux et al. 2015, eq. 2.

    Parameters
    ----------
    slope : float
        Above 0. 1/6 with a shift of ½ is relu6(in + 3) / 6, as in PyTorch and Keras 3; in Keras 2
        and ONNX it was 0.2.
    shift : float
        The output at 0.

    Examples
    --------
    >>> HardSigmoid().value(np.array([[-4.0, 1.5, 4.0]])).tolist()
    [[0.0, 0.75, 1.0]]
    """

    name = "hard_sigmoid"

    slope: float = bounded(1 / 6, 0, include_minimum=False)
    shift: float = bounded(0.5)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where the line meets 0, and 1."""
        return -self.shift / self.slope, (1 - self.shift) / self.slope

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return slope · in + shift, clipped to [0, 1]."""
        y: Array = np.clip(self._line(net_input), 0, 1)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return the slope where the output is between 0 and 1, else 0."""
        line = self._line(net_input)
        return np.where((line > 0) & (line < 1), self.slope, 0).astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, min(1, slope · in + shift))."""
        upper = Call("min", (Number(1.0), self._line_formula(net_inputs[unit])))
        return Call("max", (Number(0.0), upper))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return slope [line > 0] [1 − line > 0]."""
        line = self._line_formula(net_input)
        return self.slope * IversonBracket(line) * IversonBracket(1 - line)

    def _line(self, net_input: Array) -> Array:
        number = net_input.dtype.type
        line: Array = number(self.slope) * net_input + number(self.shift)
        return line

    def _line_formula(self, net_input: Symbol) -> Formula:
        return self.slope * net_input + self.shift
