"""``glassnet page``."""

import webbrowser
from contextlib import suppress

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
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def page(port: int, no_open: bool) -> None:
    """Open a page to look at a network, to touch it, and to step through its training.

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

    with suppress(KeyboardInterrupt):  # that is how a page ends
        serve(listening(port), ready)
