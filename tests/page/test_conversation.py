"""Questions of the page and their answers; explanations are those of gn.explain."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import glassnet as gn
from glassnet.page.conversation import Conversation
from glassnet.page.playground import Playground
from glassnet.page.setup import HiddenLayer, Setup
from glassnet.render.html import document_html


class Page:
    """What a page does: asks, and takes answers apart."""

    def __init__(self) -> None:
        self.conversation = Conversation()

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        answer = self.conversation.answer(json.dumps({"id": 7, "kind": kind, **fields}))
        length = int.from_bytes(answer[:4], "little")
        read: dict[str, Any] = json.loads(answer[4 : 4 + length])
        assert read["id"] == 7
        return read


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.conversation.close()


MOONS = {"problem": "two moons", "hidden": [{"units": 3, "activation": "tanh"}], "batchSize": 10}


def test_what_is_built_is_told(page: Page) -> None:
    built = page.ask("build", setup=MOONS)
    assert built["kind"] == "built"
    assert [layer["names"] for layer in built["layers"]] == [
        ["x1", "x2"],
        ["h1.1", "h1.2", "h1.3"],
        ["class 0", "class 1"],
    ]
    assert (len(built["x"]), len(built["testX"]), built["stepsInEpoch"]) == (210, 90, 21)
    assert built["axes"] == [0, 1]
    assert page.ask("present") == built
    assert page.ask("build", setup=built["setup"]) == built


def test_a_setup_that_is_refused_leaves_what_is_there(page: Page) -> None:
    built = page.ask("build", setup=MOONS)
    page.ask("forward", steps=3)
    for wrong in ({"problem": "none"}, {"hidden": [{"units": 10**6}]}, {"unknown": 1}):
        assert page.ask("build", setup=wrong)["kind"] == "refused"
    assert page.ask("present") == built
    assert page.ask("look", after=-1)["step"] == 3


def test_steps_forward_and_back_have_the_same_bits(page: Page) -> None:
    page.ask("build", setup=MOONS)

    def seen(step: int) -> dict[str, Any]:
        frame: dict[str, Any] = {"step": -1, "number": -1}
        while frame["step"] != step:
            frame = page.ask("look", after=frame["number"])
        return {name: frame[name] for name in ("learning", "heldOut", "example", "layers")}

    page.ask("forward", steps=21)
    first = seen(21)
    page.ask("forward")
    page.ask("goTo", step=21)
    assert seen(21) == first
    page.ask("goTo", step=0)
    page.ask("forward", steps=21)
    assert seen(21) == first


def test_explanations_are_those_of_explain(page: Page) -> None:
    page.ask("build", setup=MOONS)
    page.ask("forward", steps=30)
    setup = Setup(problem="two moons", hidden=(HiddenLayer(3),), batch_size=10)
    training = Playground(setup).training
    training.forward(30)
    recorded = training.recorded()
    example = int(recorded.examples[4])
    step = gn.explain(recorded, example=4)
    pages = [
        (page.ask("explain", example=example), step),
        (page.ask("explain", example=example, layer=1, unit=2), step.unit("h1.3")),
        (page.ask("explain", example=example, weight="w1[2,3]"), step.weight("w1[2,3]")),
        (page.ask("explain", example=example, weight="b2[1]"), step.weight("b2[1]")),
        (page.ask("explain", example=example, full=True), step.full()),
    ]
    for answer, explanation in pages:
        assert answer["html"] == document_html(explanation.document)
    past = page.ask("explain", example=example, step=12)
    assert "Step 13 (index 12)" in past["title"] or "One step" in past["title"]


def test_an_example_that_is_not_in_the_batch_is_explained_alone(page: Page) -> None:
    page.ask("build", setup=MOONS)
    setup = Setup(problem="two moons", hidden=(HiddenLayer(3),), batch_size=10)
    playground = Playground(setup)
    batch = playground.training.recorded().examples
    example = next(row for row in range(210) if row not in batch)
    x, targets = playground.learning.x, playground.learning.targets
    alone = gn.explain(playground.network, x[example], targets[example])
    answer = page.ask("explain", example=example)
    assert answer["html"] == document_html(alone.document)


def test_a_weight_that_is_grabbed_changes_the_loss(page: Page) -> None:
    answer = page.ask("change", layer=2, source=1, unit=0, value=3.5)
    assert answer["kind"] == "changed"
    playground = Playground(Setup())
    net, learning = playground.network, playground.learning
    before = net.evaluate(learning.x, learning.targets)
    weights: Any = net.weights
    weights[1][1, 0] = 3.5
    after = net.evaluate(learning.x, learning.targets)
    assert float(answer["before"]) == pytest.approx(before, rel=1e-5)
    assert float(answer["after"]) == pytest.approx(after, rel=1e-5)


def test_a_unit_is_told_at_the_pointer(page: Page) -> None:
    hover = page.ask("hover", example=2, layer=1, unit=0)
    assert hover["title"] == "h1.1"
    playground = Playground(Setup())
    x, targets = playground.learning.x[2], playground.learning.targets[2]
    unit = gn.explain(playground.network, x, targets).unit("h1.1")
    equation = hover["html"].split('<div class="equation">')[1]
    assert equation.strip() in document_html(unit.document)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "explain", "example": 4}, "example must be from 0 to 3, not 4"),
        (
            {"kind": "explain", "example": 0, "weight": "w9[1,1]"},
            "there is no weight 'w9[1,1]'",
        ),
        ({"kind": "hover", "example": 0, "layer": 3, "unit": 0}, "there is no unit"),
        ({"kind": "setRate", "learningRate": 0}, "the learning rate must be above 0"),
        ({"kind": "change", "layer": 1, "source": 5, "unit": 0, "value": 1}, "there is no weight"),
        ({"kind": "shutdown"}, "which this version does not know"),
    ],
)
def test_what_cannot_be_done_is_said(page: Page, fields: dict[str, Any], sentence: str) -> None:
    answer = page.conversation.answer(json.dumps({"id": 7, **fields}))
    read = json.loads(answer[4:])
    assert (read["id"], read["kind"]) == (7, "refused")
    assert sentence in read["sentence"]


@pytest.mark.parametrize("message", ["", "[]", "{", '{"kind": "play"}', "\x00" * 100, '{"id": -1}'])
def test_a_message_that_is_none_is_refused(page: Page, message: str) -> None:
    answer = page.conversation.answer(message)
    assert json.loads(answer[4:])["kind"] == "refused"


def test_rows_come_the_worst_first(page: Page) -> None:
    page.ask("build", setup={**MOONS, "problem": "three classes"})
    page.ask("forward", steps=20)
    playground = Playground(Setup(problem="three classes", hidden=(HiddenLayer(3),), batch_size=10))
    playground.training.forward(20)
    net, everything = playground.network, playground.everything
    rows = page.ask("rows", most=500)
    losses = [net.evaluate(everything.x[[row]], everything.targets[[row]]) for row in range(300)]
    listed = [row["example"] for row in rows["rows"]]
    assert sorted(listed) == list(range(300))
    assert [losses[example] for example in listed] == pytest.approx(sorted(losses, reverse=True))
    predicted = net.predict(everything.x).astype(str)
    targets = everything.targets.argmax(axis=1).astype(str)
    assert rows["wrong"] == (predicted != targets).sum() > 0
    for row in rows["rows"]:
        example = row["example"]
        assert (row["predicted"], row["target"]) == (predicted[example], targets[example])
        assert row["isWrong"] == (row["predicted"] != row["target"])
        assert row["isTest"] == (example >= 210)
        assert row["row"] == everything.rows[example]


@pytest.mark.parametrize("problem", ["half adder", "noisy curve", "digits"])
def test_why_is_that_of_why(page: Page, problem: str) -> None:
    page.ask("build", setup={"problem": problem, "hidden": [{"units": 3}]})
    playground = Playground(Setup(problem=problem, hidden=(HiddenLayer(3),)))
    net, everything = playground.network, playground.everything
    target: Any = everything.targets[2]
    if problem == "digits":
        assert net.classes is not None
        target = net.classes[target.argmax()]
    answer = page.ask("explain", example=2, why=True)
    expected = gn.why(net, everything.x[2], target)
    assert answer["html"] == document_html(expected.document)
    assert page.ask("rows", most=1)["rows"][0]["loss"]


def test_examples_of_the_test_are_explained_and_hovered(page: Page) -> None:
    page.ask("build", setup=MOONS)
    playground = Playground(Setup(problem="two moons", hidden=(HiddenLayer(3),), batch_size=10))
    assert playground.held_out is not None
    x, targets = playground.held_out.x[5], playground.held_out.targets[5]
    answer = page.ask("explain", example=215)
    expected = gn.explain(playground.network, x, targets)
    assert answer["html"] == document_html(expected.document)
    assert page.ask("hover", example=215, layer=1, unit=0)["title"] == "h1.1"
    assert page.ask("hover", example=300, layer=1, unit=0)["kind"] == "refused"
    assert page.ask("look", after=-1, example=215)["example"]["index"] == 215
