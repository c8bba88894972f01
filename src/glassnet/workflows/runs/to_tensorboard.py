"""A run as event files of TensorBoard."""

from collections.abc import Sequence
from pathlib import Path

from glassnet.errors import MissingPackageError
from glassnet.training.history import History
from glassnet.training.journal.content import Content
from glassnet.workflows.runs.series import series_of, times_of
from glassnet.workflows.runs.settings import settings_of
from glassnet.workflows.runs.words import moment

__all__ = ["to_tensorboard"]


def to_tensorboard(content: Content, histories: Sequence[History], folder: Path) -> None:
    """Write the numbers of a run as event files: scalars by epoch, from 1, and its configuration.

    Several networks have a folder each, ``network_1`` and so on. TensorBoard keeps numbers as
    float32.

    Parameters
    ----------
    content : Content
    histories : sequence of History
        Of each network.
    folder : Path
        May be new.

    Raises
    ------
    MissingPackageError
        If tensorboardX is not installed.
    ValueError
        If there are event files already, which TensorBoard would mix with these.
    OSError
        If they cannot be written.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise MissingPackageError(
            'event files need tensorboardX: pip install "glassnet[tensorboard]"'
        ) from None
    if folder.is_dir() and any(folder.rglob("events.out.tfevents.*")):
        raise ValueError(f"{folder} holds event files already; name a folder of its own")
    begin, settings = moment(content.run.started), _table(settings_of(content))
    folders = [folder / f"network_{number}" for number in range(1, len(histories) + 1)]
    for place, history in zip([folder] if len(histories) == 1 else folders, histories, strict=True):
        place.mkdir(parents=True, exist_ok=True)
        times = times_of(history, begin)
        with SummaryWriter(str(place)) as writer:
            writer.add_text("configuration", settings, walltime=begin)
            for name, values in series_of(history):
                for epoch, (value, time) in enumerate(zip(values, times, strict=False), start=1):
                    writer.add_scalar(name, value, epoch, walltime=time)


def _table(settings: dict[str, str]) -> str:
    """The configuration as Markdown, which TensorBoard shows."""
    lines = [f"| {name} | {words.replace('|', '/')} |" for name, words in settings.items()]
    return "\n".join(["| option | value |", "|---|---|", *lines])
