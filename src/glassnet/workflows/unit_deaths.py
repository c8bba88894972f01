"""When a unit died: from which step on it has no output for any example."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import dense
from glassnet.core.array import Array
from glassnet.training.journal.checkpoint import require_fitting
from glassnet.workflows.replay import Replay

__all__ = ["SAMPLE", "UnitDeath", "unit_deaths"]

# So many training examples, the first ones, decide whether a unit is alive.
SAMPLE = 1000
# So many units are followed to the very step; so many places are looked at in each round.
NARROWED, PLACES = 10, 100


@dataclass(frozen=True)
class UnitDeath:
    """A hidden unit that is dead at the end of a run.

    Attributes
    ----------
    unit : str
        Its name: ``"h1.3"``.
    last_alive : int or None
        The last step before which it was seen alive; None if it never was.
    first_dead : int
        The step before which it was seen dead next; the number of all steps for their end.
    """

    unit: str
    last_alive: int | None
    first_dead: int

    @property
    def step(self) -> int | None:
        """The step in which it died, where that is known exactly."""
        exact = self.last_alive is not None and self.first_dead == self.last_alive + 1
        return self.last_alive if exact else None


def unit_deaths(replay: Replay, *, narrow: bool) -> list[UnitDeath]:
    """Return the hidden units that are dead at the end of a run, and when they died.

    Parameters
    ----------
    replay : Replay
    narrow : bool
        Whether to find the very steps, of a few units, by taking steps again; otherwise it is
        looked at checkpoints only.
    """
    looks = _Looks(replay)
    looks.at_checkpoints()
    final = looks.alive[max(looks.alive)]
    names = [
        replay.symbols.unit_name(layer + 1, unit)
        for layer, units in enumerate(replay.untrained.architecture.units[1:-1])
        for unit in range(units)
    ]
    dead = [int(unit) for unit in np.flatnonzero(~final)]
    if narrow:
        narrowed = [unit for unit in dead if looks.between(unit)[0] is not None][:NARROWED]
        for unit in narrowed:
            looks.narrow(unit)
    deaths = [UnitDeath(names[unit], *looks.between(unit)) for unit in dead]
    return sorted(deaths, key=lambda death: -1 if death.last_alive is None else death.first_dead)


@dataclass
class _Looks:
    """Which hidden units were alive before which steps, as far as it was looked at."""

    replay: Replay
    alive: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        run = self.replay.run
        rows = np.arange(len(run.training.x)) if run.plan.rows is None else run.plan.rows
        self._x: Array = dense(run.training.x[rows[:SAMPLE]])
        self._targets = run.training.targets[rows[:SAMPLE]]

    def at_checkpoints(self) -> None:
        """Look at all checkpoints, and at the end."""
        content, number = self.replay.content, self.replay.number
        training = self.replay.run.training
        for step in content.networks[number].checkpoints:
            checkpoint = content.checkpoint(number, step)
            if checkpoint is not None and checkpoint.record.step == step:
                require_fitting(checkpoint, training.parameters, training.state)
                self._look(step, checkpoint.arrays["parameters"])
        if self.replay.steps not in self.alive:
            self._look(self.replay.steps, self.replay.parameters_before(self.replay.steps))

    def _look(self, step: int, parameters: Array) -> None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            trace = self.replay.run.program.trace(parameters, self._x, self._targets)
        hidden = [(outputs != 0).any(axis=0) for outputs in trace.outputs[:-1]]
        self.alive[step] = np.concatenate([np.zeros(0, dtype=bool), *hidden])

    def between(self, unit: int) -> tuple[int | None, int]:
        """Return the last step before which a unit was alive, and the next look at it."""
        steps = sorted(self.alive)
        return _between(steps, [bool(self.alive[step][unit]) for step in steps])

    def narrow(self, unit: int) -> None:
        """Look until it is known in which step a unit died."""
        last, first = self.between(unit)
        while last is not None and first - last > 1:
            self._look_before(np.linspace(last, first, PLACES + 2)[1:-1])
            last, first = self.between(unit)

    def _look_before(self, places: Iterable[float]) -> None:
        steps = sorted({int(place) for place in places} - self.alive.keys())
        if not steps:  # they lie so close that each step is looked at
            return
        for step, recorded, _ in self.replay.recorded_steps(steps):
            self._look(step, recorded.parameters)


def _between(steps: Sequence[int], alive: Sequence[bool]) -> tuple[int | None, int]:
    """The last step with life, and the one after it.

    Examples
    --------
    >>> _between([0, 4, 8, 12], [True, False, True, False])
    (8, 12)
    >>> _between([0, 4], [False, False])
    (None, 0)
    """
    living = [place for place, lives in enumerate(alive) if lives]
    if not living:
        return None, steps[0]
    return steps[living[-1]], steps[min(living[-1] + 1, len(steps) - 1)]
