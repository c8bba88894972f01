"""A document on a terminal: text with highlighted titles; plain text when piped."""

from typing import TYPE_CHECKING

from glassnet.formula.document import Document
from glassnet.render.text import document_text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_document"]


def show_document(document: Document, console: "Console | None" = None) -> None:
    """Print a document.

    Parameters
    ----------
    document : Document
    console : rich.console.Console, optional
        Standard output if not given.
    """
    from rich.console import Console
    from rich.text import Text

    console = console or Console()
    lines = document_text(document).splitlines()
    for line in lines:
        is_title, is_section = line.startswith("══ "), line.startswith("── ")
        style = "bold" if is_title else "bold cyan" if is_section else ""
        if line.startswith("─") and not is_section:
            style = "dim"
        console.print(Text(line, style), soft_wrap=True)
