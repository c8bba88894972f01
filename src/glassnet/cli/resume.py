"""``glassnet resume``."""

from __future__ import annotations  # what is imported for types only

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassnet.cli.group import commands
from glassnet.cli.options import as_json, require_other_file
from glassnet.cli.output import print_json

if TYPE_CHECKING:
    from glassnet.network import Network
    from glassnet.training.history import History

__all__ = ["resume"]


@commands.command()
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    help="The table, if it is no longer where it was; also where it came from standard input.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    help="Train for so many epochs in all, in the place of those that were planned. The result is "
    "that of having planned so many; where the learning rates depend on the number, as with the "
    "presets, it is refused.",
)
@click.option(
    "--allow-changes",
    is_flag=True,
    help="Go on although the table, or the engine, is not what it was. The result is then that of "
    "no single run.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="The model's file; the one that the training was to write if not given.",
)
@as_json
def resume(
    journal: Path,
    table: Path | None,
    epochs: int | None,
    allow_changes: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Go on with a training that was interrupted, or died.

    JOURNAL is the file that `glassnet train` kept beside the model, or that --journal named. The
    training ends with exactly the numbers that it would have had without the interruption. Of a
    run that is finished, nothing is trained again.
    """
    from glassnet.cli.trained import naming_kept, show_trained, shows_findings
    from glassnet.core.atomic_file import require_writable
    from glassnet.training.journal.content import read_content
    from glassnet.training.journal.same_run import changes_told
    from glassnet.training.journal.settings import Journal
    from glassnet.workflows.resume import require_there
    from glassnet.workflows.resume import resume as run
    from glassnet.workflows.table_call import TableCall
    from glassnet.workflows.train import TrainingResult

    require_there(journal)
    content = read_content(journal)
    path = output
    if path is None and content.run.what == "train":
        path = TableCall.from_source(content.run.source, journal).save_as
        if path is not None and path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
    path = path or journal.with_suffix(".safetensors")
    require_other_file(path, journal)
    require_writable(path)
    way = "Give the table as it was: --table FILE"
    with naming_kept(path, journal), changes_told(way, "--allow-changes"):
        resumed = run(
            journal,
            table=table,
            epochs=epochs,
            save_as=path,
            allow_changes=allow_changes,
            on_finding=shows_findings(as_json=as_json),
            progress=False if as_json else None,
        )
    if isinstance(resumed, TrainingResult):
        show_trained(resumed, path, Journal(journal, source=content.run.source), as_json=as_json)
    else:
        networks, histories = resumed
        _show_fit(networks, histories, path, as_json=as_json)


def _show_fit(
    networks: Network | list[Network],
    histories: History | list[History],
    path: Path,
    *,
    as_json: bool,
) -> None:
    """Save and show a network that was trained by itself; of several, only show the trainings."""
    from glassnet.render.text import document_text

    if isinstance(networks, list) or isinstance(histories, list):
        several = histories if isinstance(histories, list) else [histories]
        click.echo("\n".join(map(repr, several)))
        return
    networks.save(path)
    if as_json:
        print_json({**histories.to_dict(), "model": str(path)})
    else:
        click.echo(document_text(histories.to_document()))
        click.echo(f"The model: {path}")
