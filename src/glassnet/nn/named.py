"""Functions with a name and perhaps one number: what activations and losses have in common."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["Named", "named", "require_own_name"]


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


def named(
    base: type[Kind], built_in: Mapping[str, Kind], name: object, parameter: float | None
) -> Kind:
    """Return what has that name, with its number where it has one and one is given.

    Parameters
    ----------
    base : type
        Of what kind it is, an abstract class. A class of one's own is found once it is defined.
    built_in : mapping of name to one of the kind
    name : object
    parameter : float, optional

    Raises
    ------
    ValueError
        If nothing has that name.
    """
    known = {name: type(one) for name, one in built_in.items()}
    for cls in _subclasses(base):
        if "name" in vars(cls):
            known.setdefault(cls.name, cls)
    if not isinstance(name, str) or name not in known:
        raise ValueError(
            f"unknown {base.__name__.lower()} {name!r}; known are: {', '.join(known)}. One of "
            "your own is known once its class is defined"
        )
    found = known[name]
    if parameter is not None and found.parameter_name:
        return found(**{found.parameter_name: parameter})
    return built_in[name] if name in built_in else found()


def require_own_name(built_in: Mapping[str, Kind], given: Kind) -> Kind:
    """Return one that somebody defined, if its name is its own.

    Raises
    ------
    ValueError
        If it has none, or that of a built-in one, whose kernels and files it would be taken for.
    """
    if not getattr(given, "name", ""):
        raise ValueError(f"{type(given).__name__} has no name; give its class one: name = '...'")
    if type(given) is not type(built_in.get(given.name, given)):
        raise ValueError(
            f"{type(given).__name__} is called {given.name!r}, the name of a built-in one; give "
            "its class another name"
        )
    return given


def _subclasses(base: type[Kind]) -> Iterator[type[Kind]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)
