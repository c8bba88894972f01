"""Paths from a weight to the loss: all of them sum to the gradient, and the largest are found."""

import math

import numpy as np
import pytest

import glassnet as gn
from glassnet.engine import DropoutMasks
from glassnet.explanation.equations.paths import paths_of
from glassnet.explanation.places import WeightPlace, place_at
from glassnet.explanation.step import Batch, Step, take_step
from glassnet.formula.document import DocumentTable
from tests.random_networks import random_case


def step_of(seed: int, widest: int) -> Step:
    case = random_case(seed, dtype="float64", widest=widest, most_hidden=3, most_rows=2)
    masks = DropoutMasks(case.dropout, seed=seed, step=3) if case.dropout else None
    batch = Batch(case.x, case.targets, case.sample_weight, masks)
    net = case.net
    return take_step(net.program(case.loss), net.parameters, batch, None)


def some_places(step: Step, seed: int) -> list[WeightPlace]:
    count = step.architecture.parameter_count
    indices = np.random.default_rng(seed).integers(count, size=5)
    return [place_at(step.architecture, int(index)) for index in indices]


@pytest.mark.parametrize("seed", range(40))
def test_all_paths_sum_to_the_gradient(seed: int) -> None:
    step = step_of(seed, widest=4)
    for place in some_places(step, seed):
        paths = paths_of(step, place, most=100_000, max_largest=1)
        assert paths.others == 0
        total = math.fsum(path.value for path in paths.largest)
        assert total == pytest.approx(step.example_gradient(place), rel=1e-9, abs=1e-15)
        sizes = [abs(path.value) for path in paths.largest]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("seed", range(40))
def test_the_largest_of_many_are_the_largest(seed: int) -> None:
    step = step_of(seed, widest=5)
    for place in some_places(step, seed):
        everything = paths_of(step, place, most=100_000, max_largest=1).largest
        few = paths_of(step, place, most=1, max_largest=3)
        sizes = [abs(path.value) for path in few.largest]
        assert sizes == pytest.approx([abs(path.value) for path in everything[: len(sizes)]])
        assert len(few.largest) + few.others == len(everything)
        rest = math.fsum(path.value for path in everything[len(sizes) :])
        assert few.rest == pytest.approx(rest, rel=1e-6, abs=1e-12)


def test_two_paths_by_hand() -> None:
    # x = 2; in1 = 1·2, y1 = in1; in2 = (3, 4)·y1 = (6, 8) = p; t = (5, 5); E = mean of squares.
    # δ2 = 2 (p − t)/2 = (1, 3); path 1 by output 2: 3·4·1·2 = 24, path 2 by output 1: 1·3·1·2 = 6.
    linear = gn.Dense(1, "identity", bias=False), gn.Dense(2, "identity", bias=False)
    net = gn.Network([1, *linear], dtype="float64")
    net.weights = [[[1.0]], [[3.0, 4.0]]]
    story = gn.explain(net, [2], [5, 5]).weight("w1[1,1]")
    assert story.step.gradient.tolist()[0] == 30
    section = next(s for s in story.document.sections if s.title == "Paths to the loss")
    table = next(block for block in section.blocks if isinstance(block, DocumentTable))
    assert [row[1:] for row in table.rows] == [
        ("h1.1 → output 2", 24.0),
        ("h1.1 → output 1", 6.0),
    ]


def test_of_many_paths_the_rest_is_summed_up() -> None:
    net = gn.Network([3, 9, 9, 4], hidden="sigmoid", output="softmax", seed=1)
    text = gn.explain(net, [1, 2, 3], 0).weight("w1[1,2]").full().to_text()
    assert "36 paths lead from this weight" in text
    assert "… and 28 more" not in text
    net = gn.Network([3, 9, 10, 4], hidden="sigmoid", output="softmax", seed=1)
    text = gn.explain(net, [1, 2, 3], 0).weight("w1[1,2]").full().to_text()
    assert "40 paths lead from this weight" in text
    assert "… and 32 more" in text


def test_paths_whose_products_are_smaller_than_any_float_are_found() -> None:
    net = gn.Network([2] + [gn.Dense(2, "tanh") for _ in range(500)], seed=0)
    net.parameters *= 0.1
    step = gn.explain(net, [1, -1], [1, 1]).step
    paths = paths_of(step, WeightPlace(1, 0, 0), most=1, max_largest=8)
    assert paths.others == 2**499 - 8
    assert len(set(paths.largest)) == 8
    sizes = [sum(math.log(abs(each)) for each in path.partials) for path in paths.largest]
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) < math.log(1e-308)
    text = gn.explain(net, [1, -1], [1, 1]).weight("w1[1,1]").full().to_text()
    assert "about 10^150 paths lead from this weight" in " ".join(text.split())
