"""One unit's story: its inputs' contributions, and what the error asks of it."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.formula.document import DocumentTable, Picture


def explained() -> gn.Explanation:
    # in1 = (1·2 + 3·(−1) + 0.5, 0) = (−0.5, 0) by identity; p = (1·(−0.5), 2·(−0.5)); t = 0.
    # E = mean of squares: δ2 = p = (−0.5, −1); ∂E/∂y1 = −0.5·1 + (−1)·2 = −2.5.
    layers = gn.Dense(2, "identity"), gn.Dense(2, "identity", bias=False)
    net = gn.Network([2, *layers], dtype="float64")
    net.weights = [[[1.0, 0.0], [3.0, 0.0]], [[1.0, 2.0], [0.0, 0.0]]]
    assert net.biases[0] is not None
    net.biases[0][...] = [0.5, 0.0]
    return gn.explain(net, [2, -1], [0, 0])


def tables(explanation: gn.Explanation) -> list[list[tuple[Any, ...]]]:
    blocks = [block for section in explanation.document.sections for block in section.blocks]
    return [list(block.rows) for block in blocks if isinstance(block, DocumentTable)]


def test_contributions_stand_largest_first() -> None:
    forward, backward = tables(explained().unit("h1.1"))
    assert [(row[0], *row[2:]) for row in forward] == [
        ("x2", 3.0, -1.0, -3.0),
        ("x1", 1.0, 2.0, 2.0),
        ("bias unit", 0.5, 1.0, 0.5),
    ]
    assert backward == [("output 2", -1.0, -2.0), ("output 1", -0.5, -0.5)]


def test_by_name_and_by_number_is_the_same() -> None:
    explanation = explained()
    assert explanation.unit("output 2").to_text() == explanation.unit(layer=2, unit=1).to_text()


def test_a_class_is_a_unit() -> None:
    net = gn.Network([2, 3], output="softmax")
    net.fit([[0, 1], [1, 0], [1, 1]], ["ant", "bee", "cat"], epochs=1)
    assert "p[bee]" in gn.explain(net, [0, 1]).unit("bee").to_text()


@pytest.mark.parametrize("name", ["h2.1", "h1.3", "h0.1", "h1.0", "output 3", "x1", ""])
def test_what_is_no_unit_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no unit"):
        explained().unit(name)


def test_a_unit_is_named_one_way() -> None:
    with pytest.raises(TypeError, match="by its name or by numbers, not both"):
        explained().unit("h1.1", layer=1)
    with pytest.raises(TypeError, match="give a unit"):
        explained().unit(layer=1)


def test_a_unit_that_sees_an_image_shows_its_weights_as_one() -> None:
    net = gn.Network([6, 3, 2], hidden="relu", output="softmax", seed=1, dtype="float64")
    X = np.random.default_rng(1).random((4, 2, 3))
    net.fit(X, [0, 1, 0, 1], epochs=1)
    explanation = gn.explain(net, X[0], 1)

    def pictures(page: gn.Explanation) -> list[Picture]:
        blocks = [block for section in page.document.sections for block in section.blocks]
        return [block for block in blocks if isinstance(block, Picture)]

    (picture,) = pictures(explanation.unit("h1.2"))
    weights = net.to_arrays()["w1"][:, 1].reshape(2, 3)
    assert np.array(picture.rows) == pytest.approx(weights / np.abs(weights).max())
    assert pictures(explanation.unit("1")) == []
