"""All activations by name."""

from glassnet.nn.activations.activation import (
    Activation,
    Exponential,
    Identity,
    Sigmoid,
    Softmax,
    Tanh,
)
from glassnet.nn.activations.rectifiers import (
    Elu,
    Gelu,
    LeakyRelu,
    Mish,
    Relu,
    Selu,
    Silu,
    Softplus,
)
from glassnet.nn.named import named, require_own_name

__all__ = ["ACTIVATIONS", "activation_named"]

ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Identity(),
        Sigmoid(),
        Tanh(),
        Relu(),
        LeakyRelu(),
        Elu(),
        Selu(),
        Gelu(),
        Silu(),
        Mish(),
        Softplus(),
        Exponential(),
        Softmax(),
    )
}


def activation_named(activation: str | Activation, parameter: float | None = None) -> Activation:
    """Return the activation of that name; an Activation is returned unchanged.

    Parameters
    ----------
    activation : str or Activation
    parameter : float, optional
        The number of one that has such: ``slope`` of leaky relu, ``alpha`` of elu.

    Raises
    ------
    ValueError
        If there is no activation of that name, or one of your own bears that of a built-in one.

    Examples
    --------
    >>> activation_named("tanh")
    Tanh()
    >>> activation_named("leaky_relu", 0.2)
    LeakyRelu(0.2)
    """
    if isinstance(activation, Activation):
        return require_own_name(ACTIVATIONS, activation)
    return named(
        Activation,  # type: ignore[type-abstract]  # never called
        ACTIVATIONS,
        activation,
        parameter,
    )
