"""The lessons: each runs as it stands, prints what it says, and writes what it is asked for."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import glassnet as gn

EXAMPLES = Path(__file__).parent.parent / "examples"
LESSONS = [
    "1_half_adder",
    "2_sigmoid_and_softmax",
    "3_prediction_and_target",
    "4_one_step_by_hand",
    "5_many_steps",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lessons")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """What each lesson prints, run as the README says, with names of files."""
    texts = {}
    for name in LESSONS:
        files = [f"{name}.html", f"{name}.tex"]
        if name == LESSONS[0]:
            files.append("planes.png")
        texts[name] = subprocess.run(
            [sys.executable, str(EXAMPLES / f"{name}.py"), *files],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env={"PYTHONIOENCODING": "utf-8", "MPLBACKEND": "agg", "MPLCONFIGDIR": str(folder)},
        ).stdout
    return texts


def numbers_after(text: str, words: str) -> list[float]:
    """The numbers of the line that begins so."""
    line = next(line for line in text.splitlines() if line.startswith(words))
    return [float(number) for number in re.findall(r"\d+\.\d+", line.removeprefix(words))]


def test_the_lessons_stand_in_their_order() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_fits_the_terminal(printed: dict[str, str], name: str) -> None:
    lines = printed[name].splitlines()
    assert len(lines) > 50
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_what_a_learner_would_write(name: str) -> None:
    code = ast.parse((EXAMPLES / f"{name}.py").read_text(encoding="utf-8"))
    modules = {
        alias.name
        for node in ast.walk(code)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    modules |= {node.module or "" for node in ast.walk(code) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if "glassnet" in module} == {"glassnet"}
    used = [node.attr for node in ast.walk(code) if isinstance(node, ast.Attribute)]
    assert not [name for name in used if name.startswith("_")]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_writes_a_page_and_a_paper(
    printed: dict[str, str], folder: Path, name: str
) -> None:
    assert printed[name]
    page = (folder / f"{name}.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<math" in page
    assert r"\begin{document}" in (folder / f"{name}.tex").read_text(encoding="utf-8")


def test_the_perceptron_learns_the_carry_never_the_sum_the_hidden_layer_both(
    printed: dict[str, str], folder: Path
) -> None:
    right = re.findall(
        r"(\d) of 4 rows are right; the loss ends at ([\d.]+)\.\n", printed[LESSONS[0]]
    )
    counts, losses = [int(count) for count, _ in right], [float(loss) for _, loss in right]
    assert (counts[0], counts[2], counts[3]) == (4, 4, 4)
    assert counts[1] < 4
    assert losses[1] == pytest.approx(0.6931, abs=1e-4)
    assert max(losses[0], losses[2], losses[3]) < 0.01
    assert (folder / "planes.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("seed", range(10))
def test_other_starts_do_not_separate_the_sum_either(seed: int) -> None:
    X, carry, total = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1], [0, 1, 1, 0]
    right = {}
    for name, y in (("carry", carry), ("sum", total)):
        net = gn.Network([2, 1], output="sigmoid", dtype="float64", seed=seed)
        net.fit(X, y, optimizer=gn.SGD(2.0), epochs=3000, batch_size=4, progress=False)
        right[name] = int((net.predict(X) == y).sum())
    assert right["carry"] == 4
    assert right["sum"] < 4


def test_the_planes_show_the_line_of_the_carry_and_the_stripe_of_the_sum(
    printed: dict[str, str],
) -> None:
    rows = re.findall(r"^ +-?\d\.\d  ([█·](?: [█·])+)$", printed[LESSONS[0]], re.MULTILINE)
    planes = [[row.split() for row in rows[start : start + 8]] for start in range(0, len(rows), 8)]
    assert len(planes) == 4
    # In the columns and rows of bits 0 and 1: (0, 1), (1, 1), (0, 0), (1, 0).
    corners = [[plane[1][2], plane[1][12], plane[6][2], plane[6][12]] for plane in planes]
    assert corners[0] == corners[2] == ["·", "█", "·", "·"]
    assert corners[3] == ["█", "·", "·", "█"]
    assert corners[1] != corners[3]


def test_softmax_shares_1_and_the_sigmoids_slope_follows_from_its_value(
    printed: dict[str, str],
) -> None:
    text = printed[LESSONS[1]]
    assert numbers_after(text, "    2 ")[:2] == [0.8808, 0.1050]
    first, second = numbers_after(text, "[1, 2, 3]"), numbers_after(text, "[1, 2, 5]")
    assert first[:2] == second[:2]
    assert all(a != b for a, b in zip(first[3:6], second[3:6], strict=True))
    assert first[6] == second[6] == 1


def test_two_images_differ_in_their_outputs(printed: dict[str, str]) -> None:
    rows = printed[LESSONS[1]].split("digit  image of a 3")[1].splitlines()[1:11]
    pairs = [tuple(map(float, re.findall(r"\d\.\d+", row))) for row in rows]
    assert max(range(10), key=lambda digit: pairs[digit][0]) == 3
    assert max(range(10), key=lambda digit: pairs[digit][1]) == 8


def test_the_penalty_grows_the_further_the_probability_is_from_1(printed: dict[str, str]) -> None:
    text = printed[LESSONS[2]]
    losses = [float(loss) for loss in re.findall(r"−ln [\d.]+ = ([\d.]+)", text)[:3]]
    assert losses == sorted(losses)
    assert losses[0] < 0.1 < losses[1] < 2 < losses[2]
    table = text.split("p of the right class")[1].splitlines()[1:7]
    penalties = [float(row.split()[1]) for row in table]
    assert penalties == [0, 0.1054, 0.6931, 2.3026, 4.6052, 6.9078]


def test_one_step_brings_p_visibly_nearer_to_1_and_no_number_vanishes(
    printed: dict[str, str],
) -> None:
    text = printed[LESSONS[3]]
    was, now = numbers_after(text, "p of output 1")[:2]
    assert 0.5 < was < 0.65
    assert 0.9 < now < 1
    assert "all lines hold as printed" in " ".join(text.split())
    assert "= −ln(p[1]) = −ln(0.5856) = 0.5351" in text
    assert not re.search(r"= −?0\.0000\b", text)
    # By hand: in1 = −2, y = 0.1192, p = σ(2.9 · 0.1192) = 0.5856; δ2 = p − 1 = −0.4144;
    # ∂E/∂w1 = 10 · 0.1050 · 2.9 · δ2 = −1.262; w1 = −0.2 + 0.631.
    assert "x1         −1.2620          0.4310" in text


def test_repeating_lowers_the_loss_and_more_examples_help(printed: dict[str, str]) -> None:
    text = printed[LESSONS[4]]
    losses = [float(loss) for loss in re.findall(r"E ([\d.]+) → ([\d.]+) → ([\d.]+)", text)[0]]
    assert losses == sorted(losses, reverse=True)
    table = text.split("training examples  ")[1].splitlines()[1:7]
    of_examples = [tuple(map(float, row.split())) for row in table]
    assert [row[0] for row in of_examples] == [50, 100, 200, 400, 800, 1400]
    assert of_examples[-1][1] < 0.5 * of_examples[0][1]
    assert of_examples[-1][2] > of_examples[0][2] + 0.1


def test_one_start_ends_in_a_local_optimum(printed: dict[str, str]) -> None:
    text = printed[LESSONS[4]]
    assert numbers_after(text, "seed 0 learns: loss ")[0] < 0.01
    # It no longer moves, two rows are right, and the others are predicted one half: ln 2 / 2.
    stuck = numbers_after(text, "seed 3 is stuck: loss ")
    assert stuck[0] == pytest.approx(0.3466, abs=2e-3)
    assert stuck[1:] == [0.0, 1.0, 0.5, 0.5]
