"""The family of relu: activations that keep what is above 0 and hold back what is below."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Number, Positive, Symbol, exp, ln
from glassnet.nn.activations.activation import Array, Elementwise, Sigmoid

__all__ = ["Elu", "Gelu", "LeakyRelu", "Mish", "Relu", "Selu", "Silu", "Softplus"]

sigmoid = Sigmoid()


class Relu(Elementwise):
    """g(in) = max(0, in), with derivative 0 at the kink."""

    name = "relu"
    has_kink = True

    def value(self, net_input: Array) -> Array:
        """Return max(0, in)."""
        y: Array = np.maximum(net_input, 0)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else 0."""
        return (net_input > 0).astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in)."""
        return _above(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0]."""
        return Positive(net_input)


class LeakyRelu(Elementwise):
    """g(in) = in above 0, slope · in below: Maas, Hannun and Ng 2013.

    Parameters
    ----------
    slope : float
        Below 0; PyTorch's default.

    Examples
    --------
    >>> LeakyRelu(0.2).value(np.array([[-1.0, 2.0]])).tolist()
    [[-0.2, 2.0]]
    """

    name = "leaky_relu"
    has_kink = True
    parameter_name = "slope"

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = real_number("slope", slope)

    def value(self, net_input: Array) -> Array:
        """Return in, or slope · in."""
        slope = net_input.dtype.type(self.slope)
        y: Array = np.where(net_input > 0, net_input, slope * net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else the slope."""
        return np.where(net_input > 0, 1, self.slope).astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in) + slope · min(0, in)."""
        return _above(net_inputs[unit]) + self.slope * _below(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0] + slope (1 − [in > 0])."""
        return Positive(net_input) + self.slope * (1 - Positive(net_input))


class Elu(Elementwise):
    """g(in) = in above 0, α (exp(in) − 1) below: Clevert, Unterthiner and Hochreiter 2016, eq. 15.

    Parameters
    ----------
    alpha : float
        How far below 0 the output reaches.
    """

    name = "elu"
    has_kink = True  # where alpha is not 1
    parameter_name = "alpha"

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = real_number("alpha", alpha)

    def value(self, net_input: Array) -> Array:
        """Return in, or α (exp(in) − 1)."""
        alpha = net_input.dtype.type(self.alpha)
        y: Array = np.where(net_input > 0, net_input, alpha * np.expm1(np.minimum(net_input, 0)))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else α exp(in)."""
        alpha = net_input.dtype.type(self.alpha)
        slope: Array = np.where(net_input > 0, 1, alpha * np.exp(np.minimum(net_input, 0)))
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in) + α (exp(min(0, in)) − 1)."""
        below = exp(_below(net_inputs[unit])) - 1
        return _above(net_inputs[unit]) + self.alpha * below

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0] + α exp(min(0, in)) (1 − [in > 0])."""
        above = Positive(net_input)
        return above + self.alpha * exp(_below(net_input)) * (1 - above)


