"""The title of an explanation: what is predicted, and what the target is."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.core.plural import numbered
from glassnet.explanation.explainer import Explainer
from glassnet.formula.number import NumberFormat
from glassnet.nn.task import Task

__all__ = ["forward_title", "step_title", "step_words"]

# So many outputs, with so many digits.
FEW, DIGITS = 4, 3


def forward_title(explainer: Explainer, classes: Array | None) -> str:
    """Return the title of a forward pass.

    The prediction of a classifier with several classes is a class; others are numbers.
    """
    return f"Forward pass: {_prediction(explainer, classes)}"


def step_title(explainer: Explainer, classes: Array | None) -> str:
    """Return the title of a step: ``One step: p = 0.555, target 1``."""
    step = explainer.step
    which = "One step"
    if step.update is not None and step.update.number > 1:
        which = f"Step {numbered(step.update.number - 1)}"
    if len(step.batch) > 1:
        which += f", batch of {len(step.batch)}; example {numbered(step.example)}"
    return f"{which}: {step_words(explainer, classes)}"


def step_words(explainer: Explainer, classes: Array | None) -> str:
    """Return what a step predicts, and the target: ``p = 0.555, target 1``."""
    return f"{_prediction(explainer, classes)}, target {_target(explainer, classes)}"


def _prediction(explainer: Explainer, classes: Array | None) -> str:
    if explainer.end is not None and explainer.end.in_forward_pass:
        return "nothing predicted, since the numbers end before"
    outputs, letter = explainer.forward.outputs[-1], explainer.symbols.notation.prediction
    numbers = NumberFormat(DIGITS, explainer.numbers.decimals)
    if Task.of(explainer.forward.architecture) is Task.MULTICLASS:
        unit = int(outputs.argmax())
        name = _class_name(explainer, classes, unit)
        return f"predicted {name} ({letter} = {numbers.text(float(outputs[unit]))})"
    return f"{letter} = {_vector(outputs.tolist(), numbers)}"


def _target(explainer: Explainer, classes: Array | None) -> str:
    target = explainer.step.target
    is_class = Task.of(explainer.forward.architecture) is Task.MULTICLASS
    if is_class and np.count_nonzero(target) == 1 and target.max() == 1:
        return _class_name(explainer, classes, int(target.argmax()))
    return _vector(target.tolist(), NumberFormat())


def _class_name(explainer: Explainer, classes: Array | None, unit: int) -> str:
    if classes is None:
        return f"output {unit + 1}"
    name = label_text(classes[unit])
    return explainer.symbols.unit_name(explainer.depth, unit) if name.isdecimal() else name


def _vector(values: Sequence[float], numbers: NumberFormat) -> str:
    texts = [numbers.text(float(value)) for value in values[:FEW]]
    if len(values) == 1:
        return texts[0]
    return f"({', '.join(texts)}{', …' if len(values) > FEW else ''})"
