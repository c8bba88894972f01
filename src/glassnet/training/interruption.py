"""Ctrl-C while training: recorded, so that training can end between two steps."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruption"]


@contextmanager
def interruption() -> Iterator[Callable[[], bool]]:
    """Record the first Ctrl-C; a second one raises KeyboardInterrupt at once.

    Yields
    ------
    callable
        Returns whether Ctrl-C was pressed. Outside the main thread, which alone receives signals,
        it always returns False.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed = False
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
