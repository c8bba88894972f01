"""``glassnet runs compare``."""

from pathlib import Path

import click

from glassnet.cli.options import as_json, require_other_file
from glassnet.cli.output import print_json
from glassnet.cli.runs.group import runs

__all__ = ["compare"]


@runs.command()
@click.argument("journals", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file, as its name ends: .html, .tex, .json or .txt.",
)
@as_json
def compare(
    journals: tuple[Path, ...], html: Path | None, output: Path | None, as_json: bool
) -> None:
    """Compare runs: their configurations, losses and curves.

    Options that are the same in all runs are only counted. JOURNALS are only read.
    """
    from glassnet.render.terminal import show_document
    from glassnet.renderable import format_of
    from glassnet.workflows.runs.compare import compare as run
    from glassnet.workflows.runs.settings import places_of

    if html is not None:
        require_other_file(html, *journals, option="--html")
    if output is not None:
        require_other_file(output, *journals)
        format_of(output)
    compared = run(journals)
    inputs = [place for content in compared.contents for place in places_of(content)]
    if html is not None:
        require_other_file(html, *inputs, option="--html")
    if output is not None:
        require_other_file(output, *inputs)
    if html is not None:
        compared.to_html(html)
    if output is not None:
        compared.save(output)
    if as_json:
        print_json(compared.to_dict())
    elif html is None and output is None:
        show_document(compared.to_document())
