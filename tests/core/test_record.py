"""Records: known by their names; those of one's own are trained, explained, saved and loaded."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import glassnet as gn
from glassnet.core.array import Array
from glassnet.core.record import (
    Record,
    bounded,
    record_from_file,
    record_known_as,
    record_named,
    records,
    require_own_name,
)
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Activation, Elementwise
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.poisson import Poisson
from glassnet.nn.losses.registry import loss_named

# What a user would write: the kernels have none of it.
OWN = """
import numpy as np
import glassnet as gn
from glassnet.engine.reference import ReferenceProgram
from glassnet.formula.document import Equation
from glassnet.formula.tree import Call, Negative, Number
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import LossPenalty

class Sine(Elementwise):
    name = "sine"
    def __init__(self, frequency=1.0):
        self.frequency = frequency
    def value(self, net_input):
        return np.sin(self.frequency * net_input)
    def derivative(self, net_input):
        return self.frequency * np.cos(self.frequency * net_input)
    def formula(self, net_inputs, unit, most=None):
        return Call("sin", (Number(self.frequency) * net_inputs[unit],))
    def derivative_formula(self, net_input, output):
        return Number(self.frequency) * Call("cos", (Number(self.frequency) * net_input,))

class Quartic(ElementwiseLoss):
    name = "quartic"
    def values(self, predicted, target):
        return (predicted - target) ** 4
    def derivatives(self, predicted, target):
        return 4 * (predicted - target) ** 3
    def term(self, predicted, target):
        return (predicted - target) ** 4
    def term_derivative(self, predicted, target):
        return 4 * (predicted - target) ** 3

class SignDescent(Optimizer):
    name = "sign_descent"
    def step(self, parameters, state, gradient, number, learning_rate):
        parameters -= parameters.dtype.type(learning_rate) * np.sign(gradient)
    def formulas(self, weight, gradient, state, number, learning_rate):
        return [("w", weight + Negative(learning_rate * Call("sign", (gradient,))))]

class Backwards(gn.Adam):
    def step(self, parameters, state, gradient, number, learning_rate):
        super().step(parameters, state, -gradient, number, learning_rate)
    def formulas(self, weight, gradient, state, number, learning_rate):
        return super().formulas(weight, -gradient, state, number, learning_rate)

class NamedBackwards(Backwards):
    name = "backwards"

class Cubic(LossPenalty):
    name = "cubic"
    def value(self, weights, batch_weight):
        return self.effective_strength(batch_weight) * float((np.abs(weights) ** 3).sum())
    def derivative(self, weights, batch_weight):
        return 3 * self.effective_strength(batch_weight) * weights * np.abs(weights)
    def value_formula(self, weight, batch_weight):
        return self.strength_symbol(batch_weight) * Call("abs", (weight,)) ** 3
    def derivative_formula(self, weight, batch_weight):
        return 3 * self.strength_symbol(batch_weight) * weight * Call("abs", (weight,))

X = np.random.default_rng(0).normal(size=(20, 3))
Y = np.stack([X[:, 0], X[:, 1] ** 2], axis=1)

def trained(hidden="tanh", **options):
    net = gn.Network([3, 4, 2], hidden=hidden, output="identity", dtype="float64", seed=1)
    before = net.parameters.copy()
    history = net.fit(X, Y, epochs=3, batch_size=5, record=[0, 1, 11], **options)
    return net, before, history

def check_in_full(net, history):
    '''Trained by the reference engine; explained, saved and loaded.'''
    assert isinstance(history.steps[1].program, ReferenceProgram)
    for number, step in history.steps.items():
        story = gn.explain(step)
        assert story.check.passed, story.check
        following = {0: history.steps[1].parameters, 11: net.parameters}.get(number)
        assert following is None or story.step.new_parameters.tobytes() == following.tobytes()
        for section in story.weight("w1[2,3]").document.sections:
            for one in section.blocks:
                if isinstance(one, Equation):
                    for formula in (one.left, *one.steps):
                        assert np.isclose(formula.evaluate(), one.value, rtol=1e-9, atol=1e-12)
    net.save("own.safetensors")
    opened = gn.load("own.safetensors")
    assert opened.predict(X).tobytes() == net.predict(X).tobytes()
    assert opened.loss == net.loss
    for ours, theirs in zip(net.architecture.layers, opened.architecture.layers, strict=True):
        assert theirs.activation == ours.activation
"""
TRAININGS = {
    "Sine": """
net, before, history = trained(Sine(2.0))
check_in_full(net, history)
assert net.architecture.layers[0].activation == Sine(2.0) != Sine(1.0)
assert repr(Sine(2.0)) == "Sine(frequency=2)"
""",
    "Quartic": """
net, before, history = trained(loss=Quartic())
check_in_full(net, history)
assert np.isclose(net.evaluate(X, Y), ((net.predict(X) - Y) ** 4).mean())
""",
    "SignDescent": """
net, before, history = trained(optimizer=SignDescent(0.5))
check_in_full(net, history)
moved = history.steps[1].parameters - before
assert np.allclose(np.abs(moved), 0.5)
""",
    "Backwards": """
