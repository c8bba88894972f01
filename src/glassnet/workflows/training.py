"""From a table to a model: split, encode, train, evaluate on rows that were held out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array
from glassnet.data.concerns import concerns
from glassnet.data.encoder import require_usable
from glassnet.data.splits import split_rows
from glassnet.data.table import Table, as_table
from glassnet.data.targets import ClassTarget, NumberTarget, Target
from glassnet.diagnosis import Finding, diagnose
from glassnet.given import whole_number
from glassnet.learning.history import History
from glassnet.model import Model, class_texts
from glassnet.network import Network
from glassnet.together import fit_together
from glassnet.update.optimizer import Optimizer
from glassnet.workflows.calibration import calibrate
from glassnet.workflows.evaluation import Evaluation, evaluate
from glassnet.workflows.presets import Preset, preset_named

__all__ = ["Recipe", "Task", "Trained", "train"]

Task = Literal["classes", "numbers"]

# What a recipe may choose in a preset's place.
CHOICES = ("hidden", "epochs", "batch_size", "validation")
# Whole numbers with no more different values than this are taken for classes.
MOST_NUMBER_CLASSES = 10


@dataclass(frozen=True)
class Recipe:
    """How to train on a table; what is not given is the preset's choice.

    Attributes
    ----------
    preset : {"tabular", "images", "plain"}, optional
        ``presets`` says what they choose, and why. If not given, ``"images"`` for images,
        ``"tabular"`` for other columns.
    hidden : tuple of int, optional
        Units of the hidden layers.
    epochs, batch_size : int, optional
    optimizer : Optimizer, optional
    learning_rate : float, optional
        In the place of the optimizer's own.
    validation : float, optional
        Which part of the rows to learn from decides which epoch was the best; 0 for none, and the
        weights of the last epoch.
    held_out : float
        Which part of the rows to keep for the evaluation; 0 for none.
    seed : int
    ensemble : int
        So many networks are trained at once, and their outputs averaged.
    probabilities : bool
        Whether the probabilities of classes matter, not only which is the largest: then labels are
        not smoothed, and the epoch of the lowest validation error is the best.
    calibrated : bool
        Whether the probabilities are sharpened or softened so that they suit the validation rows
        best (temperature scaling); which class is the most probable stays.
    """

    preset: str | None = None
    hidden: tuple[int, ...] | None = None
    epochs: int | None = None
    batch_size: int | None = None
    optimizer: Optimizer | None = None
    learning_rate: float | None = None
    validation: float | None = None
    held_out: float = 0.2
    seed: int = 0
    ensemble: int = 1
    probabilities: bool = False
    calibrated: bool = False

    def __post_init__(self) -> None:
        if self.preset is not None:
            preset_named(self.preset)
        whole_number("ensemble", self.ensemble, 1, 1000)
        for name in ("epochs", "batch_size"):
            if getattr(self, name) is not None:
                whole_number(name, getattr(self, name), 1)

    def chosen(self, table: Table) -> Preset:
        """Return the preset for a table, with what was given in the place of its own choices."""
        named = {name: getattr(self, name) for name in CHOICES}
        given = {name: value for name, value in named.items() if value is not None}
        return replace(preset_named(self.preset or _usual_preset(table)), **given)


@dataclass(frozen=True, repr=False)
class Trained:
    """A model, how its training went, and how good it is on rows that it never saw.

    Attributes
    ----------
    held_out : Table
        Those rows; without any, the evaluation has no scores.
    notes : list of str
        What had to be decided about the data.
    findings : list of Finding
        What hindered the training, if anything did.
    """

    model: Model
    history: History
    evaluation: Evaluation
    held_out: Table
    rows_learned: int
    notes: list[str]
    findings: list[Finding]

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {value:.4g}" for name, value in self.evaluation.scores.items())
        return f"<Trained: {self.model!r}, {self.history!r}; {scores or 'not evaluated'}>"


def train(
    table: Any,
    target_name: str,
    recipe: Recipe | None = None,
    task: Task | None = None,
    save_as: Path | None = None,
    name: str = "",
    progress: bool | None = None,
    leave_out: Collection[str] = (),
    test: Table | None = None,
) -> Trained:
    """Train a network on a table's columns to predict one of them.

    Parameters
    ----------
    table : Table, data frame or mapping of column names to values
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
    leave_out : collection of str
        Columns not to learn from.
    test : Table, optional
        Rows for the evaluation, in the place of a part that is held out.

    Raises
    ------
    ValueError
        If the target column is missing or has fewer than two classes, or rows are too few.
    """
    recipe = recipe or Recipe()
    if not isinstance(recipe, Recipe):
        raise TypeError(f"recipe must be a Recipe, like gn.Recipe(epochs=50), not {recipe!r}")
    whole = _without(as_table(table), leave_out, target_name)
    rows = _Rows.of(whole, target_name, recipe, task, test)
    learned = rows.learn.without(target_name)
    notes = [*rows.notes, *concerns(learned, rows.true, classes=rows.classes)]
    preset = recipe.chosen(learned)
    encoder = preset.encoder(learned, recipe.seed)
    encoded, encoding_notes = encoder.encode(rows.whole)  # all, so that notes count as in the file
    x = encoded[rows.places]
    seeds = [(recipe.seed + number) % 2**64 for number in range(recipe.ensemble)]
    first, *others = (_network(rows.target, x, preset, seed) for seed in seeds)
    provenance: dict[str, Any] = {
        "table": name,
        "rows": len(rows.learn),
        "held_out": len(rows.held_out),
        "seed": recipe.seed,
        "preset": type(preset).__name__.lower(),
        "usual": _usual(rows.target, rows.true),
    }
    model = Model(first, encoder, rows.target, provenance, tuple(others))
    y = model.desired(rows.learn)
    history = _fit(model, x, y, recipe, preset, progress)
    if save_as is not None:
        model.save(save_as)
    findings = diagnose(model.network, history, x, y)
    evaluation = Evaluation({}, 0, (), [], [])
    if len(rows.held_out):
        evaluation = evaluate(model, rows.held_out)
        model.provenance["scores"] = evaluation.scores
        if save_as is not None:
            model.save(save_as)
    notes += encoding_notes
    return Trained(model, history, evaluation, rows.held_out, len(rows.learn), notes, findings)


@dataclass(frozen=True)
class _Rows:
    """Which rows of a table are learned from, which are held out, and what they teach.

    Attributes
    ----------
    places : array of int64
        Where the rows to learn from stand in the whole table.
    true : array of shape (rows to learn from,)
        Class names, or numbers.
    """

    whole: Table
    places: NDArray[np.int64]
    learn: Table
    held_out: Table
    target: Target
    true: Array
    notes: list[str]

    @property
    def classes(self) -> bool:
        return isinstance(self.target, ClassTarget)

    @classmethod
    def of(
        cls, whole: Table, target_name: str, recipe: Recipe, task: Task | None, test: Table | None
    ) -> "_Rows":
        for column_name, values in whole.columns.items():
            require_usable(column_name, values)
        known, notes = whole.where_known(target_name)
        table = whole.rows(known)
        if len(table.columns) < 2:
            raise ValueError(f"there is no column beside the target {target_name!r} to learn from")
        column = table.column(target_name)
        chosen_task = task or _recognised_task(column)
        groups = class_texts(column) if chosen_task == "classes" else None
        if groups is not None:
            _require_two_classes(groups, target_name)
            _require_known_classes(test, target_name, groups)
        learn, hold = np.arange(len(table)), np.arange(0)
        if recipe.held_out and test is None:
            learn, hold = split_rows(len(table), recipe.held_out, recipe.seed, groups)
        learned, held_out = table.rows(learn), test or table.rows(hold)
        true = learned.column(target_name) if groups is None else groups[learn]
        target = _target(target_name, learned.column(target_name), chosen_task, groups)
        return cls(whole, known[learn], learned, held_out, target, true, notes)


def _usual(target: Target, true: Array) -> list[float] | float:
    """What was usual in training: each class's share, or the mean."""
    if isinstance(target, ClassTarget):
        return [float((true == name).mean()) for name in target.classes]
    return float(true.mean())


