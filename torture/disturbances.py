"""How a training ends before its time: signals, and a terminal that goes away."""

import math
import os
import pty
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DISTURBANCES", "Ended", "run"]

#: The terminal goes away.
GONE = 0
#: What may happen; a kill without a word more often than others.
DISTURBANCES = (
    *(signal.SIGKILL,) * 4,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGINT,
    GONE,
)
ROOT = Path(__file__).parent.parent
#: No training takes longer.
TOO_LONG = 300.0


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes
    ----------
    status : int
        As of `os.waitstatus_to_exitcode`.
    said : str
        What it wrote.
    seconds : float
        From when it was ready.
    """

    status: int
    said: str
    seconds: float


def run(
    name: str, folder: Path, environment: dict[str, str], disturbance: int, after: float | None
) -> Ended:
    """Train in a process with a terminal of its own; disturb it some seconds after it began."""
    command = [sys.executable, "-m", "torture.training", name, str(folder)]
    process, terminal = pty.fork()
    if process == 0:
        try:
            os.chdir(ROOT)
            os.execve(command[0], command, os.environ | environment)  # noqa: S606 - this Python
        finally:
            os._exit(99)
    said, ready_at = _watch(process, terminal, disturbance, after)
    _, status = os.waitpid(process, 0)
    return Ended(os.waitstatus_to_exitcode(status), said, time.monotonic() - ready_at)


def _watch(process: int, terminal: int, disturbance: int, after: float | None) -> tuple[str, float]:
    """Read what a process writes until it ends; disturb it when it is time.

    Returns what it wrote, and when it was ready.
    """
    said, ready_at, disturbs_at = b"", math.inf, math.inf
    ends_at = time.monotonic() + TOO_LONG
    while (now := time.monotonic()) < ends_at:
        if now >= disturbs_at:
            disturbs_at = math.inf
            if disturbance == GONE:
                break
            with suppress(ProcessLookupError):
                os.kill(process, disturbance)
        if select.select([terminal], [], [], min(max(disturbs_at - now, 0.0), 1.0))[0]:
            part = _read(terminal)
            if not part:
                break
            said += part
            if ready_at == math.inf and b"ready" in said:
                ready_at = time.monotonic()
                disturbs_at = math.inf if after is None else ready_at + after
    else:
        os.kill(process, signal.SIGKILL)
        said += b"it took too long"
    os.close(terminal)
    return said.decode(errors="replace"), ready_at


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # the other side is closed
        return b""
