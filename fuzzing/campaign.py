"""Tries mutants in processes with bounds, and counts what happens.

A process tries many files one after the other; over an abort or a hang another goes on with the
next one. A mutant follows from its number alone.
"""

import ctypes
import faulthandler
import importlib
import os
import resource
import shutil
import signal
import tempfile
import traceback
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

from fuzzing.mutate import change_bytes
from fuzzing.outcome import Outcome, outcome_of
from fuzzing.readers import READERS, Reader
from glassnet.core import foreign

__all__ = ["Campaign"]

#: Mutants that one process tries, and kept files of one kind.
IN_PROCESS, KEPT = 400, 3
#: Seconds of processor time for a file, for the part that is read in a child, and of the clock.
PROCESSOR, IN_CHILD, CLOCK = 20, 5, 240
#: Every so many mutants are read by way of a real child process.
WITH_CHILD = 500
MUTATING, READING, CHILD = range(3)


@dataclass
class Campaign:
    """Mutants of the files of one reader.

    Attributes
    ----------
    name : str
        Of the reader.
    seeds : dict of file name to bytes
    folder : Path
        Where files are kept over which something broke.
    counts : counter of outcomes
    kinds : counter of kinds of what broke
    work : Path
        Where processes read and write.
    """

    name: str
    seeds: dict[str, bytes]
    folder: Path
    counts: Counter[Outcome] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    work: Path = field(init=False)

    @property
    def reader(self) -> Reader:
        """The reader."""
        return READERS[self.name]

    def mutant(self, number: int) -> tuple[str, bytes]:
        """Return the name and the content of a mutated file; the first ones are not mutated."""
        random = Random(number)
        names = sorted(self.seeds)
        if number < len(names):
            return names[number], self.seeds[names[number]]
        name = random.choice(names)
        content = self.seeds[name]
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            other = self.seeds[random.choice(names)]
            try:
                content = random.choice(self.reader.mutators)(content, other, random)
            except Exception:  # noqa: BLE001 - it is damaged already, or of another kind
                content = change_bytes(content, other, random)
        return name, content

    def run(self, seconds: float, first: int = 0, most: int | None = None) -> float:
        """Try mutants for so many seconds of processor time; return how many it took."""
        for module in ("glassnet.workflows.train", *self.reader.modules):
            importlib.import_module(module)
        self.work = Path(tempfile.mkdtemp(prefix="fuzzing-"))
        spent, number = 0.0, first
        state = RawArray(ctypes.c_longlong, 2 + len(Outcome))
        end = None if most is None else first + most
        while spent < seconds and (end is None or number < end):
            state[:] = [0] * len(state)
            last = min(number + IN_PROCESS, end or number + IN_PROCESS)
            status, used = self._in_process(range(number, last), state)
            spent += used
            for outcome in Outcome:
                self.counts[outcome] += state[2 + outcome]
            number = last
            if status != 0:
                number = state[0] + 1
                self._note_death(state[0], state[1], status)
        shutil.rmtree(self.work)
        for kind in self.folder.glob("*/count"):
            self.kinds[kind.parent.name] += len(kind.read_text())
        return spent

    def _in_process(self, numbers: range, state: Any) -> tuple[int, float]:
        process = os.fork()
        if process == 0:
            try:
                _Worker(self, state).work(numbers)
                os._exit(0)
            finally:
                os._exit(99)
        _, status, usage = os.wait4(process, 0)
        return status, usage.ru_utime + usage.ru_stime

    def _note_death(self, number: int, phase: int, status: int) -> None:
        if phase == CHILD:  # as its parent would
            self.counts[Outcome.REFUSED] += 1
            return
        if phase == MUTATING:
            return
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        hangs = ended in (signal.SIGPROF, signal.SIGALRM)
        outcome = Outcome.HANG if hangs else Outcome.ABORT
        log = (self.folder / "log").read_text(errors="replace")
        lines = [line.split('"')[1:3] for line in log.splitlines() if "src/glassnet" in line]
        place = "".join(lines[0]).split("src/glassnet/")[1] if lines else "no line of ours"
        word = "hang" if hangs else f"signal {ended}" if ended else f"exit {status >> 8}"
        self.counts[outcome] += 1
        self.keep(f"{word} at {place}", number, log)

    def keep(self, kind: str, number: int, words: str) -> None:
        """Keep a file over which something broke, with the others of its kind."""
        place = self.folder / "".join(c if c.isalnum() or c in " .-_" else "_" for c in kind)[:150]
        place.mkdir(parents=True, exist_ok=True)
        with (place / "count").open("a") as count:
            count.write("x")
        if len(list(place.glob("*.txt"))) < KEPT:
            name, content = self.mutant(number)
            (place / f"{number}-{name}").write_bytes(content)
            (place / f"{number}.txt").write_text(words, errors="replace")

    @property
    def is_clean(self) -> bool:
        """Whether every file was read, or refused in words."""
        return not any(self.counts[outcome] for outcome in Outcome if outcome > Outcome.REFUSED)

    def row(self) -> str:
        """The counts as a row of a table."""
        counts = [f"{self.counts[outcome]:,}" for outcome in Outcome]
        return " | ".join([self.name, f"{self.counts.total():,}", *counts])


