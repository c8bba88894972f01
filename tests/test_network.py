"""Network: the object that people hold."""

import copy
import math
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.core.array import Array
from glassnet.tables.samples import half_adder
from tests.random_networks import random_case


def test_the_half_adder_is_learned() -> None:
    X, y = half_adder()
    net = gn.Network([2, 4, 2], hidden="sigmoid", output="sigmoid", seed=1)
    history = net.fit(X, y, optimizer=gn.Adam(0.05), epochs=2000, batch_size=4)
    assert net.predict(X).tolist() == [[0, 0], [0, 1], [0, 1], [1, 0]]
    assert history.losses[-1] < 0.01 < history.losses[0]


def test_labels_of_any_kind_come_back() -> None:
    X = np.array([[0.0], [1.0], [2.0]])
    for labels in (["cat", "dog", "cat"], [3, 7, 3], [True, False, True], ["a", "b", "a"]):
        net = gn.Network([1, 8, 2], hidden="tanh", output="softmax", seed=0)
        net.fit(X, labels, optimizer=gn.Adam(0.05), epochs=400)
        assert net.predict(X).tolist() == labels


def test_one_sigmoid_tells_two_classes_apart() -> None:
    net = gn.Network([1, 1], output="sigmoid", seed=0)
    net.fit([[0.0], [1.0]], ["no", "yes"], optimizer=gn.Adam(0.1), epochs=300)
    assert net.predict([[0.0], [1.0]]).tolist() == ["no", "yes"]
    assert net.predict_proba([[0.0]]).shape == (1, 1)


def test_values_come_back_as_values() -> None:
    X = np.linspace(-1, 1, 50)[:, None]
    net = gn.Network([1, 1], output="identity", seed=0)
    net.fit(X, 3 * X[:, 0] + 1, optimizer=gn.Adam(0.05), epochs=300)
    assert net.predict([[0.5]]) == pytest.approx([2.5], abs=0.01)


def test_images_are_flattened() -> None:
    net = gn.Network([6, 2], output="softmax")
    images = np.arange(12.0).reshape(2, 2, 3)
    assert np.array_equal(net.predict_proba(images), net.predict_proba(images.reshape(2, 6)))


def test_weights_and_biases_can_be_read_and_set() -> None:
    net = gn.Network([2, 1], output="identity")
    net.weights = [[[2.0], [3.0]]]
    net.biases[0] = [1.0]
    assert net.predict([[10.0, 100.0]]).tolist() == [321.0]
    net.weights[0][0, 0] = 0.0  # type: ignore[index]
    assert net.predict([[10.0, 100.0]]).tolist() == [301.0]
    assert net.parameters.tolist() == [0.0, 3.0, 1.0]


