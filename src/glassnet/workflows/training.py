"""From a table to a model: split, encode, train, evaluate on rows that were held out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.encoders import TableEncoder, require_usable
from glassnet.data.splits import split_rows
from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget, NumberTarget, Target
from glassnet.learning.history import History
from glassnet.learning.schedules import Cosine
from glassnet.learning.stopping import EarlyStopping
from glassnet.model import Model, class_texts
from glassnet.network import Network
from glassnet.update.optimizer import Adam, Optimizer
from glassnet.workflows.evaluation import Evaluation, evaluate

__all__ = ["Recipe", "Task", "Trained", "train"]

Task = Literal["classes", "numbers"]

# Whole numbers with no more different values than this are taken for classes.
MOST_NUMBER_CLASSES = 10


@dataclass(frozen=True)
class Recipe:
    """How to train on a table.

    Attributes
    ----------
    hidden : tuple of int
        Units of the hidden layers, which are relu.
    validation : float
        Which part of the rows to learn from decides when to stop; 0 for none.
    held_out : float
        Which part of the rows to keep for the evaluation.
    """

    hidden: tuple[int, ...] = (128,)
    epochs: int = 100
    batch_size: int = 32
    optimizer: Optimizer = field(default_factory=lambda: Adam(0.003))
    validation: float = 0.15
    patience: int = 20
    held_out: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class Trained:
    """A model, how its training went, and how good it is on rows that it never saw.

    Attributes
    ----------
    held_out : Table
        Those rows.
    notes : list of str
        What had to be decided about the data.
    """

    model: Model
    history: History
    evaluation: Evaluation
    held_out: Table
    rows_learned: int
    notes: list[str]


def train(
    table: Table,
    target_name: str,
    recipe: Recipe | None = None,
    task: Task | None = None,
    save_as: Path | None = None,
    name: str = "",
    progress: bool | None = None,
) -> Trained:
    """Train a network on a table's columns to predict one of them.

    Parameters
    ----------
    table : Table
    target_name : str
        The column to predict.
    recipe : Recipe, optional
    task : {"classes", "numbers"}, optional
        What the target is. If not given: text, and whole numbers with at most 10 different
        values, are classes.
    save_as : Path, optional
        Where to save the model: as soon as it is trained, and again with its scores.
    name : str
        What the table is called, for the model's provenance.
    progress : bool, optional
        Whether to show a bar; if not given, only on a terminal.

    Raises
    ------
    ValueError
        If the target column is missing or has fewer than two classes, or rows are too few.
    """
    recipe = recipe or Recipe()
    whole = table
    for column_name, values in table.columns.items():
        require_usable(column_name, values)
    known, notes = table.where_known(target_name)
    table = table.rows(known)
    if len(table.columns) < 2:
        raise ValueError(f"there is no column beside the target {target_name!r} to learn from")
    column = table.column(target_name)
    chosen_task = task or _recognised_task(column)
    groups = class_texts(column) if chosen_task == "classes" else None
    if groups is not None:
        _require_two_classes(groups, target_name)
    learn_rows, held_rows = split_rows(len(table), recipe.held_out, recipe.seed, groups)
    learn, held_out = table.rows(learn_rows), table.rows(held_rows)

    target = _target(target_name, learn.column(target_name), chosen_task, groups)
    encoder = TableEncoder.fit(learn.without(target_name))
    x, _ = encoder.encode(learn)
    notes += encoder.encode(whole)[1]
    network = _network(target, x, recipe)
    provenance: dict[str, Any] = {
        "table": name,
        "rows": len(learn),
        "held_out": len(held_out),
        "seed": recipe.seed,
    }
    model = Model(network, encoder, target, provenance)
    history = _fit(model, x, learn, recipe, progress)
    if save_as is not None:
        model.save(save_as)
    evaluation = evaluate(model, held_out)
    model.provenance["scores"] = evaluation.scores
    if save_as is not None:
        model.save(save_as)
    return Trained(model, history, evaluation, held_out, len(learn), notes)


def _fit(model: Model, x: Array, learn: Table, recipe: Recipe, progress: bool | None) -> History:
    y = model.desired(learn)
    validation = None
    if recipe.validation:
        groups = y if isinstance(model.target, ClassTarget) else None
        fit_rows, look_rows = split_rows(len(x), recipe.validation, recipe.seed, groups, number=1)
        validation = (x[look_rows], y[look_rows])
        x, y = x[fit_rows], y[fit_rows]
    return model.network.fit(
        x,
        y,
        optimizer=recipe.optimizer,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        schedule=Cosine(),
        validation=validation,
        stopping=EarlyStopping(recipe.patience) if validation else None,
        progress=progress,
    )


def _recognised_task(column: Array) -> Task:
    if column.dtype == object:
        return "classes"
    different = np.unique(column)
    whole = bool((different == np.round(different)).all())
    return "classes" if whole and len(different) <= MOST_NUMBER_CLASSES else "numbers"


def _require_two_classes(groups: Array, target_name: str) -> None:
    different = np.unique(groups)
    if len(different) < 2:
        only = f"only {str(different[0])!r}" if len(different) else "no value"
        raise ValueError(
            f"the target {target_name!r} holds {only}; to learn a difference takes two classes"
        )


def _target(name: str, column: Array, task: Task, groups: Array | None) -> Target:
    if task == "classes" and groups is not None:
        return ClassTarget(name, tuple(np.unique(groups).tolist()))
    if column.dtype == object or not np.isfinite(column).all():
        text = next((value for value in column if not isinstance(value, float)), "infinity")
        raise ValueError(f"the target {name!r} must hold finite numbers, but holds {text!r}")
    scale = float(column.std())
    return NumberTarget(name, float(column.mean()), scale if scale > 0 else 1.0)


def _network(target: Target, x: Array, recipe: Recipe) -> Network:
    classes = len(target.classes) if isinstance(target, ClassTarget) else None
    network = Network(
        [x.shape[1], *recipe.hidden, classes or 1],
        hidden="relu" if recipe.hidden else None,
        output="softmax" if classes else "identity",
        seed=recipe.seed,
    )
    # An input that is 0 in every row is never trained, like the place of unseen categories: with
    # weights of 0 it will add nothing instead of something random.
    weights = network.weights[0]
    if weights is not None:
        weights[~x.any(axis=0)] = 0
    return network