class _Worker:
    """Tries mutants in this process, which may die of one."""

    def __init__(self, campaign: Campaign, state: Any) -> None:
        self.campaign, self.state = campaign, state
        self.memory = campaign.reader.memory
        self.folder = campaign.work
        _clear(self.folder)  # what a process left that died
        log = (campaign.folder / "log").open("w")
        faulthandler.enable(log, all_threads=False)
        for number in (signal.SIGPROF, signal.SIGALRM):  # they end the process afterwards
            faulthandler.register(number, log, all_threads=False, chain=True)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit_memory(self.memory * 2 + 2**30)

    def work(self, numbers: range) -> None:
        tempfile.tempdir = str(self.folder)
        for number in numbers:
            self.state[0], self.state[1] = number, MUTATING
            _limit_time(PROCESSOR)
            name, content = self.campaign.mutant(number)
            self.state[1] = READING
            path = self.folder / name
            path.write_bytes(content)
            outcome, kind, words = self._outcome(path, number)
            self.state[2 + outcome] += 1
            if outcome > Outcome.REFUSED:
                self.campaign.keep(kind, number, words)
            elif outcome is Outcome.REFUSED and number < len(self.campaign.seeds):
                self.campaign.keep(f"not mutated, {name} is refused", number, words)
            _clear(self.folder)

    def _outcome(self, path: Path, number: int) -> tuple[Outcome, str, str]:
        foreign._trusted.clear()  # noqa: SLF001 - times of files are too coarse for so many
        outcome, kind, words = Outcome.FINE, "", ""
        before = _memory_now()
        stand_in = self._without_children() if number % WITH_CHILD else nullcontext()
        _limit_time(PROCESSOR)
        try:
            with stand_in:
                self.campaign.reader.read(path, Random(number))
        except BaseException as error:  # noqa: BLE001 - that is the question
            outcome, kind = outcome_of(error)
            words = "".join(traceback.format_exception(error))
        taken = _most_memory() - before
        if taken > self.memory and self.state[1] == READING:
            return Outcome.MEMORY, f"memory {kind or 'fine'}", f"{taken:,} bytes\n{words}"
        return outcome, kind, words

    def _without_children(self) -> Any:
        """Read here what is read in a child process first, with its bounds."""

        def run(command: list[str], **more: Any) -> Any:
            function, path, memory = command[3:]
            self.state[1] = CHILD
            _limit_time(IN_CHILD)
            limits = resource.getrlimit(resource.RLIMIT_AS)
            _limit_memory(int(memory))
            try:
                module, _, name = function.partition(":")
                getattr(importlib.import_module(module), name)(Path(path))
                code = 0
            except MemoryError:
                code = 1
            except Exception:  # noqa: BLE001 - as in the child
                code = foreign.RAISED
            except BaseException:  # noqa: BLE001 - as in the child
                code = 1
            resource.setrlimit(resource.RLIMIT_AS, limits)
            _limit_time(PROCESSOR)
            _memory_now()
            self.state[1] = READING
            return SimpleNamespace(returncode=code)

        return mock.patch("subprocess.run", run)


def _limit_time(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(CLOCK)


def _limit_memory(more: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, hard))


def _memory_now() -> int:
    """Bytes in memory; the largest number from here on is that of `_most_memory`."""
    Path("/proc/self/clear_refs").write_text("5")
    return _most_memory()


def _most_memory() -> int:
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
