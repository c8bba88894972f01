"""Activations by name."""

from collections.abc import Mapping

from glassnet.core.record import record_named, require_own_name
from glassnet.nn.activations.activation import Activation

__all__ = ["activation_named"]


def activation_named(
    activation: str | Activation, hyper_parameters: Mapping[str, float] | None = None
) -> Activation:
    """Return the activation of that name; an Activation is returned unchanged.

    Parameters
    ----------
    activation : str or Activation
    hyper_parameters : mapping of name to number, optional
        Of an activation that has some: ``slope`` of leaky relu, ``alpha`` of elu.

    Raises
    ------
    ValueError
        If there is no activation of that name, or a user-defined one has the name of a built-in
        one.

    Examples
    --------
    >>> activation_named("tanh")
    Tanh()
    >>> activation_named("leaky_relu", {"slope": 0.2})
    LeakyRelu(slope=0.2)
    """
    if isinstance(activation, Activation):
        return require_own_name(Activation, activation)
    return record_named(
        Activation,
        activation,
        hyper_parameters,
    )
