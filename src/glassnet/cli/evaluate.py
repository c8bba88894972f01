"""``glassnet evaluate``."""

from pathlib import Path
from typing import Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import as_json, require_other_file, table_options, target_options
from glassnet.cli.output import print_json, print_warnings

__all__ = ["evaluate"]


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--importances", is_flag=True, help="Measure permutation importances.")
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report.")
@target_options
@table_options
@as_json
def evaluate(
    model: Path,
    source: Path,
    importances: bool,
    report: Path | None,
    target: tuple[str, ...],
    classes: tuple[str, ...] | None,
    as_json: bool,
    options: Any,
) -> None:
    """Evaluate MODEL on a table or labelled images.

    SOURCE is a table with the columns of MODEL, including the target, or images with their classes.
    MODEL may also be a Keras, ONNX or skops file; the columns of SOURCE are then its inputs, in
    order, but for --target.
    """
    from glassnet.evaluation.evaluate import evaluate as run
    from glassnet.formula.document import Document
    from glassnet.render.text import document_text
    from glassnet.workflows.open_model import open_model, open_with_tables
    from glassnet.workflows.report import (
        evaluation_sections,
        require_report_writable,
        write_report,
    )

    if report is not None:
        require_other_file(report, model, source)
        require_report_writable(report)
    bare = open_model(model)
    loaded, (data,) = open_with_tables(bare, [source], options, target, classes)
    measured = importances or report is not None
    rows, whole = data.test or data.rows, data.test is None
    evaluation = run(loaded, rows, with_importances=measured)
    title = f"{source.resolve().name}: {loaded.target.name}"
    if report is not None:
        write_report(report, title, loaded, rows, evaluation, whole=whole)
    if as_json:
        print_json(evaluation.to_dict())
        return
    sections = evaluation_sections(evaluation, f"{evaluation.rows} rows", whole=whole)
    click.echo(document_text(Document(title, tuple(sections))))
    print_warnings([*data.warnings, *evaluation.warnings])
