"""The steps that a training would take from here, without changing the network."""

import numpy as np

from glassnet.core.array import Array
from glassnet.engine import Program
from glassnet.engine.interface import Steps, Training
from glassnet.explanation.step import Batch
from glassnet.optim.update_rule import UpdateRule
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["MOST_STEPS", "steps_ahead"]

#: Each step holds the parameters before it; a longer training records those that matter.
MOST_STEPS = 1000


def steps_ahead(
    program: Program, parameters: Array, batch: Batch, rule: UpdateRule, count: int
) -> list[RecordedStep]:
    """Return so many steps on a batch, by the kernels that train; fewer where the numbers end.

    Parameters
    ----------
    program : Program
    parameters : array of shape (parameters,)
        Where the first step begins; they stay as they are.
    batch : Batch
        All of it is the batch of each step.
    rule : UpdateRule
        Its optimizer begins in state 0.
    count : int
    """
    training = Training(rule, parameters.copy(), batch.x, batch.targets, batch.sample_weight)
    examples, rate = np.arange(len(batch)), rule.optimizer.learning_rate
    step = Steps(examples, Steps.batch_starts_of(len(batch), len(batch)), np.array([rate]))
    taken: list[RecordedStep] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while len(taken) < count and np.isfinite(training.parameters).all():
            taken.append(RecordedStep.of(program, training, examples, rate))
            program.run(training, step)
    return taken
