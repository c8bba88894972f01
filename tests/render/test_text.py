"""Plain text: formulas by precedence, blocks within 80 columns."""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given

from glassnet.formula.document import (
    Bars,
    Command,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Mark,
    Paragraph,
    Picture,
    RegionPoint,
    Regions,
    Section,
    equation_with_numbers,
)
from glassnet.formula.tree import (
    Call,
    Formula,
    IversonBracket,
    Negative,
    Number,
    Partial,
    Remainder,
    Symbol,
    exp,
)
from glassnet.render.text import document_text, formula_text
from tests.formula.test_tree import formulas


def test_wide_tables_are_broken_into_lines() -> None:
    way = " → ".join(f"h{layer}.100" for layer in range(1, 15))
    table = DocumentTable(
        ("", "by way of", "product"), (("path 1", way, 0.5), ("path 2", "h1.1", -0.25))
    )
    text = document_text(Document("A table", (Section("Paths", (table,)),)))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert way in " ".join(" ".join(line.split()) for line in text.splitlines()).replace(
        "0.50 ", ""
    )


def test_a_command_can_be_copied_however_long_it_is() -> None:
    command = f"glassnet explain {'a-long-name/' * 9}run.glassnet --step 12"
    words = Paragraph("It is opened by:")
    text = document_text(Document("T", (Section("S", (words, Command(command))),)))
    assert f"It is opened by:\n{command}\n" in f"{text}\n"


a, b = Symbol("a", 3.0), Symbol("b", -4.0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b, "a + b"),
        (a - b, "a − b"),
        ((a - b).with_numbers(), "3 − (−4)"),
        ((a + b).with_numbers(), "3 + (−4)"),
        (a * (a + b), "a·(a + b)"),
        ((a * b).with_numbers(), "3·(−4)"),
        (a / (a * b), "a/(a·b)"),
        ((a + b) / b, "(a + b)/b"),
        (1 / (1 + exp(-a)), "1/(1 + exp(−a))"),
        (-(a + b), "−(a + b)"),
        (Negative(-a), "−(−a)"),
        (a - (a - b), "a − (a − b)"),
        ((a + b) ** 2, "(a + b)²"),
        (b.with_numbers().__pow__(2), "(−4)²"),
        (a ** (a + b), "a^(a + b)"),
        (Call("sqrt", (a + b,)), "√(a + b)"),
        (Call("max", (Number(0.0), a)), "max(0, a)"),
        (IversonBracket(a), "[a > 0]"),
        (Partial(a, b, 1.0), "∂a/∂b"),
        (a * Partial(a, b, 1.0), "a·∂a/∂b"),
        (Remainder(1234, -0.5), "(… and 1,234 more, together −0.5)"),
        (Symbol("w", 1.0, layer=2, index="1,3"), "w2[1,3]"),
        (Negative(Number(-2.0)), "−(−2)"),
    ],
)
def test_formulas(formula: Formula, text: str) -> None:
    assert formula_text(formula) == text


@given(formulas)
def test_a_formula_with_numbers_is_a_calculation_with_its_value(formula: Formula) -> None:
    written = _as_written(formula.with_numbers())
    text = formula_text(written)
    for sign, python in (("−", "-"), ("·10^", "e"), ("·", "*"), ("²", "**2"), ("[", "float(")):
        text = text.replace(sign, python)
    expected = written.evaluate()
    try:
        value = eval(text.replace("]", ")"), {"tanh": math.tanh, "max": max})  # noqa: S307
    except (ZeroDivisionError, OverflowError):  # Python raises where the formula is infinite
        assume(False)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-300, nan_ok=True)