def _usual_preset(table: Table) -> str:
    return "images" if any(map(table.is_images, table.columns)) else "tabular"


def _fit(
    model: Model, x: Array, y: Array, recipe: Recipe, preset: Preset, progress: bool | None
) -> History:
    classes = isinstance(model.target, ClassTarget)
    options = preset.options(classes=classes, probabilities=recipe.probabilities)
    options |= {"epochs": preset.epochs, "batch_size": preset.batch_size}
    if recipe.optimizer is not None:
        options["optimizer"] = recipe.optimizer
    if recipe.learning_rate is not None:
        options["optimizer"] = replace(options["optimizer"], learning_rate=recipe.learning_rate)
    if preset.validation:
        groups = y if classes else None
        fit_rows, look_rows = split_rows(len(x), preset.validation, recipe.seed, groups, number=1)
        options["validation"] = (x[look_rows], y[look_rows])
        x, y = x[fit_rows], y[fit_rows]
    else:
        options["stopping"] = None
    if recipe.calibrated and not (classes and preset.validation):
        raise ValueError("calibration needs a target of classes, and validation rows; say 0.1")
    if recipe.ensemble > 1:
        history = fit_together(model.networks, x, y, **options)[0]
    else:
        history = model.network.fit(x, y, progress=progress, **options)
    if recipe.calibrated:
        model.provenance["temperatures"] = [
            calibrate(network, *options["validation"]) for network in model.networks
        ]
    return history


