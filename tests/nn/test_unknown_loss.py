"""A loss that is not known: outputs need none, and all else says so until one is given."""

import copy
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.unknown_loss import UnknownLoss

X, Y = np.eye(3), np.ones((3, 2))


def network() -> gn.Network:
    net = gn.Network([3, 4, 2], hidden="tanh", output="identity")
    net.loss = UnknownLoss("it was called 'mape'")
    return net


def test_outputs_need_no_loss() -> None:
    net, known = network(), gn.Network([3, 4, 2], hidden="tanh", output="identity")
    assert (net.predict_proba(X) == known.predict_proba(X)).all()
    assert gn.explain(net, X[0]).forward is not None
    assert "identity" in str(net)


def test_what_needs_one_says_so(tmp_path: Path) -> None:
    words = "the loss of this network is not known: it was called 'mape'. Give loss="
    for net in (network(), copy.deepcopy(network())):
        with pytest.raises(gn.LimitError, match=words):
            net.evaluate(X, Y)
        with pytest.raises(gn.LimitError, match=words):
            net.fit(X, Y)
        with pytest.raises(gn.LimitError, match=words):
            gn.explain(net, X, Y)
        with pytest.raises(gn.LimitError, match=words):
            net.save(tmp_path / "net.safetensors")


def test_one_that_is_given_is_taken_and_a_training_makes_it_known() -> None:
    net = network()
    assert net.evaluate(X, Y, loss="huber") > 0
    assert gn.explain(net, X, Y, loss="huber", learning_rate=0.1).step.loss > 0
    net.fit(X, Y, epochs=1, loss="huber")
    assert net.loss == Huber(1.0)
    other = network()
    other.loss = Huber(2.0)
    assert other.loss == Huber(2.0)
