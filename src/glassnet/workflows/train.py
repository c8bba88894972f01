"""From a table to a model: split, encode, train, evaluate on rows that were held out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.diagnosis import DiagnosisCallback, Finding, diagnose
from glassnet.ensemble import fit_many
from glassnet.evaluation.calibration import calibrate
from glassnet.evaluation.evaluate import Evaluation, evaluate
from glassnet.model import Model
from glassnet.network import Network
from glassnet.nn.task import TargetTask
from glassnet.tables.dataset import Dataset, Split, assign_splits, encode_dataset, sample_rows
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.read.images import CLASS
from glassnet.tables.read.parquet import TableFile
from glassnet.tables.suspicious_columns import rare_classes, suspicious_columns
from glassnet.tables.table import Rows, Table, complete_rows, enumerate_chunks
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.recognise import TargetColumns, recognise_targets
from glassnet.tables.targets.target import Target, class_texts
from glassnet.tables.warnings import DataWarning
from glassnet.training.history import History
from glassnet.workflows.presets import Preset
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.source import source_of, test_rows_of

__all__ = ["TrainingResult", "train"]

# So many examples are enough for a diagnosis, and for one number, the temperature.
MAX_DIAGNOSED, MAX_CALIBRATED = 1000, 100_000


@dataclass(frozen=True, repr=False)
class TrainingResult:
    """A model, how its training went, and how good it is on held-out test rows.

    Attributes
    ----------
    held_out : Rows
        Those rows; without any, the evaluation has no scores.
    warnings : list of str
        Warnings about the data.
    findings : list of Finding
        What hindered the training, if anything did.
    """

    model: Model
    history: History
    evaluation: Evaluation
    held_out: Rows
    rows_learned: int
    warnings: list[str]
    findings: list[Finding]

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {value:.4g}" for name, value in self.evaluation.scores.items())
        return f"<TrainingResult: {self.model!r}, {self.history!r}; {scores or 'not evaluated'}>"


def train(
    table: Any,
    target: str | Sequence[str] | None = None,
    recipe: Recipe | None = None,
    task: TargetTask | None = None,
    save_as: Path | None = None,
    name: str = "",
    progress: bool | None = None,
    drop: Collection[str] = (),
    test: Any = None,
    on_finding: Callable[[str], object] | None = None,
) -> TrainingResult:
    """Train a network on a table's columns to predict one or several of them.

    Parameters
    ----------
    table : Table, data frame, mapping of column names to values, or path
        A file, or a folder of images, is read as by ``glassnet train``; of a large table only
        chunks are in memory.
    target : str or sequence of str, optional
        The column to predict; or several, all of numbers or all of two classes. Of images it is
        their class if not given.
    recipe : Recipe, optional
    task : {"classification", "regression", "multilabel"}, optional
        What the target is. If not given: text, and whole numbers with at most 10 different
        values, are classes; several columns of two classes each are labels.
    save_as : Path, optional
        Where to save the model: as soon as it is trained, and again with its scores.
    name : str
        What the table is called, for the model's provenance.
    progress : bool, optional
        Whether to show a bar; if not given, only on a terminal.
    drop : collection of str
        Columns not to learn from.
    test : Table, data frame, mapping or path, optional
        Rows for the evaluation, in the place of a part that is held out. Images that their folder
        names for the test are taken if it is not given.
    on_finding : callable, optional
        Called with a sentence on each problem that :class:`glassnet.DiagnosisCallback` finds while
        the training goes on; if not given, it goes to standard error. An ensemble is diagnosed at
        its end only.

    Raises
    ------
    ValueError
        If a target column is missing or has fewer than two classes, or rows are too few.
    OSError
        If the temporary folder has no space for the encoded rows of a large file.
    """
    recipe = recipe or Recipe()
    if not isinstance(recipe, Recipe):
        raise TypeError(f"recipe must be a Recipe, like gn.Recipe(epochs=50), not {recipe!r}")
    dropped = [drop] if isinstance(drop, str) else list(drop)
    source = source_of(table, dropped)
    names = _names_of((CLASS,) if target is None and source.images else target)
    _require_inputs(source.table, names, dropped)
    preset = recipe.preset_for(images=source.images)
    tested = source.test if test is None else test_rows_of(test, source.table)
    prepared = _prepared(source.table, names, recipe, preset, task, tested)
    model = _untrained(prepared, recipe, preset, name)
    examples = prepared.examples
    few = examples.learning.sample(MAX_DIAGNOSED)
    diagnosis = DiagnosisCallback(
        model.network,
        few.x,
        few.targets,
        on_finding,
        restores_best=examples.validation is not None,
    )
    history = _fit(model, examples, recipe, preset, progress, diagnosis)
    if save_as is not None:
        model.save(save_as)
    findings = diagnose(model.network, history, few.x, few.targets)
    evaluation = _evaluated(model, prepared.held_out, save_as)
    warnings = [*source.warnings, *(str(warning) for warning in prepared.warnings)]
    rows, held_out = prepared.rows_learned, prepared.held_out
    return TrainingResult(model, history, evaluation, held_out, rows, warnings, findings)


def _evaluated(model: Model, held_out: Rows, save_as: Path | None) -> Evaluation:
    """The scores on the held-out rows, if there are any, which the model's file then has too."""
    if not len(held_out):
        return Evaluation({}, 0, (), [], [])
    evaluation = evaluate(model, held_out)
    model.provenance["scores"] = evaluation.scores
    if save_as is not None:
        model.save(save_as)
    return evaluation


