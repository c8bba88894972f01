"""Evaluation of a model on held-out rows."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.arrays.splits import sampled_rows
from glassnet.core.array import Array
from glassnet.core.labels import json_label, label_text
from glassnet.core.random import Purpose
from glassnet.evaluation.finite_outputs import require_finite_outputs
from glassnet.evaluation.importance import importances
from glassnet.evaluation.scores import Bin, Scorer, scorer_for
from glassnet.formula.document import Block, Cell, DocumentTable, Section
from glassnet.model import Model
from glassnet.tables.table import Rows, complete_rows, enumerate_chunks
from glassnet.tables.warnings import DataWarning, merge_warnings

__all__ = ["Evaluation", "Mistake", "evaluate"]

# How many of the worst predictions are listed.
MAX_MISTAKES = 10
# With this many rows, the standard error of a rate is below 0.001.
MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class Mistake:
    """A wrong prediction: row index, target and prediction as text, and the loss."""

    row: int
    target: str
    predicted: str
    loss: float


@dataclass(frozen=True)
class Evaluation:
    """The scores of a model; for classification also the confusion matrix.

    Attributes
    ----------
    scores : dict of str to float
        Classification: accuracy, balanced accuracy, log loss, ROC AUC (for more than two classes,
        the mean of one-vs-rest), Brier score (squared differences summed over the classes),
        expected calibration error. Regression: R², mean absolute error and root mean squared error
        in the target's unit; for several targets, those of each and the mean R². Multilabel: mean
        accuracy of a label, share of rows with all labels right, mean log loss, ROC AUC and Brier
        score.
    rows : int
        How many rows were evaluated.
    classes : tuple
        The labels in their own type; empty for regression and multilabel.
    confusion : list of list of int
        Row = target class, column = predicted class.
    warnings : list of str
        Warnings about the data, such as missing values.
    baseline : dict of str to float
        The same scores for the baseline, which always predicts the class frequencies or the mean.
        Empty if the model does not record them.
    reliability : list of Bin
        For classification.
    mistakes : list of Mistake
        The ten wrong predictions with the largest loss: −ln p of the target class, or the absolute
        difference.
    importances : dict of str to float
        Permutation importance: by how much the log loss, or the root mean squared error, rises when
        a column is shuffled.
    """

    scores: dict[str, float]
    rows: int
    classes: tuple[Any, ...]
    confusion: list[list[int]]
    warnings: list[str]
    baseline: dict[str, float] = field(default_factory=dict)
    reliability: list[Bin] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    importances: dict[str, float] = field(default_factory=dict)

    def section(self, title: str) -> Section:
        """Return the scores as a section of a document."""
        columns: tuple[str, ...] = ("score", "value")
        scores: list[tuple[Cell, ...]] = list(self.scores.items())
        if self.baseline:
            columns += ("baseline",)
            scores = [(name, value, self.baseline[name]) for name, value in self.scores.items()]
        blocks: list[Block] = [DocumentTable(columns, tuple(scores), mixed=True)]
        if self.classes and len(self.classes) <= 20:
            names = tuple(map(label_text, self.classes))
            rows: list[tuple[Cell, ...]] = [
                (name, *counts) for name, counts in zip(names, self.confusion, strict=True)
            ]
            caption = "Target class (row) and predicted class (column)"
            blocks.append(DocumentTable(("", *names), tuple(rows), caption))
        return Section(title, tuple(blocks))

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON values."""
        content: dict[str, Any] = {"rows": self.rows, "scores": self.scores}
        if self.baseline:
            content["baseline"] = self.baseline
        if self.classes:
            classes = [json_label(label) for label in self.classes]
            content |= {"classes": classes, "confusion": self.confusion}
            content["reliability"] = [vars(one) for one in self.reliability]
        content["mistakes"] = [vars(one) for one in self.mistakes]
        if self.importances:
            content["importances"] = self.importances
        return content | {"warnings": self.warnings}


def evaluate(model: Model, table: Rows, *, with_importances: bool = False) -> Evaluation:
    """Compare a model's predictions with the target columns of a table.

    Parameters
    ----------
    model : Model
    table : Rows
        If it has more than a million rows, a seeded sample of a million is evaluated.
    with_importances : bool
        Whether to compute permutation importances, which takes three predictions of all rows for
        each column.

    Raises
    ------
    ValueError
        If a column is missing, no row has a target, or a class is unknown to the model.
    """
    table.require_columns(model.target.columns)
    scorer, places = scorer_for(model.target), np.arange(min(len(table), MAX_ROWS))
    scored = table
    if len(table) > MAX_ROWS:
        sample = sampled_rows(len(table), MAX_ROWS, 0, Purpose.EVALUATION)
        scored, places = table.rows(sample), np.flatnonzero(sample)
    targets, outputs, rows, warnings = _compared(model, scorer, scored)
    require_finite_outputs(outputs, places[rows].tolist())
    baseline = scorer.baseline(model.provenance.get("baseline"), len(rows))
    return Evaluation(
        scorer.scores(targets, outputs),
        len(rows),
        scorer.classes,
        scorer.confusion(targets, outputs),
        warnings,
        {} if baseline is None else scorer.scores(targets, baseline),
        scorer.reliability(targets, outputs),
        _mistakes(scorer, targets, outputs, places[rows]),
        importances(model, scored.rows(rows)) if with_importances else {},
    )


def _compared(model: Model, scorer: Scorer, table: Rows) -> tuple[Array, Array, Array, list[str]]:
    """Targets, outputs and indices of the rows that have a target, and warnings."""
    targets, outputs, rows = [], [], []
    warnings: list[DataWarning] = []
    for before, chunk in enumerate_chunks(table, model.values_of_row):
        known, dropped = complete_rows(chunk, model.target.columns)
        x, decided = model.encode(chunk)  # all rows, so that warnings count rows as in the table
        warnings = merge_warnings(warnings, (*dropped, *decided), before)
        if known.any():
            targets.append(scorer.targets(chunk.rows(known)))
            outputs.append(model.outputs(x[known]))
            rows.append(np.flatnonzero(known) + before)
    if not rows:
        raise ValueError(f"no row has a value of the target {model.target.name!r}")
    texts = [str(warning) for warning in warnings]
    return np.concatenate(targets), np.concatenate(outputs), np.concatenate(rows), texts


def _mistakes(scorer: Scorer, targets: Array, outputs: Array, rows: Array) -> list[Mistake]:
    losses = scorer.losses(targets, outputs)
    names, predicted = scorer.names(targets), scorer.names(outputs)
    worst = np.argsort(-losses, kind="stable").tolist()
    wrong = [at for at in worst if names[at] != predicted[at]][:MAX_MISTAKES]
    return [Mistake(int(rows[at]), names[at], predicted[at], float(losses[at])) for at in wrong]
