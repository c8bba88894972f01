"""What is plotted over a plane: a network by its inputs, or a model by the columns of its table."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.arrays.inputs import checked_inputs
from glassnet.core.array import Array
from glassnet.core.plural import named_in_short
from glassnet.core.validation import whole_number
from glassnet.explanation.symbols import Symbols
from glassnet.explanation.unit_names import unit_place_of
from glassnet.model import Model
from glassnet.network import Network
from glassnet.nn.unit_name import class_names_of, unit_name
from glassnet.tables.read.frames import as_table
from glassnet.tables.table import Table

__all__ = ["Subject", "subject_of"]

CHUNK = 4096


class Subject(ABC):
    """A network or a model, some rows, and one of them whose other values are kept.

    Attributes
    ----------
    network : Network
    names : tuple of str
        What may be an axis.
    row : int
    """

    network: Network
    names: tuple[str, ...]
    row: int

    @abstractmethod
    def values(self, name: str) -> Array:
        """Return the numbers of an axis in all rows, (rows,)."""

    @abstractmethod
    def inputs(self, axes: dict[str, Array]) -> Array:
        """Return the network's inputs where axes have these numbers, and the others the row's."""

    @abstractmethod
    def predicted(self, inputs: Array) -> Array:
        """Return labels or numbers."""

    def net_inputs(self, inputs: Array, name: str) -> Array:
        """Return the net input of a unit, (rows,).

        Raises
        ------
        ValueError
            If there is no such unit.
        """
        place = unit_place_of(self.symbols, name, None, None)
        program, parameters = self.network.program(for_loss=False), self.network.parameters
        parts = []
        for start in range(0, len(inputs), CHUNK):
            chunk = inputs[start : start + CHUNK]
            anything = np.zeros((len(chunk), program.architecture.outputs), dtype=chunk.dtype)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                trace = program.trace(parameters, chunk, anything)
            parts.append(trace.net_inputs[place.layer - 1][:, place.unit].astype(np.float64))
        return np.concatenate(parts)

    def is_output(self, unit: str) -> bool:
        """Return whether a unit is one of the last layer."""
        return unit_place_of(self.symbols, unit, None, None).layer == self.symbols.depth

    @property
    def symbols(self) -> Symbols:
        """The names of the network's units."""
        network = self.network
        features = tuple(network.feature_names) if network.feature_names else None
        classes = class_names_of(network.classes, network.architecture.outputs)
        return Symbols(network.architecture, features, classes)

    def named(self, axes: Sequence[str | int]) -> tuple[str, str]:
        """Return the names of the two axes, which may be given as numbers from 0.

        Raises
        ------
        ValueError, TypeError
            If these are not two of the names.
        """
        if len(axes) != 2 or isinstance(axes, str):
            raise ValueError(f"give two features, for example (0, 1), not {axes!r}")
        known = named_in_short("feature with numbers", "features with numbers", self.names)
        chosen = []
        for axis in axes:
            if isinstance(axis, str):
                if axis not in self.names:
                    raise ValueError(f"there is no feature {axis!r} with numbers, but {known}")
                chosen.append(axis)
            else:
                chosen.append(self.names[whole_number("feature", axis, 0, len(self.names) - 1)])
        if chosen[0] == chosen[1]:
            raise ValueError(f"give two different features, not {chosen[0]!r} twice")
        return chosen[0], chosen[1]


def subject_of(model: Any, rows: Any, row: int) -> Subject:
    """Return what is plotted.

    Parameters
    ----------
    model : Network, Model, or an estimator with a ``network_``
    rows : array-like of shape (examples, inputs), or a table for a model
    row : int

    Raises
    ------
    TypeError, ValueError
        If it is something else, has no two axes, or there is no such row.
    """
    subject: Subject
    network = getattr(model, "network_", model)
    if isinstance(model, Model):
        subject = _ModelSubject.of(model, rows, row)
    elif isinstance(network, Network):
        subject = _NetworkSubject.of(network, rows, row)
    else:
        raise TypeError(f"give a network or a model, not {type(model).__name__}")
    if len(subject.names) < 2:
        raise ValueError(
            f"a plane has two axes; here there {'is' if subject.names else 'are'} "
            f"{len(subject.names) or 'no'} feature{'' if subject.names else 's'} with numbers"
        )
    return subject


@dataclass(frozen=True)
class _NetworkSubject(Subject):
    """A network, by its inputs."""

    network: Network
    names: tuple[str, ...]
    row: int
    rows: Array

    @classmethod
    def of(cls, network: Network, rows: Any, row: int) -> "_NetworkSubject":
        architecture, features = network.architecture, network.feature_names
        x = checked_inputs(rows, architecture.inputs, network.dtype)
        names = (unit_name(architecture, 0, n, features, None) for n in range(architecture.inputs))
        return cls(network, tuple(names), whole_number("row", row, 0, len(x) - 1), x)

    def values(self, name: str) -> Array:
        return self.rows[:, self.names.index(name)]

    def inputs(self, axes: dict[str, Array]) -> Array:
        count = len(next(iter(axes.values())))
        inputs = np.repeat(self.rows[self.row : self.row + 1], count, axis=0)
        for name, numbers in axes.items():
            inputs[:, self.names.index(name)] = numbers
        return inputs

    def predicted(self, inputs: Array) -> Array:
        return self.network.predict(inputs)


@dataclass(frozen=True)
class _ModelSubject(Subject):
    """A model, by the columns of its table that hold numbers."""

    network: Network
    names: tuple[str, ...]
    row: int
    model: Model
    table: Table

    @classmethod
    def of(cls, model: Model, rows: Any, row: int) -> "_ModelSubject":
        table = as_table(rows, needed=model.encoder.columns)
        numbers = tuple(
            name
            for name in model.encoder.columns
            if table.columns[name].ndim == 1 and table.columns[name].dtype.kind in "fiu"
        )
        number = whole_number("row", row, 0, len(table) - 1)
        return cls(model.network, numbers, number, model, table)

    def values(self, name: str) -> Array:
        numbers: Array = self.table.columns[name].astype(np.float64)
        return numbers

    def inputs(self, axes: dict[str, Array]) -> Array:
        count = len(next(iter(axes.values())))
        kept = self.table.rows(np.full(count, self.row))
        return self.model.encode(Table({**kept.columns, **axes}))[0]

    def predicted(self, inputs: Array) -> Array:
        return self.model.target.decode(self.model.outputs(inputs))
