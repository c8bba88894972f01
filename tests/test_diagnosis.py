"""Networks broken on purpose are diagnosed, healthy ones are left in peace."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.preprocessing import scale

import glassnet as gn
from glassnet.diagnosis import DiagnosisCallback, diagnose

RANDOM = np.random.default_rng(0)


def blobs(classes: int = 3, features: int = 5, rows: int = 300) -> tuple[Any, Any]:
    X, y = datasets.make_blobs(rows, features, centers=classes, cluster_std=3.0, random_state=1)
    return scale(X), y


def kinds(net: gn.Network, X: Any, y: Any, **options: Any) -> set[str]:
    """What is found at the end and was told before, while the training went on."""
    reported: list[str] = []
    history = net.fit(X, y, callbacks=DiagnosisCallback(net, X, y, reported.append), **options)
    told_kinds = [words.split(": ")[1] for words in reported]
    assert len(told_kinds) == len(set(told_kinds))
    return {finding.kind for finding in diagnose(net, X, y, history)} & set(told_kinds)


def dead() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, 20, 3], hidden="relu", output="softmax", seed=1)
    net.biases[0] = np.where(np.arange(20) < 15, -50.0, 0.0)
    return kinds(net, X, y, epochs=20)


def saturated() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, 20, 3], hidden="sigmoid", output="softmax", seed=1)
    net.weights[0] = 100 * RANDOM.normal(size=(5, 20))
    return kinds(net, X, y, epochs=20)


def vanishing() -> set[str]:
    X, y = blobs()
    layers = [5, *[10] * 10, 3]
    net = gn.Network(layers, hidden="sigmoid", output="softmax", seed=1)
    return kinds(net, X, y, epochs=15)


def exploding() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, *[30] * 6, 1], hidden="relu", output="identity", seed=1)
    net.weights = [4 * w for w in net.weights if w is not None]
    return kinds(net, X, y.astype(float), epochs=20, optimizer=gn.SGD(1e-30))


def alike() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, 10, 3], hidden="tanh", output="softmax", seed=1)
    net.weights = [np.full((5, 10), 0.1), np.full((10, 3), 0.1)]
    return kinds(net, X, y, epochs=20)


def unscaled() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, 10, 3], hidden="tanh", output="softmax", seed=1)
    return kinds(net, X * np.array([1, 1000, 1, 0.01, 1]) + 30, y, epochs=20)


def too_high() -> set[str]:
    X, y = blobs()
    y = np.where(RANDOM.random(300) < 0.2, RANDOM.integers(3, size=300), y)
    net = gn.Network([5, 10, 3], hidden="tanh", output="softmax", seed=1)
    return kinds(net, X, y, epochs=50, optimizer=gn.SGD(30.0))


def too_low() -> set[str]:
    X, y = blobs()
    net = gn.Network([5, 10, 3], hidden="tanh", output="softmax", seed=1)
    return kinds(net, X, y, epochs=50, optimizer=gn.SGD(1e-6), batch_size=300)


def overfitting() -> set[str]:
    X, _y = blobs()
    noise = RANDOM.integers(3, size=300)
    net = gn.Network([5, 200, 3], hidden="relu", output="softmax", seed=1)
    return kinds(net, X[:60], noise[:60], epochs=400, validation=(X[60:], noise[60:]))


def never_predicted() -> set[str]:
    X = RANDOM.normal(size=(400, 3))
    y = np.where(np.arange(400) % 20 == 0, "rare", "usual")
    net = gn.Network([3, 2], output="softmax", seed=1)
    return kinds(net, X, y, epochs=200)


BROKEN: dict[str, Callable[[], set[str]]] = {
    "dead units": dead,
    "saturated units": saturated,
    "vanishing gradients": vanishing,
    "exploding gradients": exploding,
    "identical units": alike,
    "inputs not scaled": unscaled,
    "learning rate too high": too_high,
    "learning rate too low": too_low,
    "overfitting": overfitting,
    "class never predicted": never_predicted,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_recognised(kind: str) -> None:
    assert kind in BROKEN[kind]()


def healthy(number: int) -> tuple[gn.Network, Any, Any, dict[str, Any]]:
    """Usual networks on usual data, with usual settings."""
    hidden = ("relu", "tanh", "sigmoid", "gelu", "selu")[number % 5]
    units = ([16], [64], [32, 32], [8, 8, 8])[number % 4]
    match number // 5:
        case 0:
            X, y = datasets.load_digits(return_X_y=True)
            X, outputs = X / 16, 10
        case 1:
            X, y = datasets.load_wine(return_X_y=True)
            X, outputs = scale(X), 3
        case 2:
            X, y = datasets.load_diabetes(return_X_y=True)
            X, y, outputs = scale(X), scale(y), 0
        case _:
            X, y = datasets.make_moons(600, noise=0.2, random_state=number)
            outputs = 2
    output = "softmax" if outputs else "identity"
    net = gn.Network([X.shape[1], *units, outputs or 1], hidden=hidden, output=output, seed=number)
    options: dict[str, Any] = {"epochs": 60, "optimizer": gn.Adam(0.003)}
    if number % 3 == 0:
        options |= {"optimizer": gn.Nesterov(0.02), "schedule": gn.Cosine()}
    if number % 2:
        options |= {"validation": 0.2, "stopping": gn.EarlyStopping(10)}
    return net, X, y, options


@pytest.mark.parametrize("number", range(20))
def test_a_healthy_training_raises_no_alarm(number: int) -> None:
    net, X, y, options = healthy(number)
    reported: list[str] = []
    watch = DiagnosisCallback(net, X, y, reported.append, restores_best="stopping" in options)
    history = net.fit(X, y, callbacks=watch, **options)
    assert reported == []
    # A few units that have died are no alarm, and are named for who asks.
    found = [finding for finding in diagnose(net, X, y, history) if finding.kind != "dead units"]
    assert [str(finding) for finding in found] == []


def test_a_finding_names_units_numbers_and_what_to_try() -> None:
    X, y = blobs()
    net = gn.Network([5, 4, 3], hidden="relu", output="softmax", seed=1)
    net.biases[0] = [-50.0, 0.0, -50.0, 0.0]
    history = net.fit(X, y, epochs=5)
    (finding,) = [f for f in diagnose(net, X, y, history) if f.kind == "dead units"]
    assert finding.words.startswith("2 of 4 units of layer 1 output 0 for every example (h1.1, ")
    assert "lower learning rate" in str(finding)


def test_inputs_that_vary_by_rounding_alone_are_no_narrow_ones() -> None:
    X, y = blobs()
    X = np.column_stack([X, np.full(300, -0.0278)]).astype(np.float32)
    X[0, -1] = np.nextafter(X[0, -1], np.float32(0))
    net = gn.Network([6, 10, 3], hidden="tanh", output="softmax", seed=1)
    assert kinds(net, X, y, epochs=20) == set()


def test_a_schedule_that_turns_round_is_no_unsteady_training() -> None:
    # Noise: there is nothing to learn, so that the error follows the learning rate up and down.
    X, noise = RANDOM.normal(size=(400, 4)), RANDOM.normal(size=(400, 1))
    net = gn.Network([4, 32, 1], hidden="mish", output="identity", seed=1)
    history = net.fit(X, noise, epochs=100, optimizer=gn.Adam(0.05), schedule=gn.CosLog4())
    assert "learning rate too high" not in {f.kind for f in diagnose(net, X, noise, history)}


def test_a_last_layer_of_zeros_lets_no_gradients_vanish() -> None:
    X, y = blobs()
    last = gn.Dense(3, "softmax", initial="zero")
    net = gn.Network([5, gn.Dense(20, "selu"), gn.Dense(20, "selu"), last], seed=1)
    history = net.fit(X, y, epochs=1, optimizer=gn.SGD(1e-6))
    assert "vanishing gradients" not in {f.kind for f in diagnose(net, X, y, history)}


def test_what_is_found_goes_to_standard_error_if_nobody_else_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    X, y = blobs()
    net = gn.Network([5, 3], output="softmax", seed=1)
    net.fit(
        1000 * X, y, epochs=30, callbacks=gn.DiagnosisCallback(net, 1000 * X, y), progress=False
    )
    assert capsys.readouterr().err.startswith("after 15 epochs: inputs not scaled: means up to")


def test_a_watch_begins_anew_with_each_training() -> None:
    X, y = blobs()
    reported: list[str] = []
    net = gn.Network([5, 3], output="softmax", seed=1)
    watch = DiagnosisCallback(net, 1000 * X, y, reported.append)
    for _ in range(2):
        net.fit(1000 * X, y, epochs=20, callbacks=watch)
    assert [words.split(":")[0] for words in reported] == ["after 15 epochs"] * 2


def test_a_multiplier_makes_no_gradient_vanish() -> None:
    # Both compute the same; by its own weights, the first layer's gradient is a millionth.
    X, y = blobs()
    found = []
    for multiplier in (1.0, 1e-6):
        first = gn.Dense(4, "selu", multiplier=multiplier)
        net = gn.Network([5, first, gn.Dense(3, "softmax")], seed=1)
        history = net.fit(X, y, epochs=1, optimizer=gn.SGD(1e-9))
        found.append({finding.kind for finding in diagnose(net, X, y, history)})
    assert found[0] == found[1]


@pytest.mark.parametrize(("units", "killed"), [(32, [3, 17]), (64, [0, 1, 2, 40]), (300, [7, 9])])
@pytest.mark.parametrize("activation", ["relu", "relu6", "hard_silu"])
def test_few_killed_units_are_all_named_without_a_history(
    activation: str, units: int, killed: list[int]
) -> None:
    X, y = blobs()
    net = gn.Network([5, units, 3], hidden=activation, output="softmax", seed=1)
    net.biases[0] = np.where(np.isin(np.arange(units), killed), -1000.0, 0.0)
    (finding,) = [f for f in gn.diagnose(net, X, y) if f.kind == "dead units"]
    names = [f"h1.{unit + 1}" for unit in killed]
    if len(killed) == 4:
        names = ["h1.1 to h1.3", "h1.41"]
    assert finding.words == (
        f"{len(killed)} of {units} units of layer 1 output 0 for every example ({', '.join(names)})"
    )


def test_units_that_stand_still_at_their_upper_end_are_dead_too() -> None:
    X, y = blobs()
    net = gn.Network([5, 32, 3], hidden="relu6", output="softmax", seed=1)
    net.biases[0] = np.where(np.isin(np.arange(32), [4, 30]), 1000.0, 0.0)
    (finding,) = [f for f in gn.diagnose(net, X, y) if f.kind == "dead units"]
    assert (
        finding.words == "2 of 32 units of layer 1 have the slope 0 for every example (h1.5, h1.31)"
    )


def test_one_unit_of_many_and_a_history_that_is_none() -> None:
    X, y = blobs()
    net = gn.Network([5, 32, 3], hidden="relu", output="softmax", seed=1)
    net.biases[0] = np.where(np.arange(32) == 4, -1000.0, 0.0)
    assert gn.diagnose(net, X, y) == []
    assert str(gn.diagnose(net, X, y)) == "No training problem was found."
    with pytest.raises(TypeError, match="history must be what fit returned"):
        gn.diagnose(net, X, y, y)


def test_a_diagnosis_prints_each_finding_as_a_sentence_with_its_advice() -> None:
    net = gn.Network([1, 4, 2], hidden="relu", output="softmax", seed=1)
    net.biases[0] = [-1e9, -1e9, -1e9, -1e9]
    found = gn.diagnose(net, [[0.0], [1.0], [1000.0], [2000.0]], [0, 0, 1, 1])
    lines = str(found).splitlines()
    assert len(lines) == len(found) >= 2
    for line, finding in zip(lines, found, strict=True):
        assert line.lower().startswith(f"{finding.kind}: ")
        assert line.endswith(f"{finding.words}. Advice: {finding.advice}.")
    assert "they no longer learn" in str(found)
