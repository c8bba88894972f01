"""LaTeX: formulas by precedence, names with signs that TeX has a meaning for, and it compiles."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import glassnet as gn
from glassnet.formula.document import (
    Bars,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Paragraph,
    Picture,
    Section,
)
from glassnet.formula.tree import (
    Call,
    Formula,
    IversonBracket,
    Number,
    Partial,
    Remainder,
    Symbol,
    exp,
)
from glassnet.render.latex import document_latex
from glassnet.render.tex import formula_tex
from tests.render.test_html import regions

a, b = Symbol("a", 3.0), Symbol("b", -4.0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b, "a + b"),
        ((a - b).with_numbers(), "3 - (-4)"),
        (1 / (1 + exp(-a)), r"\frac{1}{1 + \exp(-a)}"),
        ((a + b) ** 2, "{(a + b)}^{2}"),
        (Call("sqrt", (a + b,)), r"\sqrt{a + b}"),
        (Call("Φ", (a,)), r"\Phi (a)"),
        (Call("sign", (a,)), r"\operatorname{sign}(a)"),
        (IversonBracket(a), "[a > 0]"),
        (Partial(a, b, 1.0), r"\frac{\partial a}{\partial b}"),
        (Remainder(1234, -0.5), r"\text{(\ldots{} and 1,234 more, together $-$0.5)}"),
        (Symbol("w", 1.0, layer=2, index="1,3"), "w_{1,3}^{(2)}"),
        (Symbol("x", 1.0, index="sex_male → h1.2"), r"x_{\text{sex\_male $\to $ h1.2}}"),
        (Symbol("in", 1.0, layer=1, index="2"), r"\text{in}_{2}^{(1)}"),
        (Symbol("m̂", 1.0), r"\hat{m}"),
        (Symbol("β₁", 1.0), r"{\beta _1}"),
        (Number(-2.5e10), r"-2.5 \cdot 10^{10}"),
    ],
)
def test_formulas(formula: Formula, text: str) -> None:
    assert formula_tex(formula) == text


def test_words_hold_no_sign_that_tex_has_a_meaning_for() -> None:
    text = document_latex(Document("a_b & 50 % {x} \\y #1 $2 ~ ^ 日", ()))
    title = next(line for line in text.splitlines() if line.startswith(r"\section*"))
    assert title == (
        r"\section*{a\_b \& 50 \% \{x\} \textbackslash{}y \#1 \$2 \textasciitilde{} "
        r"\textasciicircum{} \texttt{U+65E5}}"
    )


pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")


def compiled(text: str, folder: Path) -> None:
    (folder / "document.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


@pdflatex
def test_every_kind_of_block_compiles(tmp_path: Path) -> None:
    blocks = (
        Paragraph("Σ δ′ → 50 % & more_so… <λ> “x” 日本 é"),
        DocumentTable(("name", "a_1"), (("x & y", 1.5), ("z", -1e-30)), "A % caption"),
        Bars(("yes_no", "ü"), (("predicted", (0.5, -0.5)), ("target", (1.0, 0.0)))),
        Curves("epoch", "error", (Curve("a_b", (0.0, 1.0), (1.0, 0.5)),)),
        regions("50 % a_b #1 ≥ [low]"),
        Picture(((0.0, 0.5), (1.0, 0.25))),
        Picture(((0.0, -0.5), (1.0, -0.25)), "a_b", signed=True),
        gn.Network([4, 2], output="softmax").draw(image=(2, 2)).drawing,
    )
    compiled(document_latex(Document("Every kind", (Section("Blocks", blocks),))), tmp_path)


@pdflatex
def test_an_explanation_compiles(tmp_path: Path) -> None:
    net = gn.Network([2, 3, 2], hidden="gelu", output="softmax", seed=1)
    net.feature_names = ["körper_größe [cm]", "#2 & <3>"]
    options: dict[str, Any] = {"penalties": [gn.L1(0.1), gn.WeightDecay(0.1)], "dropout": 0.2}
    history = net.fit([[0, 1], [1, 0]], ["a%", "b_c"], epochs=1, record=[0], **options)
    compiled(gn.explain(history.steps[0]).to_latex(), tmp_path)


def test_a_signed_picture_has_two_colours_and_a_folded_section_is_left_out() -> None:
    picture = Picture(((0.0, 0.5), (-1.0, 0.0)), signed=True)
    folded = Section("Folded", (Paragraph("words"),), folded=True)
    tex = document_latex(Document("A", (Section("B", (picture,)), folded)))
    assert r"\fill[one" in tex
    assert r"\fill[two" in tex
    assert "Folded" not in tex
