from collections.abc import Iterator

import pytest

import glassnet as gn
from glassnet.page.player import Player

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


@pytest.fixture
def training() -> gn.StepByStep:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=4)
    return gn.StepByStep(net, X, Y, optimizer=gn.SGD(0.3), batch_size=2)


@pytest.fixture
def player(training: gn.StepByStep) -> Iterator[Player]:
    player = Player(training)
    yield player
    player.close()


def test_what_is_played_has_the_bits_of_steps(player: Player) -> None:
    player.play()
    snapshot = player.snapshot
    while snapshot.step < 1000:
        snapshot = player.wait_beyond(snapshot.number, 60)
        assert snapshot.playing
    player.pause()
    last = player.ask(lambda training: training.step)
    snapshot = player.wait_beyond(-1, 60)
    while snapshot.playing or snapshot.step != last:
        snapshot = player.wait_beyond(snapshot.number, 60)
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=4)
    gn.StepByStep(net, X, Y, optimizer=gn.SGD(0.3), batch_size=2).forward(last)
    assert snapshot.parameters.tobytes() == net.parameters.tobytes()


def test_at_a_speed_steps_come_one_by_one(player: Player) -> None:
    player.play(200.0)
    steps = [player.wait_beyond(player.snapshot.number, 60).step for _ in range(5)]
    player.pause()
    assert steps == sorted(steps)
    assert steps[-1] <= 200


def test_a_change_begins_a_new_course(player: Player) -> None:
    player.ask(lambda training: training.forward(5))
    assert player.wait_beyond(0, 60).course == 0
    before = player.snapshot.number

    def change(training: gn.StepByStep) -> float:
        training.change(0, 1.5)
        return 7.0

    assert player.change(change) == 7.0
    snapshot = player.wait_beyond(before, 60)
    while snapshot.course == 0:
        snapshot = player.wait_beyond(snapshot.number, 60)
    assert (snapshot.step, snapshot.parameters[0]) == (5, 1.5)


def test_what_is_refused_is_told_to_whoever_asked(player: Player) -> None:
    with pytest.raises(ValueError, match="steps must be at least 1"):
        player.ask(lambda training: training.forward(0))
    player.ask(lambda training: training.forward(1))
    assert player.ask(lambda training: training.step) == 1


def test_a_training_that_diverges_stops_and_says_why(player: Player) -> None:
    def set_rate(training: gn.StepByStep) -> None:
        training.learning_rate = 1e38

    player.change(set_rate)
    player.play()
    snapshot = player.snapshot
    while not snapshot.problem:
        snapshot = player.wait_beyond(snapshot.number, 60)
    assert "becomes infinite or not a number" in snapshot.problem
    assert not snapshot.playing


def test_whoever_waits_is_let_go_at_the_end(training: gn.StepByStep) -> None:
    player = Player(training)
    player.close()
    assert player.wait_beyond(10**9, 60).step == 0
