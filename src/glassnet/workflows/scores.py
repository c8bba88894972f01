"""Scores of predictions in the words of the field, for classes and for numbers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget, NumberTarget
from glassnet.errors import MissingPackageError
from glassnet.formula.number import number_text
from glassnet.model import Model, class_texts

__all__ = ["Bin", "Judge", "judge_of"]

# Guo et al. 2017, "On calibration of modern neural networks", section 5: bins of certainty.
BINS = 15


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same certainty, and which part of them is right."""

    certainty: float
    accuracy: float
    rows: int


class Judge(ABC):
    """Compares a model's outputs with the target column of a table."""

    classes: tuple[str, ...] = ()

    @abstractmethod
    def true(self, table: Table) -> Array:
        """Return what is right for each row.

        Raises
        ------
        ValueError
            If a value is of the wrong kind, or a class unknown.
        """

    @abstractmethod
    def usual(self, usual: Any, rows: int) -> Array | None:
        """Return the outputs of who always predicts what was usual; None if that is not known."""

    @abstractmethod
    def losses(self, true: Array, outputs: Array) -> Array:
        """Return how wrong each row is: −ln p of its class, or the size of the difference."""

    @abstractmethod
    def mean_loss(self, true: Array, outputs: Array) -> float:
        """Return the log loss, or the root mean squared error."""

    @abstractmethod
    def scores(self, true: Array, outputs: Array) -> dict[str, float]:
        """Return all scores by name."""

    @abstractmethod
    def names(self, values: Array) -> list[str]:
        """Return outputs, or what is right, as text for people."""

    def confusion(self, true: Array, outputs: Array) -> list[list[int]]:
        """Return how often each class (row) was taken for which (column)."""
        return []

    def reliability(self, true: Array, outputs: Array) -> list[Bin]:
        """Return how often predictions of each certainty are right."""
        return []


def judge_of(model: Model) -> Judge:
    """Return who judges a model."""
    if isinstance(model.target, ClassTarget):
        return ClassJudge(model.target)
    assert isinstance(model.target, NumberTarget)
    return NumberJudge(model)


class ClassJudge(Judge):
    """Outputs are probabilities, (rows, classes); what is right is the place of the class."""

    def __init__(self, target: ClassTarget) -> None:
        self.target, self.classes = target, target.classes

    def true(self, table: Table) -> Array:
        """Return the place of each row's class."""
        texts = class_texts(table.column(self.target.name))
        unknown = sorted(set(texts.tolist()) - set(self.classes))
        if unknown:
            known = ", ".join(self.classes[:10])
            raise ValueError(
                f"column {self.target.name!r} holds the unknown class {unknown[0]!r}; known are: "
                f"{known}"
            )
        place = {name: number for number, name in enumerate(self.classes)}
        return np.array([place[text] for text in texts.tolist()])

    def usual(self, usual: Any, rows: int) -> Array | None:
        """Return the classes' shares in training for each row."""
        if not isinstance(usual, list) or len(usual) != len(self.classes):
            return None
        return np.tile(np.array(usual, dtype=np.float64), (rows, 1))

    def losses(self, true: Array, outputs: Array) -> Array:
        """Return −ln p of each row's class."""
        of_true = outputs[np.arange(len(true)), true]
        smallest = np.finfo(of_true.dtype).tiny
        losses: Array = -np.log(np.maximum(of_true, smallest).astype(np.float64))
        return losses

    def mean_loss(self, true: Array, outputs: Array) -> float:
        """Return the log loss."""
        return float(self.losses(true, outputs).mean())

    def scores(self, true: Array, outputs: Array) -> dict[str, float]:
        """Return accuracies, losses of the probabilities, ROC AUC and calibration error."""
        metrics = _metrics()
        predicted = outputs.argmax(axis=1)
        counts = np.array(self.confusion(true, outputs))
        present = counts.sum(axis=1) > 0
        recalls = counts.diagonal()[present] / counts.sum(axis=1)[present]
        scores = {
            "accuracy": float(metrics.accuracy_score(true, predicted)),
            "balanced accuracy": float(recalls.mean()),
            "log loss": self.mean_loss(true, outputs),
        }
        if present.sum() > 1:  # of one class alone there is nothing to tell apart
            areas = [
                metrics.roc_auc_score(true == place, outputs[:, place])
                for place in np.flatnonzero(present)
            ]
            scores["ROC AUC"] = float(np.mean(areas))
        ideal = np.eye(len(self.classes))[true]
        scores["Brier score"] = float(((outputs - ideal) ** 2).sum(axis=1).mean())
        scores["expected calibration error"] = sum(
            one.rows / len(true) * abs(one.accuracy - one.certainty)
            for one in self.reliability(true, outputs)
        )
        return scores

    def names(self, values: Array) -> list[str]:
        """Return class names, of places or of probabilities."""
        places = values.argmax(axis=1) if values.ndim == 2 else values
        return [self.classes[place] for place in places.tolist()]

    def confusion(self, true: Array, outputs: Array) -> list[list[int]]:
        """Return how often each class (row) was taken for which (column)."""
        labels = range(len(self.classes))
        counts = _metrics().confusion_matrix(true, outputs.argmax(axis=1), labels=labels)
        table: list[list[int]] = counts.tolist()
        return table

    def reliability(self, true: Array, outputs: Array) -> list[Bin]:
        """Return how often predictions of each certainty are right: bins of equal width."""
        certainty = outputs.max(axis=1).astype(np.float64)
        right = outputs.argmax(axis=1) == true
        places = np.minimum((certainty * BINS).astype(int), BINS - 1)
        return [
            Bin(float(certainty[own].mean()), float(right[own].mean()), int(own.sum()))
            for own in (places == place for place in range(BINS))
            if own.any()
        ]


class NumberJudge(Judge):
    """Outputs are numbers in the target's own unit, (rows,)."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def true(self, table: Table) -> Array:
        """Return the target column."""
        self.model.desired(table)  # refuses what is no number
        return table.column(self.model.target.name)

    def usual(self, usual: Any, rows: int) -> Array | None:
        """Return the mean of the training rows for each row."""
        return np.full(rows, float(usual)) if isinstance(usual, float) else None

    def losses(self, true: Array, outputs: Array) -> Array:
        """Return the size of each difference."""
        sizes: Array = np.abs(outputs - true)
        return sizes

    def mean_loss(self, true: Array, outputs: Array) -> float:
        """Return the root mean squared error."""
        return float(np.sqrt(np.square(outputs - true).mean()))

    def scores(self, true: Array, outputs: Array) -> dict[str, float]:
        """Return R² and the mean errors."""
        metrics = _metrics()
        scores = {
            "mean absolute error": float(metrics.mean_absolute_error(true, outputs)),
            "root mean squared error": float(metrics.root_mean_squared_error(true, outputs)),
        }
        if len(true) > 1:  # of one row there is no variance to explain
            scores = {"R²": float(metrics.r2_score(true, outputs)), **scores}
        return scores

    def names(self, values: Array) -> list[str]:
        """Return numbers as text."""
        return [number_text(float(value)) for value in values]


def _metrics() -> Any:
    try:
        import sklearn.metrics
    except ImportError:
        raise MissingPackageError("scores need scikit-learn: pip install scikit-learn") from None
    return sklearn.metrics
