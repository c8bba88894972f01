"""``glassnet runs show``."""

from pathlib import Path

import click

from glassnet.cli.options import as_json
from glassnet.cli.output import print_json
from glassnet.cli.runs.group import runs

__all__ = ["show"]


@runs.command()
@click.argument("journal", type=click.Path(path_type=Path))
@as_json
def show(journal: Path, as_json: bool) -> None:
    """Show a run: its configuration, data, learning curves and checkpoints, and how to go on."""
    from glassnet.render.terminal import show_document
    from glassnet.training.journal.content import read_content
    from glassnet.workflows.runs.page import run_dict, run_document
    from glassnet.workflows.runs.summary import summary_of

    content = read_content(journal)
    if as_json:
        print_json(run_dict(summary_of(journal), content))
    else:
        show_document(run_document(content))
