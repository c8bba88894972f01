"""From a table to a model: split, encode, train, evaluate on rows that were held out."""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.atomic_file import is_stream
from glassnet.diagnosis import DiagnosisCallback, Finding, diagnose
from glassnet.ensemble import fit_many, trained_networks
from glassnet.errors import FileFormatError
from glassnet.evaluation.calibration import calibrate
from glassnet.evaluation.evaluate import Evaluation, evaluate
from glassnet.model import Model, load
from glassnet.network import Network
from glassnet.nn.task import TargetTask
from glassnet.tables.dataset import Dataset, Examples
from glassnet.tables.read.images import ImageOptions
from glassnet.tables.read.options import TableOptions
from glassnet.tables.table import Rows
from glassnet.training.fit import validation_split
from glassnet.training.history import History
from glassnet.training.journal.settings import Journal, JournalPath
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.table_call import TableCall

__all__ = ["TrainingResult", "train"]

# So many examples are enough for a diagnosis, and for one number, the temperature.
MAX_DIAGNOSED, MAX_CALIBRATED = 1000, 100_000


@dataclass(frozen=True, repr=False)
class TrainingResult:
    """A model, how its training went, and how good it is on held-out test rows.

    Attributes
    ----------
    history : History
        Of the model's first network.
    held_out : Rows
        Those rows; without any, the evaluation has no scores.
    warnings : list of str
        Warnings about the data.
    findings : list of Finding
        What hindered the training, if anything did.
    histories : list of History
        Of all networks. If Ctrl-C ended the training of an ensemble, the model averages those that
        are trained: the ones whose training had ended, or, where none had, those with at least
        half as many epochs as the one with the most.
    is_saved : bool
        Whether the model was saved. One whose training was interrupted does not take the place of
        a finished one.
    """

    model: Model
    history: History
    evaluation: Evaluation
    held_out: Rows
    rows_learned: int
    warnings: list[str]
    findings: list[Finding]
    histories: list[History]
    is_saved: bool = False

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the training, of an ensemble that of any network."""
        return any(history.interrupted for history in self.histories)

    @property
    def averaged_words(self) -> str:
        """Which networks of an interrupted ensemble the model averages; empty if all."""
        trained, planned = len(self.model.networks), len(self.histories)
        if self.interrupted and not any(history.epochs for history in self.histories):
            return "no network has completed an epoch" if planned > 1 else ""
        if trained == planned:
            return ""
        words = f"{trained} of {planned} networks {'is' if trained == 1 else 'are'} trained"
        return f"{words}; the model {'is that one' if trained == 1 else 'averages these'}"

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {value:.4g}" for name, value in self.evaluation.scores.items())
        words = "; ".join(filter(None, [scores or "not evaluated", self.averaged_words]))
        return f"<TrainingResult: {self.model!r}, {self.history!r}; {words}>"


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
    images: ImageOptions | None = None,
    options: TableOptions | None = None,
    journal: JournalPath | None = None,
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
        Where to save the model: as soon as it is trained, and again with its scores; to a pipe or
        device only once. A model whose training was interrupted takes the place of no finished one.
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
    images : ImageOptions, optional
        How the images of a path are read.
    options : TableOptions, optional
        How a text file is written, and what its columns hold, where that is not plain to see.
    journal : path or Journal, optional
        A file from which the training goes on after any death, with the same bits: by the same
        call once more, or by ``gn.resume``.

    Raises
    ------
    ValueError
        If a target column is missing or has fewer than two classes, or rows are too few.
    OSError
        If the temporary folder has no space for the encoded rows of a large file.
    JournalError
        If the journal is of another training or of other data, or is being written.
    """
    recipe = recipe or Recipe()
    if not isinstance(recipe, Recipe):
        raise TypeError(f"recipe must be a Recipe, like gn.Recipe(epochs=50), not {recipe!r}")
    call = TableCall(table, target, recipe, task, save_as, name, drop, test, images, options)
    kept = None if journal is None else call.in_journal(Journal.of(journal))
    source, recipe, dataset = call.prepared()
    if kept is not None and dataset.learning.x.nbytes <= kept.kept_data:  # it has the data, too
        kept = replace(kept, rows=dataset.rows)
    model = _untrained(dataset, recipe, name)
    few = dataset.learning.sample(MAX_DIAGNOSED)
    diagnosis = DiagnosisCallback(
        model.network,
        few.x,
        few.targets,
        _told(on_finding, kept),
        restores_best=bool(recipe.validation),
    )
    histories = _fit(model, dataset, recipe, progress, diagnosis, kept)
    model, history = _of_trained(model, histories)
    if recipe.calibrate and recipe.validation:
        model.provenance["temperatures"] = [
            _calibrated(network, dataset.learning, recipe.validation) for network in model.networks
        ]
    if model.provenance.get("interrupted") and save_as is not None and _is_finished(save_as):
        save_as = None
    if save_as is not None and not is_stream(save_as):
        model.save(save_as)
    findings = diagnose(model.network, few.x, few.targets, history)
    evaluation = _evaluated(model, dataset.held_out)
    if save_as is not None:
        model.save(save_as)
    warnings = [*source.warnings, *map(str, dataset.warnings)]
    rows = len(dataset.learning.x)
    return TrainingResult(
        model,
        history,
        evaluation,
        dataset.held_out,
        rows,
        warnings,
        findings,
        histories,
        is_saved=save_as is not None,
    )


