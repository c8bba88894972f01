"""Show a run by its journal, with the steps in which something happened."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassnet.core.validation import whole_number
from glassnet.errors import GlassnetError
from glassnet.formula.document import Document
from glassnet.renderable import Renderable
from glassnet.training.journal.content import Content, read_content
from glassnet.workflows.open_run import JournalledRun
from glassnet.workflows.runs.notable import Notable, notable_by_epochs, notable_by_steps
from glassnet.workflows.runs.page import run_dict, run_document
from glassnet.workflows.runs.summary import summary_of

__all__ = ["RunPage", "show_run"]

# Without being asked, only so short a run is taken again.
QUICK_SECONDS, QUICK_STEPS = 5.0, 20_000


@dataclass(frozen=True)
class RunPage(Renderable):
    """A run, and the steps in which something happened.

    Attributes
    ----------
    content : Content
    notable : Notable
    network : int
        The one whose training is shown, counted from 0.
    """

    content: Content = field(repr=False)
    notable: Notable = field(repr=False)
    network: int = 0

    def to_document(self) -> Document:
        """Return what all formats show."""
        return run_document(self.content, self.notable, self.network)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return run_dict(summary_of(self.content.path), self.content, self.notable)


def show_run(path: Path, *, notable: bool = False, network: int = 0) -> RunPage:
    """Show a run by its journal, which stays as it is.

    Parameters
    ----------
    path : Path
    notable : bool
        Whether to take steps again, to find notable ones, also of a long run.
    network : int
        Of several networks the one whose training is shown, counted from 0.

    Raises
    ------
    ValueError
        If there is no such network.
    FileNotFoundError, FileFormatError
        If there is no such file, or it is no journal.
    """
    content = read_content(path)
    network = whole_number("network", network, 0, len(content.networks) - 1)
    try:
        found = _found(content, network, notable=notable)
    except (GlassnetError, ValueError, OSError) as error:
        found = Notable(f"No step can be taken again to look for them: {error}.")
    return RunPage(content, found, network)


def _found(content: Content, network: int, *, notable: bool) -> Notable:
    run = JournalledRun(content, None, None, None)
    run.require_steps()
    if notable or _is_quick(run, content, network):
        return notable_by_steps(run.notable_steps(network=network))
    return notable_by_epochs(content, network)


def _is_quick(run: JournalledRun, content: Content, network: int) -> bool:
    """Whether all steps are taken again in some seconds."""
    is_kept = content.data is not None and content.data.is_kept
    if not (is_kept and sum(run.histories[network].seconds) <= QUICK_SECONDS):
        return False
    return run.replay(network).steps <= QUICK_STEPS
