"""A user's own model on the page, with the table whose rows it predicts."""

from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.arrays.targets import Targets, checked_targets
from glassnet.core.array import Array
from glassnet.model import Model
from glassnet.network import Network
from glassnet.nn.layers import Dense
from glassnet.page.own_table import require_short
from glassnet.page.problems import Problem
from glassnet.tables.table import Table, complete_rows
from glassnet.workflows.open_model import open_model, open_with_tables

__all__ = ["OwnModel"]


@dataclass(frozen=True)
class OwnModel:
    """A model in a file of Glassnet, Keras, ONNX or scikit-learn.

    Attributes
    ----------
    name : str
        How the page calls it.
    problem : Problem
        The rows of the table.
    targets : Targets
        Theirs, as the network takes them.
    warnings : tuple of str
        About the table.
    """

    name: str
    problem: Problem
    targets: Targets
    warnings: tuple[str, ...]
    _network: Network

    @classmethod
    def opened(cls, path: Path, table: Path, target: str | None = None) -> "OwnModel":
        """Open a model and a table; of an ensemble, its first network.

        Parameters
        ----------
        path, table : Path
        target : str, optional
            The column that a network of another library predicts.

        Raises
        ------
        FileFormatError, OSError, ValueError
            If one cannot be read, or the table does not fit.
        """
        named = () if target is None else (target,)
        model, (source,) = open_with_tables(open_model(path), [table], target=named)
        if not all(isinstance(layer, Dense) for layer in model.network.architecture.layers):
            raise ValueError(f"{path} has layers of single weights, which the page cannot draw yet")
        require_short(source.rows, str(table))
        rows = source.rows.in_memory()
        known, dropped = complete_rows(rows, model.target.columns)
        problem, targets = _problem(model, rows.rows(known), np.flatnonzero(known))
        warnings = (*source.warnings, *map(str, dropped))
        return cls(path.name, problem, targets, warnings, model.network)

    def network(self) -> Network:
        """Return a copy of its network, which may be changed."""
        network = copy(self._network)
        network.parameters = self._network.parameters.copy()
        return network


def _problem(model: Model, table: Table, rows: Array) -> tuple[Problem, Targets]:
    network, target = model.network, model.target
    x, _ = model.encode(table)
    values = target.encode(table)
    given = target.decode(values) if network.task.is_classification else values
    outputs = network.architecture.outputs
    targets = checked_targets(given, network.task, outputs, network.dtype, network.classes)
    labels = target.output_names if network.task.word == "multilabel" else ()
    features = network.feature_names or model.encoder.feature_names
    return (
        Problem(x, given, tuple(features), network.task.word, labels, held_out=0, rows=rows),
        targets,
    )
