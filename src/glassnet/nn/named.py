"""Functions with a name and at most one parameter: the base of activations and losses."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["Named", "named", "require_own_name"]


class Named:
    """An object known by its name, equal to another of the same class and parameter."""

    name: str
    #: The name of its parameter; empty if it has none.
    parameter_name: str = ""

    @property
    def parameter(self) -> float:
        """The value of its parameter; 0 if it has none."""
        return float(getattr(self, self.parameter_name)) if self.parameter_name else 0.0

    def __repr__(self) -> str:
        number = f"{self.parameter:g}" if self.parameter_name else ""
        return f"{type(self).__name__}({number})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.parameter == getattr(other, "parameter", None)

    def __hash__(self) -> int:
        return hash((self.name, self.parameter))


T = TypeVar("T", bound=Named)


def named(base: type[T], built_in: Mapping[str, T], name: object, parameter: float | None) -> T:
    """Return the object of that name, with the parameter if it takes one and one is given.

    Parameters
    ----------
    base : type
        Its abstract base class. A user's own subclass is found once it is defined.
    built_in : mapping of name to object
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
            f"unknown {base.__name__.lower()} {name!r}; known are: {', '.join(known)}. Your own "
            "is known once its class is defined"
        )
    found = known[name]
    if parameter is not None and found.parameter_name:
        return found(**{found.parameter_name: parameter})
    return built_in[name] if name in built_in else found()


def require_own_name(built_in: Mapping[str, T], given: T) -> T:
    """Return a user-defined object, if its name is not taken by a built-in one.

    Raises
    ------
    ValueError
        If it has no name, or that of a built-in one, with which it would be confused.
    """
    if not getattr(given, "name", ""):
        raise ValueError(f"{type(given).__name__} has no name; give its class one: name = '...'")
    if type(given) is not type(built_in.get(given.name, given)):
        raise ValueError(
            f"{type(given).__name__} is called {given.name!r}, the name of a built-in one; give "
            "its class another name"
        )
    return given


def _subclasses(base: type[T]) -> Iterator[type[T]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)
