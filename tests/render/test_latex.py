"""LaTeX: formulas by precedence, signs that TeX gives a meaning, what stands together."""

import ast
from pathlib import Path

import pytest

import glassnet as gn
from glassnet.formula.document import (
    Command,
    Document,
    Equation,
    Matrices,
    Matrix,
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
from glassnet.render.tex import formula_tex, words_tex
from tests.sentences import docstrings

a, b = Symbol("a", 3.0), Symbol("b", -4.0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b, "a + b"),
        ((a - b).with_numbers(), "3 - (-4)"),
        (1 / (1 + exp(-a)), r"\frac{1}{1 + \exp(-a)}"),
        ((a + b) ** 2, "(a + b)^{2}"),
        (Call("sqrt", (a + b,)), r"\sqrt{a + b}"),
        (Call("Φ", (a,)), r"\Phi (a)"),
        (Call("sign", (a,)), r"\operatorname{sign}(a)"),
        (IversonBracket(a), "[a > 0]"),
        (Partial(a, b, 1.0), r"\frac{\partial a}{\partial b}"),
        (Remainder(1234, -0.5), r"\text{(\ldots{} and 1,234 more, together $-$0.5)}"),
        (
            Remainder(9, 7.5e-5),
            r"\text{(\ldots{} and 9 more, together 7.5$\cdot $10$^{-5}$)}",
        ),
        (Symbol("w", 1.0, layer=2, index="1,3"), "w_{1,3}^{(2)}"),
        (Symbol("x", 1.0, index="sex_male → h1.2"), r"x_{\text{sex\_male $\to $ h1.2}}"),
        (Symbol("in", 1.0, layer=1, index="2"), r"\text{in}_{2}^{(1)}"),
        (Symbol("m̂", 1.0), r"\hat{m}"),
        (Symbol("β₁", 1.0), r"{\beta _1}"),
        (Symbol("η", 1.0), r"\eta"),
        (Symbol("yᵀ", 1.0, layer=1), r"y^{(1)\top}"),
        (Symbol("new W", 1.0, layer=1), r"\text{new }W^{(1)}"),
        (Call("my_own", (a,)), r"\operatorname{my\_own}(a)"),
        (Number(-2.5e10), r"-2.5 \cdot 10^{10}"),
    ],
)
def test_formulas(formula: Formula, text: str) -> None:
    assert formula_tex(formula) == text


def test_words_hold_no_sign_that_tex_has_a_meaning_for() -> None:
    text = document_latex(Document("a_b & 50 % {x} \\y #1 $2 ~ ^ 日", ()))
    title = next(line for line in text.splitlines() if r"\section*" in line)
    assert title == (
        r"\fullpage{\section*{a\_b \& 50 \% \{x\} \textbackslash{}y \#1 \$2 \textasciitilde{} "
        r"\textasciicircum{} \texttt{U+65E5}}"
    )


def test_equations_one_below_the_other_are_aligned_together() -> None:
    one = Equation(a, (Number(1.0), Number(1.0)), between=b, exact=1.25)
    blocks = (Paragraph("Above:"), one, one, Paragraph("Below."))
    text = document_latex(Document("", (Section("", blocks),)))
    assert text.count("\n\\equations{%\n") == 1
    assert text.count("\n\\quantity{a}{%\n  \\is{1}\n  \\is{b}\n") == 2
    assert text.count(r"\is{1\quad\text{(exactly $1.25$)}}") == 2
    assert "Above:\n\n\\nopagebreak\n" in text
    assert "Below.\n\n\\nopagebreak\n" not in text


def test_a_short_form_leaves_out_what_is_worked_out_in_part_where_it_takes_a_line() -> None:
    one = Equation(a, (Number(1.0), Number(1.0)), between=b)
    sections = (Section("Top"), Section("Story", (one,)), Section("More", (one,), folded=True))
    short = document_latex(Document("", sections))
    assert r"\smallcolumns{\section*{}" in short
    assert short.count(r"\between{b}") == 1
    assert r"\fullpage{\section*{}" in document_latex(Document("", sections).unfolded())


def test_a_signed_picture_has_two_colours_and_a_folded_section_is_left_out() -> None:
    picture = Picture(((0.0, 0.5), (-1.0, 0.0)), signed=True)
    folded = Section("Folded", (Paragraph("words"),), folded=True)
    tex = document_latex(Document("A", (Section("B", (picture,)), folded)))
    assert r"\fill[one" in tex
    assert r"\fill[two" in tex
    assert "Folded" not in tex


def test_long_lines_take_the_whole_width() -> None:
    long = Equation(a, (sum((a * b for _ in range(20)), a), Number(1.0)))
    sections = (Section("Top"), Section("Story", (long,)), Section("More", folded=True))
    assert r"\smallpage{\section*{}" in document_latex(Document("", sections))


def test_matrices_stand_beside_each_other_if_they_fit() -> None:
    def matrices(columns: int) -> str:
        matrix = Matrix(a, ((1.25,) * columns,))
        names = tuple(f"unit {i}" for i in range(columns))
        block = Matrices((matrix, matrix), ("x",), names)
        return document_latex(Document("", (Section("", (block,)),)))

    assert matrices(3).count(r"\begin{tabular}") == 1
    assert matrices(9).count(r"\begin{tabular}") == 2


@pytest.mark.parametrize("package", ["explanation", "nn", "optim", "formula", "diagnosis.py"])
def test_each_character_of_our_own_sentences_has_a_meaning_in_tex(package: str) -> None:
    place = Path(gn.__file__).parent / package
    for file in [place] if place.is_file() else place.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documentation = {id(node) for node in docstrings(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                # The hat of a letter is written by the letter.
                shown = "" if id(node) in documentation else node.value.replace("\u0302", "")
                assert "U+" not in words_tex(shown), file


def test_the_hyphens_of_a_command_stay_two() -> None:
    text = document_latex(Document("T", (Section("S", (Command("glassnet a_b --step 1"),)),)))
    assert r"\texttt{glassnet a\_b -{}-step 1}" in text