class Selu(Elementwise):
    """g(in) = λ elu(in; α): Klambauer et al. 2017, "Self-normalizing neural networks", eq. 2.

    α and λ are chosen there so that outputs keep mean 0 and variance 1 through many layers.
    """

    name = "selu"
    has_kink = True
    ALPHA = 1.6732632423543772848
    SCALE = 1.0507009873554804934
    elu = Elu(ALPHA)

    def value(self, net_input: Array) -> Array:
        """Return λ elu(in)."""
        y: Array = net_input.dtype.type(self.SCALE) * self.elu.value(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return λ elu′(in)."""
        slope: Array = net_input.dtype.type(self.SCALE) * self.elu.derivative(net_input)
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return λ (max(0, in) + α (exp(min(0, in)) − 1))."""
        return self.SCALE * self.elu.formula(net_inputs, unit)

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return λ elu′(in)."""
        return self.SCALE * self.elu.derivative_formula(net_input, output)


class Gelu(Elementwise):
    """g(in) = in Φ(in), Φ the normal distribution: Hendrycks and Gimpel 2016, equation in §2."""

    name = "gelu"

    def value(self, net_input: Array) -> Array:
        """Return in Φ(in); 0 far below, where −∞ · 0 must not be asked for."""
        mass = _normal_mass(net_input)
        y: Array = np.where(mass == 0, 0, net_input) * mass
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return Φ(in) + in φ(in)."""
        near = np.where(np.abs(net_input) > 40, 0, net_input)  # φ is 0 farther out
        density = np.exp(-near * near / 2) / np.sqrt(2 * np.pi)
        slope: Array = _normal_mass(net_input) + near * density
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in · Φ(in)."""
        return net_inputs[unit] * Call("Φ", (net_inputs[unit],))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return Φ(in) + in · exp(−in²/2) / √(2π)."""
        density = exp(-(net_input**2) / 2) / Call("sqrt", (Number(2 * np.pi),))
        return Call("Φ", (net_input,)) + net_input * density


class Silu(Elementwise):
    """g(in) = in σ(in), also called swish: Elfwing, Uchibe and Doya 2018, equation 6."""

    name = "silu"

    def value(self, net_input: Array) -> Array:
        """Return in σ(in)."""
        share = sigmoid.value(net_input)
        y: Array = np.where(share == 0, 0, net_input) * share
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return σ(in) + in σ′(in)."""
        slope = sigmoid.derivative(net_input)
        bend: Array = np.where(slope == 0, 0, net_input) * slope
        total: Array = sigmoid.value(net_input) + bend
        return total.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in / (1 + exp(−in))."""
        return net_inputs[unit] / (1 + exp(-net_inputs[unit]))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return s (1 + in (1 − s)) with s = 1 / (1 + exp(−in))."""
        share = 1 / (1 + exp(-net_input))
        return share * (1 + net_input * (1 - share))


class Mish(Elementwise):
    """g(in) = in tanh(ln(1 + exp(in))): Misra 2019, equation 1."""

    name = "mish"

    def value(self, net_input: Array) -> Array:
        """Return in t with t = q / (q + 2), q = exp(in) (exp(in) + 2), which equals the tanh."""
        share, _ = self._tanh_softplus(net_input)
        y: Array = np.where(share == 0, 0, net_input) * share
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return t + in σ(in) (1 − t²), with 1 − t² = 4 (q + 1) / (q + 2)²."""
        share, bend = self._tanh_softplus(net_input)
        bounded = np.clip(net_input, -200, 30)
        slope: Array = share + bounded * sigmoid.value(net_input) * bend
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in · tanh(ln(1 + exp(in)))."""
        return net_inputs[unit] * _tanh_softplus_formula(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return t + in (1 − t²) / (1 + exp(−in)) with t = tanh(ln(1 + exp(in)))."""
        t = _tanh_softplus_formula(net_input)
        return t + net_input * (1 - t**2) / (1 + exp(-net_input))

    def _tanh_softplus(self, net_input: Array) -> tuple[Array, Array]:
        e = np.exp(np.minimum(net_input, 30))  # beyond 30, t is 1 in both precisions
        q = e * (e + 2)
        half = 2 / (q + 2)
        return q / (q + 2), (q + 1) * half * half


class Softplus(Elementwise):
    """g(in) = ln(1 + exp(in)): a smooth relu, always positive (Dugas et al. 2001, equation 1)."""

    name = "softplus"

    def value(self, net_input: Array) -> Array:
        """Return max(in, 0) + ln(1 + exp(−|in|)), so that nothing overflows."""
        y: Array = np.maximum(net_input, 0) + np.log1p(np.exp(-np.abs(net_input)))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return σ(in)."""
        return sigmoid.value(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return ln(1 + exp(in))."""
        return ln(1 + exp(net_inputs[unit]))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1 / (1 + exp(−in))."""
        return 1 / (1 + exp(-net_input))


def _above(net_input: Symbol) -> Formula:
    return Call("max", (Number(0.0), net_input))


def _below(net_input: Symbol) -> Formula:
    return Call("min", (Number(0.0), net_input))


def _tanh_softplus_formula(net_input: Symbol) -> Formula:
    return Call("tanh", (ln(1 + exp(net_input)),))


def _normal_mass(x: Array) -> Array:
    """Φ(x), with all its digits in both tails."""
    from scipy.special import ndtr

    mass: Array = ndtr(x)
    return mass
