"""Recorded steps: the state before a training step, so that it can be explained later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import dense
from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.engine.interface import DropoutMasks, Program, Training
from glassnet.optim.update_rule import UpdateRule

__all__ = ["RecordedStep", "checked_record"]


@dataclass(frozen=True)
class RecordedStep:
    """Everything that a training step depended on; ``gn.explain`` explains it.

    Attributes
    ----------
    program : Program
        Of the network and its loss.
    rule : UpdateRule
    parameters : array of shape (parameters,)
        Before the step.
    state : array of shape (number of state names, parameters)
        The optimizer state before the step.
    examples : array of int64
        The training examples in the batch.
    x, targets : array of shape (batch, inputs) and (batch, outputs)
    sample_weight : array of shape (batch,), optional
        The sample weights of the batch.
    masks : DropoutMasks, optional
        The dropout masks of the step.
    number : int
        The number of the step; the first is 1.
    learning_rate : float
        The learning rate of this step, from the schedule.
    classes : array, optional
        The labels of the outputs.
    feature_names : sequence of str, optional
        The names of the inputs.
    table_rows : array of int64, optional
        The rows of the table that the examples of the batch are.
    """

    program: Program
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
    table_rows: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        program: Program,
        training: Training,
        examples: NDArray[np.int64],
        learning_rate: float,
    ) -> "RecordedStep":
        """Return the step that a training run is about to take on some examples."""
        number = training.steps_done + 1
        return cls(
            program,
            training.rule,
            training.parameters.copy(),
            training.state.copy(),
            examples.copy(),
            dense(training.x[examples]),
            training.targets[examples],
            None if training.sample_weight is None else training.sample_weight[examples],
            None
            if training.dropout is None
            else DropoutMasks(training.dropout, training.seed, number),
            number,
            learning_rate,
        )

    def __repr__(self) -> str:
        return f"<RecordedStep {self.number}: {len(self.x)} examples, {self.rule.optimizer}>"


def checked_record(record: Sequence[int], steps: int) -> tuple[int, ...]:
    """Return the steps to record, in order, each once.

    Parameters
    ----------
    record : sequence of int
        Counted from 0.
    steps : int
        The number of steps in the training run.

    Raises
    ------
    ValueError, TypeError
        If one of them is not a step of the training run.
    """
    if isinstance(record, int | str):
        raise TypeError(f"record must be a list of steps, like [0, 10], not {record!r}")
    return tuple(sorted({whole_number("a step to record", k, 0, steps - 1) for k in record}))
