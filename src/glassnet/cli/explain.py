"""``glassnet explain``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from glassnet.cli.group import commands
from glassnet.cli.options import KnownName, checked_rate, require_other_file, table_options

__all__ = ["explain"]


def _losses() -> Iterable[str]:
    from glassnet.core.record import records
    from glassnet.nn.losses.loss import Loss

    return records(Loss)


def _formats() -> Iterable[str]:
    from glassnet.render.format import formats

    return formats()


@commands.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path), required=False)
@click.option(
    "--row",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Index of the row to explain, counted from 0.",
)
@click.option(
    "--target",
    metavar="CLASS",
    help="Target class or value; separate several targets by commas. Default: the target of "
    "the row.",
)
@click.option(
    "--weight",
    metavar="NAME",
    help="Explain one weight or bias only, such as 'w1[2,3]' or 'b2[1]'.",
)
@click.option(
    "--learning-rate",
    type=float,
    callback=checked_rate,
    default=0.1,
    show_default=True,
    help="Learning rate of the weight update.",
)
@click.option(
    "--loss",
    type=KnownName(_losses),
    help="Loss of a model of another library. Default: the one that it was compiled with, or the "
    "one that follows the output activation.",
)
@click.option(
    "--format",
    "notation",
    type=KnownName(_formats),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@table_options
def explain(
    model: Path,
    table: Path | None,
    row: int,
    target: str | None,
    weight: str | None,
    learning_rate: float,
    loss: str | None,
    notation: str,
    output: Path | None,
    as_json: bool,
    options: Any,
) -> None:
    """Explain MODEL step by step for one row of TABLE.

    Shows the forward pass, the backward pass and the weight updates with all numbers. Without
    TABLE, describes the network's layers and weights. MODEL may also be a Keras file (.keras, .h5),
    an ONNX file (.onnx) or a scikit-learn model that skops saved (.skops).
    """
    from glassnet.render.terminal import show_document
    from glassnet.workflows.explain import explain_file

    if output is not None:
        require_other_file(output, model, *([table] if table else []))
    explained = explain_file(model, table, row, target, weight, learning_rate, options, loss)
    chosen = "json" if as_json else notation
    if chosen == "text" and output is None:
        show_document(explained.document)
        return
    text = explained.to(chosen, output)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
