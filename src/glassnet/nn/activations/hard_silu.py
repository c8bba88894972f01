"""Hard silu, also called hard swish."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.hard_sigmoid import HardSigmoid

__all__ = ["HardSilu"]

_GATE = HardSigmoid()


class HardSilu(Elementwise):
    """g(in) = in h(in), h(in) = relu6(in + 3) / 6 (hard sigmoid): Howard et al. 2019, §5.2."""

    name = "hard_silu"
    other_names = ("hard_swish",)
    initial_weights = "he"

    @property
    def kinks(self) -> tuple[float, ...]:
        """−3 and 3."""
        return -3.0, 3.0

    def value(self, net_input: Array) -> Array:
        """Return in h(in)."""
        y: Array = net_input * _GATE.value(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return h(in) + in h′(in)."""
        near = np.clip(net_input, -3, 3)  # beyond, h′ is 0
        slope: Array = _GATE.value(net_input) + near * _GATE.derivative(net_input)
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in · max(0, min(1, in/6 + ½))."""
        return net_inputs[unit] * _GATE.formula(net_inputs, unit)

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return h(in) + in h′(in)."""
        slope = _GATE.derivative_formula(net_input, output)
        return _GATE.formula([net_input], 0) + net_input * slope
