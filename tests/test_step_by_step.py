"""A training taken step by step: the bits of ``fit``, forward and back, with changes by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.2]]
Y = [0, 1, 1, 0, 1]

OPTIONS: list[dict[str, Any]] = [
    {"optimizer": gn.SGD(0.5), "batch_size": 1},
    {"optimizer": gn.Adam(0.05), "batch_size": 2, "dropout": 0.3},
    {"optimizer": gn.Momentum(0.1), "penalties": gn.L2(0.01), "clip_norm": 0.5},
    {"optimizer": gn.Nesterov(0.05), "batch_size": 3, "sample_weight": [1, 2, 0, 0.5, 1]},
    {"batch_size": 2, "validation": 0.4, "shuffle": False},
]


def network(dtype: str = "float32") -> gn.Network:
    return gn.Network([2, 4, 2], hidden="tanh", output="softmax", dtype=dtype, seed=5)


@pytest.mark.parametrize("options", OPTIONS)
def test_steps_are_those_of_fit(options: dict[str, Any]) -> None:
    fitted, stepped = network(), network()
    history = fitted.fit(X, Y, epochs=12, **options)
    training = gn.StepByStep(stepped, X, Y, **options)
    losses = np.concatenate(
        [training.forward(taken) for taken in (1, 4, 12 * training.steps_in_epoch - 5)]
    )
    assert stepped.parameters.tobytes() == fitted.parameters.tobytes()
    assert stepped.epochs_trained == fitted.epochs_trained == 12
    assert len(losses) == 12 * training.steps_in_epoch
    if training.steps_in_epoch == 1:
        np.testing.assert_allclose(losses, history.losses, rtol=1e-12)


def test_fit_goes_on_where_the_steps_ended() -> None:
    together, apart = network(), network()
    together.fit(X, Y, epochs=4, batch_size=2, optimizer=gn.SGD(0.1))
    training = gn.StepByStep(apart, X, Y, batch_size=2, optimizer=gn.SGD(0.1))
    training.forward(6)
    assert (training.steps_in_epoch, apart.epochs_trained) == (3, 2)
    apart.fit(X, Y, epochs=2, batch_size=2, optimizer=gn.SGD(0.1))
    assert apart.parameters.tobytes() == together.parameters.tobytes()


moves = st.one_of(
    st.tuples(st.just("forward"), st.integers(1, 9)),
    st.tuples(st.just("back"), st.integers(1, 9)),
    st.tuples(st.just("go_to"), st.integers(0, 25)),
    st.tuples(st.just("rate"), st.sampled_from([0.01, 0.2, 1.5])),
    st.tuples(st.just("change"), st.tuples(st.integers(0, 21), st.floats(-2, 2))),
)


class Course:
    """What was done at which step, and where that leads when nothing is taken back."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options, self.step = options, 0
        self.done: list[tuple[int, str, Any]] = []

    def move(self, kind: str, value: Any) -> None:
        if kind == "forward":
            self.step += value
        elif kind == "back":
            self.step = max(self.step - value, 0)
        elif kind == "go_to":
            self.step = value
        else:
            self.done = [done for done in self.done if done[0] <= self.step]
            self.done.append((self.step, kind, value))

    def parameters(self) -> bytes:
        net = network()
        training = gn.StepByStep(net, X, Y, **self.options)
        for step in range(self.step + 1):
            if step:
                training.forward()
            for at, kind, value in self.done:
                if at == step:
                    do(training, kind, value)
        return net.parameters.tobytes()


def do(training: gn.StepByStep, kind: str, value: Any) -> None:
    match kind:
        case "rate":
            training.learning_rate = value
        case "change":
            training.change(*value)
        case _:
            getattr(training, kind)(value)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(OPTIONS), st.lists(moves, max_size=10))
def test_any_way_to_a_step_leads_to_the_same_bits(
    options: dict[str, Any], way: list[tuple[str, Any]]
) -> None:
    net, course = network(), Course(options)
    training = gn.StepByStep(net, X, Y, **options)
    for kind, value in way:
        do(training, kind, value)
        course.move(kind, value)
    assert training.step == course.step
    assert net.parameters.tobytes() == course.parameters()


def test_each_step_can_be_explained() -> None:
    net = network("float64")
    training = gn.StepByStep(net, X, Y, batch_size=2, optimizer=gn.Adam(0.05), dropout=0.2)
    after = []
    for _ in range(7):
        training.forward()
        after.append(net.parameters.copy())
    for step in (6, 0, 3):
        explained = gn.explain(training.recorded(step))
        np.testing.assert_array_equal(explained.step.new_parameters, after[step])
        assert explained.check is not None
        assert explained.check.passed
    assert training.step == 7
    np.testing.assert_array_equal(net.parameters, after[-1])
    ahead = gn.explain(training.recorded()).step.new_parameters
    training.forward()
    np.testing.assert_array_equal(net.parameters, ahead)


def test_going_back_stays_cheap_after_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassnet.step_by_step.MOST_STATES", 10)
    net = network()
    training = gn.StepByStep(net, X, Y, optimizer=gn.SGD(0.1))
    seen = {}
    for _ in range(60):
        training.forward(3)
        seen[training.step] = net.parameters.tobytes()
    for step in sorted(seen, reverse=True):
        training.go_to(step)
        assert net.parameters.tobytes() == seen[step]


def test_divergence_stops_before_the_step_that_does_it() -> None:
    net = gn.Network([1, 1], output="identity", dtype="float64", seed=1)
    training = gn.StepByStep(net, [[1.0], [2.0]], [[1.0], [2.0]], optimizer=gn.SGD(1e30))
    with pytest.raises(gn.DivergedError, match=r"in step 6 \(index 5\); the training stands"):
        training.forward(100)
    assert training.step == 5
    assert np.isfinite(net.parameters).all()
    training.back(5)
    training.learning_rate = 0.1
    assert training.forward(200)[-1] < 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda training: training.forward(0), "steps must be at least 1, not 0"),
        (lambda training: training.go_to(-1), "step must be at least 0, not -1"),
        (lambda training: training.recorded(4), "step must be from 0 to 3, not 4"),
        (lambda training: training.change(22, 0.0), "the parameter must be from 0 to 21, not 22"),
        (lambda training: training.change(0, float("nan")), "the value must be finite, not nan"),
        (
            lambda training: setattr(training, "learning_rate", 0),
            "the learning rate must be .*above 0",
        ),
    ],
)
def test_what_cannot_be_done_is_said(call: Any, message: str) -> None:
    net = network()
    training = gn.StepByStep(net, X, Y)
    training.forward(3)
    before = net.parameters.tobytes()
    with pytest.raises(ValueError, match=message):
        call(training)
    assert (training.step, net.parameters.tobytes()) == (3, before)


def test_lbfgs_takes_no_steps() -> None:
    with pytest.raises(ValueError, match="L-BFGS takes no steps"):
        gn.StepByStep(network(), X, Y, optimizer=gn.LBFGS())  # type: ignore[arg-type]
