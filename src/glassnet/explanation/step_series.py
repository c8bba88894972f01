"""The numbers of several steps, one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.places import WeightPlace, index_of, place_at
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["StepSeries", "recorded_steps"]

# A network with at most so many parameters shows all; of a larger one, so many that change most.
ALL, MOST_CHANGED = 12, 6


@dataclass(frozen=True)
class StepSeries:
    """Several steps of one network, in order.

    Attributes
    ----------
    recorded : sequence of RecordedStep
    explainers : sequence of Explainer
        The numbers of each step.
    chosen : sequence of WeightPlace
        The weights that are followed; if there are none, those that change most.
    wanted : int, optional
        How many steps should have been taken.
    """

    recorded: Sequence[RecordedStep]
    explainers: Sequence[Explainer]
    chosen: Sequence[WeightPlace] = ()
    wanted: int | None = None

    @cached_property
    def one_batch(self) -> bool:
        """Whether all steps are taken on the same examples, so that their losses compare."""
        first = self.recorded[0]
        return all(
            np.array_equal(step.x, first.x) and np.array_equal(step.targets, first.targets)
            for step in self.recorded[1:]
        )

    @property
    def alone(self) -> bool:
        """Whether all steps are taken on the same one example."""
        return self.one_batch and self.explainers[0].step.alone

    @cached_property
    def parameters(self) -> list[Array]:
        """The parameters before each step, and after the last."""
        return [*(step.parameters for step in self.recorded), self._last.step.new_parameters]

    @cached_property
    def losses(self) -> list[float]:
        """The mean loss of its batch before each step, and after the last."""
        return [*(each.step.mean_loss for each in self.explainers), self._last.step.new_mean_loss]

    @cached_property
    def predictions(self) -> list[Array]:
        """What is predicted for the shown example before each step, and after the last."""
        return [
            *(each.step.outputs[-1] for each in self.explainers),
            self._last.step.new_prediction,
        ]

    @cached_property
    def places(self) -> list[WeightPlace]:
        """The weights that are followed."""
        if self.chosen:
            return list(self.chosen)
        architecture, changes = self.recorded[0].program.architecture, self._changes
        most = ALL if len(changes) <= ALL else MOST_CHANGED
        return [place_at(architecture, index) for index in largest(changes, most).shown]

    def values_of(self, place: WeightPlace) -> list[float]:
        """Return a weight before each step, and after the last."""
        index = index_of(self.recorded[0].program.architecture, place)
        return [float(parameters[index]) for parameters in self.parameters]

    @property
    def _changes(self) -> Array:
        """By how much each parameter differs between the first and the last moment."""
        changes: Array = np.nan_to_num(self.parameters[-1] - self.parameters[0])
        return changes

    @property
    def _last(self) -> Explainer:
        return self.explainers[-1]


def recorded_steps(given: Any) -> list[RecordedStep]:
    """Return the steps of a training in order, from ``history.steps`` or a list of them.

    Raises
    ------
    TypeError
        If they are something else.
    ValueError
        If there are none, or they are not of one training.
    """
    several = given.values() if isinstance(given, Mapping) else given
    steps = list(several) if isinstance(several, Sequence | type({}.values())) else [given]
    if not all(isinstance(step, RecordedStep) for step in steps):
        raise TypeError(
            "expected a network, a recorded step, or several: history.steps; not "
            f"{type(given).__name__}"
        )
    if not steps:
        raise ValueError("there are no recorded steps; fit(record=[0, 1, 2]) keeps the first three")
    steps.sort(key=lambda step: step.number)
    numbers = [step.number for step in steps]
    architectures = [step.program.architecture for step in steps]
    if len(set(numbers)) < len(numbers) or any(
        other != architectures[0] for other in architectures
    ):
        raise ValueError("these are steps of several trainings; give those of one, history.steps")
    return steps
