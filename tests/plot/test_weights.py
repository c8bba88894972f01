"""Weights of the first layer as pictures."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.plot.weights import weight_pictures
from tests.plot.style import without_windows

__all__ = ["without_windows"]


def network() -> gn.Network:
    return gn.Network([12, 5, 2], hidden="relu", output="softmax", seed=1, dtype="float64")


def first_weights(net: gn.Network) -> np.ndarray[Any, Any]:
    return net.to_arrays()["w1"]


def test_each_picture_is_a_column_of_the_weights() -> None:
    net = network()
    largest = np.abs(first_weights(net)).max()
    for unit, picture in enumerate(weight_pictures(net, image=(3, 4))):
        assert picture.caption == f"h1.{unit + 1}"
        assert picture.signed
        expected = first_weights(net)[:, unit].reshape(3, 4) / largest
        assert np.array(picture.rows) == pytest.approx(expected)


def test_units_and_channels_can_be_chosen() -> None:
    net = network()
    (picture,) = weight_pictures(net, image=(2, 2, 3), units=[3])
    summed = first_weights(net)[:, 3].reshape(2, 2, 3).sum(axis=2)
    assert np.array(picture.rows) == pytest.approx(summed / np.abs(summed).max())
    assert len(weight_pictures(net, image=(3, 4), units=2)) == 2
    with pytest.raises(ValueError, match="unit"):
        weight_pictures(net, image=(3, 4), units=[5])


def test_the_shape_is_known_from_the_names() -> None:
    net = network()
    with pytest.raises(ValueError, match="image=\\(28, 28\\)"):
        weight_pictures(net)
    net.fit(np.random.default_rng(1).random((8, 2, 6)), [0, 1] * 4, epochs=1)
    assert len(weight_pictures(net)[0].rows) == 2


def test_the_plot_is_matplotlibs(without_windows: None) -> None:
    figure = gn.plot_weights(network(), image=(3, 4))
    assert [axes.get_title() for axes in figure.axes] == [f"h1.{n}" for n in range(1, 6)]
    shown = figure.axes[2].get_images()[0]
    assert np.asarray(shown.get_array()).shape == (3, 4)
    assert shown.get_clim() == (-1, 1)
