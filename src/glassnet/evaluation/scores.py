"""Scores of predictions for classification, multilabel and regression."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.core.elementary import log
from glassnet.core.labels import label_text
from glassnet.errors import MissingPackageError
from glassnet.formula.number import number_text
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target

__all__ = ["Bin", "Scorer", "scorer_for"]

# Guo et al. 2017, "On calibration of modern neural networks", section 5: bins of confidence.
BINS = 15


@dataclass(frozen=True)
class Bin:
    """Predictions of similar confidence: mean confidence, accuracy and number of rows."""

    confidence: float
    accuracy: float
    rows: int


class Scorer(ABC):
    """Compares a model's outputs, (rows, outputs), with the target columns of a table."""

    target: Target
    classes: tuple[Any, ...] = ()

    @abstractmethod
    def targets(self, table: Table) -> Array:
        """Return the target of each row.

        Raises
        ------
        ValueError
            If a value has the wrong type, or a class is unknown.
        """

    def baseline(self, baseline: Any, rows: int) -> Array | None:
        """Return the baseline's outputs, the same for each row; None if they are not known."""
        if not isinstance(baseline, list) or len(baseline) != self.target.outputs:
            return None
        if not all(isinstance(value, float) and np.isfinite(value) for value in baseline):
            return None
        return np.tile(np.array(baseline), (rows, 1))

    @abstractmethod
    def losses(self, targets: Array, outputs: Array) -> Array:
        """Return the loss of each row: −ln p of the target, or the absolute difference."""

    @abstractmethod
    def mean_loss(self, targets: Array, outputs: Array) -> float:
        """Return the log loss, or the root mean squared error."""

    @abstractmethod
    def scores(self, targets: Array, outputs: Array) -> dict[str, float]:
        """Return all scores by name."""

    @abstractmethod
    def names(self, values: Array) -> list[str]:
        """Return outputs or targets as readable text."""

    def confusion(self, targets: Array, outputs: Array) -> list[list[int]]:
        """Return the confusion matrix: target class (row), predicted class (column)."""
        return []

    def reliability(self, targets: Array, outputs: Array) -> list[Bin]:
        """Return the reliability diagram: accuracy by confidence."""
        return []


def scorer_for(target: Target) -> Scorer:
    """Return the scorer for a target."""
    if isinstance(target, ClassTarget):
        return ClassScorer(target)
    if isinstance(target, MultilabelTarget):
        return MultilabelScorer(target)
    assert isinstance(target, NumberTarget | MultiNumberTarget)
    return NumberScorer(target)


class ClassScorer(Scorer):
    """Scores of classification; outputs are class probabilities, targets class indices, (rows,)."""

    def __init__(self, target: ClassTarget) -> None:
        self.target, self.classes = target, target.classes
        self._places = target.places

    def targets(self, table: Table) -> Array:
        """Return the class index of each row."""
        return self._places(table)

    def losses(self, targets: Array, outputs: Array) -> Array:
        """Return −ln p of each row's target class."""
        return _minus_logarithms(outputs[np.arange(len(targets)), targets])

    def mean_loss(self, targets: Array, outputs: Array) -> float:
        """Return the log loss."""
        return float(self.losses(targets, outputs).mean())

    def scores(self, targets: Array, outputs: Array) -> dict[str, float]:
        """Return accuracies, log loss, ROC AUC, Brier score and calibration error."""
        metrics = _metrics()
        predicted = outputs.argmax(axis=1)
        counts = np.array(self.confusion(targets, outputs))
        present = counts.sum(axis=1) > 0
        recalls = counts.diagonal()[present] / counts.sum(axis=1)[present]
        scores = {
            "accuracy": float(metrics.accuracy_score(targets, predicted)),
            "balanced accuracy": float(recalls.mean()),
            "log loss": self.mean_loss(targets, outputs),
        }
        if present.sum() > 1:  # undefined for a single class
            areas = [
                metrics.roc_auc_score(targets == place, outputs[:, place])
                for place in np.flatnonzero(present)
            ]
            scores["ROC AUC"] = float(np.mean(areas))
        one_hot = np.eye(len(self.classes))[targets]
        scores["Brier score"] = float(((outputs - one_hot) ** 2).sum(axis=1).mean())
        scores["expected calibration error"] = sum(
            one.rows / len(targets) * abs(one.accuracy - one.confidence)
            for one in self.reliability(targets, outputs)
        )
        return scores

    def names(self, values: Array) -> list[str]:
        """Return class names, from class indices or probabilities."""
        places = values.argmax(axis=1) if values.ndim == 2 else values
        return [self.target.output_names[place] for place in places.tolist()]

    def confusion(self, targets: Array, outputs: Array) -> list[list[int]]:
        """Return the confusion matrix: target class (row), predicted class (column)."""
        labels = range(len(self.classes))
        counts = _metrics().confusion_matrix(targets, outputs.argmax(axis=1), labels=labels)
        table: list[list[int]] = counts.tolist()
        return table

    def reliability(self, targets: Array, outputs: Array) -> list[Bin]:
        """Return the reliability diagram: accuracy by confidence, in bins of equal width."""
        confidence = outputs.max(axis=1).astype(np.float64)
        right = outputs.argmax(axis=1) == targets
        places = np.minimum((confidence * BINS).astype(int), BINS - 1)
        return [
            Bin(float(confidence[own].mean()), float(right[own].mean()), int(own.sum()))
            for own in (places == place for place in range(BINS))
            if own.any()
        ]


