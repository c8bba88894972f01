"""Where the numbers of a step end: the first that are infinite, or not numbers at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.explanation.step import Forward, Step
from glassnet.formula.number import number_text

__all__ = ["LOSS", "OUTCOME", "UPDATE", "NumbersEnd", "backward_stage", "forward_stage"]

LOSS, UPDATE, OUTCOME = "loss", "update", "outcome"


def forward_stage(layer: int) -> str:
    """Return the name of a layer's forward pass."""
    return f"forward pass of layer {layer}"


def backward_stage(layer: int) -> str:
    """Return the name of a layer's backward pass."""
    return f"backward pass of layer {layer}"


@dataclass(frozen=True)
class NumbersEnd:
    """The first part of a step whose numbers are not all finite.

    Attributes
    ----------
    stage : str
        Which part, as :func:`forward_stage` or `LOSS` name it.
    what : str
        Which numbers, in words.
    value : float
        The first of them that is not finite.
    dtype : numpy.dtype
        The network's precision.
    """

    stage: str
    what: str
    value: float
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, forward: Forward) -> "NumbersEnd | None":
        """Return where the numbers of a forward pass, or of a step, end; None if they do not."""
        for stage, what, values in _numbers(forward):
            array = np.asarray(values)
            if not np.isfinite(array).all():
                first = float(array[~np.isfinite(array)][0])
                return cls(stage, what, first, forward.parameters.dtype)
        return None

    @property
    def in_forward_pass(self) -> bool:
        """Whether already the forward pass is not finite."""
        return self.stage.startswith("forward")

    @property
    def has_gradients(self) -> bool:
        """Whether all gradients are finite."""
        return self.stage in (UPDATE, OUTCOME)

    def __str__(self) -> str:
        value = "not a number" if np.isnan(self.value) else number_text(self.value)
        largest = number_text(float(np.finfo(self.dtype).max))
        return (
            f"The numbers end at the {self.stage}: among the {self.what} is one that is {value}. "
            f"The largest number of {self.dtype.name} is {largest}; smaller weights, inputs or "
            "learning rates stay below it."
        )


def _numbers(forward: Forward) -> Iterator[tuple[str, str, Any]]:
    """The numbers of each part, in the order in which they are computed."""
    depth = len(forward.architecture.layers)
    for layer in range(1, depth + 1):
        yield forward_stage(layer), "net inputs", forward.net_inputs[layer - 1]
        yield forward_stage(layer), "outputs", forward.outputs[layer - 1]
    if not isinstance(forward, Step):
        return
    yield LOSS, "losses", [forward.loss, forward.mean_loss]
    for layer in range(depth, 0, -1):
        parameters = forward.architecture.places[layer - 1].parameters
        yield backward_stage(layer), "δ", forward.deltas[layer - 1]
        yield backward_stage(layer), "gradients", forward.gradient[parameters]
    yield UPDATE, "new weights", forward.new_parameters
    yield OUTCOME, "predictions and losses", forward.new_prediction
    yield OUTCOME, "predictions and losses", [forward.new_loss, forward.new_mean_loss]
