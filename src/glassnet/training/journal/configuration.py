"""How a run was configured: options as JSON values, and back. No code is run from them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.record import Record, import_all
from glassnet.errors import FileFormatError, JournalError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.optim.dropout import Dropout
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.schedule import Schedule

__all__ = ["configured", "differences", "revived"]

OF, PAIRS = "of", "pairs"
#: JSON has no infinite numbers.
NUMBER = "number"
#: What options can be besides numbers, texts, lists and mappings.
BASES: tuple[type, ...] = (
    Optimizer,
    LBFGS,
    Penalty,
    Dropout,
    Schedule,
    EarlyStopping,
    Loss,
    Activation,
)


def configured(option: Any) -> Any:
    """Return an option as JSON values.

    Raises
    ------
    TypeError
        If it cannot be written down.

    Examples
    --------
    >>> configured(EarlyStopping(5))
    {'of': 'EarlyStopping', 'patience': 5, 'min_improvement': 0.0, 'measure': 'loss'}
    """
    match option:
        case np.generic():
            return configured(option.item())
        case float() if not math.isfinite(option):
            return {NUMBER: repr(option)}
        case None | bool() | int() | float() | str():
            return option
        case Path():
            return str(option)
        case list() | tuple():
            return [configured(one) for one in option]
        case Mapping():
            return {PAIRS: [[configured(key), configured(one)] for key, one in option.items()]}
    if is_dataclass(option) and not isinstance(option, type):
        own = {one.name: getattr(option, one.name) for one in fields(option) if one.init}
    elif isinstance(option, Record):
        own = option.hyper_parameters
    else:
        raise TypeError(f"a journal cannot hold {option!r}")
    return {OF: type(option).__name__} | {name: configured(one) for name, one in own.items()}


def revived(values: Any, bases: tuple[type, ...] = BASES) -> Any:
    """Return the option that JSON values describe.

    Parameters
    ----------
    values : JSON values
    bases : tuple of type
        What it may be an object of, or of a subclass.

    Raises
    ------
    JournalError
        If it is of a class that is not defined, or does not fit it.
    FileFormatError
        If no option is written down like this.

    Examples
    --------
    >>> revived(configured(EarlyStopping(5)))
    EarlyStopping(patience=5, min_improvement=0.0, measure='loss')
    """
    try:
        return _revived(values, bases)
    except RecursionError:
        raise FileFormatError("an option of the run is nested too deeply") from None


def _revived(values: Any, bases: tuple[type, ...]) -> Any:
    match values:
        case list():
            return tuple(_revived(one, bases) for one in values)
        case {"number": "inf" | "-inf" | "nan" as number, **others} if not others:
            return float(number)
        case {"pairs": list() as pairs, **others} if not others:
            return _mapping(pairs, bases)
        case {"of": str() as name, **options}:
            own = {str(key): _revived(one, bases) for key, one in options.items()}
            return _object(name, own, bases)
        case dict():
            raise FileFormatError("an option of the run is nothing that options can be")
    return values


def _mapping(pairs: list[Any], bases: tuple[type, ...]) -> dict[Any, Any]:
    mapping = {}
    for pair in pairs:
        match pair:
            case [None | bool() | int() | float() | str() as key, value]:
                mapping[key] = _revived(value, bases)
            case _:
                raise FileFormatError("a mapping in the options of the run has no pairs")
    return mapping


def _object(name: str, options: dict[str, Any], bases: tuple[type, ...]) -> Any:
    for kind in _classes(bases):
        if kind.__name__ == name:
            try:
                return kind(**options)
            except ValueError as error:
                raise JournalError(f"the run's {name} does not fit: {error}") from None
            except (TypeError, AttributeError):
                raise JournalError(f"the run's {name} does not fit: it has other options") from None
    raise JournalError(f"the run was made with {name}, which is not known here; define its class")


def _classes(bases: tuple[type, ...]) -> Iterator[type]:
    for base in bases:
        if issubclass(base, Record):  # their modules are imported when they are needed
            import_all(base.__module__.rpartition(".")[0])
        yield base
        yield from _subclasses(base)


def _subclasses(base: type) -> Iterator[type]:
    kinds: list[type] = base.__subclasses__()
    for kind in kinds:
        yield kind
        yield from _subclasses(kind)


def differences(before: Any, now: Any, name: str = "") -> list[str]:
    """Return in which options two configurations differ: ``"epochs is 5, and 10 now"``.

    Examples
    --------
    >>> differences({"epochs": 5, "seed": 0}, {"epochs": 10, "seed": 0})
    ['epochs was 5 and is 10']
    """
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict) and before.get(OF) == now.get(OF):
        names = [*before, *(key for key in now if key not in before)]
        return [
            words
            for key in names
            for words in differences(before.get(key), now.get(key), f"{name} {key}".strip())
        ]
    return [f"{name} was {_words(before)} and is {_words(now)}"]


def _words(values: Any) -> str:
    if values is None:
        return "not given"
    if isinstance(values, dict) and NUMBER in values:
        return str(values[NUMBER])
    if isinstance(values, dict) and OF in values:
        inner = ", ".join(f"{key}={_words(one)}" for key, one in values.items() if key != OF)
        return f"{values[OF]}({inner})"
    text = repr(values)
    return text if len(text) <= 60 else f"{text[:57]}..."
