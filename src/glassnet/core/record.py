"""Records: activations, losses and optimizers, each known by its name once its class is defined."""

import inspect
import math
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, field, fields, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, TypeVar

from glassnet.core.validation import real_number

__all__ = [
    "Record",
    "bounded",
    "did_you_mean",
    "hyper_parameter_names",
    "import_all",
    "record_from_file",
    "record_known_as",
    "record_named",
    "records",
    "require_own_name",
]


def bounded(
    default: Any = MISSING,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    *,
    include_minimum: bool = True,
    include_maximum: bool = True,
) -> Any:
    """Return the dataclass field of a hyper-parameter: a number within these bounds."""
    bounds = {
        "minimum": minimum,
        "maximum": maximum,
        "include_minimum": include_minimum,
        "include_maximum": include_maximum,
    }
    return field(default=default, metadata=bounds)


class Record:
    """Known by its name; equal to another of its class with the same hyper-parameters.

    Its hyper-parameters are the arguments of ``__init__``, each kept as an attribute of the same
    name: the fields of a dataclass, for example.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Slope(Record):
    ...     name = "slope"
    ...     factor: float = bounded(0.01, 0, 1)
    >>> Slope(0.5).hyper_parameters
    {'factor': 0.5}
    >>> Slope(2)
    Traceback (most recent call last):
    ...
    ValueError: factor must be from 0 to 1, not 2
    """

    name: ClassVar[str] = ""
    #: Further names by which other libraries know it.
    other_names: ClassVar[tuple[str, ...]] = ()
    #: Whether other libraries have it under its own name, too.
    known_elsewhere: ClassVar[bool] = True
    #: Hyper-parameters that it did not have always: where a file lacks one, it has its default.
    not_in_older_files: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if is_dataclass(self):
            for own in fields(self):
                if own.metadata:
                    number = real_number(own.name, getattr(self, own.name), **own.metadata)
                    object.__setattr__(self, own.name, number)

    @property
    def hyper_parameters(self) -> dict[str, float]:
        """Its hyper-parameters by name."""
        return {name: float(getattr(self, name)) for name in hyper_parameter_names(type(self))}

    @property
    def is_built_in(self) -> bool:
        """Whether it is one of Glassnet's own."""
        return _is_built_in(type(self))

    def __repr__(self) -> str:
        values = [(name, getattr(self, name, None)) for name in hyper_parameter_names(type(self))]
        shown = [
            f"{name}={value:g}" if isinstance(value, int | float) else f"{name}={value!r}"
            for name, value in values
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(self) is not type(other):
            return NotImplemented
        return self.hyper_parameters == other.hyper_parameters

    def __hash__(self) -> int:
        return hash((self.name, *self.hyper_parameters.values()))


#: A longer name is like none that is known.
MOST_LETTERS = 100

R = TypeVar("R", bound=Record)


def records(base: type[R]) -> dict[str, type[R]]:
    """Return the records of a kind by name: Glassnet's own, then a user's, the latest of a name.

    Glassnet's own are defined in the package of `base`, all of whose modules are imported.
    """
    import_all(_package(base))
    defined = [cls for cls in _subclasses(base) if vars(cls).get("name")]
    built_in = {cls.name: cls for cls in defined if _is_built_in(cls)}
    own = {cls.name: cls for cls in defined if cls.name not in built_in}
    return dict(sorted(built_in.items())) | own


def record_named(
    base: type[R], name: object, hyper_parameters: Mapping[str, Any] | None = None
) -> R:
    """Return the record of that name.

    Parameters
    ----------
    base : type
        The base class of its kind. A user's own subclass is known once it is defined.
    name : object
    hyper_parameters : mapping of name to number, optional
        Each has its default if not given.

    Raises
    ------
    ValueError, TypeError
        If nothing has that name, or a hyper-parameter is unknown, no number or out of bounds.
    """
    record = _find(base, name)
    if record is None:
        raise ValueError(
            f"unknown {base.__name__.lower()} {name!r}; known are: {', '.join(records(base))}."
            f"{did_you_mean(name, records(base))} Your own is known once its class is defined"
        )
    given, own = hyper_parameters or {}, _arguments(record)
    if unknown := [number for number in given if number not in own]:
        has = ", ".join(own) or "none"
        raise ValueError(f"{name!r} has no hyper-parameter {unknown[0]!r}; its own: {has}")
    for number, argument in own.items():
        if argument.default is argument.empty and number not in given:
            raise ValueError(f"{name!r} needs its hyper-parameter {number!r}")
    return record(**given)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return a question with the one or two known names that are most like an unknown one.

    It begins with a space; where no name is like it, nothing is asked.

    Examples
    --------
    >>> did_you_mean("squre", ["ring", "square"])
    " Did you mean 'square'?"
    >>> did_you_mean("triplet", ["ring"])
    ''
    """
    plain = {_plain(own): own for own in known}
    if len(str(name)) > MOST_LETTERS:
        return ""
    alike = get_close_matches(_plain(str(name)), plain, 2)
    return f" Did you mean {' or '.join(repr(plain[own]) for own in alike)}?" if alike else ""


def record_from_file(base: type[R], name: object, hyper_parameters: object) -> R:
    """Return the record of that name, with all of its hyper-parameters.

    Raises
    ------
    ValueError, TypeError
        If nothing has that name, or its hyper-parameters are others.
    """
    if not isinstance(hyper_parameters, dict):
        raise TypeError(f"the hyper-parameters of {name!r} are {hyper_parameters!r}, not by name")
    if record := _find(base, name):
        missing = set(hyper_parameter_names(record)) - set(hyper_parameters)
        missing -= set(record.not_in_older_files)
        if missing:
            raise ValueError(f"{name!r} needs its hyper-parameter {min(missing)!r}")
    return record_named(base, name, hyper_parameters)


def record_known_as(base: type[R], name: str) -> type[R] | None:
    """Return the record that another library calls so, in whatever case and underscores."""
    for record in records(base).values():
        names = (record.name, *record.other_names) if record.known_elsewhere else ()
        if _plain(name) in map(_plain, names):
            return record
    return None


def require_own_name(base: type[R], given: R) -> R:
    """Return a record, if its name leads back to its class.

    Raises
    ------
    ValueError
        If it has no name, or that of another class, with which it would be confused; or if a
        hyper-parameter is no attribute or not finite, so that it could not be saved.
    TypeError
        If a hyper-parameter is no number.
    """
    kind = type(given)
    if not given.name:
        raise ValueError(f"{kind.__name__} has no name; give its class one: name = '...'")
    if "name" not in vars(kind) or _find(base, given.name) is not kind:
        raise ValueError(
            f"{kind.__name__} is called {given.name!r}, the name of another "
            f"{base.__name__.lower()}; give its class a name of its own"
        )
    for name, argument in _arguments(kind).items():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise ValueError(f"{kind.__name__} takes {argument}; name each of its hyper-parameters")
        if not hasattr(given, name):
            raise ValueError(
                f"{kind.__name__} does not keep its argument {name!r}; keep it as an attribute of "
                "that name, so that it can be saved"
            )
        if not isinstance(value := getattr(given, name), bool):
            real_number(f"{kind.__name__}.{name}", value)
    return given


@lru_cache
def import_all(package: str) -> None:
    """Import the modules of a package, so that what they define is known."""
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")


def hyper_parameter_names(record: type[Record]) -> tuple[str, ...]:
    """Return the names of a record's hyper-parameters, in their order."""
    return tuple(_arguments(record))


def _find(base: type[R], name: object) -> type[R] | None:
    """The record of that name; if it has a module of its own, only that is imported."""
    if not isinstance(name, str):
        return None
    if name.isidentifier() and find_spec(module := f"{_package(base)}.{name}"):
        import_module(module)
        for cls in _subclasses(base):
            if vars(cls).get("name") == name and cls.__module__ == module:
                return cls
    return records(base).get(name)


def _package(base: type[Record]) -> str:
    return base.__module__.rpartition(".")[0]


def _arguments(record: type[Record]) -> Mapping[str, inspect.Parameter]:
    return _arguments_of(record)  # type: ignore[arg-type]  # a class has a hash


@lru_cache(maxsize=1024)
def _arguments_of(record: type[Record]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(record).parameters


def _is_built_in(record: type[Record]) -> bool:
    return record.__module__.partition(".")[0] == __name__.partition(".")[0]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _subclasses(base: type[R]) -> Iterator[type[R]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)