net, before, history = trained(optimizer=Backwards(0.25))
check_in_full(net, history)
forwards = trained(optimizer=gn.Adam(0.25))[2]
slow = isinstance(forwards.steps[1].program, ReferenceProgram)
assert slow == (gn.info()["engine"] == "reference")
there, back = (other.steps[1].parameters - before for other in (forwards, history))
assert np.allclose(there, -back) and np.allclose(np.abs(there), 0.25, rtol=1e-3)
""",
    "NamedBackwards": """
net, before, history = trained(optimizer=NamedBackwards(0.25))
check_in_full(net, history)
unnamed = trained(optimizer=Backwards(0.25))[0]
assert net.parameters.tobytes() == unnamed.parameters.tobytes()
""",
    "Cubic": """
net, before, history = trained(optimizer=gn.SGD(0.5), penalties=Cubic(0.1))
check_in_full(net, history)
plain = trained(optimizer=gn.SGD(0.5))[2]
more = plain.steps[1].parameters - history.steps[1].parameters
w, b = net.architecture.places[0].weights, net.architecture.places[0].biases
assert np.allclose(more[w], 0.5 * 3 * 0.1 * before[w] * np.abs(before[w]))
assert np.allclose(more[b], 0)
""",
}
EXPLAINED = """
net, _, _ = trained(Sine(2.0), loss=Quartic())
step = gn.explain(net, X[0], [1, 2], optimizer=gn.Adam())
assert step.check.passed, step.check
assert len(step.check.pairs) == 26
assert "50-digit arithmetic" in str(step.check)
assert "sin(2·" in step.to_text()
net.save("own.safetensors")
"""
WRONG_DERIVATIVE = """
Sine.derivative = lambda self, net_input: np.sin(net_input)
net = gn.Network([3, 4, 2], hidden=Sine(), output="softmax", dtype="float64")
assert not gn.explain(net, [1, 2, 3], 0).check.passed
"""
OPENED = """
import glassnet as gn
gn.load("own.safetensors")
"""


def run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, on the engine that it finds by itself."""
    inherited = {name: value for name, value in os.environ.items() if name != "GLASSNET_ENGINE"}
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", TRAININGS)
def test_ones_own_is_trained_explained_saved_and_loaded(name: str, tmp_path: Path) -> None:
    done = run(OWN + TRAININGS[name], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.native
@pytest.mark.parametrize("name", TRAININGS)
def test_asked_for_by_name_the_native_engine_refuses_what_it_lacks(
    name: str, tmp_path: Path
) -> None:
    done = run(OWN + TRAININGS[name], tmp_path, GLASSNET_ENGINE="native")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"glassnet.errors.LimitError: the compiled kernels do not have {name}; the reference "
        "engine takes it: leave GLASSNET_ENGINE unset, or set it to 'reference'"
    )


