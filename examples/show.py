"""Show a lesson on the terminal, and write it to .html or .tex files if any are named."""

import sys
from pathlib import Path

from glassnet.formula.document import Document
from glassnet.render.html import document_page
from glassnet.render.latex import document_latex
from glassnet.render.text import document_text


def show(document: Document) -> None:
    """Print a document; write it to the files named on the command line, .html or .tex."""
    print(document_text(document), end="")
    for path in map(Path, sys.argv[1:]):
        written = document_latex(document) if path.suffix == ".tex" else document_page(document)
        path.write_text(written, encoding="utf-8")
