"""HTML and MathML: well-formed, complete, without script or request, and safe."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

import glassnet as gn
from glassnet.formula.document import (
    Bars,
    Command,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Link,
    Mark,
    Paragraph,
    Picture,
    RegionPoint,
    Regions,
    Section,
    equation_with_numbers,
)
from glassnet.formula.tree import Formula, Partial, Symbol
from glassnet.render.html import document_html, document_page
from glassnet.render.mathml import equation_mathml, formula_mathml
from tests.formula.test_tree import formulas

HOSTILE = '<script>alert("x")</script>&'


def regions(words: str) -> Regions:
    line, points = Curve(words, (0.0, 1.0), (0.0, 1.0)), (RegionPoint(0.2, 0.2, 1),)
    bounds, rows = (0.0, 1.0, 0.0, 1.0), ((0, 1), (1, 1))
    return Regions(words, words, bounds, (words, words), rows, points, (line,), words)


def everything(words: str) -> Document:
    w = Symbol("w", -0.5, layer=1, index=words)
    blocks = (
        Paragraph(words),
        equation_with_numbers(Symbol("in", 2.0), w * 3 + 1),
        DocumentTable((words, "n"), ((words, 1.0), (w, 2.0)), words),
        Bars((words,), ((words, (0.25,)),), words),
        Curves(words, words, (Curve(words, (0.0, 1.0), (1.0, 0.0)),), words, (Mark(words, 0.5),)),
        regions(words),
        Picture(((0.0, 0.5), (1.0, 0.25)), words),
        gn.Network([2, 2], output="softmax").draw().drawing,
    )
    return Document(words, (Section(words, blocks),))


@given(formulas)
def test_every_formula_is_well_formed_mathml(formula: Formula) -> None:
    assert ET.fromstring(formula_mathml(formula)).tag == "math"  # noqa: S314 - our own text


def test_a_fraction_has_numerator_and_denominator() -> None:
    error, weight = Symbol("E", 1.0), Symbol("w", 2.0, layer=1, index="1,2")
    root = ET.fromstring(formula_mathml(Partial(error, weight, 0.5)))  # noqa: S314
    (fraction,) = root
    assert fraction.tag == "mfrac"
    assert ["".join(part.itertext()) for part in fraction] == ["∂E", "∂w1,2(1)"]


def test_an_equation_has_a_math_element_for_each_step_and_each_term_of_a_sum() -> None:
    x, y = Symbol("x", 1.0), Symbol("y", -2.0)
    html = equation_mathml(equation_with_numbers(Symbol("in", -1.0), x + y))
    assert html.count("<math>") == 1 + 2 + 2 + 1


def test_names_are_escaped_everywhere() -> None:
    page = document_page(everything(HOSTILE))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10


def test_a_page_is_one_file_without_script_or_request() -> None:
    page = document_page(everything("plain"))
    assert page.startswith("<!doctype html>")
    without_icon = page.replace('<link rel="icon" href="data:,">', "")
    assert not re.search(r"<script|<link|src=|@import|url\(|https?:", without_icon)


def test_a_notebook_gets_the_same_without_the_page_around_it() -> None:
    element = document_html(everything("plain"))
    assert element.startswith('<div class="glassnet">')
    assert element in document_page(everything("plain"))


@pytest.mark.parametrize("text", ["predicted", "target"])
def test_bars_name_their_series(text: str) -> None:
    bars = Bars(("a",), (("predicted", (0.5,)), ("target", (1.0,))))
    assert text in document_html(Document("T", (Section("S", (bars,)),)))


def test_a_link_leads_into_a_folded_section() -> None:
    table = DocumentTable(("weight",), ((Link("w1[1,2]", "#w1[1,2]"),),))
    folded = Section("Its story", (Paragraph("words"),), folded=True, anchor="w1[1,2]")
    page = document_page(Document("A", (Section("B", (table,)), folded)))
    assert '<a href="#w1[1,2]">w1[1,2]</a>' in page
    inside = page.rpartition("<details>")[2].partition("</details>")[0]
    assert '<div id="w1[1,2]"></div>' in inside
    assert "words" in inside


def test_a_command_is_escaped_code() -> None:
    page = document_html(Document("T", (Section("S", (Command("glassnet show 'a<b'"),)),)))
    assert "<code>glassnet show &#x27;a&lt;b&#x27;</code></pre>" in page
