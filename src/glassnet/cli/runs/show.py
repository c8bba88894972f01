"""``glassnet runs show``."""

from pathlib import Path

import click

from glassnet.cli.options import as_json, network_option, require_other_file
from glassnet.cli.output import print_json
from glassnet.cli.runs.group import runs

__all__ = ["show"]


@runs.command()
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--notable",
    is_flag=True,
    help="Take steps again to find notable ones, also where the training was long. Of a short one "
    "this is done anyway.",
)
@network_option
@click.option(
    "--follow",
    metavar="WEIGHT",
    help="Show the life of one weight, such as 'w1[2,3]' or 'b1[2]', over all steps.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file, as its name ends: .html, .tex, .json or .txt.",
)
@as_json
def show(
    journal: Path,
    notable: bool,
    network: int | None,
    follow: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Show a run: its options, data and curves, and how to go on.

    Names the steps in which the loss jumped, the gradient was largest or a unit died, and the
    command that opens each. JOURNAL is only read, also while it is being written. To look into a
    step is `glassnet explain JOURNAL --step N`.
    """
    from glassnet.render.terminal import show_document
    from glassnet.renderable import Renderable, format_of
    from glassnet.training.journal.content import read_content
    from glassnet.workflows.open_run import open_run
    from glassnet.workflows.runs.settings import places_of
    from glassnet.workflows.show_run import show_run

    if output is not None:
        require_other_file(output, journal)
        format_of(output)
        require_other_file(output, *places_of(read_content(journal, bodies=False)))
    page: Renderable
    if follow is not None:
        page = open_run(journal).follow(follow, network=network or 0)
    else:
        page = show_run(journal, notable=notable, network=network or 0)
    if output is not None:
        page.save(output)
    if as_json:
        print_json(page.to_dict())
    elif output is None:
        show_document(page.to_document())
