"""Explain a saved model for one row of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, Unpack

import numpy as np

from glassnet.core.plural import numbered
from glassnet.explanation.explain import describe
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.several_steps import SeveralSteps
from glassnet.explanation.style import StyleOptions
from glassnet.model import Model
from glassnet.network import Network
from glassnet.tables.read.options import TableOptions
from glassnet.tables.table import Table, complete_rows
from glassnet.tables.targets.target import target_values
from glassnet.workflows.open_model import open_model, open_with_tables

__all__ = ["RowToExplain", "explain_file", "explain_steps_of_file"]

Explained = TypeVar("Explained", Explanation, SeveralSteps)


@dataclass(frozen=True)
class RowToExplain:
    """Which row of which table is explained, and its target.

    Attributes
    ----------
    table : Path
    number : int
        Counted from 0.
    target : tuple of str
        The target columns, for a network that has no table of its own.
    value : str, optional
        The target: a class, or a number as text; several are separated by commas. If not given,
        the value in the target column; without that, only the forward pass is explained.
    classes : sequence of str, optional
        In the order of the outputs, for such a network.
    options : TableOptions, optional
        How the table is written.
    """

    table: Path
    number: int = 0
    target: tuple[str, ...] = ()
    value: str | None = None
    classes: Sequence[str] | None = None
    options: TableOptions | None = None


def explain_file(
    model_path: Path,
    row: RowToExplain | None = None,
    weight: str | None = None,
    learning_rate: float = 0.1,
    loss: str | None = None,
    **style: Unpack[StyleOptions],
) -> tuple[Explanation, list[str]]:
    """Explain one row of a table, or, without one, describe the network.

    The first page of a row with a target says why it is predicted as it is.

    Parameters
    ----------
    model_path : Path
    row : RowToExplain, optional
    weight : str, optional
        Explain only this weight: ``"w1[2,3]"``.
    learning_rate : float
    loss : str, optional
        Of a model of another library, if it is another one than was recognised.
    **style
        How numbers and symbols are written, as in :func:`glassnet.explain`.

    Returns
    -------
    Explanation
    list of str
        Warnings about the table.

    Raises
    ------
    ValueError
        If the row, weight or class does not exist.
    """
    loaded = open_model(model_path, loss)
    if row is None:
        if weight is not None:
            raise ValueError("explaining a weight or a target needs a row; give a table as well")
        return describe(loaded.network if isinstance(loaded, Model) else loaded), []
    model, table, warnings = _opened(loaded, row)
    target = _target(model, table, row.value)
    rate = None if target is None else learning_rate
    explanation = model.explain(table, 0, target, learning_rate=rate, **style)
    if weight is not None:
        return _named(explanation.weight(weight), row.number), warnings
    if target is None or explanation.explainer.end is not None:
        return _named(explanation, row.number), warnings
    digits, notation = style.get("digits", 4), style.get("notation", "in-y")
    first = model.why(
        table, 0, target, learning_rate=learning_rate, digits=digits, notation=notation
    )
    return _named(explanation.preceded_by(first), row.number), warnings


def explain_steps_of_file(
    model_path: Path,
    row: RowToExplain,
    steps: int,
    weight: str | None = None,
    learning_rate: float = 0.1,
    loss: str | None = None,
    **style: Unpack[StyleOptions],
) -> tuple[SeveralSteps, list[str]]:
    """Take some steps on one row of a table, and explain them as one story.

    Parameters
    ----------
    model_path, row, learning_rate, loss, **style
        As of :func:`explain_file`. The model's file stays as it is.
    steps : int
    weight : str, optional
        The weight that the table of the steps follows.

    Returns
    -------
    SeveralSteps
    list of str
        Warnings about the table.

    Raises
    ------
    ValueError
        If the row, weight or class does not exist, or the row has no target.
    """
    model, table, warnings = _opened(open_model(model_path, loss), row)
    several = model.explain(
        table,
        0,
        _target(model, table, row.value),
        learning_rate=learning_rate,
        steps=steps,
        weights=None if weight is None else [weight],
        **style,
    )
    return _named(several, row.number), warnings


def _named(explained: Explained, row: int) -> Explained:
    """The same, with the row in its title: counted from 1, and its index as it was given."""
    return explained.titled(f"Row {numbered(row)}: {explained.document.title}")


def _opened(loaded: Network | Model, row: RowToExplain) -> tuple[Model, Table, list[str]]:
    """The model, the row as a table of its own, and warnings."""
    model, (source,) = open_with_tables(loaded, [row.table], row.options, row.target, row.classes)
    if not 0 <= row.number < len(source.rows):
        raise ValueError(
            f"there is no row {row.number}; the table has rows 0 to {len(source.rows) - 1}"
        )
    table = source.rows.rows(np.array([row.number])).in_memory()
    return model, table, source.warnings


def _target(model: Model, table: Table, text: str | None) -> Any:
    """The target that is given, or that of the row; None if there is none."""
    columns = model.target.columns
    if text is not None:
        return [part.strip() for part in text.split(",")] if len(columns) > 1 else text
    if not set(columns) <= set(table.names):
        return None
    known, _ = complete_rows(table, columns)
    return target_values(model.target, table)[0] if known[0] else None
