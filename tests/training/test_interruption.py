"""Ctrl-C: noted between two steps, and a training that ends as whole as any other."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from glassnet.core.array import Array
from glassnet.network import Network
from glassnet.training.interruption import interruption
from glassnet.training.rollback import Rollback

#: After this many seconds a condition that has not come is taken for one that never will.
DEADLINE = 60.0

# More than any machine trains before the deadline.
FOREVER = 10**9


@contextmanager
def ctrl_c_once(changed: Network) -> Iterator[list[bool]]:
    """Send SIGINT to this process from another thread as soon as a network has learned.

    Yields a list that holds, afterwards, whether the network had.
    """
    before = changed.parameters.copy()
    over = threading.Event()
    learned: list[bool] = []

    def watch() -> None:
        for _ in range(int(DEADLINE / 0.01)):
            if not np.array_equal(changed.parameters, before):
                learned.append(True)
                break
            if over.wait(0.01):
                return
        os.kill(os.getpid(), signal.SIGINT)  # also after the deadline, so that fit returns

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield learned
    finally:
        over.set()
        thread.join()


def examples() -> tuple[Array, Array]:
    x = np.random.default_rng(0).normal(size=(400, 4))
    return x, (x.sum(axis=1) > 0).astype(np.int64)


def test_the_first_ctrl_c_is_noted_and_the_second_one_raises() -> None:
    with interruption() as interrupted:
        assert not interrupted()
        signal.raise_signal(signal.SIGINT)
        assert interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupted()


def test_the_handler_from_before_is_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruption():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(RuntimeError), interruption():
        raise RuntimeError
    assert signal.getsignal(signal.SIGINT) is before


def test_one_within_another_notes_for_itself() -> None:
    with interruption() as outer:
        with interruption() as inner:
            signal.raise_signal(signal.SIGINT)
            assert inner()
        assert not outer()


def test_outside_the_main_thread_nothing_is_noted_and_nothing_changes() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with interruption() as interrupted:
            seen.extend([interrupted(), signal.getsignal(signal.SIGINT)])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False, before]


def test_an_interrupted_fit_returns_its_history_and_keeps_the_last_weights() -> None:
    x, y = examples()
    net = Network([4, 16, 2], hidden="tanh", output="softmax", seed=1)
    before = net.parameters.copy()
    with ctrl_c_once(net) as learned:
        history = net.fit(x, y, epochs=FOREVER)
    assert learned
    assert history.interrupted
    assert not history.stopped_early
    assert "interrupted" in repr(history)
    assert np.isfinite(net.parameters).all()
    assert not np.array_equal(net.parameters, before)
    assert net.epochs_trained == history.epochs < FOREVER
    lists = (history.losses, history.learning_rates, history.seconds)
    assert {len(each) for each in lists} == {history.epochs}
    assert np.isfinite(history.losses).all()


def test_with_validation_the_best_weights_come_back() -> None:
    x, y = examples()
    net = Network([4, 16, 2], hidden="tanh", output="softmax", seed=1)
    with ctrl_c_once(net) as learned:
        history = net.fit(x[:300], y[:300], epochs=FOREVER, validation=(x[300:], y[300:]))
    assert learned
    assert history.interrupted
    assert len(history.validation_losses) == history.epochs
    if history.best_epoch is not None:  # none where the first epoch was not over
        assert history.validation_losses[history.best_epoch] == min(history.validation_losses)
        assert net.evaluate(x[300:], y[300:]) == pytest.approx(min(history.validation_losses))


def test_a_network_learns_on_after_an_interruption() -> None:
    x, y = examples()
    net = Network([4, 2], output="softmax", seed=1)
    with ctrl_c_once(net):
        history = net.fit(x, y, epochs=FOREVER)
    done = history.epochs
    again = net.fit(x, y, epochs=3)
    assert not again.interrupted
    assert again.epochs == 3
    assert net.epochs_trained == done + 3


def test_a_ctrl_c_in_one_long_epoch_does_not_wait_for_its_end() -> None:
    # One epoch of a hundred thousand steps: the engine returns in between.
    x = np.random.default_rng(0).normal(size=(100_000, 8)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    net = Network([8, 256, 256, 2], hidden="tanh", output="softmax", seed=1)
    with ctrl_c_once(net) as learned:
        history = net.fit(x, y, epochs=1, batch_size=1)
    assert learned
    assert history.interrupted
    assert history.epochs == net.epochs_trained == 0
    assert np.isfinite(net.parameters).all()


def test_a_ctrl_c_before_the_first_step_leaves_the_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of a large network the first step takes a second; here the key is pressed just before it.
    enter = Rollback.__enter__

    def pressed(rollback: Rollback) -> Rollback:
        signal.raise_signal(signal.SIGINT)
        return enter(rollback)

    monkeypatch.setattr(Rollback, "__enter__", pressed)
    x, y = examples()
    net = Network([4, 2], output="softmax", seed=1)
    before = net.parameters.copy()
    history = net.fit(x, y, epochs=FOREVER)
    assert history.interrupted
    assert history.epochs == 0
    assert np.array_equal(net.parameters, before)


def test_fit_works_in_another_thread() -> None:
    x, y = examples()
    net = Network([4, 2], output="softmax", seed=1)
    interrupted: list[bool] = []
    thread = threading.Thread(
        target=lambda: interrupted.append(net.fit(x, y, epochs=2).interrupted)
    )
    thread.start()
    thread.join()
    assert interrupted == [False]
