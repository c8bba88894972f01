"""How other libraries call the costs."""

from glassnet.errors import LimitError
from glassnet.structure.cost import CategoricalCrossentropy, Cost
from glassnet.structure.costs import cost_named
from glassnet.structure.regression import Huber

__all__ = ["KERAS_LOSSES", "keras_cost"]

KERAS_LOSSES = {
    "categorical_crossentropy": "categorical_crossentropy",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "binary_crossentropy": "binary_crossentropy",
    "mean_squared_error": "mean_squared_error",
    "mse": "mean_squared_error",
    "mean_absolute_error": "mean_absolute_error",
    "mae": "mean_absolute_error",
    "huber": "huber",
    "poisson": "poisson",
}


def keras_cost(name: str, settings: dict[str, object]) -> Cost:
    """Return the cost that Keras calls so, with its settings.

    Raises
    ------
    LimitError
        If Glassnet has no such cost.
    """
    if name not in KERAS_LOSSES:
        raise LimitError(
            f"the model was compiled with the loss {name!r}, which Glassnet does not know; known "
            f"are {', '.join(KERAS_LOSSES)}"
        )
    ours = KERAS_LOSSES[name]
    if ours == "categorical_crossentropy":
        return CategoricalCrossentropy(float(str(settings.get("label_smoothing", 0.0))))
    if ours == "huber":
        return Huber(float(str(settings.get("delta", 1.0))))
    return cost_named(ours)
