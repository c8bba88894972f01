"""Options shared by several commands, and checks of their files."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

__all__ = [
    "SEED",
    "KnownName",
    "as_json",
    "checked_rate",
    "network_option",
    "require_other_file",
    "table_options",
    "target_options",
]

SEED = click.IntRange(0, 2**64 - 1)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")

network_option = click.option(
    "--network",
    type=click.IntRange(0),
    metavar="N",
    help="Of the journal of several networks: the one with this index, counted from 0.",
)


TABLE_OPTIONS = (
    click.option(
        "--type",
        "types",
        multiple=True,
        metavar="COLUMN=KIND",
        help="What a column holds: number, date or text; repeat for more.",
    ),
    click.option("--text", multiple=True, metavar="COLUMN", help="Same as --type COLUMN=text."),
    click.option(
        "--separator",
        type=click.Choice([",", ";", "tab", "|", "blank"]),
        help="Of the cells of a text file; found if not given.",
    ),
    click.option(
        "--decimal", type=click.Choice([".", ","]), help="The decimal sign; found if not given."
    ),
    click.option(
        "--dates",
        type=click.Choice(["day-first", "month-first", "year-first"]),
        help="How dates like 02/03/2026 are meant; found if not given.",
    ),
    click.option("--sheet", metavar="NAME", help="Of a spreadsheet, or the table of a database."),
    click.option("--encoding", help="Of a text file, like cp1250; found if not given."),
)


def _names(
    context: click.Context, option: click.Parameter, text: str | None
) -> tuple[str, ...] | None:
    """Names separated by commas; a callback of an option."""
    return None if text is None else tuple(name.strip() for name in text.split(","))


TARGET_OPTIONS = (
    click.option(
        "--target",
        multiple=True,
        metavar="COLUMN",
        help="The target column of the table, for a model of another library; repeat for more.",
    ),
    click.option(
        "--classes",
        metavar="A,B,...",
        callback=_names,
        help="The classes of such a model in the order of its outputs. Default: those that it "
        "names, or the sorted labels of the target column.",
    ),
)


class KnownName(click.ParamType):  # type: ignore[type-arg]  # click before 8.4 has none
    """A name that Glassnet knows; the names are looked up when they are needed, not at the start.

    Parameters
    ----------
    names : callable
        Returns the names.
    """

    name = "name"

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    @property
    def _choice(self) -> "click.Choice[str]":
        return click.Choice(list(self._names()))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return all names, as the help shows them."""
        return self._choice.get_metavar(param, ctx)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or fail with all names that there are."""
        return self._choice.convert(value, param, ctx)


def checked_rate(
    context: click.Context, option: click.Parameter, rate: float | None
) -> float | None:
    """Reject a learning rate that is not positive and finite; a callback of the option."""
    if rate is not None and not 0 < rate < float("inf"):
        raise click.BadParameter(f"{rate}; must be above 0 and finite")
    return rate


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how a table in a text file is written."""

    @functools.wraps(command)
    def with_options(
        separator: str | None,
        decimal: Any,
        dates: str | None,
        encoding: str | None,
        sheet: str | None,
        types: tuple[str, ...],
        text: tuple[str, ...],
        **others: Any,
    ) -> Any:
        from glassnet.tables.read.options import TableOptions

        chosen: dict[str, Any] = dict.fromkeys(text, "text")
        for said in types:
            column, _, kind = said.rpartition("=")
            if not column:
                raise click.BadParameter(
                    f"{said!r}; expected a column and what it holds, like size=number",
                    param_hint="--type",
                )
            chosen[column] = kind
        options = TableOptions(
            chosen,
            {"tab": "\t", "blank": " "}.get(separator or "", separator),  # type: ignore[arg-type]
            decimal,
            dates.replace("-", " ") if dates else None,  # type: ignore[arg-type]  # one of them
            encoding,
            sheet,
        )
        return command(options=options, **others)

    for option in reversed(TABLE_OPTIONS):
        with_options = option(with_options)
    return with_options


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what other libraries' models do not."""
    for option in reversed(TARGET_OPTIONS):
        command = option(command)
    return command


def require_other_file(output: Path, *inputs: Path, option: str = "--output") -> None:
    """Refuse to overwrite an input file; the option is the one that named it."""
    if any(output.exists() and path.exists() and output.samefile(path) for path in inputs):
        raise click.BadParameter(f"{output} is an input; choose another file", param_hint=option)
