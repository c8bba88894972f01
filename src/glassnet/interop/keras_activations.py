"""Activations of Keras models, by name or as layers of their own."""

from typing import Any

from glassnet.errors import LimitError
from glassnet.interop.keras_weights import is_own
from glassnet.interop.network_builder import NetworkBuilder, refuse

__all__ = ["activate"]


def activate(builder: NetworkBuilder, activation: Any, words: str, version: str) -> None:
    """End the last layer in an activation, given by name or as a layer of its own.

    Parameters
    ----------
    builder : NetworkBuilder
    activation : str or dict
    words : str
        Where it stands, for messages.
    version : str
        That of Keras; empty if it is not known.

    Raises
    ------
    LimitError
        If Glassnet has no such activation.
    """
    settings: dict[str, Any]
    if isinstance(activation, dict):
        name, settings = str(activation.get("class_name")), activation.get("config") or {}
        if not is_own(activation) or not isinstance(settings, dict):
            raise refuse(f"{words} with an activation of its own")
    else:
        name, settings = str(activation or "linear"), {}
    match name:
        case "leaky_relu":
            builder.activate("leaky_relu", slope=0.2)
        case "LeakyReLU":
            # Keras 2 called it alpha.
            slope = settings["negative_slope" if "negative_slope" in settings else "alpha"]
            builder.activate("leaky_relu", slope=float(slope))
        case "elu" | "celu":
            builder.activate(name, alpha=1.0)
        case "ELU":
            builder.activate("elu", alpha=float(settings.get("alpha", 1.0)))
        case "ReLU" if not settings.get("threshold"):
            _add_relu(builder, settings)
        case "Softmax" if settings.get("axis", -1) in (-1, 1):
            builder.activate("softmax")
        case "hard_tanh":
            builder.activate("hard_tanh", minimum=-1.0, maximum=1.0)
        case "hard_sigmoid":
            builder.activate("hard_sigmoid", slope=_slope_of_hard_sigmoid(words, version))
        case _ if name.islower() and builder.activate_known_as(name):
            pass  # a function, which has nothing to be set
        case _:
            raise refuse(f"{words} with the activation {name!r}")


def _add_relu(builder: NetworkBuilder, settings: dict[str, Any]) -> None:
    """Add a relu that has a slope below 0, or a maximum, or both."""
    slope, maximum = float(settings.get("negative_slope") or 0.0), settings.get("max_value")
    if slope or maximum is None:
        if slope:
            builder.activate("leaky_relu", slope=slope)
        else:
            builder.activate("relu")
    if maximum is not None:
        builder.clip(None if slope else 0.0, float(maximum))


def _slope_of_hard_sigmoid(words: str, version: str) -> float:
    """Keras 3: relu6(in + 3) / 6. Before, it was 0.2 in + 0.5 between 0 and 1."""
    if not version:
        raise LimitError(
            f"{words} has a hard sigmoid, which is another one in Keras 3 than before, and the "
            "file does not say by which version of Keras it was saved"
        )
    return 1 / 6 if int(version.partition(".")[0]) >= 3 else 0.2
