"""``glassnet predict``."""

import sys
from pathlib import Path
from typing import Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import as_json, load_model, require_other_file, table_options
from glassnet.cli.output import print_json, print_warnings

__all__ = ["predict"]


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the CSV to this file.")
@table_options
@as_json
def predict(model: Path, source: Path, output: Path | None, as_json: bool, options: Any) -> None:
    """Predict each row of a table, or each image, with MODEL.

    The predictions are written as CSV, with the probability of each class. For a single image, the
    most probable classes are shown as a bar chart.
    """
    from glassnet.nn.file_format import require_writable, write_atomically
    from glassnet.render.text import document_text
    from glassnet.workflows.predict import predict as run
    from glassnet.workflows.predict import write_csv

    if output is not None:
        require_other_file(output, model, source)
        require_writable(output)
    loaded = load_model(model)
    data = loaded.open(source, options)
    rows = data.test or data.rows
    warnings = data.warnings
    if as_json:
        predictions = run(loaded, rows)
        if output is not None:
            text = predictions.to_csv()
            write_atomically(output, lambda file: file.write_text(text, encoding="utf-8"))
        print_json(predictions.to_dict())
    elif output is not None:
        write_atomically(output, lambda file: warnings.extend(write_csv(loaded, rows, file)))
    elif data.images and len(rows) == 1:
        picture = run(loaded, rows)
        click.echo(document_text(picture.bars(source.name)))
        warnings += [str(note) for note in picture.warnings]
    else:
        warnings += write_csv(loaded, rows, sys.stdout)
    print_warnings(warnings)
