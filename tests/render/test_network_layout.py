"""Drawn networks: numbers on lines where there is room, nothing upon circles, all on the paper."""

from itertools import combinations, pairwise

import numpy as np
import pytest

import glassnet as gn
from glassnet.formula.document import Drawing
from glassnet.render.network_layout import BIAS_RADIUS, NARROW, network_scene
from glassnet.render.shapes import Boxes, Circle, Group, Scene, Words, flat
from glassnet.render.text_width import text_width
from glassnet.render.weight_numbers import words_box

LONG = "a class of sixty characters that goes on and on, up to the end"


def drawing_of(layers: list[int], seed: int, scale: float = 1.0) -> Drawing:
    rng = np.random.default_rng(seed)
    net = gn.Network(layers, hidden="tanh", output="softmax", seed=seed)
    net.parameters[...] = scale * rng.normal(size=len(net.parameters))
    net.feature_names = ["petal length (cm)", *(f"bill_length_mm_{n}" for n in range(1, layers[0]))]
    net.classes = np.array([f"{LONG} {n}" for n in range(layers[-1])])
    return gn.explain(net, x=rng.normal(size=layers[0])).draw().drawing


def words_of(scene: Scene) -> list[Words]:
    return [shape for shape in flat(scene.shapes) if isinstance(shape, Words)]


def numbers_of(scene: Scene) -> list[Words]:
    """The numbers on lines: each follows its paper among the shapes of the scene itself."""
    return [
        after
        for before, after in pairwise(scene.shapes)
        if isinstance(before, Boxes) and isinstance(after, Words)
    ]


def meet(a: Words, b: Words) -> bool:
    (left, top, right, bottom), (left2, top2, right2, bottom2) = words_box(a), words_box(b)
    return left < right2 and left2 < right and top < bottom2 and top2 < bottom


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("layers", [[1, 1], [2, 2], [2, 2, 2], [3, 4, 3], [2, 3, 1], [3, 3, 3, 3]])
@pytest.mark.parametrize("seed", range(8))
def test_small_networks_have_all_their_numbers(layers: list[int], seed: int, narrow: bool) -> None:
    drawing = drawing_of(layers, seed)
    scene = network_scene(drawing, narrow=narrow)
    numbers = numbers_of(scene)
    assert len(numbers) == len(drawing.weights)
    assert not [pair for pair in combinations(numbers, 2) if meet(*pair)]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_no_number_is_upon_a_circle_or_a_name(seed: int, narrow: bool) -> None:
    scene = network_scene(drawing_of([3, 4, 3], seed, scale=0.01), narrow=narrow)
    numbers = numbers_of(scene)
    names = [words for words in words_of(scene) if words not in numbers]
    for number in numbers:
        left, top, right, bottom = words_box(number)
        assert 0 <= left < right <= scene.width
        assert 0 <= top < bottom <= scene.height
        for circle in (shape for shape in flat(scene.shapes) if isinstance(shape, Circle)):
            x = min(max(circle.x, left), right) - circle.x
            y = min(max(circle.y, top), bottom) - circle.y
            assert x * x + y * y >= circle.radius**2
        assert not any(meet(number, name) for name in names)


@pytest.mark.parametrize("layers", [[6, 8, 3], [8, 8, 8], [50, 40, 10]])
def test_larger_networks_have_none(layers: list[int]) -> None:
    for narrow in (False, True):
        assert not numbers_of(network_scene(drawing_of(layers, 1), narrow=narrow))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("layers", [[2, 2, 2], [3, 4, 3], [9, 30, 12], [4, 8, 8, 3], [2] * 7])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e4])
def test_words_stay_within_their_circles_and_on_the_paper(
    layers: list[int], scale: float, narrow: bool
) -> None:
    scene = network_scene(drawing_of(layers, 3, scale), narrow=narrow)
    for words in words_of(scene):
        left, top, right, bottom = words_box(words)
        assert -0.5 <= left <= right <= scene.width + 0.5, words
        assert 0 <= top <= bottom <= scene.height, words
    units = [shape for shape in flat_groups(scene) if shape.kind == "unit"]
    assert units
    for unit in units:
        circle = unit.shapes[0]
        assert isinstance(circle, Circle)
        for words in (shape for shape in unit.shapes if isinstance(shape, Words)):
            if abs(words.x - circle.x) < 1 and abs(words.y - circle.y) < circle.radius - 2:
                left, top, right, bottom = words_box(words)
                for x in (left, right):
                    for y in (top + 1, bottom - 0.25 * words.size):
                        far = (x - circle.x) ** 2 + (y - circle.y) ** 2
                        assert far <= (circle.radius + 0.5) ** 2, words


def flat_groups(scene: Scene) -> list[Group]:
    return [shape for shape in scene.shapes if isinstance(shape, Group)]


def test_a_long_name_is_shortened_and_kept_as_title() -> None:
    scene = network_scene(drawing_of([2, 2, 2], 1))
    (unit, _) = (group for group in flat_groups(scene) if group.title.startswith(LONG))
    (name,) = (words for words in unit.shapes if isinstance(words, Words) and "…" in words.words)
    assert text_width(name.words, name.size) <= 120


@pytest.mark.parametrize("layers", [[2, 2, 2], [3, 4, 3], [9, 30, 12], [4, 8, 8, 3], [8, 8, 8, 8]])
def test_a_phone_shows_the_whole_network(layers: list[int]) -> None:
    scene = network_scene(drawing_of(layers, 1), narrow=True)
    assert scene.width <= NARROW
    sizes = [words.size for words in words_of(scene)]
    assert min(sizes) >= 7.5
    circles = [shape for shape in flat(scene.shapes) if isinstance(shape, Circle)]
    for a, b in combinations(circles, 2):
        assert (a.x - b.x) ** 2 + (a.y - b.y) ** 2 > (a.radius + b.radius) ** 2


def test_a_network_without_biases_has_no_bias_units() -> None:
    net = gn.Network([2, gn.Dense(2, "tanh", bias=False), gn.Dense(1, "sigmoid", bias=False)])
    circles = [s for s in flat(network_scene(net.draw().drawing).shapes) if isinstance(s, Circle)]
    assert len(circles) == 5
    assert all(circle.radius > BIAS_RADIUS for circle in circles)


def test_an_image_has_no_numbers_upon_it() -> None:
    net = gn.Network([12, 5, 2], hidden="tanh", output="softmax", seed=1)
    for narrow in (False, True):
        drawing = net.draw(image=(3, 4)).drawing
        scene = network_scene(drawing, narrow=narrow)
        into_outputs = [weight for weight in drawing.weights if weight.layer == 2]
        assert len(numbers_of(scene)) == len(into_outputs)


def test_numbers_that_are_not_finite_are_written() -> None:
    net = gn.Network([2, 2, 1], hidden="exponential", output="identity", seed=1)
    net.weights[0] = [[1e30, -1e30], [0, 0]]
    scene = network_scene(gn.explain(net, [1e5, 1]).draw().drawing)
    assert {"y ∞", "y 0"} <= {words.words for words in words_of(scene)}
