"""Temperature scaling."""

from dataclasses import replace

import numpy as np
import pytest

import glassnet as gn
from glassnet.evaluation.calibration import calibrate
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train
from tests.small_tables import fruits, prices


def too_certain() -> tuple[gn.Network, np.ndarray, np.ndarray]:
    """A network whose logits are four times what made the labels."""
    random = np.random.default_rng(0)
    x = random.normal(size=(4000, 1))
    y = (random.random(4000) < 1 / (1 + np.exp(-2 * x[:, 0]))).astype(int)
    net = gn.Network([1, gn.Dense(2, "softmax", multiplier=2.0)], dtype="float64")
    net.weights, net.biases = [[[-2.0, 2.0]]], [[0.0, 0.0]]  # logits ± 4 x, not ± x
    return net, x, y


def test_the_temperature_that_was_put_in_is_found_and_taken_out() -> None:
    net, x, y = too_certain()
    predicted, before = net.predict(x).tolist(), net.evaluate(x, y)
    assert calibrate(net, x, y) == pytest.approx(4, rel=0.1)
    assert net.weights[0] == pytest.approx(np.array([[-0.5, 0.5]]), rel=0.1)
    assert net.evaluate(x, y) < before
    assert net.predict(x).tolist() == predicted
    assert gn.explain(net, x[0], int(y[0])).check is not None


def test_a_network_that_is_right_already_stays_as_it_is() -> None:
    net, x, y = too_certain()
    calibrate(net, x, y)
    again = net.parameters.copy()
    assert calibrate(net, x, y) == pytest.approx(1, abs=1e-3)
    assert net.parameters == pytest.approx(again, rel=1e-3)


def test_a_recipe_may_ask_for_it() -> None:
    recipe = Recipe(hidden=(8,), epochs=30, calibrate=True, ensemble=2)
    plain = train(fruits(200), "fruit", replace(recipe, calibrate=False), progress=False).model
    model = train(fruits(200), "fruit", recipe, progress=False).model
    assert len(model.provenance["temperatures"]) == 2
    scaled = model.network.parameters / plain.network.parameters
    last = model.network.architecture.places[-1].parameters
    assert scaled[last] == pytest.approx(1 / model.provenance["temperatures"][0], rel=1e-5)
    with pytest.raises(ValueError, match="calibrate is for classification"):
        train(prices(), "price", recipe, progress=False)
