"""The check of what a step's tables show: predictions and losses before and after, and penalties.

The network's function is computed once more, in wider arithmetic and from the new weights.
"""

from collections.abc import Iterator

import numpy as np

from glassnet.explanation.check.arithmetic import FiftyDigits, Floating, WideArithmetic
from glassnet.explanation.check.lines import Line
from glassnet.explanation.check.textbook_network import BatchFunction
from glassnet.explanation.step import Step
from glassnet.formula.tree import Symbol
from glassnet.nn.architecture import Architecture

__all__ = ["outcome_lines"]

#: How far a value may be away, relative to itself or to what is added up in the last layer.
TOLERANCES = {"float64": 1e-8, "float32": 1e-3}
# Losses and probabilities smaller than this are compared as if they were so large.
FLOOR = 1e-3


def outcome_lines(step: Step) -> Iterator[Line]:
    """Yield the values before and after the update, and what the penalties add to the loss."""
    operations = len(step.batch) * step.architecture.parameter_count
    decimal, long_double = FiftyDigits(), Floating(np.longdouble)
    small = 100 * operations <= decimal.most_operations
    fits = operations <= long_double.most_operations
    arithmetic = decimal if small else long_double if fits else Floating(np.float64)
    before = BatchFunction(step, arithmetic, step.parameters)
    yield from _values(step, before, "before", step.outputs[-1], step.loss, step.mean_loss)
    if step.update is None:
        return
    after = BatchFunction(step, arithmetic, step.new_parameters)
    new = step.new_prediction
    yield from _values(step, after, "after", new, step.new_loss, step.new_mean_loss)
    yield from _penalties(step, arithmetic)


def _values(
    step: Step,
    function: BatchFunction,
    when: str,
    predicted: np.ndarray,
    loss: float,
    mean_loss: float,
) -> Iterator[Line]:
    size = _size(step.architecture, function)
    precision = step.parameters.dtype
    tolerance, most = TOLERANCES[precision.name], np.finfo(precision).max
    apart = float(np.abs(predicted.astype(np.float64) - step.target).max())
    of_loss = size * max(1.0, apart)

    def line(name: str, shown: float, evaluated: object, least: float) -> Line:
        value = float(evaluated)  # type: ignore[arg-type]  # mpf or a NumPy number
        allowed = tolerance * max(abs(value), FLOOR, least)
        # What overflows in the network's precision is beyond the largest number of that.
        same = shown == value or (np.isinf(shown) and not abs(value) <= most)
        return Line(f"{name} {when}", shown, value, bool(same or abs(shown - value) <= allowed))

    if (own := function.of_example(step.example)) is not None:
        for unit, p in enumerate(predicted.tolist()):
            yield line(f"p[{unit + 1}]", p, own.outputs[-1][0, unit], size)
        yield line("the loss", loss, step.sample_weight * own.loss, of_loss)
    if not step.alone:
        yield line("the mean loss", mean_loss, function.loss, of_loss)


def _size(architecture: Architecture, function: BatchFunction) -> float:
    """The largest Σ |w·y| + |b| into an output: what rounding of a net input is relative to."""
    W, b = function.weights[-1], function.biases[-1]
    multiplier = architecture.places[-1].multiplier
    y = max((float(np.abs(own.outputs[-2]).max()) for _, own in function.counted), default=0.0)
    sources = W.shape[0] if W.ndim == 2 else 1
    largest = 0.0 if b is None else float(np.abs(b).max())
    return multiplier * sources * float(np.abs(W).max()) * y + largest


def _penalties(step: Step, arithmetic: WideArithmetic) -> Iterator[Line]:
    assert step.update is not None
    tolerance = TOLERANCES[step.parameters.dtype.name]
    for penalty in step.update.rule.loss_penalties(biases=False):
        paying = step.parameters if penalty.biases else step.weights_only
        weights = Symbol("w", arithmetic.number(paying))
        each = penalty.value_formula(weights, step.batch.weight).evaluate(arithmetic)
        shown, value = penalty.value(paying, step.batch.weight), float(each.sum())
        holds = abs(shown - value) <= tolerance * abs(value)
        yield Line(f"what {penalty!r} adds to E", shown, value, holds)