def _as_written(formula: Formula) -> Formula:
    """The same formula with each number as its six digits say."""
    if isinstance(formula, Number):
        return Number(float(f"{formula.value:.6g}"))
    changes: dict[str, object] = {}
    for field in fields(formula):  # type: ignore[arg-type]  # every node is a dataclass
        value = getattr(formula, field.name)
        if isinstance(value, Formula):
            changes[field.name] = _as_written(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(_as_written(item) for item in value)
    return replace(formula, **changes)  # type: ignore[type-var]


def test_a_document_stays_within_80_columns() -> None:
    many = [
        Symbol("w", 0.123456 * n, layer=1, index=f"{n},1") * Symbol("x", 1.5) for n in range(40)
    ]
    total = many[0] + many[1]
    for term in many[2:]:
        total = type(total)((*total.terms, term))
    blocks = (
        Paragraph("word " * 50),
        equation_with_numbers(Symbol("in", 1.0), total),
        Bars(("first", "second"), (("predicted", (0.2, 0.8)), ("target", (0.0, 1.0)))),
        Curves("epoch", "error", (Curve("training", (1.0, 2.0, 3.0), (0.9, 0.5, 0.1)),)),
    )
    text = document_text(Document("A document", (Section("All kinds", blocks),)))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_table_aligns_numbers_right_and_text_left() -> None:
    table = DocumentTable(("name", "value"), (("a", 1.5), ("long", -20.0)))
    text = document_text(Document("T", (Section("S", (table,)),)))
    assert "a       1.5\nlong  −20.0\n" in text


def test_bars_are_as_long_as_their_values() -> None:
    bars = Bars(("a", "b", "c"), (("p", (1.0, 0.5, 0.0)),))
    text = document_text(Document("T", (Section("S", (bars,)),)))
    assert [line.count("█") for line in text.splitlines() if "  p  " in line] == [30, 15, 0]


def test_curves_have_round_ticks_and_names() -> None:
    curve = Curve("training", (1.0, 50.0), (0.97, 0.02))
    text = document_text(Document("T", (Section("S", (Curves("epoch", "error", (curve,)),)),)))
    lines = text.splitlines()
    assert [line.split(" ┤")[0] for line in lines if "┤" in line] == [
        "  1", "0.8", "0.6", "0.4", "0.2", "  0"
    ]  # fmt: skip
    assert ["0", "10", "20", "30", "40", "50"] in [line.split() for line in lines]
    for shown in ("epoch", "error", "● training"):
        assert shown in text


def test_a_best_epoch_is_marked() -> None:
    curve = Curve("validation", (1.0, 2.0, 3.0), (0.9, 0.1, 0.5))
    curves = Curves("epoch", "loss", (curve,), marks=(Mark("best: epoch 2", 2.0),))
    text = document_text(Document("T", (Section("S", (curves,)),)))
    assert text.count("┊") >= 12
    assert "┊ best: epoch 2" in text


def test_regions_have_a_shade_for_each_class_and_a_sign_for_each_example() -> None:
    rows = ((0, 0, 1, 1),) * 4
    points = (RegionPoint(0.1, 0.5, 0), RegionPoint(0.9, 0.5, 1))
    line = Curve("in = 0", (0.5, 0.5), (0.0, 1.0))
    regions = Regions("x1", "x2", (0.0, 1.0, 0.0, 1.0), ("no", "yes"), rows, points, (line,))
    text = document_text(Document("T", (Section("S", (regions,)),)))
    plane = [
        line.split("│")[-1].split("┤")[-1]
        for line in text.splitlines()
        if "│" in line or "┤" in line
    ]
    assert any("●" in line and "○" in line and line.index("●") < line.index("○") for line in plane)
    assert "· ● no  ░ ○ yes  ╳ in = 0" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_picture_is_drawn_with_five_inks() -> None:
    picture = Picture(((0.0, 0.25, 0.5), (0.75, 1.0, 0.0)))
    text = document_text(Document("T", (Section("S", (picture,)),)))
    assert "  ░░▒▒\n▓▓██\n" in text


def test_a_signed_picture_has_other_signs_for_negative_values() -> None:
    picture = Picture(((0.0, 0.2, 1.0), (-0.09, -0.2, -0.7)), signed=True)
    lines = document_text(Document("A", (Section("B", (picture,)),))).splitlines()
    assert lines[3:5] == ["  ++##", "  --=="]
    assert "+ small, # large: positive" in lines[5]


def test_folded_sections_are_left_out() -> None:
    folded = Section("Folded", (Paragraph("words"),), folded=True)
    text = document_text(Document("A", (folded, Section("Open", (Paragraph("more"),)))))
    assert "Folded" not in text
    assert "Open" in text