def test_a_network_of_ones_own_is_explained_and_needs_its_classes_to_be_opened(
    tmp_path: Path,
) -> None:
    done = run(OWN + EXPLAINED, tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(OPENED, tmp_path)
    assert "unknown activation 'sine'" in done.stderr
    assert "Your own is known once its class is defined" in done.stderr


def test_a_wrong_derivative_of_ones_own_fails_the_check(tmp_path: Path) -> None:
    done = run(OWN + WRONG_DERIVATIVE, tmp_path)
    assert done.returncode == 0, done.stderr


class Cube(Elementwise):
    """in³."""

    def value(self, net_input: Array) -> Array:
        return net_input**3

    def derivative(self, net_input: Array) -> Array:
        return 3 * net_input**2

    def formula(self, net_inputs: list[Symbol], unit: int, most: int | None = None) -> Formula:  # type: ignore[override]
        return net_inputs[unit] ** 3

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        return 3 * net_input**2


def test_one_without_a_name_or_with_that_of_another_is_refused() -> None:
    with pytest.raises(ValueError, match="Cube has no name; give its class one"):
        activation_named(Cube())
    false_identity = type("False", (Identity,), {})()
    with pytest.raises(ValueError, match="called 'identity', the name of another activation"):
        activation_named(false_identity)
    false_loss = type("False", (Poisson,), {})()
    with pytest.raises(ValueError, match="called 'poisson', the name of another loss"):
        loss_named(false_loss)


def test_built_in_ones_are_as_they_were() -> None:
    false_identity = type("False", (Identity,), {"name": "identity"})
    assert type(activation_named("identity")) is Identity is not false_identity
    assert records(Activation)["identity"] is Identity
    assert loss_named("huber") == loss_named("huber", {"threshold": 1.0})


class Shape(Record):
    """The base of the records below."""


@dataclass(frozen=True)
class Ring(Shape):
    """A record with bounds."""

    name = "ring"
    other_names = ("annulus",)
    outer: float = bounded(minimum=0)
    inner: float = bounded(0.5, 0, 1)


class Square(Shape):
    """A record with an ``__init__`` of its own."""

    name = "square"

    def __init__(self, side: float = 2.0) -> None:
        self.side = side


def test_hyper_parameters_are_the_arguments_by_name() -> None:
    assert Ring(3).hyper_parameters == {"outer": 3.0, "inner": 0.5}
    assert Square().hyper_parameters == {"side": 2.0}
    assert repr(Ring(3)) == "Ring(outer=3.0, inner=0.5)"
    assert repr(Square()) == "Square(side=2)"
    assert Ring(3) == Ring(3.0, 0.5) != Ring(3, 0.25)
    assert Square(1) == Square(1.0) != Square(2)
    assert Square(1) != Ring(1)
    assert len({Square(1), Square(1.0), Square(2), Ring(1), Ring(1, 0.5)}) == 3


def test_a_record_is_made_by_its_name() -> None:
    assert records(Shape) == {"ring": Ring, "square": Square}
    assert record_named(Shape, "ring", {"outer": 2}) == Ring(2)
    assert record_named(Shape, "square") == Square()
    assert record_known_as(Shape, "ANNULUS") is Ring
    assert record_known_as(Shape, "circle") is None


@pytest.mark.parametrize(
    ("name", "numbers", "error", "message"),
    [
        ("circle", {}, ValueError, "unknown shape 'circle'; known are: ring, square"),
        (None, {}, ValueError, "unknown shape None"),
        (["ring"], {}, ValueError, "unknown shape"),
        ("square", {"size": 1}, ValueError, "'square' has no hyper-parameter 'size'; .*: side"),
        ("ring", {"inner": 0.1}, ValueError, "'ring' needs its hyper-parameter 'outer'"),
        ("ring", {"outer": -1}, ValueError, "outer must be at least 0"),
        ("ring", {"outer": 1, "inner": 2}, ValueError, "inner must be from 0 to 1, not 2"),
        ("ring", {"outer": "wide"}, TypeError, "outer must be a number, not 'wide'"),
    ],
)
def test_what_makes_no_record_is_refused(
    name: object, numbers: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        record_named(Shape, name, numbers)


def test_an_argument_that_is_not_kept_is_refused() -> None:
    class Forgetful(Shape):
        name = "forgetful"

        def __init__(self, size: float = 1.0) -> None:
            self.length = size

    with pytest.raises(ValueError, match="Forgetful does not keep its argument 'size'; keep it"):
        require_own_name(Shape, Forgetful())


def test_a_hyper_parameter_is_a_finite_number() -> None:
    class Worded(Shape):
        name = "worded"

        def __init__(self, mode: Any = "a") -> None:
            self.mode = mode

    assert repr(Worded()) == "Worded(mode='a')"
    with pytest.raises(TypeError, match=r"Worded.mode must be a number, not 'a'"):
        require_own_name(Shape, Worded())
    with pytest.raises(ValueError, match=r"Worded.mode must be finite, not nan"):
        require_own_name(Shape, Worded(float("nan")))

    class Open(Shape):
        name = "open"

        def __init__(self, **numbers: float) -> None:
            self.numbers = numbers

    with pytest.raises(ValueError, match=r"Open takes \*\*numbers: float; name each of its"):
        require_own_name(Shape, Open())


def test_one_that_bears_a_built_in_name_is_never_taken_for_it() -> None:
    impostor = type("Adam", (gn.Adam,), {"name": "adam", "step": lambda *_: None})
    net = gn.Network([2, 2], output="softmax", seed=1)
    before = net.parameters.copy()
    net.fit([[1, 0], [0, 1]], [0, 1], epochs=2, optimizer=impostor(0.1))
    assert (net.parameters == before).all()  # its own step changes nothing


def test_a_subclass_needs_a_name_of_its_own() -> None:
    one = type("One", (Cube,), {"name": "one_of_two"})
    two = type("Two", (one,), {})
    assert activation_named(one()).name == "one_of_two"
    with pytest.raises(ValueError, match="Two is called 'one_of_two', the name of another"):
        activation_named(two())


def test_a_file_names_every_hyper_parameter() -> None:
    assert record_from_file(Activation, "leaky_relu", {"slope": 0.2}) == gn.LeakyRelu(0.2)
    for wrong in ({}, {"slope": 0.2, "alpha": 1.0}, None, 0, [0.2], ""):
        with pytest.raises((ValueError, TypeError), match="hyper-parameter"):
            record_from_file(Activation, "leaky_relu", wrong)


def test_a_file_may_lack_what_a_loss_did_not_have_always() -> None:
    assert record_from_file(Loss, "binary_crossentropy", {}) == gn.BinaryCrossentropy()
    smoothed = record_from_file(Loss, "binary_crossentropy", {"label_smoothing": 0.1})
    assert smoothed == gn.BinaryCrossentropy(0.1)


def test_what_other_libraries_lack_is_not_known_by_their_names() -> None:
    assert record_known_as(Loss, "MeanSquaredError") is type(loss_named("mean_squared_error"))
    assert record_known_as(Loss, "mse") is type(loss_named("mean_squared_error"))
    for ours in ("pinball", "half_squared_error", "summed_poisson"):
        assert record_known_as(Loss, ours) is None
