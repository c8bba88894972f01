"""Common parts of targets with several columns."""

from typing import Any

import numpy as np

from glassnet.tables.targets.target import Target

__all__ = ["MultiTarget"]


class MultiTarget(Target):
    """Several columns, with one output for each."""

    targets: tuple[Any, ...]

    @property
    def name(self) -> str:  # type: ignore[override]  # derived from the columns
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

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": self.task, "targets": [target.to_dict() for target in self.targets]}


def _one_for_each_column(columns: tuple[str, ...], value: Any) -> list[Any]:
    several = isinstance(value, list | tuple | np.ndarray)
    if not several or len(value) != len(columns):
        names = ", ".join(columns)
        raise ValueError(f"expected {len(columns)} target values, for {names}, not {value!r}")
    return list(value)
