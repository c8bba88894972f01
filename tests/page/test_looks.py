"""What the page sees is what the engine computes."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.formula.number import number_text
from glassnet.page.looks import DIGITS, FINEST, View, frame_of, plane_of
from glassnet.page.messages import Frame
from glassnet.page.player import Snapshot
from glassnet.page.playground import Playground
from glassnet.page.problems import PROBLEMS
from glassnet.page.setup import HiddenLayer, Setup


def seen(playground: Playground, view: View) -> tuple[Frame, bytes]:
    parameters = playground.network.parameters
    return frame_of(playground, Snapshot(3, 5, 0.5, parameters, False, 1, ""), view)


def unpacked(playground: Playground, frame: Frame, behind: bytes) -> SimpleNamespace:
    """The weights and maps behind a frame, as the page unpacks them."""
    numbers = np.frombuffer(behind, np.float64, frame.weights)
    points = np.frombuffer(behind, np.uint8, offset=8 * frame.weights)
    drawn = [len(units) for units in playground.drawn]
    weights, biases, at = [], [], 0
    for before, units in pairwise(drawn):
        weights.append(numbers[at : at + before * units].reshape(before, units))
        biases.append(numbers[at + before * units : at + (before + 1) * units])
        at += (before + 1) * units
    assert at == frame.weights
    return SimpleNamespace(weights=weights, biases=biases, maps=points.reshape(sum(drawn[1:]), -1))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_frame_holds_the_numbers_of_the_engine(problem: str) -> None:
    hidden = (HiddenLayer(3), HiddenLayer(20, "relu"))
    playground = Playground(Setup(problem=problem, hidden=hidden))
    playground.training.forward(20)
    net, learning = playground.network, playground.learning
    example = len(learning) - 1
    inputs = learning.x.shape[1]
    frame, behind = seen(playground, View(example, 0, min(1, inputs - 1)))
    sent = unpacked(playground, frame, behind)
    layers: Any = zip(net.weights, net.biases, strict=True)
    for layer, (w, b) in enumerate(layers):
        np.testing.assert_array_equal(sent.weights[layer], w[:12, :12])
        np.testing.assert_array_equal(sent.biases[layer], b[:12])
    outputs = net.predict_proba(learning.x[[example]])[0]
    assert [unit.output for unit in frame.example.layers[-1]] == [
        number_text(float(output), DIGITS) for output in outputs
    ]
    assert frame.learning.loss == pytest.approx(net.evaluate(learning.x, learning.targets))
    assert (frame.held_out is None) == (playground.held_out is None)
    assert (frame.number, frame.step, frame.course) == (3, 5, 1)


def test_maps_are_outputs_over_the_plane() -> None:
    playground = Playground(Setup(problem="two moons", hidden=(HiddenLayer(4, "relu"),)))
    view = View(7, 1, 0)
    frame, behind = seen(playground, view)
    inputs, bounds = plane_of(playground, view)
    assert bounds == frame.bounds
    left, right, low, high = bounds
    cell = (right - left) / FINEST
    assert inputs[0].tolist() == pytest.approx([high - (high - low) / FINEST / 2, left + cell / 2])
    assert inputs[1, 1] - inputs[0, 1] == pytest.approx(cell, rel=1e-4)
    zeros = np.zeros((len(inputs), 2), np.float32)
    trace = playground.network.program().trace(playground.network.parameters, inputs, zeros)
    maps = unpacked(playground, frame, behind).maps
    scales = [scale for layer in frame.scales for scale in layer]
    for picture, scale, values in zip(maps, scales, np.hstack(trace.outputs).T, strict=True):
        np.testing.assert_allclose(
            (picture.astype(float) - 128) / 127 * scale, values, atol=scale / 250
        )


def test_inputs_that_are_no_axis_are_those_of_the_example() -> None:
    playground = Playground(Setup(problem="digits"))
    inputs, _ = plane_of(playground, View(5, 20, 30))
    others = [feature for feature in range(64) if feature not in (20, 30)]
    np.testing.assert_array_equal(inputs[17, others], playground.learning.x[5, others])


def test_units_that_do_nothing_are_named() -> None:
    playground = Playground(
        Setup(problem="two moons", hidden=(HiddenLayer(3, "relu"), HiddenLayer(3, "tanh")))
    )
    biases: Any = playground.network.biases
    biases[0][1], biases[1][2] = -100, 50
    frame, _ = seen(playground, View())
    assert (frame.layers[0].dead, frame.layers[0].saturated) == ([1], [])
    assert (frame.layers[1].dead, frame.layers[1].saturated) == ([], [2])


def test_numbers_that_are_not_finite_are_shown() -> None:
    playground = Playground(Setup())
    playground.network.parameters[:] = 3e38
    frame, _ = seen(playground, View())
    assert frame.example.layers[0][0].output == "1"
    assert frame.example.layers[1][0].output == "NaN"
