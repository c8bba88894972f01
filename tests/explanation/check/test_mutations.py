"""Each mistake that a step or its page may have makes the check fail.

A mistake changes what a function returns, whatever its source looks like. The step has everything:
a batch with sample weights, dropout, multipliers, penalties, clipping, weight decay, momentum.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.engine import DropoutMasks, reference
from glassnet.engine.reference import Reference, ReferenceProgram
from glassnet.explanation.equations import paths
from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.step import Batch, Step
from glassnet.formula.tree import Number, Sum
from glassnet.nn.activations.gelu import Gelu
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.activations.tanh import Tanh
from glassnet.nn.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    SoftmaxCrossentropy,
)
from glassnet.optim.momentum import Momentum
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2
from glassnet.optim.update_rule import UpdateRule
from glassnet.training.recorded_steps import RecordedStep

Patch = pytest.MonkeyPatch
# A function that gets the old one and its arguments, and returns what the mistake returns.
Mistake = Callable[..., Any]


def recorded(optimizer: Optimizer | None = None) -> RecordedStep:
    """A step of the reference engine."""
    scaled = gn.Dense(3, "gelu", multiplier=0.7)
    layers = [gn.Dense(4, "tanh"), scaled, gn.Dense(2, "softmax")]
    net = gn.Network([3, *layers], dtype="float64", seed=2)
    for b in net.biases:
        assert b is not None
        b[...] = 0.1
    random = np.random.default_rng(1)
    chosen = optimizer or gn.Momentum(0.1, 0.9)
    penalties = (gn.L2(0.05, biases=True), gn.L1(0.3, over_examples=True), gn.WeightDecay(0.2))
    rule = UpdateRule(chosen, penalties, clip_norm=0.1)
    return RecordedStep(
        Reference().compile(net.architecture, net.loss, rule),
        rule,
        net.parameters.copy(),
        np.abs(random.normal(size=(len(chosen.state_names), net.parameters.size))),
        np.arange(3),
        random.normal(size=(3, 3)),
        np.eye(2)[[0, 1, 1]],
        np.array([1.0, 2.5, 0.5]),
        DropoutMasks([0.1, 0.4, 0.3], seed=4, step=3),
        number=3,
        learning_rate=0.1,
    )


def pages(step: RecordedStep) -> list[Explanation]:
    """The page of the step, of a weight and of a unit."""
    whole = gn.explain(step, example=1)
    return [whole, whole.weight("w1[1,2]"), whole.unit("h2.1")]


def mistaken(patch: Patch, owner: Any, name: str, mistake: Mistake) -> None:
    """Let a function or method return what the mistake makes of it."""
    old = getattr(owner, name)

    def changed(*arguments: Any, **options: Any) -> Any:
        return mistake(old, *arguments, **options)

    patch.setattr(owner, name, changed)


def of_trace(change: Callable[[Any], Any]) -> tuple[Any, str, Mistake]:
    """A mistake in what the engine returns for a batch."""
    return (
        ReferenceProgram,
        "trace",
        lambda old, *arguments, **options: change(old(*arguments, **options)),
    )


def of_gradient(change: Callable[[Any], Any]) -> tuple[Any, str, Mistake]:
    """A mistake in the last step of the backward pass; gets y.T, δ and so on."""
    return reference, "_gradient", lambda old, *arguments: change((old, *arguments))


def without_biases(given: Any) -> Any:
    old, architecture, *arguments = given
    gradient = old(architecture, *arguments)
    for place in architecture.places:
        gradient[place.biases] = 0
    return gradient


def without_multiplier(given: Any) -> Any:
    old, architecture, *arguments = given
    gradient = old(architecture, *arguments)
    for place in architecture.places:
        gradient[place.weights] /= place.multiplier
    return gradient


def squared_outputs(given: Any) -> Any:
    old, architecture, x, outputs, deltas, examples = given
    return old(architecture, x**2, [y**2 for y in outputs], deltas, examples)


def unweighted_mean(given: Any) -> Any:
    old, architecture, x, outputs, deltas, _ = given
    return old(architecture, x, outputs, deltas, 1.0)


def hidden_in_wrong_order(old: Any, *arguments: Any) -> Any:
    *hidden, last = old(*arguments)
    return [*(delta[:, ::-1] for delta in hidden), last]


def without_dropout(
    old: Any, architecture: Any, parameters: Any, net_inputs: Any, delta: Any, factors: Any
) -> Any:
    return old(architecture, parameters, net_inputs, delta, [])


BACKWARD: dict[str, tuple[Any, str, Mistake]] = {
    "units in the wrong order": (reference, "_backward", hidden_in_wrong_order),
    "the dropout forgotten on the way back": (reference, "_backward", without_dropout),
    "the derivative of the activation forgotten": (
        Tanh,
        "backward",
        lambda _old, _self, _net_input, d_output: d_output,
    ),
    "the derivative taken elsewhere": (
        Gelu,
        "derivative",
        lambda old, self, net_input: old(self, net_input + 0.1),
    ),
    "δ of the output layer with the wrong sign": (
        SoftmaxCrossentropy,
        "delta",
        lambda old, *arguments: -old(*arguments),
    ),
    "the sample weights forgotten": (
        ReferenceProgram,
        "trace",
        lambda old, self, parameters, x, targets, _weight, masks: old(
            self, parameters, x, targets, None, masks
        ),
    ),
    "a sign": of_gradient(lambda given: -given[0](*given[1:])),
    "the bias unit's output forgotten": of_gradient(without_biases),
    "the multiplier forgotten in the gradient": of_gradient(without_multiplier),
    "outputs squared": of_gradient(squared_outputs),
    "the sum instead of the mean": of_gradient(unweighted_mean),
    "one weight's gradient": of_trace(
        lambda trace: replace(
            trace, gradient=trace.gradient + 1e-5 * (np.arange(trace.gradient.size) == 2)
        )
    ),
}

BEYOND: dict[str, tuple[Any, str, Mistake]] = {
    "twice the learning rate in the update": (
        ReferenceProgram,
        "update",
        lambda old, self, rule, parameters, state, gradient, info: old(
            self, rule, parameters, state, gradient, replace(info, learning_rate=0.2)
        ),
    ),
    "the velocity forgotten on the page": (
        Momentum,
        "formulas",
        lambda old, self, weight, gradient, state, *rest: old(
            self, weight, gradient, [replace(state[0], value=0.0)], *rest
        ),
    ),
    "half the penalty in the update": (
        L2,
        "derivative",
        lambda old, *arguments: old(*arguments) / 2,
    ),
    "a penalty's sign on the page": (
        L1,
        "derivative_formula",
        lambda old, *arguments: -old(*arguments),
    ),
    "what a penalty adds to the loss": (L2, "value", lambda old, *arguments: 2 * old(*arguments)),
    "the weight decay forgotten in the update": (
        ReferenceProgram,
        "update",
        lambda old, self, rule, *rest: old(
            self, replace(rule, penalties=rule.penalties[:2]), *rest
        ),
    ),
    "the clipping forgotten in the update": (
        ReferenceProgram,
        "update",
        lambda old, self, rule, *rest: old(self, replace(rule, clip_norm=None), *rest),
    ),
    "the clipping factor of the page": (
        UpdateRule,
        "clip_factor",
        lambda old, *arguments: 0.9 * old(*arguments),
    ),
    "the mask of another unit": (
        ForwardEquations,
        "dropout_mask",
        lambda old, self, layer, _unit: old(self, layer, 0),
    ),
    "the sample weight missing in the loss": (
        StepEquations,
        "sample_weight",
        lambda _old, _self: Number(1.0),
    ),
    "the mean over the number of examples": (
        Batch,
        "weight",
        property(lambda self: float(len(self))),  # type: ignore[dict-item]  # no method
    ),
    "a bias forgotten in the forward pass": (
        reference,
        "_forward",
        lambda old, architecture, parameters, *rest: old(
            architecture, parameters * (np.arange(parameters.size) != 12), *rest
        ),
    ),
    "a term of softmax left out": (
        Softmax,
        "formula",
        lambda old, self, net_inputs, unit, most=None: replace(
            old(self, net_inputs, unit, most),
            denominator=Sum(old(self, net_inputs, unit).denominator.terms[1:]),
        ),
    ),
    "the loss of the page": (
        CategoricalCrossentropy,
        "terms",
        lambda old, *arguments: [2 * term for term in old(*arguments)],
    ),
    "a derivative on the page": (
        Gelu,
        "derivative_formula",
        lambda old, self, net_input, output: old(self, output, output),
    ),
    "a factor of the paths forgotten": (
        paths,
        "_stages",
        lambda old, *arguments: [
            replace(stage, derivatives=stage.derivatives * 2) if n == 1 else stage
            for n, stage in enumerate(old(*arguments))
        ],
    ),
    "the weight of another unit": (
        ForwardEquations,
        "weight",
        lambda old, self, place: replace(
            old(self, place), value=old(self, replace(place, unit=0)).value
        ),
    ),
    "the losses after the update are those before": of_trace(
        lambda trace: replace(trace, losses=np.full_like(trace.losses, 0.5))
    ),
}


def test_the_step_as_it_is_passes() -> None:
    for page in pages(recorded()):
        assert page.check is not None
        assert page.check.passed, page.check
        assert page.check.lines is not None
        assert page.check.lines.count > 3


@pytest.mark.parametrize("mistake", BACKWARD)
def test_a_mistake_in_the_backward_pass_fails(mistake: str, monkeypatch: Patch) -> None:
    step = recorded()
    mistaken(monkeypatch, *BACKWARD[mistake])
    check = gn.explain(step, example=1).check
    assert check is not None
    assert not check.gradients_agree
    assert "DO NOT AGREE" in str(check)


@pytest.mark.parametrize("mistake", BEYOND)
def test_a_mistake_beyond_it_fails_and_the_line_is_named(mistake: str, monkeypatch: Patch) -> None:
    step = recorded()
    owner, name, change = BEYOND[mistake]
    if isinstance(change, property):
        monkeypatch.setattr(owner, name, change)
    else:
        mistaken(monkeypatch, owner, name, change)
    failing = [page for page in pages(step) if page.check and not page.check.passed]
    assert failing
    assert all("DO NOT" in str(page) for page in failing)


@pytest.mark.parametrize(
    "change",
    [
        {"new_prediction": np.array([0.5, 0.5])},
        {"new_loss": 0.1},
        {"new_mean_loss": 0.1},
        {"mean_loss": 0.1},
        {"loss": 0.1},
    ],
    ids=str,
)
def test_a_wrong_outcome_fails(change: dict[str, Any], monkeypatch: Patch) -> None:
    from glassnet.explanation import explain
    from glassnet.explanation import step as step_numbers

    old = step_numbers.take_step

    def changed(*arguments: Any) -> Step:
        return replace(old(*arguments), **change)

    monkeypatch.setattr(explain, "take_step", changed)
    check = gn.explain(recorded(), example=1).check
    assert check is not None
    assert check.gradients_agree
    assert not check.passed