def _is_finished(path: Path) -> bool:
    """Whether a file is a model whose training was not interrupted."""
    if not path.is_file():
        return False
    try:
        found = load(path)
    except (FileFormatError, OSError):
        return False
    return not (isinstance(found, Model) and found.provenance.get("interrupted"))


def _told(
    on_finding: Callable[[str], object] | None, kept: Journal | None
) -> Callable[[str], object] | None:
    """What tells of a finding, and has the journal keep it."""
    if kept is None:
        return on_finding

    def told(words: str) -> None:
        kept.findings.append(words)
        if on_finding is None:
            sys.stderr.write(f"{words}\n")
        else:
            on_finding(words)

    return told


def _evaluated(model: Model, held_out: Rows) -> Evaluation:
    """The scores on the held-out rows, if there are any, which the model then has too."""
    if not len(held_out):
        return Evaluation({}, 0, (), [], [])
    evaluation = evaluate(model, held_out)
    model.provenance["scores"] = evaluation.scores
    return evaluation


def _untrained(dataset: Dataset, recipe: Recipe, name: str) -> Model:
    """The model with its initial weights, and where it comes from."""
    target = dataset.target
    seeds = [(recipe.seed + number) % 2**64 for number in range(recipe.ensemble or 1)]
    first, *others = (_network(dataset, recipe, seed) for seed in seeds)
    provenance: dict[str, Any] = {
        "table": name,
        "rows": len(dataset.learning.x),
        "held_out": len(dataset.held_out),
        "seed": recipe.seed,
        "preset": recipe.preset,
        "baseline": target.rescale(dataset.mean_targets[np.newaxis])[0].tolist(),
    }
    return Model(first, dataset.encoder, target, provenance, tuple(others))


def _network(dataset: Dataset, recipe: Recipe, seed: int) -> Network:
    target, used = dataset.target, dataset.used
    network = Network([len(used), *recipe.layers(target.outputs, target.task)], seed=seed)
    # An input that is 0 in every row is never trained, like the place of unseen categories: with
    # weights of 0 it will add nothing instead of something random.
    first_dense = next(w for w in network.weights if w is not None and w.ndim == 2)
    first_dense[~used] = 0
    return network


def _fit(
    model: Model,
    dataset: Dataset,
    recipe: Recipe,
    progress: bool | None,
    watch: DiagnosisCallback,
    journal: Journal | None,
) -> list[History]:
    options = recipe.fit_options(model.target.task)
    x, targets = dataset.learning.x, dataset.learning.targets
    if model.others:
        return fit_many(model.networks, x, targets, progress=progress, journal=journal, **options)
    history = model.network.fit(
        x, targets, progress=progress, callbacks=watch, journal=journal, **options
    )
    return [history]


def _of_trained(model: Model, histories: list[History]) -> tuple[Model, History]:
    """The model of the networks that are trained, and the history of its first one.

    Its provenance says whether Ctrl-C ended the training, and, if some networks are left out, how
    many there were to be.
    """
    averaged, provenance = trained_networks(histories), dict(model.provenance)
    if any(history.interrupted for history in histories):
        provenance["interrupted"] = True
    if len(averaged) < len(histories):
        provenance["networks_planned"] = len(histories)
    first, *others = (model.networks[number] for number in averaged)
    kept = replace(model, network=first, others=tuple(others), provenance=provenance)
    return kept, histories[averaged[0]]


def _calibrated(network: Network, learning: Examples, validation: float) -> float:
    """Calibrate a network on the rows that it held back for its validation."""
    _, held_back = validation_split(network, learning.targets, validation)
    few = learning.sample(MAX_CALIBRATED, held_back)
    return calibrate(network, few.x, few.targets)