class MultilabelScorer(Scorer):
    """Scores of multilabel; each output is the probability of a label's second class."""

    def __init__(self, target: MultilabelTarget) -> None:
        self.target = target

    def targets(self, table: Table) -> Array:
        """Return 1 where the target is a label's second class, 0 otherwise."""
        return self.target.encode(table)

    def losses(self, targets: Array, outputs: Array) -> Array:
        """Return the sum of −ln p over the labels of each row."""
        of_true = np.where(targets == 1, outputs, 1 - outputs)
        losses: Array = _minus_logarithms(of_true).sum(axis=1)
        return losses

    def mean_loss(self, targets: Array, outputs: Array) -> float:
        """Return the mean log loss of a label."""
        return float(self.losses(targets, outputs).mean()) / self.target.outputs

    def scores(self, targets: Array, outputs: Array) -> dict[str, float]:
        """Return mean scores over the labels, exact-match accuracy, and the accuracy of each."""
        right = (outputs > 0.5) == (targets == 1)
        scores = {
            "accuracy of a label": float(right.mean()),
            "all labels right": float(right.all(axis=1).mean()),
            "log loss": self.mean_loss(targets, outputs),
        }
        both = [k for k in range(self.target.outputs) if 0 < targets[:, k].sum() < len(targets)]
        if both:
            areas = [_metrics().roc_auc_score(targets[:, k], outputs[:, k]) for k in both]
            scores["ROC AUC"] = float(np.mean(areas))
        scores["Brier score"] = float(((outputs - targets) ** 2).mean())
        of_each = zip(self.target.columns, right.mean(axis=0).tolist(), strict=True)
        return scores | {f"accuracy of {name}": accuracy for name, accuracy in of_each}

    def names(self, values: Array) -> list[str]:
        """Return the classes of each row's labels."""
        rows = self.target.decode(values).tolist()
        return [", ".join(map(label_text, row)) for row in rows]


class NumberScorer(Scorer):
    """Scores of regression; outputs and targets are in the target's own unit."""

    def __init__(self, target: NumberTarget | MultiNumberTarget) -> None:
        self.target = target
        self._targets = target.targets if isinstance(target, MultiNumberTarget) else (target,)

    def targets(self, table: Table) -> Array:
        """Return the target columns."""
        return np.stack([target.numbers(table) for target in self._targets], axis=1)

    def _differences(self, targets: Array, outputs: Array) -> Array:
        """For several columns, in units of their scales, so that they count equally."""
        several = len(self._targets) > 1
        units = np.array([target.scale if several else 1.0 for target in self._targets])
        differences: Array = (outputs - targets) / units
        return differences

    def losses(self, targets: Array, outputs: Array) -> Array:
        """Return absolute differences; for several columns, the mean in units of their scales."""
        sizes: Array = np.abs(self._differences(targets, outputs)).mean(axis=1)
        return sizes

    def mean_loss(self, targets: Array, outputs: Array) -> float:
        """Return the root mean squared error; for several columns, in units of their scales."""
        return float(np.sqrt(np.square(self._differences(targets, outputs)).mean()))

    def scores(self, targets: Array, outputs: Array) -> dict[str, float]:
        """Return R², mean absolute and root mean squared error; for several columns, of each."""
        if len(self._targets) == 1:
            return self._scores_of(targets[:, 0], outputs[:, 0])
        of_each = {
            target.name: self._scores_of(targets[:, k], outputs[:, k])
            for k, target in enumerate(self._targets)
        }
        scores = {}
        if all("R²" in own for own in of_each.values()):
            scores["R², mean"] = float(np.mean([own["R²"] for own in of_each.values()]))
        for name, own in of_each.items():
            scores |= {f"{score} of {name}": value for score, value in own.items()}
        return scores

    @staticmethod
    def _scores_of(targets: Array, outputs: Array) -> dict[str, float]:
        metrics = _metrics()
        scores = {
            "mean absolute error": float(metrics.mean_absolute_error(targets, outputs)),
            "root mean squared error": float(metrics.root_mean_squared_error(targets, outputs)),
        }
        if len(targets) > 1:  # undefined for a single row
            scores = {"R²": float(metrics.r2_score(targets, outputs)), **scores}
        return scores

    def names(self, values: Array) -> list[str]:
        """Return numbers as text."""
        return [", ".join(number_text(number) for number in row) for row in values.tolist()]


def _minus_logarithms(probabilities: Array) -> Array:
    """−ln p; 0 counts as the smallest positive number."""
    smallest = np.finfo(probabilities.dtype).tiny
    logarithms: Array = -log(np.maximum(probabilities, smallest))
    return logarithms


def _metrics() -> Any:
    try:
        import sklearn.metrics
    except ImportError:
        raise MissingPackageError("scores need scikit-learn: pip install scikit-learn") from None
    return sklearn.metrics
