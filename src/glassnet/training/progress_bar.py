"""A progress bar on standard error, on a terminal only."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Show", "progress_bar"]

#: Takes the epochs done, all epochs, the loss and the validation loss if there is one.
Show: TypeAlias = Callable[[float, int, float, float | None], None]


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
    console = Console(stderr=True, force_terminal=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("training", epoch="0", loss="")

        def move(done: float, epochs: int, loss: float, validation_loss: float | None) -> None:
            text = "" if math.isnan(loss) else f"{loss:.4g}"
            if validation_loss is not None:
                text += f", validation {validation_loss:.4g}"
            bar.update(task, completed=done, total=epochs, epoch=f"{int(done)}/{epochs}", loss=text)

        yield move
