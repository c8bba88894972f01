"""Planes of two inputs: the regions are what is predicted, the lines where a net input is 0."""

import sys
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.estimators import MLPClassifier
from glassnet.formula.document import Regions
from glassnet.plot.boundary import boundary
from tests.plot.style import without_windows

__all__ = ["without_windows"]

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = [0, 1, 1, 0]


def trained(output: str = "softmax", outputs: int = 2) -> gn.Network:
    net = gn.Network([2, 4, outputs], hidden="sigmoid", output=output, seed=7)
    net.fit(X, XOR, optimizer=gn.Adam(0.05), epochs=1000, batch_size=4)
    return net


def centres(block: Regions) -> np.ndarray[Any, Any]:
    left, right, low, high = block.bounds
    count = len(block.rows)
    x = left + (np.arange(count) + 0.5) * (right - left) / count
    y = high - (np.arange(count) + 0.5) * (high - low) / count
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize(("output", "outputs"), [("softmax", 2), ("sigmoid", 1)])
def test_regions_are_what_the_network_predicts(output: str, outputs: int) -> None:
    net = trained(output, outputs)
    block = boundary(net, X, XOR)
    assert block.names == ("0", "1")
    assert (np.array(block.rows).reshape(-1) == net.predict(centres(block))).all()
    assert [(point.x, point.y, point.place) for point in block.points] == [
        (*row, label) for row, label in zip(X.tolist(), XOR, strict=True)
    ]
    assert block.bounds == pytest.approx((-0.2, 1.2, -0.2, 1.2))


def test_the_line_of_a_unit_is_where_its_net_input_is_0() -> None:
    rng = np.random.default_rng(1)
    for seed in range(20):
        net = gn.Network([2, 3, 1], hidden="relu", output="sigmoid", seed=seed, dtype="float64")
        net.parameters[...] = rng.normal(size=len(net.parameters))
        points = rng.normal(size=(10, 2)) * [1, 100]
        (w, *_), (b, *_) = net.weights, net.biases
        assert w is not None
        assert b is not None
        for unit in range(3):
            block = boundary(net, points, unit=f"h1.{unit + 1}")
            at = centres(block) @ w[:, unit] + b[unit]
            assert (np.array(block.rows).reshape(-1) == (at >= 0)).all()
            for line in block.lines:
                assert len(line.points) == 2
                for point in line.points:
                    net_input = point @ w[:, unit] + b[unit]
                    assert net_input == pytest.approx(0, abs=1e-9)
            assert len(block.lines) == (0 if len({*np.sign(at)}) == 1 else 1)


def test_a_later_unit_has_its_region_and_the_lines_of_the_first_layer_if_asked() -> None:
    net = trained()
    block = boundary(net, X, XOR, unit="0")
    (trace,) = (
        net.program().trace(
            net.parameters, centres(block).astype("float32"), np.zeros((14400, 2), "float32")
        ),
    )
    assert (np.array(block.rows).reshape(-1) == (trace.net_inputs[1][:, 0] >= 0)).all()
    assert block.lines == ()
    assert block.names == ("in < 0", "in ≥ 0", "0", "1")
    assert [point.place for point in block.points] == [2, 3, 3, 2]
    with_lines = boundary(net, X, XOR, unit="0", lines=True)
    assert {line.name for line in with_lines.lines} <= {f"h1.{n}" for n in range(1, 5)}
    assert with_lines.lines


def test_further_inputs_have_the_values_of_a_row() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(30, 4)).astype(np.float32)
    net = gn.Network([4, 5, 3], hidden="tanh", output="softmax", seed=3)
    net.fit(rows, rng.integers(0, 3, 30), epochs=3)
    net.feature_names = ["a", "b", "c", "d"]
    block = boundary(net, rows, features=("d", 1), row=7)
    assert (block.x_name, block.y_name) == ("d", "b")
    full = np.repeat(rows[7:8], 14400, axis=0)
    full[:, 3], full[:, 1] = centres(block).T
    assert (np.array(block.rows).reshape(-1) == net.predict(full)).all()


def test_numbers_have_bands() -> None:
    net = gn.Network([2, 1], output="identity", dtype="float64")
    net.weights, net.biases = [[[1], [1]]], [[0]]
    block = boundary(net, X, X.sum(axis=1))
    assert block.ordered
    sums = centres(block).sum(axis=1)
    places = np.array(block.rows).reshape(-1)
    for name, place in zip(block.names, range(len(block.names)), strict=True):
        inside = sums[places == place]
        if " to " in name:
            low, high = (float(number.replace("−", "-")) for number in name.split(" to "))
            assert low - 1e-9 <= inside.min() <= inside.max() <= high + 1e-9
    assert (np.diff([sums[places == place].mean() for place in range(len(block.names))]) > 0).all()


