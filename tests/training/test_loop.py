"""The plan of a training, on the engine that is in use."""

from typing import Any

import numpy as np
import pytest

from glassnet.arrays.splits import split_rows
from glassnet.arrays.targets import Targets
from glassnet.core.random import example_order
from glassnet.engine import engine
from glassnet.engine.interface import Steps, Training
from glassnet.errors import DivergedError
from glassnet.network import Network
from glassnet.optim.adam import Adam
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule
from glassnet.training import loop
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.fit import validation_split
from glassnet.training.schedules import Cosine


def data(rows: int = 50, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    return x, (x @ [1.0, -2.0, 0.5] > 0).astype(int)


def network(**options: object) -> Network:
    return Network([3, 5, 2], hidden="tanh", output="softmax", seed=3, **options)  # type: ignore[arg-type]


def test_fit_is_the_engine_run_over_the_seeded_orders() -> None:
    x, y = data()
    net, by_hand = network(), network()
    history = net.fit(x, y, optimizer=SGD(0.1), epochs=3, batch_size=8)
    rule = UpdateRule(SGD(0.1))
    program = engine().compile(by_hand.architecture, by_hand.loss, rule)
    training = Training(
        rule,
        by_hand.parameters,
        x.astype(np.float32),
        np.eye(2, dtype=np.float32)[y],
    )
    for epoch in range(3):
        starts = np.array([0, 8, 16, 24, 32, 40, 48, 50])
        steps = Steps(example_order(3, epoch, 50), starts, np.full(7, 0.1))
        errors = program.run(training, steps)
        assert history.losses[epoch] == pytest.approx(errors.sum() / 50, rel=1e-12)
    assert net.parameters.tobytes() == by_hand.parameters.tobytes()


def test_one_epoch_after_the_other_meets_the_same_examples_as_both_at_once() -> None:
    x, y = data()
    at_once, in_turn = network(), network()
    at_once.fit(x, y, optimizer=SGD(0.1), epochs=4)
    for _ in range(4):
        in_turn.fit(x, y, optimizer=SGD(0.1), epochs=1)
    assert at_once.parameters.tobytes() == in_turn.parameters.tobytes()
    assert at_once.epochs_trained == in_turn.epochs_trained == 4


def test_many_tiny_epochs_at_once_are_the_same_as_one_by_one() -> None:
    x, y = data(4)
    quick, watched = network(), network()
    first = quick.fit(x, y, optimizer=SGD(0.1), epochs=300, batch_size=4)
    second = watched.fit(x, y, optimizer=SGD(0.1), epochs=300, batch_size=4, validation=(x, y))
    assert quick.parameters.tobytes() == watched.parameters.tobytes()
    assert first.losses == second.losses


def test_validation_data_are_measured_and_not_learned_from() -> None:
    x, y = data()
    other_x, other_y = data(20, seed=1)
    with_data, without = network(), network()
    history = with_data.fit(x, y, epochs=5, validation=(other_x, other_y))
    without.fit(x, y, epochs=5)
    assert with_data.parameters.tobytes() == without.parameters.tobytes()
    assert history.validation_losses[-1] == pytest.approx(with_data.evaluate(other_x, other_y))
    right = (with_data.predict(other_x) == other_y).mean()
    assert history.metrics["accuracy"][-1] == pytest.approx(right)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_part_that_is_held_back_is_as_if_it_were_given_apart(weighted: bool) -> None:
    x, y = data()
    weights = np.linspace(1, 2, 50) if weighted else None
    shared, apart = network(), network()
    learn, hold = split_rows(50, 0.2, seed=3, groups=y, number=1)
    options: dict[str, Any] = {"epochs": 4, "batch_size": 7, "dropout": 0.2}
    first = shared.fit(x, y, validation=0.2, sample_weight=weights, **options)
    own = None if weights is None else weights[learn]
    other = (x[hold], y[hold])
    second = apart.fit(x[learn], y[learn], validation=other, sample_weight=own, **options)
    assert shared.parameters.tobytes() == apart.parameters.tobytes()
    assert first.losses == second.losses
    assert first.validation_losses == second.validation_losses
    assert first.metrics == second.metrics


def test_of_classes_the_same_part_of_each_is_held_back() -> None:
    y = np.repeat([0, 1], [45, 5])
    _, hold = validation_split(network(), Targets(np.eye(2, dtype=np.float32)[y], None), 0.2)
    assert np.bincount(y[hold]).tolist() == [9, 1]
    numbers = Network([3, 1], output="identity", seed=3)
    learn, hold = validation_split(numbers, Targets(np.zeros((50, 1), np.float32), None), 0.2)
    assert sorted([*learn.tolist(), *hold.tolist()]) == list(range(50))
    assert len(hold) == 10


def test_early_stopping_brings_the_best_weights_back() -> None:
    x, y = data(30)
    noise = np.random.default_rng(5).integers(0, 2, 20)
    other = (data(20, seed=6)[0], noise)  # labels at random: learning makes it worse
    net = network()
    history = net.fit(
        x, y, optimizer=Adam(0.05), epochs=500, validation=other, stopping=EarlyStopping(5)
    )
    assert history.stopped_early
    assert history.best_epoch is not None
    assert history.epochs == history.best_epoch + 1 + 5
    assert history.validation_losses[history.best_epoch] == min(history.validation_losses)
    assert net.evaluate(*other) == pytest.approx(min(history.validation_losses))


def test_without_stopping_the_last_weights_stay() -> None:
    x, y = data(30)
    net = network()
    history = net.fit(x, y, optimizer=Adam(0.05), epochs=50, validation=(x[:5], 1 - y[:5]))
    assert net.evaluate(x[:5], 1 - y[:5]) == pytest.approx(history.validation_losses[-1])


def test_a_schedule_scales_the_learning_rate() -> None:
    x, y = data(16)
    history = network().fit(x, y, optimizer=SGD(0.2), epochs=4, batch_size=4, schedule=Cosine())
    # 16 steps in all; the last step of epoch e is number 4e + 3.
    expected = [0.2 * (1 + np.cos(np.pi * (4 * epoch + 3) / 16)) / 2 for epoch in range(4)]
    assert history.learning_rates == pytest.approx(expected)


def test_a_training_that_diverges_is_an_error_and_sets_the_weights_back() -> None:
    random = np.random.default_rng(0)
    net = Network([3, 1], output="identity", seed=1)
    before = net.parameters.copy()
    x = random.normal(size=(20, 3)) * 100
    with pytest.raises(DivergedError, match="try a learning rate below 10"):
        net.fit(x, x.sum(axis=1), optimizer=SGD(10), epochs=100)
    assert net.parameters.tobytes() == before.tobytes()


def test_stopping_needs_validation_data() -> None:
    x, y = data()
    with pytest.raises(ValueError, match="needs validation data"):
        network().fit(x, y, stopping=EarlyStopping())


@pytest.mark.parametrize("batch_size", [1, 7, 50, 1000])
def test_any_batch_size_sees_each_example_once_an_epoch(batch_size: int) -> None:
    x, y = data()
    net = network()
    history = net.fit(x, y, optimizer=SGD(1e-30), epochs=1, batch_size=batch_size)
    assert history.losses[0] == pytest.approx(net.evaluate(x, y), rel=1e-5)


def test_the_losses_of_weighted_epochs_do_not_depend_on_how_many_are_taken_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The weights of all examples are summed in the order of each epoch, whatever the speed."""
    x, y = data(rows=36)
    options: Any = {"epochs": 12, "batch_size": 18, "sample_weight": np.arange(1, 37) / 7}
    at_once = network(dtype="float64").fit(x, y, **options)
    monkeypatch.setattr(loop, "FIRST_MULTIPLY_ADDS", 1)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_LOOKS", 0.0)
    assert network(dtype="float64").fit(x, y, **options).losses == at_once.losses
