"""The formats in which a document can be written; each module of this package may define one."""

from collections.abc import Callable
from dataclasses import dataclass

from glassnet import render
from glassnet.core.record import import_all
from glassnet.formula.document import Document

__all__ = ["Format", "formats"]

_defined: dict[str, "Format"] = {}


@dataclass(frozen=True)
class Format:
    """A format, known by its name from its definition on.

    Attributes
    ----------
    name : str
    write : callable
        Returns a document as text of the format.
    """

    name: str
    write: Callable[[Document], str]

    def __post_init__(self) -> None:
        _defined[self.name] = self


def formats() -> dict[str, Format]:
    """Return all formats by name.

    Examples
    --------
    >>> "html" in formats()
    True
    """
    import_all(render.__name__)
    return dict(sorted(_defined.items()))