def test_independent_labels_have_a_region_for_each_pair() -> None:
    net = gn.Network([2, 2], output="sigmoid", dtype="float64")
    net.weights, net.biases = [[[1, 0], [0, 1]]], [[-0.5, -0.5]]
    block = boundary(net, X, X)
    assert block.names == ("(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)")
    assert [point.place for point in block.points] == [0, 1, 2, 3]


def test_a_model_has_the_columns_of_its_table() -> None:
    rng = np.random.default_rng(4)
    frame = {
        "length": rng.normal(5, 2, 80),
        "sort": np.array(["a", "b"] * 40, dtype=object),
        "width": rng.normal(100, 20, 80),
    }
    frame["size"] = np.where(frame["length"] > 5, "large", "small").astype(object)
    recipe = gn.Recipe("plain", epochs=20, hidden=(8,))
    model = gn.train(frame, "size", recipe, progress=False).model
    block = boundary(model, frame, frame["size"], row=1)
    assert (block.x_name, block.y_name) == ("length", "width")
    assert block.names == ("large", "small")
    at = centres(block)[::99]
    expected = model.predict({"length": at[:, 0], "sort": ["b"] * len(at), "width": at[:, 1]})
    places = np.array(block.rows).reshape(-1)[::99]
    assert [block.names[place] for place in places] == expected.tolist()
    with pytest.raises(ValueError, match="no feature 'sort' with numbers, but 2 features"):
        boundary(model, frame, features=("length", "sort"))


def test_labels_are_those_of_the_network_in_any_form() -> None:
    net = gn.Network([2, 2], output="softmax", seed=1)
    assert boundary(net, X).names == ("0", "1")
    one_hot = boundary(net, X, np.eye(2)[XOR])
    assert [point.place for point in one_hot.points] == XOR
    with pytest.raises(ValueError, match="'no', which is none of the network's classes: 0, 1"):
        boundary(net, X, ["no", "yes", "yes", "no"])
    net.fit(X, ["no", "yes", "yes", "no"], epochs=1)
    assert boundary(net, X, ["no", "yes", "yes", "no"]).names == ("no", "yes")
    assert boundary(net, X, np.eye(2)[XOR]).names == ("no", "yes")


def test_rows_may_be_a_data_frame() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b"])
    net = gn.Network([2, 3, 2], hidden="relu", output="softmax", seed=1)
    net.fit(frame, pandas.Series(XOR), epochs=1)
    block = boundary(net, frame, pandas.Series(XOR), features=("b", "a"))
    assert (block.x_name, block.y_name) == ("b", "a")
    assert [point.place for point in block.points] == XOR


def test_an_estimator_has_its_network() -> None:
    estimator = MLPClassifier((3,), random_state=1, tol=1.0, n_iter_no_change=2)
    estimator.fit(X, ["no", "yes", "yes", "no"])
    assert boundary(estimator, X, ["no", "yes", "yes", "no"]).names == ("no", "yes")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": (0, 0)}, "two different features"),
        ({"features": (0, 2)}, "feature"),
        ({"features": (0,)}, "give two features"),
        ({"features": ("x1", "z")}, "no feature 'z' with numbers, but 2 features with numbers: x1"),
        ({"row": 4}, "row"),
        ({"unit": "h3.1"}, "no unit 'h3.1'"),
        ({"y": [0, 1]}, "X has 4 rows and y 2"),
        ({"y": [0, 1, 2, 0]}, "'2', which is none of the network's classes: 0, 1"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        boundary(trained(), X, **{"y": XOR, **options})


def test_what_has_no_plane_is_refused() -> None:
    with pytest.raises(ValueError, match="a plane has two axes; here there is 1 feature"):
        boundary(gn.Network([1, 1], output="sigmoid"), [[1], [2]])
    with pytest.raises(TypeError, match="give a network or a model, not str"):
        boundary("net", X)
    several = gn.Network([2, 2], output="identity")
    with pytest.raises(ValueError, match="several numbers are predicted; give one as unit"):
        boundary(several, X)


def test_the_plot_is_matplotlibs(without_windows: None) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    net = trained()
    figure, (left, right) = plt.subplots(1, 2)
    axes = gn.plot_boundary(net, X, XOR, ax=left)
    assert axes is left
    assert axes.get_images()[0].get_extent() == pytest.approx((-0.2, 1.2, -0.2, 1.2))
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["0", "1"]
    assert sum(len(part.get_offsets()) for part in axes.collections) == 4
    lines = gn.plot_boundary(net, X, XOR, unit="h1.1", lines=True, ax=right).lines
    assert len(lines) >= 1
    assert gn.plot_boundary(net, X).figure is not figure
    plt.close("all")


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert boundary(trained(), X, XOR).names
    with pytest.raises(gn.MissingPackageError, match="plot_boundary needs the package matplotlib"):
        gn.plot_boundary(trained(), X, XOR)