def test_the_seed_decides_everything() -> None:
    def trained(seed: int) -> bytes:
        net = gn.Network([2, 5, 2], hidden="relu", output="softmax", seed=seed)
        net.fit(np.eye(2).repeat(20, axis=0), [0] * 20 + [1] * 20, epochs=3)
        return net.parameters.tobytes()

    assert trained(1) == trained(1)
    assert trained(1) != trained(2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_its_text_builds_the_same_network(seed: int) -> None:
    net = random_case(seed, widest=5, most_rows=1).net
    names = {name: getattr(gn, name) for name in gn.__all__}
    again = eval(repr(net), names)  # noqa: S307 - our own text
    assert again.architecture == net.architecture
    assert (again.dtype, again.seed) == (net.dtype, net.seed)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gn.Network([2], output="softmax"), "at least one more layer, like"),
        (lambda: gn.Network([], output="softmax"), "at least one more layer, like"),
        (lambda: gn.Network([2, 2]), 'output="softmax" for classes'),
        (lambda: gn.Network([2, 3, 2], output="softmax"), 'hidden="relu"'),
        (lambda: gn.Network([2, 0], output="softmax"), "units must be at least 1, not 0"),
        (lambda: gn.Network([2, 2], output="sotfmax"), "'sotfmax'; .* Did you mean 'softmax'"),
        (
            lambda: gn.Network([2, 2], hidden="sigmoide", output="softmax"),
            "unknown activation 'sigmoide'; .* Did you mean 'sigmoid'",
        ),
        (lambda: gn.Network([2, 2], output="softmax", dtype="float16"), "'float32' or 'float64'"),
        (lambda: gn.Network([2, 2], output="softmax", seed=-1), "the seed must be from 0 to"),
        (
            lambda: gn.Network([2, gn.Dense(2, "tanh")], output="softmax"),
            "leave out hidden and output",
        ),
    ],
)
def test_impossible_networks_are_refused(make: type, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_mixed_layers_and_text_are_refused() -> None:
    with pytest.raises(TypeError, match="layers must be a list like"):
        gn.Network("2-3-2", output="softmax")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="all must be; 3 is only a number"):
        gn.Network([2, gn.Dense(2, "tanh"), 3])
    with pytest.raises(TypeError, match="the seed must be a whole number"):
        gn.Network([2, 2], output="softmax", seed=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1, not 0"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"threads": 0}, ValueError, "threads must be at least 1"),
        ({"validation": 1.5}, ValueError, "above 0 and below 1"),
        ({"loss": "binary_crossentropy"}, ValueError, "needs the output activation 'sigmoid'"),
        ({"validation": ([[1, 2]], [0, 1])}, ValueError, "validation X has 1 examples and the "),
    ],
)
def test_impossible_options_are_refused_and_change_nothing(
    options: dict[str, object], error: type[Exception], message: str
) -> None:
    net = gn.Network([2, 2], output="softmax")
    before = net.parameters.copy()
    with pytest.raises(error, match=message):
        net.fit([[0, 1], [1, 0]], [0, 1], **options)  # type: ignore[arg-type]
    assert net.parameters.tobytes() == before.tobytes()
    assert net.classes is None


def test_data_that_do_not_fit_are_refused() -> None:
    net = gn.Network([2, 2], output="softmax")
    with pytest.raises(ValueError, match="X has 2 examples and y has 3"):
        net.fit([[0, 1], [1, 0]], [0, 1, 1])
    with pytest.raises(ValueError, match=r"3 values for each example .* the network has 2 inputs"):
        net.predict([[1, 2, 3]])
    with pytest.raises(ValueError, match=r"X\[1, 0\] is nan"):
        net.predict([[1.0, 2.0], [math.nan, 0.0]])
    with pytest.raises(ValueError, match="One example is a row"):
        net.predict([1, 2])


def test_an_unknown_class_is_refused_once_the_classes_are_known() -> None:
    net = gn.Network([1, 2], output="softmax")
    net.fit([[0], [1]], ["a", "b"], epochs=1)
    with pytest.raises(ValueError, match="unknown class 'c'; known are: a, b"):
        net.fit([[0]], ["c"])


def test_a_failed_training_leaves_everything_as_it_was() -> None:
    net = gn.Network([2, 3, 2], hidden="relu", output="softmax", seed=1)
    x = [[1e10, 2e10], [-1e10, 3e10]]
    with pytest.raises(gn.DivergedError):
        net.fit(x, ["a", "b"], optimizer=gn.SGD(1e30), epochs=1, batch_size=2)
    assert net.classes is None
    assert np.isfinite(net.parameters).all()
    net.fit([[0, 1], [1, 0]], ["x", "y"], epochs=1)


def test_weights_that_end_infinite_are_a_divergence_even_if_no_error_was() -> None:
    # The only error is measured before the only update.
    net = gn.Network([2, 3, 1], hidden="relu", output="identity", seed=1)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) * 1e10
    with pytest.raises(gn.DivergedError):
        net.fit(x, [0, 1, 1, 0], optimizer=gn.SGD(1e30), epochs=1, batch_size=4)