def _require_inputs(table: Rows, targets: tuple[str, ...], dropped: Sequence[str]) -> None:
    """Refuse targets that are dropped, or that leave no column to learn from."""
    for name in dropped:
        if name in targets:
            raise ValueError(f"the target {name!r} cannot be dropped")
    if set(table.names) <= set(targets):
        listed = ", ".join(map(repr, targets))
        raise ValueError(f"there is no column beside the target {listed} to learn from")


@dataclass(frozen=True)
class _Prepared:
    """A table's rows, divided and encoded."""

    target: Target
    encoder: TableEncoder
    examples: Dataset
    held_out: Rows
    rows_learned: int
    warnings: list[str | DataWarning]


def _prepared(
    whole: Rows,
    names: tuple[str, ...],
    recipe: Recipe,
    preset: Preset,
    task: TargetTask | None,
    tested: Rows | None,
) -> _Prepared:
    target_columns = recognise_targets(whole, names, task)
    if recipe.class_weight is not None and target_columns.task != "classification":
        raise ValueError("class_weight is for classification, not for numbers or several labels")
    if recipe.calibrate and target_columns.task != "classification":
        raise ValueError("calibrate is for classification, not for numbers or several labels")
    held_out_part = recipe.held_out if tested is None else 0.0
    splits = assign_splits(whole, target_columns, held_out_part, preset.validation, recipe.seed)
    learning = (splits == Split.TRAINING) | (splits == Split.VALIDATION)
    rows_learned = int(learning.sum())
    target = target_columns.target(whole, learning)
    sample = sample_rows(whole, learning, recipe.seed)
    encoder = preset.encoder(sample.without(*names))
    if tested is not None:
        _require_scorable(tested, target_columns, encoder, target)
    examples = encode_dataset(whole, splits, encoder, target, in_file=isinstance(whole, TableFile))
    rare = rare_classes(*_shares(target, examples.mean_targets), rows_learned)
    sentences = [*rare, *_suspicious_columns(sample, target_columns, rows_learned)]
    warnings: list[str | DataWarning] = [*target_columns.warnings, *sentences, *examples.warnings]
    held_out = whole.rows(splits == Split.TEST) if tested is None else tested
    return _Prepared(target, encoder, examples, held_out, rows_learned, warnings)


def _names_of(target: Any) -> tuple[str, ...]:
    names = (target,) if isinstance(target, str) else target
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"the target is the name of a column, or several in a list; not {target!r}")
    return tuple(names)


