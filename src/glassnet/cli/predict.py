"""``glassnet predict``."""

import sys
from pathlib import Path
from typing import Any, TextIO

import click

from glassnet.cli.group import commands
from glassnet.cli.options import as_json, require_other_file, table_options, target_options
from glassnet.cli.output import print_json, print_warnings

__all__ = ["predict"]


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the CSV to this file.")
@click.option(
    "--keep",
    multiple=True,
    metavar="COLUMN",
    help="A column to write before the predictions; repeat for more.",
)
@click.option(
    "--top", type=click.IntRange(1), help="Write only so many of the most probable classes."
)
@target_options
@table_options
@as_json
def predict(
    model: Path,
    sources: tuple[Path, ...],
    output: Path | None,
    keep: tuple[str, ...],
    top: int | None,
    target: tuple[str, ...],
    classes: tuple[str, ...] | None,
    as_json: bool,
    options: Any,
) -> None:
    """Predict each row of tables, or each image, with MODEL.

    The predictions are written as CSV, with the probability of each class; those of pictures begin
    with the name of the file. For a single image, the most probable classes are shown as a bar
    chart. MODEL may also be a Keras, ONNX or skops file; the columns are then its inputs, in order,
    but for --target and --keep.
    """
    from glassnet.core.atomic_file import require_writable, write_atomically
    from glassnet.render.text import document_text
    from glassnet.workflows.open_model import open_model, open_with_tables
    from glassnet.workflows.predict import predict as run
    from glassnet.workflows.predict import write_csv

    if output is not None:
        require_other_file(output, model, *sources)
        require_writable(output)
    bare = open_model(model)
    loaded, opened = open_with_tables(bare, sources, options, target, classes, keep)
    warnings = [warning for source in opened for warning in source.warnings]
    tables = [source.test or source.rows for source in opened]

    def write(file: Path | TextIO) -> None:
        if isinstance(file, Path):
            with file.open("w", encoding="utf-8") as text:
                write(text)
            return
        for number, rows in enumerate(tables):
            warnings.extend(write_csv(loaded, rows, file, keep, top, header=number == 0))

    if output is not None:
        write_atomically(output, write)
    if as_json:
        for rows in tables:
            print_json(run(loaded, rows, keep).to_dict())
    elif output is None and len(tables) == 1 and opened[0].images and len(tables[0]) == 1:
        picture = run(loaded, tables[0])
        click.echo(document_text(picture.bars(sources[0].name)))
        warnings += [str(note) for note in picture.warnings]
    elif output is None:
        write(sys.stdout)
    print_warnings([] if as_json else warnings)
