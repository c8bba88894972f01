"""A training that plays in a thread of its own; whoever looks sees its newest state."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Condition, Thread
from typing import Any, TypeVar

from glassnet.core.array import Array
from glassnet.errors import DivergedError
from glassnet.step_by_step import StepByStep

__all__ = ["Player", "Snapshot"]

T = TypeVar("T")

#: The state is shown about so often; at full speed the training runs as long in one piece.
SECONDS_BETWEEN_SNAPSHOTS = 1 / 30
#: After its steps a training waits so long, for others to have their turn.
SECONDS_TO_LET_OTHERS = 0.0005
#: Trainings of all pages that run at once; one core is left to answer the pages.
_TURNS = BoundedSemaphore(max((os.cpu_count() or 1) - 1, 1))


@dataclass(frozen=True)
class Snapshot:
    """A training as it is at one moment.

    Attributes
    ----------
    number : int
        Grows whenever something has changed.
    step : int
        How many steps are taken.
    course : int
        Grows when steps that were taken are given up.
    problem : str
        Why the training stopped by itself; empty if it did not.
    """

    number: int
    step: int
    learning_rate: float
    parameters: Array
    playing: bool
    course: int
    problem: str


class Player:
    """Plays a training: only its thread touches it, between steps.

    Attributes
    ----------
    snapshot : Snapshot
        The newest; never changed afterwards.
    """

    def __init__(self, training: StepByStep) -> None:
        self._training = training
        self._wanted: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._playing, self._at_once = False, 1
        self._speed: float | None = None
        self._due, self._course, self._problem = 0.0, 0, ""
        self._changed, self._closed = Condition(), False
        self.snapshot = self._now(0)
        self._thread = Thread(target=self._work, name="training of a page", daemon=True)
        self._thread.start()

    def play(self, steps_a_second: float | None = None) -> None:
        """Train until :meth:`pause`, as fast as possible if no speed is given."""

        def begin(_: StepByStep) -> None:
            self._playing, self._speed, self._problem = True, steps_a_second, ""
            self._due = time.perf_counter()

        self.ask(begin)

    def pause(self) -> None:
        """Stop after the steps that are being taken."""

        def stop(_: StepByStep) -> None:
            self._playing = False

        self.ask(stop)

    def change(self, how: Callable[[StepByStep], T]) -> T:
        """Change something by hand: what was trained beyond the present step is given up."""

        def do(training: StepByStep) -> T:
            answer = how(training)
            self._course += 1
            return answer

        return self.ask(do)

    def ask(self, question: Callable[[StepByStep], T]) -> T:
        """Return what the training does or answers between two steps; raises what it raises."""
        future: Future[T] = Future()
        self._wanted.put((lambda: question(self._training), future))
        return future.result()

    def wait_beyond(self, number: int, seconds: float) -> Snapshot:
        """Return the newest snapshot; wait a while if none has come after that of a number."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self.snapshot.number > number, seconds)
        return self.snapshot

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._wanted.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                wanted = self._wanted.get(timeout=self._patience())
            except Empty:
                self._train()
                self._show()
                continue
            if wanted is None:
                return
            action, future = wanted
            try:
                future.set_result(action())
            except Exception as error:  # noqa: BLE001 - whoever wanted it is told
                future.set_exception(error)
            self._show()

    def _patience(self) -> float | None:
        """For how long to wait for wishes before the next steps."""
        if not self._playing:
            return None
        return max(self._due - time.perf_counter(), 0.0)

    def _train(self) -> None:
        """Take the next steps: one, or as many as fit between two snapshots."""
        if not _TURNS.acquire(timeout=SECONDS_BETWEEN_SNAPSHOTS):
            return  # others train; meanwhile there may be wishes
        try:
            self._take_steps()
        finally:
            _TURNS.release()
        time.sleep(SECONDS_TO_LET_OTHERS)

    def _take_steps(self) -> None:
        began = time.perf_counter()
        if self._speed is None:
            steps = self._at_once
        else:
            steps = max(round(self._speed * SECONDS_BETWEEN_SNAPSHOTS), 1)
            self._due = max(self._due + steps / self._speed, began)
        try:
            self._training.forward(steps)
        except DivergedError as error:
            self._playing, self._problem = False, str(error)
        seconds = time.perf_counter() - began
        if self._speed is None:
            self._at_once = max(round(steps * min(SECONDS_BETWEEN_SNAPSHOTS / seconds, 2.0)), 1)

    def _show(self) -> None:
        with self._changed:
            self.snapshot = self._now(self.snapshot.number + 1)
            self._changed.notify_all()

    def _now(self, number: int) -> Snapshot:
        training = self._training
        return Snapshot(
            number,
            training.step,
            training.learning_rate,
            training.net.parameters.copy(),
            self._playing,
            self._course,
            self._problem,
        )
