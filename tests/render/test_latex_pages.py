"""LaTeX files, compiled: nothing is wider than a line, and a short form has one or two pages."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.formula.document import (
    Bars,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Equation,
    Matrices,
    Matrix,
    MatrixEquation,
    Paragraph,
    Picture,
    Section,
)
from glassnet.formula.tree import Call, Formula, Number, Power, Quotient, Sum, Symbol
from glassnet.render.latex import document_latex
from glassnet.render.tex import IN_FONT

pytestmark = pytest.mark.system("pdflatex")

EXAMPLES = Path(__file__).parents[2] / "examples"
LESSONS = sorted(path for path in EXAMPLES.glob("*.py") if path.stem != "show")
TOO_WIDE = 5.0  # pt


def pages(tex: str, folder: Path) -> int:
    """How many pages a file has, once it is seen that nothing on them is too wide or too high."""
    (folder / "document.tex").write_text(tex, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    log = (folder / "document.log").read_text(encoding="utf-8", errors="replace")
    overfull = re.findall(r"^Overfull .*\((.*)pt too .*$", log, flags=re.MULTILINE)
    assert [size for size in overfull if float(size) > TOO_WIDE] == []
    assert "Missing character" not in log
    found = re.search(r"Output written on document\.pdf \((\d+) page", log)
    assert found
    return int(found[1])


def network(sizes: list[int], output: str = "softmax", hidden: str = "sigmoid") -> gn.Network:
    net = gn.Network(sizes, hidden=hidden, output=output, dtype="float64", seed=1)
    random = np.random.default_rng(3)
    net.biases = [random.normal(size=count) for count in sizes[1:]]
    return net


def alone(*blocks: Any) -> str:
    return document_latex(Document("Blocks", (Section("Of one kind", blocks),)))


@pytest.mark.parametrize("options", [{}, {"decimals": 4}, {"notation": "z-a"}])
@pytest.mark.parametrize("output", ["softmax", "sigmoid", "identity"])
def test_a_2_2_2_network_takes_one_page_a_3_4_3_network_two(
    output: str, options: dict[str, Any], tmp_path: Path
) -> None:
    for sizes, most in (([2, 2, 2], 1), ([3, 4, 3], 2)):
        x, target = [0.35, -0.72, 0.6403][: sizes[0]], np.eye(sizes[-1])[0]
        step = gn.explain(network(sizes, output), x, target, learning_rate=0.5, **options)
        assert pages(step.to_latex(), tmp_path) == most


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lessons(lesson: Path, tmp_path: Path) -> None:
    written = tmp_path / "lesson.tex"
    subprocess.run([sys.executable, lesson, written], check=True, capture_output=True)
    assert pages(written.read_text(encoding="utf-8"), tmp_path) >= 1


@pytest.mark.parametrize(
    "classes", [("[low]", "50 %"), ("a_b", "#1"), (r"\x{y}$", '^~&|<>"'), ("日本", "Ωħ'`")]
)
def test_classes_and_features_with_signs_that_tex_has_a_meaning_for(
    classes: tuple[str, str], tmp_path: Path
) -> None:
    net = gn.Network([2, 3, 2], hidden="gelu", output="softmax", seed=1)
    net.feature_names = ["körper_größe [cm]", "#2 & <3>"]
    options: dict[str, Any] = {"penalties": [gn.L1(0.1), gn.WeightDecay(0.1)], "dropout": 0.2}
    history = net.fit([[0, 1], [1, 0]], classes, epochs=1, record=[0], **options)
    step = gn.explain(history.steps[0])
    for page in (step, step.full(), step.weight(layer=2, source=0, unit=0)):
        assert pages(page.to_latex(), tmp_path) >= 1


def test_long_names(tmp_path: Path) -> None:
    net = gn.Network([3, 3, 3], hidden="relu", output="softmax", seed=1)
    net.feature_names = [
        "a_very_long_feature_name_that_goes_on_and_on_without_any_blank_in_it_at_all",
        "the number of days since a certified engineer inspected the machine the last time",
        2 * "Донаудампфшиффартсгезельшафт",
    ]
    classes = ["a class with a rather long name that nobody would use", 60 * "W", "c"]
    options: dict[str, Any] = {"optimizer": gn.Adam(0.01), "clip_norm": 0.5, "record": [0]}
    history = net.fit([[0, 1, 2], [1, 0, 1], [1, 1, 0]], classes, epochs=1, **options)
    step = gn.explain(history.steps[0])
    for page in (step, step.full()):
        assert pages(page.to_latex(), tmp_path) >= 1


def test_a_large_network(tmp_path: Path) -> None:
    net = network([64, 64, 10], hidden="relu")
    x = np.random.default_rng(1).uniform(size=64)
    step = gn.explain(net, x, 3, optimizer=gn.Adam(0.01), penalties=[gn.L2(0.01)])
    assert pages(step.to_latex(), tmp_path) <= 4
    assert pages(step.full().to_latex(), tmp_path) > 4


def test_what_cannot_be_broken_is_written_in_a_row(tmp_path: Path) -> None:
    terms = [Symbol("w", 1.5, layer=1, index=f"{i},1") * Number(-i) for i in range(40)]
    long = Sum(tuple(terms))
    formulas: list[Formula] = [
        long,
        Quotient(long, long),
        Call("sqrt", (long,)),
        Call("sqrt", (Quotient(Power(long, Number(2.0)), Number(2.0)),)),
        Quotient(Number(1.0), Call("sqrt", (long,))),
    ]
    equations = [Equation(Symbol("y", 1.0), (formula, Number(1.0))) for formula in formulas]
    assert pages(alone(*equations), tmp_path) == 1


def test_wide_matrices_and_long_tables(tmp_path: Path) -> None:
    rows = tuple(tuple(float(i) * 1234.5 for i in range(14)) for _ in range(14))
    names = tuple(f"unit {i}" for i in range(14))
    W = Matrix(Symbol("W", 0.0, layer=1), rows)
    equation = MatrixEquation((("", W), ("=", W), ("·", W)))
    text = 30 * "some words "
    table = DocumentTable(("one", "two", "n"), ((text, text, 1e-30),) * 40, "A long table")
    assert pages(alone(Matrices((W, W), names, names), equation, table), tmp_path) > 3


def test_every_kind_of_block(tmp_path: Path) -> None:
    blocks = (
        Paragraph("Σ δ′ → 50 % & more_so… <λ> “x” 日本 é ⁵ ₖ – — ½"),
        DocumentTable(("name", "a_1"), (("x & y", 1.5), ("z", -1e-30)), "A % caption"),
        Bars(("yes_no", "ü"), (("predicted", (0.5, -0.5)), ("target", (1.0, 0.0)))),
        Curves("epoch", "error", (Curve("a_b", (0.0, 1.0), (1.0, 0.5)),)),
        Picture(((0.0, 0.5), (1.0, 0.25))),
    )
    assert pages(alone(*blocks), tmp_path) == 1


def test_each_character_that_is_written_as_it_is(tmp_path: Path) -> None:
    characters = " ".join(sorted(IN_FONT))
    left = Symbol("y", 1.0, index=characters[:20])
    assert pages(alone(Paragraph(characters), Equation(left, (left,))), tmp_path) == 1


def test_letters_of_ones_own(tmp_path: Path) -> None:
    letters = ["η", "ŷ", "Ж", "日本", "%", "_", "new 50 %", "yᵀ", "ħ", "Ψ", "a_b", "w₇"]
    equations = [Equation(Symbol(letter, 1.0, 2, "1"), (Number(1.0),)) for letter in letters]
    own = Equation(Symbol("y", 1.0), (Call("my_own %", (Symbol("x", 1.0),)), Number(1.0)))
    assert pages(alone(*equations, own), tmp_path) == 1


@pytest.mark.system("pdftotext")
def test_no_heading_ends_a_page_and_no_equation_is_broken_over_two(tmp_path: Path) -> None:
    net = network([3, 4, 3])
    step = gn.explain(net, [0.35, -0.72, 0.6403], 1, learning_rate=0.5).full()
    count = pages(step.to_latex(), tmp_path)
    titles = {section.title for section in step.document.sections}
    for page in range(1, count + 1):
        command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), "document.pdf", "-"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        lines = [line.strip() for line in run.stdout.splitlines() if line.strip()]
        *body, number = lines
        assert number == str(page)
        assert body[-1] not in titles
        assert not body[0].startswith("=")
