"""What is asked of a prediction: why this class and not that one, or why so large a number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.explanation.step import Step
from glassnet.explanation.symbols import Symbols
from glassnet.formula.number import number_text
from glassnet.nn.task import Task

__all__ = ["Question", "class_name"]


@dataclass(frozen=True)
class Question:
    """Why one class and not another; or why a number is as large as it is.

    Attributes
    ----------
    predicted, other : str
        What positive contributions speak for, and what negative ones do.
    outputs : tuple of int
        The outputs whose net inputs are compared: that of the predicted class first.
    coefficients : array of shape (outputs,)
        Of the net inputs, whose sum is the distance in logits, positive for the prediction.
    is_right : bool
        Whether the prediction is the target; `other` is then the next class.
    title : str
    """

    predicted: str
    other: str
    outputs: tuple[int, ...]
    coefficients: NDArray[np.float64]
    is_right: bool
    title: str

    @classmethod
    def of(cls, step: Step, names: Symbols, classes: Array | None) -> "Question":
        """Return the question that a step with a target asks."""
        task, outputs = Task.of(step.architecture), step.outputs[-1].astype(np.float64)
        target = step.target.astype(np.float64)
        if task is Task.MULTICLASS:
            return _of_classes(outputs, target, names)
        unit = int(np.abs(outputs - target).argmax())
        name = names.unit_name(names.depth, unit)
        if task is Task.REGRESSION:
            of = "" if len(outputs) == 1 else f"{name} = "
            p, t = number_text(outputs[unit], 4), number_text(target[unit], 4)
            title = f"Why {of}{p} where the target is {t}?" if p != t else f"Why {of}{p}?"
            return cls("larger", "smaller", (unit,), _signs(outputs, unit), p == t, title)
        options = ["0", "1"] if classes is None else [label_text(label) for label in classes]
        if task is Task.MULTILABEL:
            options = [f"no {name}", name]
        place, right = int(outputs[unit] > 0.5), int(target[unit] > 0.5)
        predicted, other = options[place], options[1 - place]
        signs = _signs(outputs, unit) * (1 if place else -1)
        title = f"Why {predicted} and not {other}?"
        return cls(predicted, other, (unit,), signs, place == right, title)


def _of_classes(outputs: Array, target: Array, names: Symbols) -> Question:
    """The predicted class against the target, or against the next one where it is right."""
    predicted, right = int(outputs.argmax()), int(target.argmax())
    others = np.where(np.arange(len(outputs)) == predicted, -np.inf, outputs)
    other = right if right != predicted else int(others.argmax())
    signs = _signs(outputs, predicted)
    signs[other] -= 1
    name, other_name = (class_name(names, unit) for unit in (predicted, other))
    title = f"Why {name} and not {other_name}?"
    return Question(name, other_name, (predicted, other), signs, predicted == right, title)


def class_name(names: Symbols, unit: int) -> str:
    """Return what the class of an output is called; one without a name by the number given for it.

    That number counts from 0, as labels do.
    """
    return names.unit_name(names.depth, unit) if names.class_names else f"class {unit}"


def _signs(outputs: Array, unit: int) -> NDArray[np.float64]:
    signs = np.zeros(len(outputs))
    signs[unit] = 1
    return signs
