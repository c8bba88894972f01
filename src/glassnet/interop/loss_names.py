"""Loss names of other libraries."""

from glassnet.core.record import record_known_as
from glassnet.errors import LimitError
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["keras_loss"]

# Other settings of Keras losses, and the supported values.
USUAL = {
    "reduction": (None, "sum_over_batch_size", "mean", "mean_with_sample_weight", "auto"),
    "ignore_class": (None,),
    "axis": (-1, None),
}


def keras_loss(name: str, settings: dict[str, object]) -> Loss:
    """Return the loss for a Keras name and its settings.

    Raises
    ------
    LimitError
        If Glassnet has no such loss, or does not support the settings.
    """
    found = record_known_as(Loss, name)
    if found is None:
        raise LimitError(f"the model was compiled with the loss {name!r}, which Glassnet lacks")
    ours = found.name
    for setting, usual in USUAL.items():
        if settings.get(setting, usual[0]) not in usual:
            value = settings[setting]
            raise LimitError(f"the loss {name!r} with {setting}={value!r} is not supported")
    if ours == "binary_crossentropy" and settings.get("label_smoothing"):
        raise LimitError(f"the loss {name!r} with label_smoothing is not supported")
    if ours == "categorical_crossentropy":
        return CategoricalCrossentropy(float(str(settings.get("label_smoothing", 0.0))))
    if ours == "huber":
        return Huber(float(str(settings.get("delta", 1.0))))
    return loss_named(ours)