def _require_scorable(
    test: Rows, target_columns: TargetColumns, encoder: TableEncoder, target: Target
) -> None:
    """Refuse rows for the test that do not fit before the training, not after it."""
    test.require_columns(target_columns.names)
    with_target = 0
    for _, chunk in enumerate_chunks(test, len(encoder.feature_names) + target.outputs):
        for name, classes in zip(target_columns.names, target_columns.classes, strict=True):
            if not classes:
                continue
            with_class, _ = complete_rows(chunk, (name,))
            unknown = set(class_texts(chunk.column(name)[with_class]).tolist()) - set(classes)
            if unknown:
                raise ValueError(
                    f"the class {min(unknown)!r} occurs only in the test rows, not in "
                    "the training rows"
                )
        encoder.encode(chunk)
        known, _ = complete_rows(chunk, target_columns.names)
        target.encode(chunk.rows(known))
        with_target += int(known.sum())
    if not with_target:
        raise ValueError(f"no row for the test has a value of the target {target.name!r}")


def _shares(target: Target, mean_targets: Array) -> tuple[list[str], list[float]]:
    """The classes, of labels with the name of each, and which part of the rows are of them."""
    if isinstance(target, ClassTarget):
        return list(target.classes), mean_targets.tolist()
    if isinstance(target, MultilabelTarget):
        names = [f"{label.name} = {name}" for label in target.targets for name in label.classes]
        return names, [share for mean in mean_targets.tolist() for share in (1 - mean, mean)]
    return [], []


def _suspicious_columns(sample: Table, target_columns: TargetColumns, rows: int) -> list[str]:
    """What looks wrong about the columns to learn from, beside each of the targets."""
    learned, found = sample.without(*target_columns.names), []
    for name in target_columns.names:
        numbers = target_columns.task == "regression"
        true = sample.column(name) if numbers else class_texts(sample.column(name))
        found += suspicious_columns(learned, true, classes=not numbers, rows=rows)
    return list(dict.fromkeys(found))


def _untrained(prepared: "_Prepared", recipe: Recipe, preset: Preset, name: str) -> Model:
    """The model with its initial weights, and where it comes from."""
    target, examples = prepared.target, prepared.examples
    seeds = [(recipe.seed + number) % 2**64 for number in range(recipe.ensemble)]
    first, *others = (_network(target, examples.used, preset, seed) for seed in seeds)
    provenance: dict[str, Any] = {
        "table": name,
        "rows": prepared.rows_learned,
        "held_out": len(prepared.held_out),
        "seed": recipe.seed,
        "preset": type(preset).__name__.lower(),
        "baseline": target.rescale(examples.mean_targets[np.newaxis])[0].tolist(),
    }
    return Model(first, prepared.encoder, target, provenance, tuple(others))


def _network(target: Target, used: Array, preset: Preset, seed: int) -> Network:
    layers = preset.layers(target.outputs, target.task)
    network = Network([len(used), *layers], seed=seed)
    # An input that is 0 in every row is never trained, like the place of unseen categories: with
    # weights of 0 it will add nothing instead of something random.
    first_dense = next(w for w in network.weights if w is not None and w.ndim == 2)
    first_dense[~used] = 0
    return network


def _fit(
    model: Model,
    examples: Dataset,
    recipe: Recipe,
    preset: Preset,
    progress: bool | None,
    watch: DiagnosisCallback,
) -> History:
    options = preset.options(model.target.task, optimize=recipe.optimize)
    options |= {"epochs": preset.epochs, "batch_size": preset.batch_size}
    if recipe.optimizer is not None:
        options["optimizer"] = recipe.optimizer
    if recipe.learning_rate is not None:
        options["optimizer"] = replace(options["optimizer"], learning_rate=recipe.learning_rate)
    if examples.validation is None:
        options["stopping"] = None
    else:
        options["validation"] = (examples.validation.x, examples.validation.targets)
    if recipe.class_weight is not None:
        options["class_weight"] = recipe.class_weight
    x, targets = examples.learning.x, examples.learning.targets
    if recipe.ensemble > 1:
        history = fit_many(model.networks, x, targets, progress=progress, **options)[0]
    else:
        history = model.network.fit(x, targets, progress=progress, callbacks=watch, **options)
    if recipe.calibrate and examples.validation is not None:
        few = examples.validation.sample(MAX_CALIBRATED)
        model.provenance["temperatures"] = [
            calibrate(network, few.x, few.targets) for network in model.networks
        ]
    return history