def _without(table: Table, leave_out: Collection[str], target_name: str) -> Table:
    for name in [leave_out] if isinstance(leave_out, str) else leave_out:
        if name == target_name:
            raise ValueError(f"the target {name!r} cannot be left out")
        table.column(name)  # refuses what is not there
        table = table.without(name)
    return table


def _recognised_task(column: Array) -> Task:
    if column.dtype.kind == "M":
        raise ValueError("the target holds dates; expected numbers, or text for classes")
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


def _require_known_classes(test: Table | None, target_name: str, groups: Array) -> None:
    """Refuse a class that only the test has before the training, not after it."""
    if test is None:
        return
    found = class_texts(test.rows(test.where_known(target_name)[0]).column(target_name))
    unknown = np.setdiff1d(found, groups).tolist()
    if unknown:
        raise ValueError(
            f"the class {unknown[0]!r} is only among the rows for the test; there is none to learn "
            "it from"
        )


def _target(name: str, column: Array, task: Task, groups: Array | None) -> Target:
    if task == "classes" and groups is not None:
        return ClassTarget(name, tuple(np.unique(groups).tolist()))
    if column.dtype == object or not np.isfinite(column).all():
        text = next((value for value in column if not isinstance(value, float)), "infinity")
        raise ValueError(f"the target {name!r} must hold finite numbers, but holds {text!r}")
    scale = float(column.std())
    return NumberTarget(name, float(column.mean()), scale if scale > 0 else 1.0)


def _network(target: Target, x: Array, preset: Preset, seed: int) -> Network:
    layers = preset.layers(target.outputs, classes=isinstance(target, ClassTarget))
    network = Network([x.shape[1], *layers], seed=seed)
    # An input that is 0 in every row is never trained, like the place of unseen categories: with
    # weights of 0 it will add nothing instead of something random.
    first_dense = next(w for w in network.weights if w is not None and w.ndim == 2)
    first_dense[~x.any(axis=0)] = 0
    return network
