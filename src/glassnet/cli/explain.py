"""``glassnet explain``."""

from __future__ import annotations  # what is imported for types only

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from glassnet.cli.group import commands
from glassnet.cli.options import (
    KnownName,
    checked_rate,
    network_option,
    require_other_file,
    table_options,
    target_options,
)
from glassnet.cli.output import print_warnings

if TYPE_CHECKING:
    from glassnet.explanation.explanation import Explanation
    from glassnet.explanation.several_steps import SeveralSteps
    from glassnet.workflows.explain_run import RunInShort
    from glassnet.workflows.open_run import JournalledRun

__all__ = ["explain"]


def _losses() -> Iterable[str]:
    from glassnet.core.record import records
    from glassnet.nn.losses.loss import Loss

    return records(Loss)


def _formats() -> Iterable[str]:
    from glassnet.render.format import formats

    return formats()


def _notations() -> Iterable[str]:
    from glassnet.explanation.notation import NOTATIONS

    return NOTATIONS


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
@target_options
@click.option(
    "--target-value",
    metavar="VALUE",
    help="The right class or number, if it is not in the table; several, separated by commas.",
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
    "output_format",
    type=KnownName(_formats),
    help="Output format. Default: the one that the name of the --output file ends in (.html, .tex, "
    ".json, .txt); text on the terminal.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option(
    "--steps",
    type=click.IntRange(1),
    metavar="N",
    help="Take N steps on the row, without changing MODEL, and tell them as one story; --weight "
    "then names the weight that its table follows.",
)
@click.option(
    "--step",
    type=click.IntRange(0),
    metavar="N",
    help="Of the journal of a run: the step with this index, counted from 0.",
)
@click.option(
    "--example",
    type=click.IntRange(0),
    metavar="N",
    help="With --step: the example of its batch to show in full, counted from 0.",
)
@network_option
@click.option("--full", is_flag=True, help="Every line, not the short form.")
@click.option(
    "--digits", type=click.IntRange(1, 17), help="Significant digits of the numbers shown."
)
@click.option(
    "--decimals",
    type=click.IntRange(1, 12),
    help="Compute as on paper, besides: each line rounded to so many decimals.",
)
@click.option(
    "--notation",
    type=KnownName(_notations),
    help="Letters: in-y (the default), or z-a for z, a, W[to,from] and η.",
)
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@table_options
def explain(
    model: Path,
    table: Path | None,
    row: int,
    target: tuple[str, ...],
    classes: tuple[str, ...] | None,
    target_value: str | None,
    weight: str | None,
    learning_rate: float,
    loss: str | None,
    output_format: str | None,
    output: Path | None,
    steps: int | None,
    step: int | None,
    example: int | None,
    network: int | None,
    full: bool,
    digits: int | None,
    decimals: int | None,
    notation: str | None,
    as_json: bool,
    options: Any,
) -> None:
    """Explain MODEL step by step for one row of TABLE.

    First says why the row is predicted as it is, if it has a target: which inputs, units and
    weights make it. Then shows the forward pass, the backward pass and the weight updates with all
    numbers. Without TABLE, describes the network's layers and weights.

    MODEL may also be a Keras file (.keras, .h5), an ONNX file (.onnx) or a scikit-learn model that
    skops saved (.skops). The columns of TABLE are then its inputs, in order, but for --target.

    Or MODEL is the journal of a run: with --step explains that step of the training, with its
    batch; without it says in short how the run went, and what to type to see a step. All about a
    run, and which of its steps are worth a look, is `glassnet runs show MODEL`.
    """
    from glassnet.render.terminal import show_document
    from glassnet.training.journal.log import is_log
    from glassnet.training.journal.same_run import changes_told
    from glassnet.workflows.explain import RowToExplain, explain_file, explain_steps_of_file
    from glassnet.workflows.explain_run import explain_run

    chosen = _chosen_format("json" if as_json else output_format, output)
    if output is not None:
        require_other_file(output, model, *([table] if table else []))
    given = {"digits": digits, "decimals": decimals, "notation": notation}
    style: Any = {name: value for name, value in given.items() if value is not None}
    explained: Explanation | SeveralSteps | RunInShort | JournalledRun
    which: RowToExplain | None = None
    warnings: list[str] = []
    if is_log(model) or (step is not None and not model.exists()):
        _require_own_options(model)
        with changes_told("Give the table as it was: glassnet explain JOURNAL TABLE"):
            explained = explain_run(model, step, example, weight, table, network or 0, **style)
    elif step is not None or example is not None or network is not None:
        raise ValueError(
            f"{model} is not the journal of a run; --step, --example and --network are for those "
            "that training with --journal, or fit(journal=...), wrote. Of a model, --steps 1 "
            "explains a step on a row of a table"
        )
    else:
        if table is not None:
            which = RowToExplain(table, row, target, target_value, classes, options)
        elif target or target_value is not None:
            raise ValueError("a target needs a row; give a table as well")
        if steps is None:
            explained, warnings = explain_file(model, which, weight, learning_rate, loss, **style)
        elif which is None:
            raise ValueError("steps are taken on a row; give a table as well")
        else:
            explained, warnings = explain_steps_of_file(
                model, which, steps, weight, learning_rate, loss, **style
            )
    print_warnings(warnings)
    if full:
        explained = explained.full()
    if chosen == "text" and output is None:
        show_document(explained.to_document())
        return
    text = explained.to(chosen, output)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))


def _require_own_options(journal: Path) -> None:
    """Refuse options that a step of a run has no use for, as it brings what they say."""
    from glassnet.workflows.commands import explain_command

    context = click.get_current_context()
    for name in ("row", "target", "classes", "target_value", "learning_rate", "loss", "steps"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"--{name.replace('_', '-')} is for models, and {journal} is the journal of a run, "
                f"whose steps bring their own data and options; name one: "
                f"{explain_command(journal)}"
            )


def _chosen_format(given: str | None, output: Path | None) -> str:
    """The format asked for; if none is, that of the file, or text for the terminal."""
    from glassnet.renderable import format_of

    if given is not None:
        return given
    return "text" if output is None else format_of(output)
