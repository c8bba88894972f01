"""Common parts of targets with several columns."""

from abc import abstractmethod
from typing import Any

import numpy as np

from glassnet.tables.targets.target import Target

__all__ = ["MultiTarget"]


class MultiTarget(Target, frozen=True):
    """Several columns, with one output for each."""

    @property
    @abstractmethod
    def targets(self) -> tuple[Any, ...]:
        """Those of the columns, one by one."""

    @property
    def name(self) -> str:
        """The column names, separated by commas."""
        return ", ".join(self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(target.name for target in self.targets)

    @property
    def outputs(self) -> int:
        """One for each column."""
        return len(self.targets)


def _one_for_each_column(columns: tuple[str, ...], value: Any) -> list[Any]:
    several = isinstance(value, list | tuple | np.ndarray)
    if not several or len(value) != len(columns):
        names = ", ".join(columns)
        raise ValueError(f"expected {len(columns)} target values, for {names}, not {value!r}")
    return list(value)
