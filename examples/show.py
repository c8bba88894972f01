"""Show a lesson: on the terminal, and as a page where a file is named."""

import sys
from pathlib import Path

from glassnet.formula.document import Document
from glassnet.views.html import document_page
from glassnet.views.text import document_text


def show(document: Document) -> None:
    """Print a document; write it as HTML to the file named on the command line, if any."""
    print(document_text(document), end="")
    for path in sys.argv[1:2]:
        Path(path).write_text(document_page(document), encoding="utf-8")
