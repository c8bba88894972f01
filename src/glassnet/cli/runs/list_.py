"""``glassnet runs list``."""

from __future__ import annotations  # what is imported for types only

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassnet.cli.options import as_json
from glassnet.cli.output import print_json
from glassnet.cli.runs.group import runs

if TYPE_CHECKING:
    from glassnet.workflows.runs.summary import NoRun, RunSummary

__all__ = ["list_runs"]

WIDTH = 80


@runs.command("list")
@click.argument("places", type=click.Path(exists=True, path_type=Path), nargs=-1)
@as_json
def list_runs(places: tuple[Path, ...], as_json: bool) -> None:
    """List the journals in folders, the newest first.

    PLACES are folders, which are searched with all folders in them, or files; the current folder
    if not given. A journal is recognised by its content, whatever its name, and only read, also
    while it is being written. The time is when the run began, or was last resumed.
    """
    from glassnet.workflows.runs.find import files_in
    from glassnet.workflows.runs.summary import RunSummary, summaries

    found = summaries(files_in(places or (Path(),)))
    if as_json:
        print_json({"runs": [one.to_dict() for one in found]})
        return
    if not found:
        click.echo("no journals here; a training keeps one with journal= or --journal")
    for one in found:
        click.echo("\n".join(_run(one) if isinstance(one, RunSummary) else _no_run(one)))


def _run(run: RunSummary) -> list[str]:
    """The file; how the run stands, when it began, its size; what it is; how it went."""
    from glassnet.workflows.runs.words import date_words, loss_words, size_words

    of = " (first network)" if len(run.histories) > 1 else ""
    first = f"{run.state_words}; {date_words(run.at)}; {size_words(run.size)}"
    lines = [first, run.what, loss_words(run.histories[0]) + of, run.problem]
    return [click.style(str(run.path), bold=True), *_indented(filter(None, lines))]


def _no_run(file: NoRun) -> list[str]:
    return textwrap.wrap(f"{file.path}: {file.words}", WIDTH, subsequent_indent="  ")


def _indented(lines: filter[str]) -> list[str]:
    indent = {"initial_indent": "  ", "subsequent_indent": "    "}
    return [part for line in lines for part in textwrap.wrap(line, WIDTH, **indent)]  # type: ignore[arg-type]
