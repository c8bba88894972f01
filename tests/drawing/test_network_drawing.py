"""`net.draw()` and `step.draw()`: files that stand alone, and what a notebook shows."""

import struct
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import glassnet as gn
from glassnet.explanation.explain import describe


def example() -> gn.Network:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=1)
    net.classes = np.array(["a < b", "c & d"])
    return net


def test_the_svg_stands_alone(tmp_path: Path) -> None:
    svg = gn.explain(example(), [1, 0.5]).draw().to_svg(tmp_path / "step.svg")
    assert (tmp_path / "step.svg").read_text(encoding="utf-8") == svg
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in svg
    assert "paint-order" not in svg  # programs for slides do not know it
    assert "font-family" in root.attrib
    assert float(root.attrib["width"]) > float(root.attrib["height"]) > 0
    paper = root.find("{http://www.w3.org/2000/svg}rect")
    assert paper is not None
    assert paper.attrib["fill"] == "#ffffff"
    assert (paper.attrib["width"], paper.attrib["height"]) == (
        root.attrib["width"],
        root.attrib["height"],
    )


def test_the_png_is_as_wide_as_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = example().draw()
    for width in (1280, 333):
        content = picture.to_png(tmp_path / "net.png", width=width)
        assert (tmp_path / "net.png").read_bytes() == content
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">I", content[16:20]) == (width,)
    with pytest.raises(ValueError, match="width"):
        picture.to_png(width=0)


def test_the_pdf_is_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    net = example()
    content = net.draw().to_pdf(tmp_path / "net.pdf")
    assert content.startswith(b"%PDF")
    assert (tmp_path / "net.pdf").read_bytes() == content == net.draw().to_pdf()


def test_a_drawing_does_not_follow_or_change_the_users_style() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    before = example().draw().to_png()
    with matplotlib.rc_context({"text.color": "red", "axes.facecolor": "black"}):
        assert example().draw().to_png() == before
        assert matplotlib.rcParams["text.color"] == "red"


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    picture = example().draw()
    assert picture.to_svg()
    for write in (picture.to_png, picture.to_pdf):
        with pytest.raises(gn.MissingPackageError, match="pip install matplotlib"):
            write()


def test_a_notebook_shows_it_by_itself() -> None:
    bundle = example().draw()._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "layer 2: softmax" in bundle["text/plain"]


def test_a_network_is_drawn_without_numbers_in_its_units() -> None:
    drawing = example().draw(units=2).drawing
    assert [len(layer.units) for layer in drawing.layers] == [2, 2, 2]
    assert drawing.layers[1].more == 1
    assert all(unit.output is None for layer in drawing.layers for unit in layer.units)
    assert [weight.name for weight in drawing.weights][:3] == ["w1[1,1]", "w1[2,1]", "b1[1]"]
    assert describe(example()).draw().drawing == example().draw().drawing


def test_pixels_are_drawn_as_the_image() -> None:
    net = gn.Network([6, 3, 2], hidden="relu", output="softmax", seed=1)
    X = np.array([[[0, 255, 51], [255, 0, 204]]])
    net.fit(X, [0], epochs=1)
    drawing = gn.explain(net, X[0]).draw().drawing
    image = drawing.layers[0].image
    assert image is not None
    assert np.array(image.rows) == pytest.approx(np.array([[1.0, 0.0, 0.8], [0.0, 1.0, 0.2]]))
    assert drawing.layers[0].units == ()
    assert {weight.source for weight in drawing.weights if weight.layer == 1} == {None}
    assert net.draw().drawing.layers[0].image is not None
    assert "2 × 3 pixels" in net.draw().to_svg()


def test_the_shape_of_an_image_can_be_given() -> None:
    net = gn.Network([12, 2], output="softmax", seed=1)
    image = net.draw(image=(3, 4)).drawing.layers[0].image
    assert image is not None
    assert (image.height, image.width) == (3, 4)
    assert net.draw(image=(2, 2, 3)).drawing.layers[0].title == "input: 2 × 2 × 3 pixels"
    with pytest.raises(ValueError, match="5 × 5 has 25 values; the network has 12 inputs"):
        net.draw(image=(5, 5))
