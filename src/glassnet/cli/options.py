"""Options shared by several commands, and checks of their files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glassnet.model import Model

__all__ = ["SEED", "KnownName", "as_json", "checked_rate", "load_model", "require_other_file"]

SEED = click.IntRange(0, 2**64 - 1)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")


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


def require_other_file(output: Path, *inputs: Path) -> None:
    """Refuse to overwrite an input file."""
    if any(output.exists() and path.exists() and output.samefile(path) for path in inputs):
        raise click.BadParameter(
            f"{output} is an input; choose another file", param_hint="--output"
        )


def load_model(path: Path) -> "Model":
    """Load a model that has table columns, not a bare network."""
    from glassnet.model import Model, load

    loaded = load(path)
    if not isinstance(loaded, Model):
        raise ValueError(
            f"{path} is a bare network without table columns; expected a model saved by "
            "'glassnet train'"
        )
    return loaded
