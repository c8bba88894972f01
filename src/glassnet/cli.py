"""The command line: parse, call a workflow, print.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 the work
failed, 2 the call was wrong, 130 interrupted.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from glassnet.model import Model
    from glassnet.update.optimizer import Optimizer
    from glassnet.workflows.training import Trained

__all__ = ["main"]

SEED = click.IntRange(0, 2**64 - 1)
OPTIMIZERS = ("adam", "momentum", "sgd")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")


def _checked_rate(
    context: click.Context, option: click.Parameter, rate: float | None
) -> float | None:
    if rate is not None and not 0 < rate < float("inf"):
        raise click.BadParameter(f"{rate}; must be above 0 and finite")
    return rate


def _version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from glassnet import __version__
    from glassnet.engine import info

    click.echo(f"glassnet {__version__}")
    for name, value in info().items():
        click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
def commands() -> None:
    """Fully connected neural networks, fast, with the hood open."""


@commands.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("glassnet-demo"),
    show_default=True,
    help="Folder for the model and the report.",
)
@click.option("--seed", type=SEED, default=0, show_default=True)
@as_json
def demo(folder: Path, seed: int, as_json: bool) -> None:
    """Train on real handwritten digits, open the hood, write the report."""
    from glassnet.views.text import document_text
    from glassnet.workflows.demo import demo as run

    made = run(folder, seed, progress=False if as_json else None)
    if as_json:
        files = {"model": str(made.model_path), "report": str(made.report_path)}
        _print_json({**_trained_dict(made.trained), **files, "weight": made.story.to_dict()})
    else:
        click.echo(document_text(made.summary))
        click.echo(made.story.to_text())
        click.echo(f"The model:  {made.model_path}")
        click.echo(f"The report: {made.report_path} (opens in any browser, without network)")
    _exit_if_interrupted(made.trained)


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
    callback=_checked_rate,
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

    from glassnet.data.images import CLASS, ImageOptions
    from glassnet.structure.file import require_writable
    from glassnet.views.text import document_text
    from glassnet.workflows.recipe import Recipe
    from glassnet.workflows.report import history_section, require_report_writable
    from glassnet.workflows.source import read_source
    from glassnet.workflows.training import train as run

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
    data = read_source(source, options=ImageOptions(image_size, colour, skip_broken))
    if not targets and not data.images:
        raise click.UsageError("Missing option '--target': name the column to predict.")
    names = targets or (CLASS,)
    path = output or Path(f"{source.resolve().stem}.safetensors")
    _require_other_file(path, source)
    require_writable(path)
    if report is not None:
        require_report_writable(report)
    show = False if as_json else None
    name = source.resolve().name
    trained = run(
        data.table,
        names,
        recipe,
        task,
        path,
        name,
        show,
        leave_out,
        data.test,
        lambda words: None if as_json else click.echo(f"diagnosis {words}", err=True),
    )
    notes = [*data.notes, *trained.notes]
    if report is not None:
        from glassnet.workflows.importance import importances
        from glassnet.workflows.report import write_report

        measured = importances(trained.model, trained.held_out)
        whole = replace(trained.evaluation, importances=measured)
        title = f"{name}: {trained.model.target.name}"
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
        _print_json({**_trained_dict(trained), "notes": notes, "model": str(path)})
    else:
        from glassnet.formula.document import Document

        evaluation = trained.evaluation
        scores = evaluation.section(f"On {evaluation.rows:,} rows that it never saw")
        sections = (history_section(trained.history), scores)
        title = f"{name}: {trained.model.target.name}"
        click.echo(document_text(Document(title, sections)))
        _print_notes(notes)
        for finding in trained.findings:
            click.echo(f"diagnosis: {finding}", err=True)
        click.echo(f"The model: {path}")
    _exit_if_interrupted(trained)


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--importances", is_flag=True, help="Measure which columns the model relies on.")
@click.option("--report", type=click.Path(path_type=Path), help="A page of HTML to write.")
@as_json
def evaluate(
    model: Path, source: Path, importances: bool, report: Path | None, as_json: bool
) -> None:
    """Compare MODEL's predictions with the target column of SOURCE, or its images' classes."""
    from glassnet.formula.document import Document
    from glassnet.views.text import document_text
    from glassnet.workflows.evaluation import evaluate as run
    from glassnet.workflows.report import (
        evaluation_sections,
        require_report_writable,
        write_report,
    )
    from glassnet.workflows.source import read_source

    if report is not None:
        _require_other_file(report, model, source)
        require_report_writable(report)
    loaded = _load_model(model)
    data = read_source(source, loaded.encoder)
    measured = importances or report is not None
    rows = data.test or data.table
    evaluation = run(loaded, rows, with_importances=measured)
    title = f"{source.resolve().name}: {loaded.target.name}"
    if report is not None:
        write_report(report, title, loaded, rows, evaluation)
    if as_json:
        _print_json(evaluation.to_dict())
        return
    sections = evaluation_sections(evaluation, f"{evaluation.rows} rows")
    click.echo(document_text(Document(title, tuple(sections))))
    _print_notes(evaluation.notes)


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A CSV file to write.")
@as_json
def predict(model: Path, source: Path, output: Path | None, as_json: bool) -> None:
    """Predict each row of SOURCE with MODEL, as CSV; of one picture, the classes as bars."""
    from glassnet.structure.file import require_writable, write_atomically
    from glassnet.views.text import document_text
    from glassnet.workflows.prediction import predict as run
    from glassnet.workflows.prediction import write_csv
    from glassnet.workflows.source import read_source

    if output is not None:
        _require_other_file(output, model, source)
        require_writable(output)
    loaded = _load_model(model)
    data = read_source(source, loaded.encoder)
    rows = data.test or data.table
    notes: list[str] = []
    if output is not None:
        write_atomically(output, lambda file: notes.extend(write_csv(loaded, rows, file)))
    if as_json:
        _print_json(run(loaded, rows).to_dict())
        return
    if output is None and data.images and len(rows) == 1:
        picture = run(loaded, rows)
        click.echo(document_text(picture.bars(source.name)))
        notes += [str(note) for note in picture.notes]
    elif output is None:
        notes += write_csv(loaded, rows, sys.stdout)
    _print_notes(notes)


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path), required=False)
@click.option("--row", type=click.IntRange(0), default=0, show_default=True, help="From 0.")
@click.option("--desired", metavar="CLASS", help="The ideal; the target column's if not given.")
@click.option("--weight", metavar="NAME", help="One weight's story: 'w1[2,3]', 'b2[1]'.")
@click.option("--learning-rate", type=float, callback=_checked_rate, default=0.1, show_default=True)
@click.option(
    "--format",
    "notation",
    type=click.Choice(["text", "html", "latex", "json"]),
    default="text",
    show_default=True,
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file to write.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def explain(
    model: Path,
    table: Path | None,
    row: int,
    desired: str | None,
    weight: str | None,
    learning_rate: float,
    notation: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Show every number of MODEL for one row of TABLE; without a table, its layers and weights.

    MODEL may also be a Keras file (.keras, .h5) or an ONNX file (.onnx).
    """
    from glassnet.structure.file import write_atomically
    from glassnet.views.terminal import show_document
    from glassnet.workflows.explanation import explain_file

    if output is not None:
        _require_other_file(output, model, *([table] if table else []))
    explained = explain_file(model, table, row, desired, weight, learning_rate)
    match "json" if as_json else notation:
        case "text" if output is None:
            show_document(explained.document)
            return
        case "text":
            text = explained.to_text()
        case "html":
            text = explained.to_html()
        case "latex":
            text = explained.to_latex()
        case _:
            text = explained.to_json() + "\n"
    if output is not None:
        write_atomically(output, lambda file: file.write_text(text, encoding="utf-8"))
    else:
        click.echo(text, nl=False)


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
    from glassnet.update.optimizer import SGD, Adam, Momentum

    match name:
        case None:
            return None
        case "sgd":
            return SGD(0.01)
        case "momentum":
            return Momentum(0.01)
        case _:
            return Adam(0.003)


