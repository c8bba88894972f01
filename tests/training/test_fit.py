"""The options of fit, each seen to act; and several networks at once."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.nn.layers import Layer
from glassnet.training import rollback
from glassnet.training.rollback import Rollback


def data(rows: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    return x, (x @ [1.0, -2.0, 0.5] > 0.5).astype(int)


def network(seed: int = 3) -> gn.Network:
    return gn.Network([3, 5, 2], hidden="tanh", output="softmax", dtype="float64", seed=seed)


def test_a_weight_of_two_is_the_example_twice() -> None:
    x, y = data(6)
    weighted, twice = network(), network()
    weighted.fit(
        x, y, sample_weight=[2, 1, 1, 0, 1, 1], optimizer=gn.SGD(0.1), epochs=3, batch_size=6
    )
    rows = [0, 0, 1, 2, 4, 5]
    twice.fit(x[rows], y[rows], optimizer=gn.SGD(0.1), epochs=3, batch_size=6)
    assert weighted.parameters == pytest.approx(twice.parameters, rel=1e-12)


def test_class_weight_are_weights_of_their_examples() -> None:
    x, y = data()
    by_class, by_example, balanced = network(), network(), network()
    by_class.fit(x, y, class_weight={1: 3.0}, epochs=2)
    by_example.fit(x, y, sample_weight=np.where(y == 1, 3.0, 1.0), epochs=2)
    assert by_class.parameters.tobytes() == by_example.parameters.tobytes()
    balanced.fit(x, y, class_weight="balanced", epochs=2)
    share = np.bincount(y)
    by_example = network()
    by_example.fit(x, y, sample_weight=(len(y) / (2 * share))[y], epochs=2)
    assert balanced.parameters == pytest.approx(by_example.parameters, rel=1e-12)


def test_the_history_is_of_the_weighted_mean_error() -> None:
    x, y = data(8)
    net, weights = network(), np.arange(8.0)
    before = net.predict_proba(x)
    history = net.fit(x, y, sample_weight=weights, optimizer=gn.SGD(1e-12), epochs=1, batch_size=8)
    errors = -np.log(before[np.arange(8), y])
    assert history.losses[0] == pytest.approx(np.average(errors, weights=weights), rel=1e-9)


@pytest.mark.parametrize("penalty", [gn.L2(0.5), gn.L1(0.05), gn.WeightDecay(0.5)])
def test_penalties_hold_weights_back_and_leave_biases_alone(penalty: gn.L2) -> None:
    x, y = data()
    free, held = network(), network()
    for net, penalties in ((free, ()), (held, penalty)):
        net.fit(x, y, optimizer=gn.SGD(0.1), epochs=30, penalties=penalties)
    first, second = (
        float(np.square(np.concatenate([np.ravel(w) for w in net.weights])).sum())  # type: ignore[arg-type]
        for net in (free, held)
    )
    assert second < 0.7 * first


def test_labels_have_the_accuracy_of_labels_whatever_their_rows_hold() -> None:
    net = gn.Network([1, 3], output="sigmoid", dtype="float64")
    net.weights, net.biases = [[[0, 0, 0]]], [[2, 1, -1]]
    X, y = [[0.0], [0.0]], [[0, 1, 0], [0, 1, 0]]  # predicted yes, yes, no
    history = net.fit(X, y, epochs=1, optimizer=gn.SGD(1e-9), validation=(X, y))
    assert history.metrics["accuracy"] == pytest.approx([2 / 3])


def test_clipping_bounds_the_step() -> None:
    x, y = data()
    net = network()
    before = net.parameters.copy()
    net.fit(x * 100, y, optimizer=gn.SGD(1.0), epochs=1, batch_size=40, clip_norm=0.01)
    # One step of learning rate 1: the parameters moved by exactly the clipped gradient.
    assert np.linalg.norm(net.parameters - before) == pytest.approx(0.01, rel=1e-9)


def test_dropout_is_for_training_only_and_by_seed() -> None:
    x, y = data()
    nets = [network(), network()]
    for net in nets:
        net.fit(x, y, dropout=gn.Dropout([0.5], inputs=0.1), epochs=2)
    plain = network()
    plain.fit(x, y, epochs=2)
    assert nets[0].parameters.tobytes() == nets[1].parameters.tobytes()
    assert nets[0].parameters.tobytes() != plain.parameters.tobytes()
    assert np.array_equal(nets[0].predict_proba(x), nets[0].predict_proba(x))
    with pytest.raises(ValueError, match="dropout has 2 rates; the network has 1 hidden layers"):
        network().fit(x, y, dropout=gn.Dropout([0.5, 0.5]))


def test_lbfgs_finds_the_least_squares_line() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(50, 3))
    y = x @ [1.0, -2.0, 0.5] + 3 + random.normal(scale=0.1, size=50)
    net = gn.Network([3, 1], output="identity", dtype="float64", seed=1)
    history = net.fit(x, y, optimizer=gn.LBFGS(tolerance=1e-10), epochs=200)
    ones = np.column_stack([x, np.ones(50)])
    solution, *_ = np.linalg.lstsq(ones, y, rcond=None)
    assert net.parameters == pytest.approx(solution, abs=1e-6)
    assert history.losses[-1] == pytest.approx(net.evaluate(x, y))
    # With a penalty λ/2 Σw² on the weights: (XᵀX·2/n + λ) w = Xᵀy·2/n, the bias unpenalised.
    net.fit(x, y, optimizer=gn.LBFGS(tolerance=1e-10), epochs=200, penalties=gn.L2(0.3))
    normal = 2 / 50 * ones.T @ ones + np.diag([0.3, 0.3, 0.3, 0])
    assert net.parameters == pytest.approx(np.linalg.solve(normal, 2 / 50 * ones.T @ y), abs=1e-6)
    with pytest.raises(ValueError, match="of the penalties only L2"):
        net.fit(x, y, optimizer=gn.LBFGS(), penalties=gn.L1(0.1))
    with pytest.raises(ValueError, match="no use for dropout"):
        net.fit(x, y, optimizer=gn.LBFGS(), dropout=0.5)


def test_lbfgs_keeps_fixed_what_has_a_rate_of_0() -> None:
    x = np.random.default_rng(0).normal(size=(50, 3))
    y = np.sin(x.sum(axis=1))
    fixed = gn.Dense(4, "tanh", weight_rate=0, bias_rate=0)
    net = gn.Network([3, fixed, gn.Dense(1, "identity")], dtype="float64", seed=1)
    before = net.parameters.copy()
    net.fit(x, y, optimizer=gn.LBFGS(), epochs=20, penalties=gn.L2(0.1))
    moved = net.parameters != before
    assert not moved[:16].any()  # 3 · 4 weights and 4 biases
    assert moved[16:].all()


def test_a_scale_layer_and_a_multiplier_learn_and_come_back_from_a_file(tmp_path: object) -> None:
    x, y = data()
    layers: list[int | Layer] = [
        3,
        gn.Scale(weight_rate=6),
        gn.Dense(4, "mish", multiplier="ntk", bias_rate=0.1),
        gn.Dense(2, "softmax", initial="zero"),
    ]
    net = gn.Network(layers, seed=2)
    assert np.allclose(net.predict_proba(x), 0.5)  # a last layer of zeros has no opinion
    net.fit(x, y, loss=gn.CategoricalCrossentropy(0.1), optimizer=gn.Adam(0.05), epochs=20)
    assert (net.predict(x) == y).mean() > 0.8
    net.save(f"{tmp_path}/net.safetensors")
    again = gn.load(f"{tmp_path}/net.safetensors")
    assert isinstance(again, gn.Network)
    assert again.predict_proba(x).tobytes() == net.predict_proba(x).tobytes()
    assert again.loss == net.loss
    assert repr(again) == repr(net).replace(", initial='zero'", "")


def test_networks_trained_together_are_as_trained_alone() -> None:
    x, y = data()
    alone, together = ([network(seed) for seed in (1, 2, 3)] for _ in range(2))
    for net in alone:
        net.fit(x, y, epochs=4)
    histories = gn.fit_many(together, x, y, epochs=4)
    for first, second in zip(alone, together, strict=True):
        assert first.parameters.tobytes() == second.parameters.tobytes()
        assert second.epochs_trained == 4
    assert [history.epochs for history in histories] == [4, 4, 4]
    with pytest.raises(ValueError, match="must be different objects"):
        gn.fit_many([together[0], together[0]], x, y)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample_weight": [1, 2]}, r"sample_weight has shape \(2,\); expected \(40,\)"),
        ({"sample_weight": -np.ones(40)}, "must be at least 0, not -1"),
        ({"sample_weight": np.zeros(40)}, "nothing to learn from"),
        ({"class_weight": {7: 2}}, "names the class 7; known are: 0, 1"),
        ({"dropout": 1.0}, "a dropout rate must be from 0 to below 1, not 1.0"),
        ({"clip_norm": 0}, "clip_norm must be above 0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    x, y = data()
    net = network()
    before = net.parameters.tobytes()
    with pytest.raises(ValueError, match=message):
        net.fit(x, y, **options)  # type: ignore[arg-type]
    assert net.parameters.tobytes() == before


def test_numbers_that_are_not_finite_are_named_and_lose_nothing() -> None:
    x, y = data()
    x = x.copy()
    x[17, 2] = np.inf
    net = network()
    before = net.parameters.tobytes()
    with pytest.raises(ValueError, match=r"X\[17, 2\] is inf; expected finite numbers"):
        net.fit(x, y, epochs=2)
    with pytest.raises(ValueError, match=r"X\[17, 2\] is inf"):
        net.predict_proba(x)
    assert net.parameters.tobytes() == before


def test_a_large_network_keeps_its_old_weights_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "MAX_BYTES_IN_MEMORY", 8)
    weights = np.arange(6.0).reshape(2, 3)
    with Rollback(weights) as before:
        weights[...] = np.nan
        before.restore()
    assert weights.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_full_disk_leaves_the_copy_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rollback, "MAX_BYTES_IN_MEMORY", 8)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    weights = np.arange(6.0)
    with Rollback(weights) as before:
        weights[...] = 0
        before.restore()
    assert weights.tolist() == [0, 1, 2, 3, 4, 5]


def test_several_networks_show_how_far_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = data()
    nets = [
        gn.Network([3, 64, 64, 2], hidden="tanh", output="softmax", seed=seed) for seed in range(3)
    ]
    gn.fit_many(nets, X, y, epochs=2000, progress=True)
    shown = capsys.readouterr().err
    assert "epoch" in shown
    assert "/2000" in shown


@pytest.mark.parametrize("validation", [(), (np.eye(2),), (np.eye(2), [0, 1], [1.0, 1.0])])
def test_validation_data_are_a_pair(validation: Any) -> None:
    net = gn.Network([2, 2], output="softmax")
    with pytest.raises(ValueError, match=r"a share, or a pair \(X, y\); it has \d parts?"):
        net.fit(np.eye(2), [0, 1], validation=validation)
