"""Signals that end a command: a hang-up and a termination end it as Ctrl-C does."""

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

__all__ = ["end_interrupted", "end_like_ctrl_c", "exit_code"]

#: The last signal that ended something.
_received = [signal.SIGINT]


def end_like_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, unless they are ignored, as by nohup."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def exit_code() -> int:
    """Return the exit code of a command that a signal ended: 130, 143 or 129."""
    return 128 + _received[-1]


def end_interrupted(words: str) -> NoReturn:
    """Say how a command was interrupted, and end it; a further Ctrl-C ends it at once, silently."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    click.echo(words, err=True)
    sys.exit(exit_code())


def _end(number: int, frame: FrameType | None) -> None:
    _received.append(signal.Signals(number))
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)  # a training notes it, and ends after its step
    else:
        sys.exit(exit_code())
