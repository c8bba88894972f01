"""Network drawings: well-formed, complete, and lit up by where weights lead."""

from xml.etree import ElementTree as ET

import glassnet as gn
from glassnet.formula.document import Drawing
from glassnet.render.network_layout import network_scene
from glassnet.render.svg import drawing_svg, scene_svg
from glassnet.render.tikz import drawing_tikz


def drawing_of(explanation: gn.Explanation) -> Drawing:
    blocks = [block for section in explanation.document.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Drawing))


def example() -> Drawing:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=1)
    net.feature_names = ["a < b", "c & d"]
    return drawing_of(gn.explain(net, [1, 0.5]))


def test_every_unit_and_weight_of_a_small_network_is_drawn() -> None:
    svg = ET.fromstring(scene_svg(network_scene(example())))  # noqa: S314 - our own text
    assert len(svg.findall(".//g[@class='unit']/circle")) == 2 + 3 + 2
    titles = [title.text or "" for title in svg.iter("title")]
    assert titles.count("bias unit") == 2
    assert len([title for title in titles if " = " in title]) == 2 * 3 + 3 + 3 * 2 + 2
    assert any(title.startswith("w1[a < b → 1] = ") for title in titles)


def test_a_weight_lights_up_what_lies_behind_it() -> None:
    both = drawing_svg(example())
    svg = both[: both.index("</svg>") + 6]
    assert ".layer:has(.j2:hover) + .layer .i2.w { opacity: 1; }" in svg
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    first, second = root.findall("./g[@class='layer']")
    assert len(first) == 2 * 3 + 3
    assert {line.attrib["class"] for line in second} == {
        f"w {source} j{unit}" for source in ("i0", "i1", "i2", "from-bias") for unit in range(2)
    }


def test_a_drawing_grows_as_its_layers_do() -> None:
    sizes = []
    for layers in (100, 200):
        net = gn.Network([2] * layers, hidden="tanh", output="tanh", seed=0)
        sizes.append(len(drawing_svg(drawing_of(gn.explain(net, [1, 2])))))
    assert sizes[1] < 2.2 * sizes[0]


def test_wide_layers_say_how_many_more_there_are() -> None:
    net = gn.Network([3, 50, 2], hidden="relu", output="softmax", seed=1)
    drawing = drawing_of(gn.explain(net, [1, 2, 3], limits=gn.Limits(units=5)))
    assert [len(layer.units) for layer in drawing.layers] == [3, 5, 2]
    assert "… 45 more" in drawing_svg(drawing)
    assert "45 more" in drawing_tikz(drawing)
    outputs = gn.explain(net, [1, 2, 3]).forward
    assert outputs is not None
    largest = sorted(outputs.outputs[0].tolist(), reverse=True)[:5]
    drawn = [unit.output or 0.0 for unit in drawing.layers[1].units]
    assert sorted(drawn, reverse=True) == largest


def test_a_scale_layer_has_its_own_lines_only() -> None:
    net = gn.Network([2, gn.Dense(2, "tanh"), gn.Scale("identity"), gn.Dense(1, "sigmoid")], seed=1)
    drawing = drawing_of(gn.explain(net, [1, 2]))
    into_scale = {(weight.source, weight.unit) for weight in drawing.weights if weight.layer == 2}
    assert into_scale <= {(0, 0), (1, 1), (None, 0), (None, 1)}


def test_a_page_fits_its_drawings_and_scrolls_only_deep_networks() -> None:
    for layers, scrolls in (([2, 2, 2], False), ([9, 8, 8, 3], False), ([9] * 9, True)):
        net = gn.Network(layers, hidden="tanh", output="tanh", seed=0)
        wide, narrow, _ = drawing_svg(net.draw().drawing).split("</svg>")
        assert 'class="network wide"' in wide
        assert 'class="network narrow"' in narrow
        assert ("min-width" in wide) == ("min-width" in narrow) == scrolls


def test_drawings_of_a_page_have_the_colours_of_the_page() -> None:
    svg = drawing_svg(example())
    assert "#" not in svg.replace("&#", "")
    assert "var(--ink)" in svg
    assert "max-width" in svg
