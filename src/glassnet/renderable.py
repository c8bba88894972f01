"""What prints as text, shows itself in notebooks and is written in every format."""

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # documents are imported only when needed
    from glassnet.formula.document import Document

__all__ = ["Renderable", "format_of"]

#: The format of a file, by the ending of its name.
ENDINGS = {".html": "html", ".tex": "latex", ".json": "json", ".txt": "text"}


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the name of the format that a file's name ends in.

    Raises
    ------
    ValueError
        If it ends otherwise.

    Examples
    --------
    >>> format_of("paper.tex")
    'latex'
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f"{os.fspath(path)!r} ends in no known format; expected {', '.join(ENDINGS)}"
        )
    return ENDINGS[ending]


class Renderable(ABC):
    """Something that is told by a document, and written as its formats do."""

    @abstractmethod
    def to_document(self) -> "Document":
        """Return what all formats show."""

    def to(self, name: str, path: str | os.PathLike[str] | None = None) -> str:
        """Return it in a format; write it to `path` if given.

        Parameters
        ----------
        name : str
            One of ``glassnet.render.format.formats()``: text of at most 80 columns, one page of
            HTML, LaTeX (which needs amsmath, longtable and TikZ), JSON.
        path : path, optional

        Raises
        ------
        ValueError
            If there is no such format.
        OSError
            If the file cannot be written.
        """
        from glassnet.core.atomic_file import write_atomically
        from glassnet.core.validation import one_of
        from glassnet.render.format import formats

        known = formats()
        text = known[one_of("format", name, tuple(known))].write(self.to_document())
        if path is not None:
            ended = text if text.endswith("\n") else f"{text}\n"
            write_atomically(path, lambda file: file.write_text(ended, encoding="utf-8"))
        return text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it in the format that the file's name ends in: .html, .tex, .json or .txt.

        Raises
        ------
        ValueError
            If the name ends otherwise.
        OSError
            If the file cannot be written.
        """
        self.to(format_of(path), path)

    def to_text(self) -> str:
        """Return it as text of at most 80 columns."""
        return self.to("text")

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return it as one HTML page; write it to `path` if given."""
        return self.to("html", path)

    def to_latex(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return it as a LaTeX document; write it to `path` if given."""
        return self.to("latex", path)

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return it as JSON text; write it to `path` if given."""
        return self.to("json", path)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dict of JSON values."""
        from glassnet.render.json import document_dict

        return document_dict(self.to_document())

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return HTML for notebooks, and plain text for those without HTML."""
        from glassnet.render.html import document_html

        return {"text/html": document_html(self.to_document()), "text/plain": str(self)}
