"""The example, or the batch, that is explained."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.inputs import checked_inputs
from glassnet.arrays.numbers import require_unmasked
from glassnet.arrays.targets import checked_targets
from glassnet.core.array import Array
from glassnet.core.plural import counted
from glassnet.explanation.step import Batch
from glassnet.network import Network

__all__ = ["Example", "checked_batch", "checked_rows"]


@dataclass(frozen=True)
class Example:
    """What is to be explained: one example, or a batch of which one is shown in full.

    Attributes
    ----------
    x : array-like
    target : optional
        Without it there is the forward pass only.
    number : int
        Which example of a batch is shown, counted from 0.
    sample_weight : array-like, optional
        Of each example of a batch.
    pixels : array of shape (inputs,), optional
        The image of which one example's inputs were computed.
    """

    x: ArrayLike
    target: Any = None
    number: int = 0
    sample_weight: ArrayLike | None = None
    pixels: Array | None = None

    def rows(self, inputs: int) -> Array:
        """Return the inputs as rows, one or several."""
        given = np.asarray(self.x)
        return given.reshape(1, -1) if self.is_one(inputs) else given

    def is_one(self, inputs: int) -> bool:
        """Return whether x is one example, not a batch of one or several."""
        given, target = np.asarray(self.x), self.target
        if given.ndim > 1 and len(given) == 1 and np.ndim(target) > 0 and len(target) == 1:
            return False
        return given.size == inputs


def checked_rows(net: Network, given: Example) -> Array:
    """Return the inputs as rows.

    Raises
    ------
    ValueError, TypeError
        If they do not fit the network, or something is masked.
    """
    net.require_finite()
    for name, values in (
        ("x", given.x),
        ("the target", given.target),
        ("sample_weight", given.sample_weight),
    ):
        require_unmasked(values, name)
    inputs = net.architecture.inputs
    return checked_inputs(given.rows(inputs), inputs, net.dtype, "x")


def checked_batch(net: Network, given: Example, inputs: Array) -> Batch:
    """Return the batch of inputs that :func:`checked_rows` gave, and of the targets beside them.

    Raises
    ------
    ValueError, TypeError
        If the targets or sample weights do not fit.
    """
    one_only = given.is_one(net.architecture.inputs)
    targets = _target_rows(net, given.target, len(inputs), alone=one_only)
    return Batch(inputs, targets, _checked_sample_weight(given.sample_weight, inputs))


def _target_rows(net: Network, target: Any, examples: int, alone: bool) -> Array:
    if alone:
        target = np.asarray(target)[np.newaxis] if np.ndim(target) else [target]
    name = "the target" if alone else "target"
    outputs = net.architecture.outputs
    targets = checked_targets(
        target, net.task, outputs, net.dtype, net.classes, name, learning=False
    )
    if len(targets.values) != examples:
        given = len(targets.values)
        raise ValueError(
            f"{counted(examples, 'example')} need{'s' * (examples == 1)} "
            f"{counted(examples, 'target')}, but {given:,} {'was' if given == 1 else 'were'} given"
        )
    return targets.values


def _checked_sample_weight(sample_weight: ArrayLike | None, inputs: Array) -> Array | None:
    if sample_weight is None:
        return None
    checked = np.asarray(sample_weight, dtype=inputs.dtype)
    if checked.shape != (len(inputs),) or not (np.isfinite(checked) & (checked >= 0)).all():
        raise ValueError(
            f"sample_weight has shape {checked.shape}; expected a number, at least 0, for each of "
            f"{len(inputs)} examples"
        )
    return checked
