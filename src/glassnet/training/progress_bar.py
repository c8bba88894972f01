"""A progress bar on standard error, on a terminal only."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeAlias, cast

__all__ = ["Show", "progress_bar"]

#: Takes the epochs done, all epochs, the loss and the validation loss if there is one.
Show: TypeAlias = Callable[[float, int, float, float | None], None]


class _Fading:
    """A stream that may go away while it is written, as a terminal that is closed does."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write what can be written: a training does not end for its bar."""
        with suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Bring it to the terminal, if that is still there."""
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def progress_bar(show: bool | None = None) -> Iterator[Show]:
    """Show a bar on standard error; it disappears when the context ends.

    Parameters
    ----------
    show : bool, optional
        If not given, it is shown only if standard error is a terminal.

    Yields
    ------
    callable
        Updates the bar.
    """
    if show is None:
        show = sys.stderr is not None and sys.stderr.isatty()
    if not show:
        yield lambda done, epochs, loss, validation_loss: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TextColumn("loss {task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    console = Console(file=cast(IO[str], _Fading(sys.stderr)), force_terminal=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("training", epoch="0", loss="")

        def move(done: float, epochs: int, loss: float, validation_loss: float | None) -> None:
            text = "" if math.isnan(loss) else f"{loss:.4g}"
            if validation_loss is not None:
                text += f", validation {validation_loss:.4g}"
            bar.update(task, completed=done, total=epochs, epoch=f"{int(done)}/{epochs}", loss=text)

        yield move
