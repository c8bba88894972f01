"""Explain a saved model for one row of a table."""

from pathlib import Path
from typing import Any

import numpy as np

from glassnet.explanation.explain import describe, explain
from glassnet.explanation.explanation import Explanation
from glassnet.interop.importers import importer_for
from glassnet.model import Model, load
from glassnet.network import Network
from glassnet.nn.task import Task
from glassnet.tables.read.options import TableOptions
from glassnet.tables.source import open_source
from glassnet.tables.table import Table, complete_rows
from glassnet.tables.targets.target import as_number, target_values

__all__ = ["explain_file"]


def explain_file(
    model_path: Path,
    table_path: Path | None,
    row: int,
    target: str | None,
    weight: str | None,
    learning_rate: float,
    options: TableOptions | None = None,
    loss: str | None = None,
) -> Explanation:
    """Explain one row of a table, or, without a table, describe the network.

    Parameters
    ----------
    model_path, table_path : Path
    row : int
        Counted from 0.
    target : str, optional
        A class, or a number as text. If not given, the value in the target column; without that,
        only the forward pass is explained.
    weight : str, optional
        Explain only this weight: ``"w1[2,3]"``.
    learning_rate : float
    options : TableOptions, optional
        How the table is written.
    loss : str, optional
        Of a model of another library, if it is another one than was recognised.

    Raises
    ------
    ValueError
        If the row, weight or class does not exist.
    """
    loaded = _opened(model_path, loss)
    if table_path is None:
        if weight is not None or target is not None:
            raise ValueError("explaining a weight or a target needs a row; give a table as well")
        return describe(loaded.network if isinstance(loaded, Model) else loaded)
    opened = (
        loaded.open(table_path, options)
        if isinstance(loaded, Model)
        else open_source(table_path, options=options)
    )
    rows = opened.rows
    if not 0 <= row < len(rows):
        raise ValueError(f"there is no row {row}; the table has rows 0 to {len(rows) - 1}")
    table = rows.rows(np.array([row])).in_memory()
    if isinstance(loaded, Model):
        explanation = _explain_model(loaded, table, target, learning_rate)
    else:
        explanation = _explain_network(loaded, table, row, target, learning_rate)
    return explanation if weight is None else explanation.weight(weight)


def _opened(path: Path, loss: str | None) -> Network | Model:
    """A model of Glassnet or, by its file extension, of another library."""
    importer = importer_for(path)
    if importer is not None:
        return importer(path, loss=loss)
    if loss is not None:
        raise ValueError(f"a loss is for models of other libraries; {path} has one of its own")
    return load(path)


def _explain_model(
    model: Model, table: Table, text: str | None, learning_rate: float
) -> Explanation:
    columns = model.target.columns
    target: Any = text
    if text is None and set(columns) <= set(table.names):
        known, _ = complete_rows(table, columns)
        target = target_values(model.target, table)[0] if known[0] else None
    elif text is not None and len(columns) > 1:
        target = [part.strip() for part in text.split(",")]
    rate = None if target is None else learning_rate
    return model.explain(table, 0, target, learning_rate=rate)


def _explain_network(
    network: Network, table: Table, row: int, text: str | None, learning_rate: float
) -> Explanation:
    """The columns are the inputs: by feature name if the network has names, otherwise in order."""
    names = network.feature_names or list(table.columns)
    if len(names) != network.architecture.inputs:
        raise ValueError(
            f"the table has {len(names)} columns; the network has {network.architecture.inputs} "
            "inputs; the columns must be the inputs in order"
        )
    network.feature_names = names
    x = [table.column(name)[0] for name in names]
    for name, value in zip(names, x, strict=True):
        if value is None or (isinstance(value, float) and np.isnan(value)):
            raise ValueError(f"column {name!r} is missing a value in row {row}; expected a number")
    if text is None:
        return explain(network, x)
    target: str | float = text
    if network.task is Task.MULTICLASS and network.classes is None:
        if not text.isdecimal():
            last = network.architecture.outputs - 1
            raise ValueError(f"there is no class {text!r}; the classes are 0 to {last}")
        target = int(text)
    elif network.classes is None:
        target = as_number(text, "output")
    return explain(network, x, target, learning_rate=learning_rate)
