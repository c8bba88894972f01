"""What is written as JSON is what the published schema says."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator, ValidationError

import glassnet as gn
from glassnet.explanation.explain import describe
from glassnet.formula.document import (
    Bars,
    Command,
    Curve,
    Curves,
    Document,
    Mark,
    Paragraph,
    Picture,
    Section,
)
from glassnet.plot.boundary import boundary
from glassnet.render.json import document_dict

SCHEMA = json.loads((files("glassnet.render") / "document.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_explanations_follow_it() -> None:
    net = gn.Network([3, 9, 10, 4], hidden="sigmoid", output="softmax", seed=1)
    explanation = gn.explain(net, [1, 2, 3], 0, optimizer=gn.Adam())
    for part in (explanation, explanation.weight("w1[1,2]"), explanation.unit("h1.2")):
        VALIDATOR.validate(json.loads(part.to_json()))
    VALIDATOR.validate(describe(net).to_dict())
    VALIDATOR.validate(gn.explain(net, [1, 2, 3]).to_dict())


def test_every_other_block_follows_it() -> None:
    blocks = (
        Paragraph("words"),
        Bars(("a",), (("predicted", (float("nan"),)),)),
        Curves("epoch", "error", (Curve("a", (0.0,), (float("inf"),)),)),
        Curves("x", "y", (), marks=(Mark("best", float("inf")),)),
        boundary(gn.Network([2, 1], output="sigmoid"), [[0, 0], [1, 1]], [0, 1], lines=True),
        Picture(((0.5,),)),
        Picture(((-0.5,),), signed=True),
        gn.Network([4, 2], output="softmax").draw(image=(2, 2)).drawing,
        gn.explain(gn.Network([2, 2], output="softmax"), [1, 2]).draw().drawing,
    )
    section = Section("All", blocks, folded=True, anchor="all")
    VALIDATOR.validate(document_dict(Document("Blocks", (section,))))


def test_what_is_no_document_does_not() -> None:
    content = document_dict(Document("A title", ()))
    del content["title"]
    with pytest.raises(ValidationError, match="'title' is a required property"):
        VALIDATOR.validate(content)


def test_a_command_follows_it() -> None:
    found = document_dict(Document("T", (Section("S", (Command("glassnet demo"),)),)))
    VALIDATOR.validate(found)
    assert found["sections"][0]["blocks"] == [{"kind": "command", "text": "glassnet demo"}]
