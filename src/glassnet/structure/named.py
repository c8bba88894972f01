"""Functions with a name and perhaps one number: what activations and costs have in common."""

from collections.abc import Mapping
from typing import TypeVar

__all__ = ["Named", "named"]


class Named:
    """Something known by its name, and equal to another of the same kind and number."""

    name: str
    #: What its one number is called, where it has one.
    parameter_name: str = ""

    @property
    def parameter(self) -> float:
        """Its one number; 0 where it has none."""
        return float(getattr(self, self.parameter_name)) if self.parameter_name else 0.0

    def __repr__(self) -> str:
        number = f"{self.parameter:g}" if self.parameter_name else ""
        return f"{type(self).__name__}({number})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.parameter == getattr(other, "parameter", None)

    def __hash__(self) -> int:
        return hash((self.name, self.parameter))


Kind = TypeVar("Kind", bound=Named)


def named(what: str, known: Mapping[str, Kind], name: object, parameter: float | None) -> Kind:
    """Return what has that name, with its number where it has one and one is given.

    Parameters
    ----------
    what : str
        How messages call its kind.
    known : mapping of name to one of the kind
    name : object
    parameter : float, optional

    Raises
    ------
    ValueError
        If nothing has that name.
    """
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"unknown {what} {name!r}; known are: {', '.join(known)}")
    found = known[name]
    if parameter is None or not found.parameter_name:
        return found
    return type(found)(**{found.parameter_name: parameter})
