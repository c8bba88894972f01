"""The lessons: each runs, and shows what it says."""

import importlib.util
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from glassnet.formula.document import Bars, Curves, Document, Regions
from glassnet.render.html import document_page
from glassnet.render.text import document_text

EXAMPLES = Path(__file__).parent.parent / "examples"
LESSONS = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != "show")


def lesson(name: str) -> ModuleType:
    """A lesson as a module, with examples/ on the path as when it is run."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(EXAMPLES))
    return module


def test_there_are_five_lessons() -> None:
    assert LESSONS == [
        "half_adder",
        "one_step_by_hand",
        "over_and_over",
        "prediction_and_target",
        "sigmoid_and_softmax",
    ]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_makes_a_document(name: str) -> None:
    document: Document = lesson(name).lesson()
    text = document_text(document)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "<math " in document_page(document) or "<figure>" in document_page(document)


def test_a_lesson_runs_from_the_shell_and_writes_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / "one_step_by_hand.py"), str(page)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "One step by hand" in run.stdout.splitlines()[0]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_perceptron_learns_the_carry_and_never_the_sum_the_hidden_layer_both() -> None:
    half_adder = lesson("half_adder")
    perceptron: list[tuple[int, int]] = []
    with_hidden: list[tuple[int, int]] = []
    for seed in range(20):
        for layers, results in (([2, 2], perceptron), ([2, 4, 2], with_hidden)):
            net = half_adder.network(layers, seed)
            half_adder.train(net)
            results.append(half_adder.right(net))
    assert all(carry == 4 for carry, _ in perceptron)
    assert all(total < 4 for _, total in perceptron)
    assert sum(both == (4, 4) for both in with_hidden) >= 19


def test_the_perceptrons_error_on_the_sum_ends_at_ln_2() -> None:
    half_adder = lesson("half_adder")
    net = half_adder.network([2, 2], 1)
    half_adder.train(net)
    carry, total = half_adder.losses(net)
    assert carry < 0.01
    assert total == pytest.approx(math.log(2), abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_one_step_brings_the_output_nearer_to_1(seed: int) -> None:
    module = lesson("one_step_by_hand")
    step = module.one_step(module.network(seed)).step
    before, after = float(step.outputs[-1][0]), float(step.new_prediction[0])
    assert before < after <= 1
    assert step.loss == pytest.approx(-math.log(before))
    assert step.new_loss < step.loss
    assert module.one_step(module.network(seed)).check.passed


def test_the_punishment_grows_the_further_the_probability_is_from_1() -> None:
    penalty = lesson("prediction_and_target").penalty
    values = [penalty(p) for p in np.linspace(1, 0.01, 50)]
    assert values[0] == 0
    growth = np.diff(values)
    assert (growth > 0).all()
    assert (np.diff(growth) > 0).all()


def test_repeating_lowers_the_error_and_more_examples_help() -> None:
    module = lesson("over_and_over")
    history = module.repeated(1400)
    assert history.losses[-1] < 0.1 * history.losses[0]
    few = module.repeated(100, epochs=840)
    assert history.validation_losses[-1] < few.validation_losses[-1]


def test_one_start_ends_in_a_local_optimum() -> None:
    module = lesson("over_and_over")
    _, learned = module.half_adder_sum(module.SEED_THAT_LEARNS)
    _, stuck = module.half_adder_sum(module.SEED_THAT_IS_STUCK)
    assert learned.losses[-1] < 0.01
    # It no longer moves, two rows are right, and the others are answered one half: ln 2 / 2.
    assert stuck.losses[-1] == pytest.approx(math.log(2) / 2, abs=2e-3)
    assert abs(stuck.losses[-1] - stuck.losses[-1000]) < 1e-4


def test_softmax_shares_1_and_the_sigmoids_slope_follows_from_its_value() -> None:
    module = lesson("sigmoid_and_softmax")
    assert sum(module.shared([1.0, 2.0, 5.0])) == pytest.approx(1)
    values = np.array(module.squashed())
    slope = np.gradient(values[:, 1], values[:, 0])
    assert values[5:-5, 2] == pytest.approx(slope[5:-5], abs=2e-3)


def test_two_images_differ_in_their_outputs() -> None:
    document: Document = lesson("sigmoid_and_softmax").lesson()
    (bars,) = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Bars)
    ]
    (_, three), (_, eight) = bars.series
    assert int(np.argmax(three)) == 3
    assert int(np.argmax(eight)) == 8


def test_the_lessons_show_their_course() -> None:
    document: Document = lesson("half_adder").lesson()
    curves = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Curves)
    ]
    assert [len(block.curves) for block in curves] == [2, 2]


def test_the_first_lesson_shows_one_line_for_the_carry_and_several_for_the_sum() -> None:
    document: Document = lesson("half_adder").lesson()
    planes = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Regions)
    ]
    wrong = [
        sum(_region_at(block, point.x, point.y) != point.place for point in block.points)
        for block in planes
    ]
    assert [len(block.points) for block in planes] == [4] * 4
    assert wrong[0] == 0
    assert wrong[1] >= 1
    assert wrong[2:] == [0, 0]
    assert [line.name for line in planes[0].lines] == ["output 1"]
    assert len(planes[3].lines) >= 2


def _region_at(block: Regions, x: float, y: float) -> int:
    left, right, low, high = block.bounds
    column = int((x - left) / (right - left) * len(block.rows[0]))
    row = int((high - y) / (high - low) * len(block.rows))
    return block.rows[row][column]
