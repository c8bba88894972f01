"""``glassnet runs export``."""

from pathlib import Path

import click

from glassnet.cli.options import require_other_file
from glassnet.cli.runs.group import runs

__all__ = ["export"]

#: What --mlflow is where no address follows.
USUAL = ""


@runs.command()
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--csv",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write a row for each epoch of each network; - for standard output.",
)
@click.option(
    "--tensorboard",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write event files of TensorBoard, into a folder of their own.",
)
@click.option(
    "--mlflow",
    is_flag=False,
    flag_value=USUAL,
    metavar="[URI]",
    help="Give the run to MLflow, at a server or a database like sqlite:///mlflow.db; where MLflow "
    "usually keeps its runs if no address follows.",
)
@click.option(
    "--experiment",
    default="glassnet",
    show_default=True,
    help="The experiment of MLflow that it becomes part of.",
)
@click.option("--with-journal", is_flag=True, help="Store the journal in MLflow as well.")
def export(
    journal: Path,
    csv: Path | None,
    tensorboard: Path | None,
    mlflow: str | None,
    experiment: str,
    with_journal: bool,
) -> None:
    """Write the numbers of a run for other programs.

    Give at least one of --csv, --tensorboard and --mlflow. Epochs count from 1.
    """
    from glassnet.training.journal.content import read_content
    from glassnet.workflows.runs.settings import places_of
    from glassnet.workflows.runs.to_csv import csv_text
    from glassnet.workflows.runs.to_mlflow import to_mlflow
    from glassnet.workflows.runs.to_tensorboard import to_tensorboard

    if csv is None and tensorboard is None and mlflow is None:
        raise click.UsageError("Give --csv, --tensorboard or --mlflow: what to write.")
    content = read_content(journal)
    histories = content.histories()
    if csv is not None:
        require_other_file(csv, journal, *places_of(content), option="--csv")
        _write(csv, csv_text(histories))
    if tensorboard is not None:
        to_tensorboard(content, histories, tensorboard)
        click.echo(f"The event files: {tensorboard}", err=True)
    if mlflow is not None:
        own = to_mlflow(content, histories, mlflow or None, experiment, with_journal=with_journal)
        click.echo(f"The run in MLflow: {own}", err=True)


def _write(path: Path, text: str) -> None:
    from glassnet.core.atomic_file import write_atomically

    if str(path) == "-":
        click.echo(text, nl=False)
    else:
        write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
