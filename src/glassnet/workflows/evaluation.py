"""How good a model is on rows that it did not learn from."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget, NumberTarget
from glassnet.errors import MissingPackageError
from glassnet.formula.document import Block, Cell, Section
from glassnet.formula.document import Table as DocumentTable
from glassnet.model import Model, class_texts

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """Scores by name; for classes also who was taken for whom.

    Attributes
    ----------
    scores : dict of str to float
        Classes: accuracy, balanced accuracy, log loss. Numbers: R², mean absolute error, root
        mean squared error, in the target's own unit.
    classes : tuple of str
        Empty for numbers.
    confusion : list of list of int
        Row = true class, column = predicted class.
    notes : list of str
        What had to be decided about the data.
    """

    scores: dict[str, float]
    rows: int
    classes: tuple[str, ...]
    confusion: list[list[int]]
    notes: list[str]

    def section(self, title: str) -> Section:
        """Return the scores as a section of a document."""
        scores: tuple[tuple[Cell, ...], ...] = tuple(self.scores.items())
        blocks: list[Block] = [DocumentTable(("score", "value"), scores)]
        if self.classes and len(self.classes) <= 20:
            rows: list[tuple[Cell, ...]] = [
                (name, *counts) for name, counts in zip(self.classes, self.confusion, strict=True)
            ]
            caption = "True class (row) and predicted class (column)"
            blocks.append(DocumentTable(("", *self.classes), tuple(rows), caption))
        return Section(title, tuple(blocks))

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON values."""
        content: dict[str, Any] = {"rows": self.rows, "scores": self.scores}
        if self.classes:
            content |= {"classes": list(self.classes), "confusion": self.confusion}
        return content | {"notes": self.notes}


def evaluate(model: Model, table: Table) -> Evaluation:
    """Compare a model's predictions with the target column of a table.

    Raises
    ------
    ValueError
        If a column is missing, no row has a target, or a class is unknown to the model.
    """
    known, notes = table.where_known(model.target.name)
    x, encoding_notes = model.encode(table)  # all rows, so that notes count them as in the file
    notes += encoding_notes
    if not len(known):
        raise ValueError(f"no row has a value of the target {model.target.name!r}")
    table, outputs = table.rows(known), model.outputs(x[known])
    if isinstance(model.target, NumberTarget):
        model.desired(table)  # refuses what is no number
        scores = _number_scores(table.column(model.target.name), outputs)
        return Evaluation(scores, len(table), (), [], notes)
    assert isinstance(model.target, ClassTarget)
    true = class_texts(table.column(model.target.name))
    return _class_evaluation(model.target, true, outputs, notes)


def _class_evaluation(
    target: ClassTarget, true: Array, probabilities: Array, notes: list[str]
) -> Evaluation:
    metrics = _metrics()
    unknown = sorted(set(true.tolist()) - set(target.classes))
    if unknown:
        known = ", ".join(target.classes[:10])
        raise ValueError(
            f"column {target.name!r} holds the unknown class {unknown[0]!r}; known are: {known}"
        )
    predicted = target.most_probable(probabilities)
    confusion = metrics.confusion_matrix(true, predicted, labels=target.classes)
    present = confusion.sum(axis=1) > 0
    recalls = confusion.diagonal()[present] / confusion.sum(axis=1)[present]
    place = {name: number for number, name in enumerate(target.classes)}
    of_true = probabilities[np.arange(len(true)), [place[name] for name in true.tolist()]]
    smallest = np.finfo(of_true.dtype).tiny
    scores = {
        "accuracy": float(metrics.accuracy_score(true, predicted)),
        "balanced accuracy": float(recalls.mean()),
        "log loss": float(-np.log(np.maximum(of_true, smallest).astype(np.float64)).mean()),
    }
    return Evaluation(scores, len(true), target.classes, confusion.tolist(), notes)


def _number_scores(true: Array, predicted: Array) -> dict[str, float]:
    metrics = _metrics()
    scores = {
        "mean absolute error": float(metrics.mean_absolute_error(true, predicted)),
        "root mean squared error": float(metrics.root_mean_squared_error(true, predicted)),
    }
    if len(true) > 1:  # of one row there is no variance to explain
        scores = {"R²": float(metrics.r2_score(true, predicted)), **scores}
    return scores


def _metrics() -> Any:
    try:
        import sklearn.metrics
    except ImportError:
        raise MissingPackageError("scores need scikit-learn: pip install scikit-learn") from None
    return sklearn.metrics
