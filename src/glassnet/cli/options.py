"""Options shared by several commands, and checks of their files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glassnet.model import Model

__all__ = ["SEED", "as_json", "checked_rate", "load_model", "require_other_file"]

SEED = click.IntRange(0, 2**64 - 1)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")


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
