"""A step of a training, kept as it was before it was taken, to be explained later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.engine.interface import DropoutMasks, Training
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import OutputLoss
from glassnet.optim.update_rule import UpdateRule

__all__ = ["RecordedStep", "checked_record"]


@dataclass(frozen=True)
class RecordedStep:
    """All that a step of a training depended on. ``gn.explain`` opens it.

    Attributes
    ----------
    architecture : Architecture
    output_loss : Objective
    rule : UpdateRule
    parameters : array of shape (parameters,)
        Before the step.
    state : array of shape (number of state names, parameters)
        The optimizer's, before the step.
    examples : array of int64
        Which of the training examples made the batch.
    x, targets : array of shape (batch, inputs) and (batch, outputs)
    sample_weight : array of shape (batch,), optional
        How much each example counts.
    masks : Masks, optional
        The step's dropout.
    number : int
        Of the step in its training; the first is 1.
    learning_rate : float
        At this step, after the schedule.
    classes : array, optional
        The labels of the outputs.
    feature_names : sequence of str, optional
        Of the inputs.
    """

    architecture: Architecture
    output_loss: OutputLoss
    rule: UpdateRule
    parameters: Array
    state: Array
    examples: NDArray[np.int64]
    x: Array
    targets: Array
    sample_weight: Array | None
    masks: DropoutMasks | None
    number: int
    learning_rate: float
    classes: Array | None = None
    feature_names: Sequence[str] | None = None

    @classmethod
    def of(
        cls, training: Training, examples: NDArray[np.int64], learning_rate: float
    ) -> "RecordedStep":
        """Return the step that a training is about to take on some examples."""
        number = training.steps_done + 1
        return cls(
            training.architecture,
            training.output_loss,
            training.rule,
            training.parameters.copy(),
            training.state.copy(),
            examples.copy(),
            training.x[examples],
            training.targets[examples],
            None if training.sample_weight is None else training.sample_weight[examples],
            None
            if training.dropout is None
            else DropoutMasks(training.dropout, training.seed, number),
            number,
            learning_rate,
        )

    def __repr__(self) -> str:
        return f"<TrainingStep {self.number}: {len(self.x)} examples, {self.rule.optimizer}>"


def checked_record(record: Sequence[int], steps: int) -> tuple[int, ...]:
    """Return which steps to keep, in order, each once.

    Parameters
    ----------
    record : sequence of int
        Counted from 0.
    steps : int
        How many the training has.

    Raises
    ------
    ValueError, TypeError
        If one is no step of the training.
    """
    if isinstance(record, int | str):
        raise TypeError(f"record is a list of steps, like [0, 10], not {record!r}")
    return tuple(sorted({whole_number("a step to record", k, 0, steps - 1) for k in record}))
