"""All activations by name."""

from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.elu import Elu
from glassnet.nn.activations.exponential import Exponential
from glassnet.nn.activations.gelu import Gelu
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.leaky_relu import LeakyRelu
from glassnet.nn.activations.mish import Mish
from glassnet.nn.activations.relu import Relu
from glassnet.nn.activations.selu import Selu
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.silu import Silu
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.activations.softplus import Softplus
from glassnet.nn.activations.tanh import Tanh
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
        The parameter of an activation that has one: ``slope`` of leaky relu, ``alpha`` of elu.

    Raises
    ------
    ValueError
        If there is no activation of that name, or a user-defined one has the name of a built-in
        one.

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
