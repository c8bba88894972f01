"""``glassnet page``."""

import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from glassnet.cli.group import commands
from glassnet.errors import MissingPackageError

__all__ = ["page"]


@commands.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    help="Port on this machine; any free one if not given.",
)
@click.argument("table", type=click.Path(path_type=Path), required=False)
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def page(table: Path | None, port: int, no_open: bool) -> None:
    """Open a page to look at a network, to touch it, and to step through its training.

    With a TABLE it learns that, its last column to begin with; without, XOR.

    The page is served to this machine alone, needs no internet, and ends with Ctrl-C.
    """
    try:
        from glassnet.page.own_table import OwnTable
        from glassnet.page.server import listening, serve
    except ImportError as error:
        raise MissingPackageError(
            f"the page needs {error.name}: pip install 'glassnet[page]'"
        ) from None

    def ready(address: str) -> None:
        click.echo(f"The page: {address} (for this machine alone; Ctrl-C ends it)")
        if not no_open:
            webbrowser.open(address)

    own = None if table is None else OwnTable(table, table.name)
    if own is not None:
        own.problem("", 0)  # refused here and not in the browser
    with suppress(KeyboardInterrupt):  # that is how a page ends
        serve(listening(port), ready, own)
