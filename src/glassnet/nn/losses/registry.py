"""Losses by name."""

from collections.abc import Mapping

from glassnet.core.record import record_named, require_own_name
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss

__all__ = ["default_loss", "loss_named"]


def loss_named(loss: str | Loss, hyper_parameters: Mapping[str, float] | None = None) -> Loss:
    """Return the loss of that name; a Loss is returned unchanged.

    Parameters
    ----------
    loss : str or Loss
    hyper_parameters : mapping of name to number, optional
        Of a loss that has some: ``label_smoothing``, ``threshold``, ``quantile``.

    Raises
    ------
    ValueError
        If there is no loss of that name, or a user-defined one has the name of a built-in one.
    """
    if isinstance(loss, Loss):
        return require_own_name(Loss, loss)
    return record_named(Loss, loss, hyper_parameters)


def default_loss(activation: Activation) -> Loss:
    """Return the default loss of an output activation.

    Examples
    --------
    >>> from glassnet.nn.activations.registry import activation_named
    >>> default_loss(activation_named("softmax"))
    CategoricalCrossentropy(label_smoothing=0.0)
    """
    return loss_named(activation.default_loss)