def _require_other_file(output: Path, *inputs: Path) -> None:
    if any(output.exists() and path.exists() and output.samefile(path) for path in inputs):
        raise click.BadParameter(f"{output} is an input; name another file", param_hint="--output")


def _load_model(path: Path) -> "Model":
    from glassnet.model import Model, load

    loaded = load(path)
    if not isinstance(loaded, Model):
        raise ValueError(
            f"{path} holds a bare network, which knows no columns; a model that does comes from "
            "'glassnet train'"
        )
    return loaded


def _trained_dict(trained: "Trained") -> dict[str, Any]:
    history = trained.history
    return {
        "rows_learned": trained.rows_learned,
        "rows_held_out": len(trained.held_out),
        "evaluation": trained.evaluation.to_dict(),
        "epochs": history.epochs,
        "seconds": sum(history.seconds),
        "errors": history.errors,
        "validation_errors": history.validation_errors,
        "stopped_early": history.stopped_early,
        "interrupted": history.interrupted,
        "notes": trained.notes,
        "diagnosis": [vars(finding) for finding in trained.findings],
    }


def _print_json(content: dict[str, Any]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False))


def _print_notes(notes: list[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _exit_if_interrupted(trained: "Trained") -> None:
    if trained.history.interrupted:
        click.echo("interrupted; the best weights so far were saved", err=True)
        sys.exit(130)


def main() -> NoReturn:
    """Run the command line; a mistake is one or two plain sentences, never a traceback."""
    from glassnet.errors import GlassnetError

    _plain_warnings()
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except (GlassnetError, ValueError, TypeError, OSError, MemoryError) as error:
        click.echo(f"glassnet: {_sentence(error)}", err=True)
        sys.exit(1)
    sys.exit(0)


def _sentence(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _plain_warnings() -> None:
    """Print the library's own warnings as one sentence."""
    import warnings

    def show(message: Warning | str, *details: object, **more: object) -> None:
        click.echo(f"note: {message}", err=True)

    warnings.showwarning = show


if __name__ == "__main__":
    main()
