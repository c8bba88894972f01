"""Activations and losses as a textbook defines them, for the independent check.

Written a second time, in numbers with so many digits that overflow and cancellation need no care;
no code is shared with what is checked. For a user-defined activation or loss, its own value in
float64 is used, so that at least its derivative is checked.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassnet.explanation.check.arithmetic import Arithmetic, Values
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.registry import ACTIVATIONS
from glassnet.nn.losses.loss import OutputLoss
from glassnet.nn.losses.registry import LOSSES

__all__ = ["has_textbook_definition", "textbook_activation", "textbook_loss"]


def has_textbook_definition(output_loss: OutputLoss, activations: Sequence[Activation]) -> bool:
    """Return whether the loss and all activations of a network are defined here."""
    all_known = all(activation.name in ACTIVATIONS for activation in activations)
    return all_known and output_loss.loss.name in LOSSES


def textbook_activation(activation: Activation, x: Values, arithmetic: Arithmetic) -> Values:
    """Return g(x), of shape (variants, units)."""
    exp, parameter = arithmetic.exp, _number(activation.parameter, arithmetic)
    match activation.name:
        case "softmax":
            e = exp(x - x.max(axis=1)[:, None])
            shares: Values = e / e.sum(axis=1)[:, None]
            return shares
        case "relu":
            return np.where(x > 0, x, 0 * x)
        case "leaky_relu":
            return np.where(x > 0, x, parameter * x)
        case "elu":
            return np.where(x > 0, x, parameter * (exp(np.where(x > 0, 0 * x, x)) - 1))
        case "selu":  # the constants with all digits that their authors give
            alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
            elu = np.where(x > 0, x, alpha * (exp(np.where(x > 0, 0 * x, x)) - 1))
            selu: Values = scale * elu
            return selu
    smooth: dict[str, Callable[[Any], Any]] = {
        "identity": lambda x: x,
        "sigmoid": lambda x: 1 / (1 + exp(-x)),
        "tanh": lambda x: 1 - 2 / (exp(2 * x) + 1),
        "gelu": lambda x: x * arithmetic.normal_cdf(x),
        "silu": lambda x: x / (1 + exp(-x)),
        "mish": lambda x: x * (1 - 2 / ((1 + exp(x)) ** 2 + 1)),
        "softplus": lambda x: arithmetic.log1p(exp(x)),
        "exponential": exp,
    }
    if activation.name not in smooth:
        return activation.value(x)
    y: Values = smooth[activation.name](x)
    return y


def textbook_loss(
    output_loss: OutputLoss, net_input: Values, y: Values, target: Values, arithmetic: Arithmetic
) -> Values:
    """Return E of each variant, from the output layer's net inputs and outputs."""
    exp, log1p, t, loss = arithmetic.exp, arithmetic.log1p, target, output_loss.loss
    parameter, outputs = _number(loss.parameter, arithmetic), len(t)
    match loss.name:
        case "categorical_crossentropy":  # −ln p_j = ln(1 + Σ_{k≠j} exp(in_k − in_j))
            smoothed = (1 - parameter) * t + parameter / outputs
            cross_entropy: Values = 0 * net_input[:, 0]
            for j in np.flatnonzero(smoothed != 0):
                others = np.delete(net_input, j, axis=1) - net_input[:, [j]]
                cross_entropy = cross_entropy + smoothed[j] * log1p(exp(others).sum(axis=1))
            return cross_entropy
        case "binary_crossentropy" | "summed_binary_crossentropy":
            # −ln p = ln(1 + exp(−in)), −ln(1 − p) = ln(1 + exp(in))
            terms = t * log1p(exp(-net_input)) + (1 - t) * log1p(exp(net_input))
        case "mean_squared_error":
            terms = (y - t) ** 2
        case "half_squared_error":
            terms = (y - t) ** 2 / 2
        case "mean_absolute_error":
            terms = np.where(y > t, y - t, t - y)
        case "huber":
            size = np.where(y > t, y - t, t - y)
            terms = np.where(size > parameter, parameter * (size - parameter / 2), size**2 / 2)
        case "poisson" | "summed_poisson":
            terms = y - t * log1p(y - 1)
        case "pinball":
            terms = np.where(y > t, (1 - parameter) * (y - t), parameter * (t - y))
        case _:
            return output_loss.losses(net_input, np.broadcast_to(t, net_input.shape))
    sums: Values = terms.sum(axis=1)
    return sums if loss.summed else sums / outputs


def _number(value: float, arithmetic: Arithmetic) -> Any:
    return arithmetic.array(np.array(value))[()]
