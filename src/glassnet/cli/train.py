"""``glassnet train``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import SEED, as_json, checked_rate, require_other_file
from glassnet.cli.output import exit_if_interrupted, print_json, print_notes, trained_dict

if TYPE_CHECKING:
    from glassnet.optim.optimizer import Optimizer

__all__ = ["train"]

OPTIMIZERS = ("adam", "momentum", "sgd")


@commands.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="COLUMN",
    help="The column to predict; several, each with its own --target; of images, their class.",
)
@click.option(
    "--preset",
    type=click.Choice(["tabular", "images", "plain"]),
    help="What is good without tuning for tables (their default), or for images (theirs); or what "
    "a textbook says.",
)
@click.option("--hidden", help="Units of hidden layers: 64,64; the preset's if not given.")
@click.option("--epochs", type=click.IntRange(1), help="The preset's if not given.")
@click.option("--batch-size", type=click.IntRange(1), help="The preset's if not given.")
@click.option(
    "--ensemble",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="So many networks at once, whose outputs are averaged.",
)
@click.option("--balanced", is_flag=True, help="All classes count alike, also the rare ones.")
@click.option(
    "--probabilities",
    is_flag=True,
    help="The probabilities matter, not only which class is the most probable.",
)
@click.option(
    "--learning-rate",
    type=float,
    callback=checked_rate,
    help="The preset's if not given; of adam 0.003, of momentum and sgd 0.01.",
)
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), help="The preset's if not given.")
@click.option("--seed", type=SEED, default=0, show_default=True)
@click.option(
    "--calibrate",
    "calibrated",
    is_flag=True,
    help="Let the probabilities suit the validation rows (temperature scaling).",
)
@click.option("--report", type=click.Path(path_type=Path), help="A page of HTML to write.")
@click.option("--size", metavar="HEIGHTxWIDTH", help="Resize images: 28x28.")
@click.option("--colour", type=click.Choice(["grey", "rgb"]), help="Of images; their own at first.")
@click.option("--skip-broken", is_flag=True, help="Leave out images that cannot be read.")
@click.option("--leave-out", multiple=True, metavar="COLUMN", help="A column not to learn from.")
@click.option(
    "--task",
    type=click.Choice(["classes", "numbers", "labels"]),
    help="What the targets are; recognised if not given.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="The model's file; the table's name with .safetensors if not given.",
)
@as_json
def train(
    source: Path,
    targets: tuple[str, ...],
    preset: str | None,
    hidden: str | None,
    epochs: int | None,
    batch_size: int | None,
    ensemble: int,
    balanced: bool,
    probabilities: bool,
    learning_rate: float | None,
    optimizer: str | None,
    seed: int,
    calibrated: bool,
    report: Path | None,
    size: str | None,
    colour: Any,
    skip_broken: bool,
    leave_out: tuple[str, ...],
    task: Any,
    output: Path | None,
    as_json: bool,
) -> None:
    """Train a network on SOURCE to predict columns of it, or the class of its images.

    A table is .csv, .tsv, .parquet or .arrow; of one that is too large for memory only pieces are
    there at once. Images are a folder with a subfolder for each class, a folder of IDX files, or
    .npz.
    """
    units = None if hidden is None else _hidden_units(hidden)
    image_size = None if size is None else _image_size(size)

    from glassnet.nn.file_format import require_writable
    from glassnet.render.text import document_text
    from glassnet.tables.read.images import CLASS, ImageOptions, holds_images
    from glassnet.workflows.recipe import Recipe
    from glassnet.workflows.report import history_section, require_report_writable
    from glassnet.workflows.source import read_source
    from glassnet.workflows.train import train as run

    recipe = Recipe(
        preset,
        hidden=units,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=_optimizer(optimizer),
        learning_rate=learning_rate,
        seed=seed,
        ensemble=ensemble,
        balanced=balanced,
        probabilities=probabilities,
        calibrated=calibrated,
    )
    if not targets and not holds_images(source):
        raise click.UsageError("Missing option '--target': name the column to predict.")
    names = targets or (CLASS,)
    path = output or Path(f"{source.resolve().stem}.safetensors")
    require_writable(path)
    if report is not None:
        require_report_writable(report)
    options = ImageOptions(image_size, colour, skip_broken)
    data = read_source(source, options=options, leave_out=leave_out)
    require_other_file(path, source)
    show = False if as_json else None
    name = source.resolve().name
    trained = run(
        data.table,
        names,
        recipe,
        task,
        save_as=path,
        name=name,
        progress=show,
        test=data.test,
        tell=lambda words: None if as_json else click.echo(f"diagnosis {words}", err=True),
    )
    title = f"{name}: {trained.model.target.name}"
    notes = [*data.notes, *trained.notes]
    if report is not None:
        from glassnet.evaluation.importance import importances
        from glassnet.workflows.report import write_report

        measured = importances(trained.model, trained.held_out)
        whole = replace(trained.evaluation, importances=measured)
        write_report(
            report,
            title,
            trained.model,
            trained.held_out,
            whole,
            trained.history,
            trained.findings,
        )
    if as_json:
        print_json({**trained_dict(trained), "notes": notes, "model": str(path)})
    else:
        from glassnet.formula.document import Document

        evaluation = trained.evaluation
        scores = evaluation.section(f"On {evaluation.rows:,} rows that it never saw")
        sections = (history_section(trained.history), scores)
        click.echo(document_text(Document(title, sections)))
        print_notes(notes)
        for finding in trained.findings:
            click.echo(f"diagnosis: {finding}", err=True)
        click.echo(f"The model: {path}")
    exit_if_interrupted(trained)


def _hidden_units(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.BadParameter(
            f"{text!r}; expected numbers of units like 64,64",
            param_hint="--hidden",
        )
    return tuple(int(part) for part in parts)


def _image_size(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    if len(sides) == 1:
        sides *= 2
    if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise click.BadParameter(f"{text!r}; expected a size like 28x28", param_hint="--size")
    return int(sides[0]), int(sides[1])


def _optimizer(name: str | None) -> "Optimizer | None":
    from glassnet.optim.adam import Adam
    from glassnet.optim.momentum import Momentum
    from glassnet.optim.sgd import SGD

    match name:
        case None:
            return None
        case "sgd":
            return SGD(0.01)
        case "momentum":
            return Momentum(0.01)
        case _:
            return Adam(0.003)
