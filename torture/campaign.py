"""Kills trainings at random moments, goes on with them, and compares what they end with."""

import json
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from glassnet.errors import FileFormatError
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import without_records
from torture.disturbances import DISTURBANCES, GONE, Ended, run
from torture.training import INTERRUPTED, JOURNAL, RESULT

__all__ = ["COLUMNS", "Tortured"]

COLUMNS = ("configuration", "kills", "by SIGKILL", "resumed", "runs", "identical", "damaged")
THREADS = ("1", "2", "3")


@dataclass
class Tortured:
    """One configuration, and what became of its trainings.

    Attributes
    ----------
    name : str
    folder : Path
        For its files; those of a training that went wrong stay.
    instruction_sets : list of str
        That a training goes on with.
    random : Random
    kills, by_sigkill, resumed, runs, identical, damaged : int
        Processes that were ended; those ended without a word; those that went on with a journal;
        trainings that came to their end; those of them with the bits of the undisturbed one;
        journals that could not be read.
    problems : list of str
    """

    name: str
    folder: Path
    instruction_sets: list[str]
    random: Random
    kills: int = 0
    by_sigkill: int = 0
    resumed: int = 0
    runs: int = 0
    identical: int = 0
    damaged: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _expected: Any = None
    _number: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing went wrong."""
        return self.identical == self.runs and not self.damaged and not self.problems

    def row(self) -> list[str]:
        """The counts as a row of a table."""
        ended = (self.kills, self.by_sigkill, self.resumed)
        counts = (*ended, self.runs, self.identical, self.damaged)
        return [self.name, *map(str, counts)]

    def undisturbed(self) -> None:
        """Train once without being disturbed, which says what others have to end with."""
        folder = self._new_folder()
        ended = run(self.name, folder, self._environment(), 0, None)
        if ended.status:
            self.problems.append(f"undisturbed, it ended with {ended.status}: {ended.said[-2000:]}")
            return
        self.seconds = ended.seconds
        self._expected = json.loads((folder / RESULT).read_text())
        shutil.rmtree(folder)

    def torture(self, kills: int, until: float) -> None:
        """Kill, go on and compare, until there were so many kills or the time is over."""
        while self.kills < kills and time.monotonic() < until and not self.problems:
            self._one_training(kills)

    def _one_training(self, kills: int) -> None:
        folder = self._new_folder()
        while True:
            disturbed = self.kills < kills
            after = self.random.random() ** 1.5 * self.seconds if disturbed else None
            disturbance = self.random.choice(DISTURBANCES)
            self.resumed += (folder / JOURNAL).exists()
            ended = run(self.name, folder, self._environment(), disturbance, after)
            if ended.status == 0:
                break
            if not disturbed or not _is_by(ended, disturbance):
                words = f"it ended with {ended.status}: {ended.said[-2000:]}"
                self.problems.append(f"{folder}: {words}")
                return
            self.kills += 1
            self.by_sigkill += disturbance == signal.SIGKILL
            self._look_at(folder / JOURNAL)
        self.runs += 1
        result = json.loads((folder / RESULT).read_text())
        if result == self._expected:
            self.identical += 1
            shutil.rmtree(folder)
        else:
            parts = [name for name, one in result.items() if one != self._expected[name]]
            self.problems.append(f"{folder}: {' and '.join(parts)} differ")

    def _look_at(self, journal: Path) -> None:
        """See whether a journal is whole, but for its last record."""
        try:
            if not journal.exists() or without_records(journal):
                return
            damaged = read_content(journal).log.is_damaged
        except FileFormatError as error:
            damaged = True
            self.problems.append(str(error))
        self.damaged += damaged

    def _environment(self) -> dict[str, str]:
        return {
            "GLASSNET_NUM_THREADS": self.random.choice(THREADS),
            "GLASSNET_ISA": self.random.choice(self.instruction_sets),
        }

    def _new_folder(self) -> Path:
        self._number += 1
        folder = self.folder / f"{self.name.replace(',', '').replace(' ', '-')}-{self._number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _is_by(ended: Ended, disturbance: int) -> bool:
    """Whether a process ended by how it was disturbed."""
    if disturbance == signal.SIGINT:
        by_it = ended.status in (INTERRUPTED, -signal.SIGINT)
        return by_it or "KeyboardInterrupt" in ended.said
    return ended.status == -(signal.SIGHUP if disturbance == GONE else disturbance)
