"""A model's answers for a table's rows."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget
from glassnet.formula.document import Bars, Document, Section
from glassnet.model import Model

__all__ = ["Predictions", "predict"]


@dataclass(frozen=True)
class Predictions:
    """For each row the predicted class or number, and for classes the probability of each.

    Attributes
    ----------
    notes : list of str
        What was done about missing values and unseen categories.
    """

    target: str
    predicted: list[str] | list[float]
    classes: tuple[str, ...]
    probabilities: list[list[float]]
    notes: list[str]

    def to_csv(self) -> str:
        """Return one line for each row, under a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self.target, *(f"p({name})" for name in self.classes)])
        for number, predicted in enumerate(self.predicted):
            probabilities = self.probabilities[number] if self.classes else []
            writer.writerow([predicted, *(f"{p:.6g}" for p in probabilities)])
        return text.getvalue()

    def bars(self, title: str, row: int = 0, most: int = 10) -> Document:
        """Return one row's classes with their probabilities as bars, the best first."""
        probabilities = self.probabilities[row]
        order = sorted(range(len(self.classes)), key=lambda k: -probabilities[k])[:most]
        labels = tuple(self.classes[k] for k in order)
        values = tuple(probabilities[k] for k in order)
        rest = sum(probabilities) - sum(values)
        left = len(self.classes) - len(order)
        caption = f"and {left:,} more classes, together {rest:.3g}" if left else ""
        bars = Bars(labels, (("probability", values),), caption)
        return Document(f"{title}: {self.predicted[row]}", (Section(self.target, (bars,)),))

    def to_dict(self) -> dict[str, Any]:
        """Return the predictions as JSON values."""
        content: dict[str, Any] = {"target": self.target, "predicted": self.predicted}
        if self.classes:
            content |= {"classes": list(self.classes), "probabilities": self.probabilities}
        return content | {"notes": self.notes}


def predict(model: Model, table: Table) -> Predictions:
    """Predict each row of a table.

    Raises
    ------
    ValueError
        If a column is missing or holds the wrong kind of values.
    """
    x, notes = model.encode(table)
    outputs = model.outputs(x)
    target = model.target
    if not isinstance(target, ClassTarget):
        return Predictions(target.name, outputs.tolist(), (), [], notes)
    predicted = target.most_probable(outputs).tolist()
    return Predictions(target.name, predicted, target.classes, outputs.tolist(), notes)
