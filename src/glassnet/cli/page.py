"""``glassnet page``."""

import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassnet.cli.group import commands
from glassnet.errors import MissingPackageError

if TYPE_CHECKING:
    from glassnet.page.own_model import OwnModel
    from glassnet.page.own_table import OwnTable

__all__ = ["page"]


@commands.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    help="Port on this machine; any free one if not given.",
)
@click.argument("paths", metavar="[MODEL] [TABLE]", type=click.Path(path_type=Path), nargs=-1)
@click.option("--target", help="Column that a model of another library predicts, or to learn.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def page(paths: tuple[Path, ...], target: str | None, port: int, no_open: bool) -> None:
    """Open a page to look at a network, to touch it, and to step through its training.

    With a TABLE it learns that, its last column if no target is given; without, XOR. A MODEL of
    Glassnet, Keras, ONNX or scikit-learn opens with the table whose rows it predicts.

    The page is served to this machine alone, needs no internet, and ends with Ctrl-C.
    """
    try:
        from glassnet.page.server import listening, serve
    except ImportError as error:
        raise MissingPackageError(
            f"the page needs {error.name}: pip install 'glassnet[page]'"
        ) from None

    def ready(address: str) -> None:
        click.echo(f"The page: {address} (for this machine alone; Ctrl-C ends it)")
        if not no_open:
            webbrowser.open(address)

    table, model = _opened(paths, target)
    with suppress(KeyboardInterrupt):  # that is how a page ends
        serve(listening(port), ready, table, model)


def _opened(
    paths: tuple[Path, ...], target: str | None
) -> "tuple[OwnTable | None, OwnModel | None]":
    """The table or the model that is given; what is wrong is said here and not in the browser."""
    from glassnet.interop.importers import importer_for
    from glassnet.page.own_model import OwnModel
    from glassnet.page.own_table import OwnTable

    match paths:
        case ():
            return None, None
        case (path,) if path.suffix == ".safetensors" or importer_for(path) is not None:
            raise click.UsageError(
                f"{path} is a model; give the table, too: glassnet page {path} TABLE"
            )
        case (path,):
            table = OwnTable(path, path.name, target or "")
            table.problem("", 0)
            return table, None
        case (path, rows):
            model = OwnModel.opened(path, rows, target)
            for warning in model.warnings:
                click.echo(f"warning: {warning}", err=True)
            return None, model
    raise click.UsageError("give a table, or a model and a table")
