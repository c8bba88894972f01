"""JSON: the same content, as values that every parser reads."""

import json

from glassnet.formula.document import Document, DocumentTable, Section, equation_with_numbers
from glassnet.formula.tree import Symbol
from glassnet.render.json import document_dict
from tests.render.test_html import everything


def test_every_kind_of_block_is_there_and_is_strict_json() -> None:
    content = document_dict(everything("plain"))
    kinds = [block["kind"] for block in content["sections"][0]["blocks"]]
    assert kinds == [
        *("paragraph", "equation", "table", "bars"),
        *("curves", "regions", "picture", "drawing"),
    ]
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_an_equation_has_its_stages_and_its_value() -> None:
    w = Symbol("w", -0.5, layer=1, index="1,2")
    section = Section("S", (equation_with_numbers(Symbol("in", -1.5), w * 3),))
    (block,) = document_dict(Document("T", (section,)))["sections"][0]["blocks"]
    assert block["left"] == "in"
    assert block["steps"] == ["w1[1,2]·3", "(−0.5)·3", "−1.5"]
    assert block["value"] == -1.5


def test_what_json_cannot_say_is_null() -> None:
    table = DocumentTable(("value",), ((float("inf"),), (float("nan"),)))
    (block,) = document_dict(Document("T", (Section("S", (table,)),)))["sections"][0]["blocks"]
    assert block["rows"] == [[None], [None]]
