"""All losses by name, and the default loss of each output activation."""

from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.binary_crossentropy import BinaryCrossentropy, SummedBinaryCrossentropy
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.mean_absolute_error import MeanAbsoluteError
from glassnet.nn.losses.mean_squared_error import HalfSquaredError, MeanSquaredError
from glassnet.nn.losses.pinball import Pinball
from glassnet.nn.losses.poisson import Poisson, SummedPoisson
from glassnet.nn.named import named, require_own_name

__all__ = ["LOSSES", "default_loss", "loss_named"]

LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        CategoricalCrossentropy(),
        BinaryCrossentropy(),
        MeanSquaredError(),
        MeanAbsoluteError(),
        Huber(),
        Poisson(),
        Pinball(),
        HalfSquaredError(),
        SummedBinaryCrossentropy(),
        SummedPoisson(),
    )
}


def loss_named(loss: str | Loss, parameter: float | None = None) -> Loss:
    """Return the loss of that name; a Loss is returned unchanged.

    Parameters
    ----------
    loss : str or Loss
    parameter : float, optional
        The parameter of a loss that has one: ``label_smoothing``, ``threshold``, ``quantile``.

    Raises
    ------
    ValueError
        If there is no loss of that name, or a user-defined one has the name of a built-in one.
    """
    if isinstance(loss, Loss):
        return require_own_name(LOSSES, loss)
    return named(Loss, LOSSES, loss, parameter)  # type: ignore[type-abstract]  # never called


def default_loss(activation: Activation) -> Loss:
    """Return the default loss of an output activation.

    Examples
    --------
    >>> from glassnet.nn.activations.registry import activation_named
    >>> default_loss(activation_named("softmax"))
    CategoricalCrossentropy(0)
    """
    return loss_named(activation.default_loss)
