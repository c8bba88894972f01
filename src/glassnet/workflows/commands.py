"""The commands that show a run, open one of its steps, and go on with it."""

import shlex
from pathlib import Path

__all__ = ["explain_command", "resume_command", "run_commands", "show_command"]


def resume_command(journal: Path) -> str:
    """Return the command that goes on with the run of a journal.

    Examples
    --------
    >>> resume_command(Path("my run.glassnet"))
    "glassnet resume 'my run.glassnet'"
    """
    return f"glassnet resume {_named(journal)}"


def show_command(journal: Path, network: int = 0) -> str:
    """Return the command that shows all of a run; of several networks, that with this index.

    Examples
    --------
    >>> show_command(Path("run.glassnet"), network=1)
    'glassnet runs show run.glassnet --network 1'
    """
    return f"glassnet runs show {_named(journal, network)}"


def explain_command(journal: Path, step: int | str = 0, network: int = 0) -> str:
    """Return the command that opens a step of a run; its index, or what stands for it.

    Examples
    --------
    >>> explain_command(Path("run.glassnet"), 12, network=1)
    'glassnet explain run.glassnet --network 1 --step 12'
    """
    return f"glassnet explain {_named(journal, network)} --step {step}"


def run_commands(journal: Path) -> str:
    """Return the commands that show a run, and one of its steps.

    Examples
    --------
    >>> run_commands(Path("run.glassnet"))
    'glassnet runs show run.glassnet; one of its steps: glassnet explain run.glassnet --step 0'
    """
    return f"{show_command(journal)}; one of its steps: {explain_command(journal)}"


def _named(journal: Path, network: int = 0) -> str:
    """The file as a shell takes it; the first network need not be named."""
    return shlex.quote(str(journal)) + (f" --network {network}" if network else "")
