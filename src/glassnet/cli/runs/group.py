"""The group of ``glassnet runs``."""

from glassnet.cli.group import commands

__all__ = ["runs"]


@commands.group()
def runs() -> None:
    """List, show, compare, export and delete the journals of trainings.

    A journal is the file that `glassnet train --journal FILE` keeps.
    """