def test_numbers_that_are_not_finite_are_neither_saved_nor_explained(tmp_path: Path) -> None:
    net = gn.Network([2, 2], output="softmax")
    net.parameters[0] = np.nan
    with pytest.raises(ValueError, match="'w1' of the network holds numbers not finite"):
        net.save(tmp_path / "net.safetensors")
    with pytest.raises(ValueError, match="not finite"):
        gn.explain(net, [1, 0], 1)
    assert not list(tmp_path.iterdir())


def test_images_and_frames_bring_names() -> None:
    net = gn.Network([4, 2], output="softmax")
    net.fit(np.zeros((3, 2, 2)), [0, 1, 0], epochs=1)
    assert net.feature_names == ["pixel 1,1", "pixel 1,2", "pixel 2,1", "pixel 2,2"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": 0.1}, "optimizer must be of type Optimizer, like 'adam' or gn.Adam"),
        ({"optimizer": gn.Adam}, "optimizer must be of type"),
        ({"schedule": "cosine"}, "schedule must be of type Schedule, like gn.Cosine"),
        ({"stopping": 5}, "stopping must be of type EarlyStopping, like"),
        ({"threads": "2"}, "threads must be a whole number"),
    ],
)
def test_options_of_the_wrong_type_say_what_was_expected(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        gn.Network([2, 2], output="softmax").fit([[0, 1], [1, 0]], [0, 1], **options)


def test_the_engine_is_there_without_an_import_of_its_own() -> None:
    code = "import glassnet; print(sorted(glassnet.engine.info()))"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_printed_it_is_a_table_of_its_layers() -> None:
    net = gn.Network([2, gn.Dense(3, "tanh"), gn.Dense(2, "softmax", bias=False)])
    lines = [" ".join(line.split()) for line in str(net).splitlines()]
    assert "1 3 tanh 2 × 3 3" in lines
    assert "2 2 softmax 3 × 2 none" in lines
    assert "15 weights and biases, float32." in lines


class Backwards(gn.Adam):
    """An optimizer of one's own, which the kernels lack."""

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        super().step(parameters, state, -gradient, number, learning_rate)


def pickled(given: Any) -> Any:
    return pickle.loads(pickle.dumps(given))  # noqa: S301 - our own


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
@pytest.mark.parametrize("optimizer", [gn.Adam(0.05), Backwards(0.01)], ids=["Adam", "its own"])
def test_copies_are_the_same_network_with_the_same_steps(
    copied: Callable[[Any], Any], optimizer: gn.Adam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GLASSNET_ENGINE", raising=False)  # which would refuse what kernels lack
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    net = gn.Network([3, gn.Dense(4, gn.LeakyRelu(0.2)), gn.Dense(2, "softmax")], seed=1)
    loss = gn.CategoricalCrossentropy(0.1)
    options: dict[str, Any] = {"batch_size": 5, "dropout": 0.1, "optimizer": optimizer}
    history = net.fit(x, y, epochs=2, record=[0, 5], loss=loss, **options)
    for again, steps in (copied((net, history.steps)), (copied(net), copied(history.steps))):
        assert again.parameters.tobytes() == net.parameters.tobytes()
        assert not np.shares_memory(again.parameters, net.parameters)
        assert again.architecture == net.architecture
        assert again.loss == net.loss == loss
        assert again.predict_proba(x).tobytes() == net.predict_proba(x).tobytes()
        assert again.evaluate(x, y) == net.evaluate(x, y)
        for number, step in history.steps.items():
            theirs, ours = gn.explain(steps[number]), gn.explain(step)
            assert theirs.step.new_parameters.tobytes() == ours.step.new_parameters.tobytes()
            assert theirs.to_text() == ours.to_text()
        more = copied(net)
        for each in (again, more):
            each.fit(x, y, epochs=1, **options)
        assert again.parameters.tobytes() == more.parameters.tobytes() != net.parameters.tobytes()
