"""``glassnet train``."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import (
    SEED,
    KnownName,
    as_json,
    checked_rate,
    require_other_file,
    table_options,
)
from glassnet.cli.trained import (
    kept_journal,
    naming_kept,
    show_trained,
    shows_findings,
)

if TYPE_CHECKING:
    from glassnet.optim.optimizer import Optimizer

__all__ = ["train"]


def _optimizers() -> Iterable[str]:
    from glassnet.core.record import records
    from glassnet.optim.optimizer import Optimizer

    return records(Optimizer)


def _presets() -> Iterable[str]:
    from glassnet.workflows.presets import PRESETS

    return PRESETS


def _hidden_units(
    context: click.Context, option: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.BadParameter(
            f"{text!r}; expected numbers of units like 64,64",
        )
    return tuple(int(part) for part in parts)


def _image_size(
    context: click.Context, option: click.Parameter, text: str | None
) -> tuple[int, int] | None:
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) == 1:
        sides *= 2
    if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise click.BadParameter(f"{text!r}; expected a size like 28x28")
    return int(sides[0]), int(sides[1])


def _optimizer(
    context: click.Context, option: click.Parameter, name: str | None
) -> "Optimizer | None":
    from glassnet.core.record import record_named
    from glassnet.optim.optimizer import Optimizer

    return None if name is None else record_named(Optimizer, name)


@commands.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="COLUMN",
    help="The column to predict; repeat for several. For images, their class if not given.",
)
@click.option(
    "--preset",
    type=KnownName(_presets),
    help="Choices that are good without tuning: tabular (default for tables), images (default for "
    "images), realmlp (one large network), or plain (a textbook's).",
)
@click.option(
    "--hidden",
    callback=_hidden_units,
    help="Units of hidden layers: 64,64; the preset's if not given.",
)
@click.option("--epochs", type=click.IntRange(1), help="The preset's if not given.")
@click.option("--batch-size", type=click.IntRange(1), help="The preset's if not given.")
@click.option(
    "--ensemble",
    type=click.IntRange(1, 1000),
    help="Number of networks to train, whose outputs are averaged; the preset's if not given.",
)
@click.option(
    "--class-weight",
    type=click.Choice(["balanced"]),
    help="Give all classes the same weight, however few rows some have.",
)
@click.option(
    "--optimize",
    type=click.Choice(["accuracy", "log-loss"]),
    default="accuracy",
    show_default=True,
    help="The score that the choices aim at.",
)
@click.option(
    "--learning-rate",
    type=float,
    callback=checked_rate,
    help="The preset's if not given; with --optimizer, that optimizer's own default.",
)
@click.option(
    "--optimizer",
    type=KnownName(_optimizers),
    callback=_optimizer,
    help="The preset's if not given.",
)
@click.option("--seed", type=SEED, default=0, show_default=True)
@click.option(
    "--calibrate",
    is_flag=True,
    help="Calibrate the probabilities on the validation rows (temperature scaling).",
)
@click.option("--report", type=click.Path(path_type=Path), help="Write a report, one page of HTML.")
@click.option("--size", callback=_image_size, metavar="HEIGHTxWIDTH", help="Resize images: 28x28.")
@click.option(
    "--colour",
    type=click.Choice(["grey", "rgb"]),
    help="Read images as grey or rgb; as they are if not given.",
)
@click.option("--skip-unreadable", is_flag=True, help="Skip images that cannot be read.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="A column to ignore; repeat for more."
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression", "multilabel"]),
    help="What the targets are; recognised if not given.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="The model's file; the table's name with .safetensors if not given.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep a journal of the run in this file, to go on from and to look into.",
)
@click.option(
    "--no-journal",
    is_flag=True,
    help="Keep none. Without either option, a training that takes longer than 3 seconds keeps one "
    "beside the model, from which `glassnet resume` goes on, and removes it at the end.",
)
@table_options
@as_json
def train(
    source: Path,
    targets: tuple[str, ...],
    task: Any,
    drop: tuple[str, ...],
    size: tuple[int, int] | None,
    colour: Any,
    skip_unreadable: bool,
    report: Path | None,
    journal: Path | None,
    no_journal: bool,
    output: Path | None,
    as_json: bool,
    options: Any,
    **recipe: Any,
) -> None:
    """Train a model on a table or on images.

    SOURCE is a table (.csv, .tsv, .jsonl, .parquet, .arrow, a folder of .parquet, .csv.gz, .zip,
    .xlsx, .sqlite, or - for standard input), or images: a folder with a subfolder for each class, a
    folder of IDX files, or .npz. A table that is too large for memory is read in chunks.
    """
    from glassnet.core.atomic_file import require_writable
    from glassnet.tables.read.images import ImageOptions, holds_images
    from glassnet.training.journal.same_run import changes_told
    from glassnet.workflows.commands import resume_command
    from glassnet.workflows.recipe import Recipe
    from glassnet.workflows.report import require_report_writable
    from glassnet.workflows.train import train as run

    chosen = Recipe(**recipe)
    if source == Path("-") and output is None:
        raise click.UsageError(
            "Missing option '--output': a table from standard input has no name."
        )
    if not targets and not holds_images(source):
        raise click.UsageError("Missing option '--target': name the column to predict.")
    path = output or Path(f"{source.resolve().stem}.safetensors")
    require_writable(path)
    if report is not None:
        require_report_writable(report)
    if output is not None:
        require_other_file(output, source)
    if no_journal and journal is not None:
        raise click.UsageError("Give --journal or --no-journal, not both.")
    kept = None if no_journal else kept_journal(path, journal, report)
    place = None if kept is None else kept.place
    goes_on = "" if place is None else f"{resume_command(place)} --allow-changes"
    with naming_kept(path, place), changes_told("Give the table as it was", goes_on):
        trained = run(
            source,
            targets or None,
            chosen,
            task,
            save_as=path,
            name=source.resolve().name,
            progress=False if as_json else None,
            drop=drop,
            on_finding=shows_findings(as_json=as_json),
            images=ImageOptions(size, colour, skip_unreadable),
            options=options,
            journal=kept,
        )
    show_trained(trained, path, kept, as_json=as_json)
