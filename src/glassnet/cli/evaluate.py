"""``glassnet evaluate``."""

from pathlib import Path
from typing import Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import as_json, load_model, require_other_file, table_options
from glassnet.cli.output import print_json, print_warnings

__all__ = ["evaluate"]


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--importances", is_flag=True, help="Measure permutation importances.")
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report.")
@table_options
@as_json
def evaluate(
    model: Path,
    source: Path,
    importances: bool,
    report: Path | None,
    as_json: bool,
    options: Any,
) -> None:
    """Evaluate MODEL on a table or labelled images.

    SOURCE is a table with the columns of MODEL, including the target, or images with their classes.
    """
    from glassnet.evaluation.evaluate import evaluate as run
    from glassnet.formula.document import Document
    from glassnet.render.text import document_text
    from glassnet.workflows.report import (
        evaluation_sections,
        require_report_writable,
        write_report,
    )

    if report is not None:
        require_other_file(report, model, source)
        require_report_writable(report)
    loaded = load_model(model)
    data = loaded.open(source, options)
    measured = importances or report is not None
    rows = data.test or data.rows
    evaluation = run(loaded, rows, with_importances=measured)
    title = f"{source.resolve().name}: {loaded.target.name}"
    if report is not None:
        write_report(report, title, loaded, rows, evaluation)
    if as_json:
        print_json(evaluation.to_dict())
        return
    sections = evaluation_sections(evaluation, f"{evaluation.rows} rows")
    click.echo(document_text(Document(title, tuple(sections))))
    print_warnings([*data.warnings, *evaluation.warnings])
