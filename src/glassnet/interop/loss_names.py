"""Loss names of other libraries."""

from typing import Any

from glassnet.core.record import record_known_as
from glassnet.errors import LimitError
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["keras_loss"]

# Other settings of Keras losses, and the supported values.
USUAL = {
    "reduction": (None, "sum_over_batch_size", "mean", "mean_with_sample_weight", "auto"),
    "ignore_class": (None,),
    "axis": (-1, None),
}
# The numbers of Keras losses: what Glassnet calls them.
NUMBERS = {
    "binary_crossentropy": {"label_smoothing": "label_smoothing"},
    "categorical_crossentropy": {"label_smoothing": "label_smoothing"},
    "binary_focal_crossentropy": {"gamma": "gamma", "label_smoothing": "label_smoothing"},
    "balanced_binary_focal_crossentropy": {
        "gamma": "gamma",
        "alpha": "alpha",
        "label_smoothing": "label_smoothing",
    },
    "categorical_focal_crossentropy": {
        "gamma": "gamma",
        "alpha": "alpha",
        "label_smoothing": "label_smoothing",
    },
    "huber": {"delta": "threshold"},
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
    if settings.get("apply_class_balancing"):
        ours = f"balanced_{ours}"
    for setting, usual in USUAL.items():
        if settings.get(setting, usual[0]) not in usual:
            value = settings[setting]
            raise LimitError(f"the loss {name!r} with {setting}={value!r} is not supported")
    numbers: dict[str, Any] = {
        our_name: settings[keras_name]
        for keras_name, our_name in NUMBERS.get(ours, {}).items()
        if settings.get(keras_name) is not None
    }
    try:
        return loss_named(ours, numbers)
    except (TypeError, ValueError) as error:
        words = f"the loss {name!r} is not supported with these settings: {error}"
        raise LimitError(words) from None
