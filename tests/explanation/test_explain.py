"""The explanation: complete, true to the engine, and the same in each notation."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.limits import Limits
from glassnet.explanation.places import place_at
from glassnet.formula.document import Equation, MatrixEquation
from glassnet.nn.layers import Dense
from glassnet.render.text import formula_text
from tests.random_networks import Case, random_case


def equations(explanation: Explanation) -> list[Equation]:
    return [
        block
        for section in explanation.document.sections
        for block in section.blocks
        if isinstance(block, Equation)
    ]


def explained(case: Case, limits: Limits | None = None) -> Explanation:
    return gn.explain(
        case.net,
        case.x[0],
        case.targets[0],
        optimizer=case.rule.optimizer,
        loss=case.loss,
        limits=limits,
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_three_stages_of_every_equation_agree(seed: int) -> None:
    case = random_case(seed, dtype="float64", widest=5, most_rows=1)
    explanation = explained(case)
    assert explanation.check is not None
    assert explanation.check.passed
    for equation in equations(explanation):
        values = [equation.left.evaluate(), *(step.evaluate() for step in equation.steps)]
        # Far out, −t/p · p (1 − p) loses digits that p − t keeps.
        assert values == pytest.approx([equation.value] * len(values), rel=1e-6, abs=1e-9), (
            f"{formula_text(equation.left)} of {case}"
        )


@pytest.mark.parametrize("seed", range(20))
def test_every_weight_has_its_gradient_and_its_update(seed: int) -> None:
    case = random_case(seed, dtype="float64", widest=4, most_hidden=2, most_rows=1)
    explanation = explained(case, Limits(terms=100, units=100, weights=1000))
    lefts = {formula_text(equation.left) for equation in equations(explanation)}
    count = case.net.architecture.parameter_count
    assert sum(left.startswith(("∂E/∂w", "∂E/∂b")) for left in lefts) == count
    assert sum(left.startswith("new ") for left in lefts) == count


def test_the_new_weights_are_those_of_a_training_step_bit_for_bit() -> None:
    net = gn.Network([3, 4, 2], hidden="tanh", output="softmax", seed=5)
    x, target = [0.5, -1.0, 2.0], 1
    explanation = gn.explain(net, x, target, learning_rate=0.1)
    net.fit([x], [target], optimizer=gn.SGD(0.1), epochs=1, batch_size=1)
    assert explanation.step.new_parameters.tobytes() == net.parameters.tobytes()
    assert explanation.step.new_loss == pytest.approx(net.evaluate([x], [target]))


@pytest.mark.parametrize("target", ["yes", "output 2", "1", 2, -1, 0.5])
@pytest.mark.parametrize("outputs", [2, 3])
def test_a_network_that_knows_no_names_takes_none(target: object, outputs: int) -> None:
    net = gn.Network([2, outputs], output="softmax")
    if target == 2 and outputs == 3:
        return
    numbers = "0 or 1" if outputs == 2 else "0 to 2"
    with pytest.raises(ValueError, match=f"as a number, {numbers}, or a one-hot row$"):
        gn.explain(net, [1, 0], target)
    with pytest.raises(ValueError, match=f"tells {outputs} classes apart and has no names for"):
        net.evaluate([[1, 0]], np.array([target]))


@pytest.mark.parametrize("target", [True, False])
def test_a_truth_value_is_no_class_of_three(target: bool) -> None:
    net = gn.Network([2, 3], output="softmax")
    with pytest.raises(ValueError, match="give the class as a number, 0 to 2, or a one-hot row"):
        gn.explain(net, [1, 0], target)


@pytest.mark.parametrize("target", ["zebra", 0, 2.5, ["zebra"], "A"])
@pytest.mark.parametrize(("outputs", "output"), [(2, "softmax"), (1, "sigmoid")])
def test_an_unknown_class_is_refused_with_the_known_ones(
    target: object, outputs: int, output: str
) -> None:
    net = gn.Network([2, outputs], output=output)
    net.fit([[0, 1], [1, 0]], ["a", "b"], epochs=1, progress=False)
    with pytest.raises(ValueError, match=r"holds the unknown class .*; known are: a, b"):
        gn.explain(net, [1, 0], target)
    with pytest.raises(ValueError, match=r"^target holds the unknown class 'zebra'; known are"):
        gn.explain(net, [[1, 0], [0, 1]], ["a", "zebra"])


@pytest.mark.parametrize(
    ("examples", "targets", "message"),
    [
        (2, 1, "2 examples need 2 targets, but 1 was given"),
        (3, 2, "3 examples need 3 targets, but 2 were given"),
    ],
)
def test_each_example_needs_a_target(examples: int, targets: int, message: str) -> None:
    net = gn.Network([2, 2], output="softmax")
    with pytest.raises(ValueError, match=message):
        gn.explain(net, [[0, 1]] * examples, [0] * targets)


@pytest.mark.parametrize("target", ["yes", 2])
def test_one_output_that_knows_no_names_takes_none(target: object) -> None:
    net = gn.Network([2, 1], output="sigmoid")
    with pytest.raises(ValueError, match=r"give the class as a number, 0 or 1$"):
        gn.explain(net, [1, 0], target)


def test_numbers_of_outputs_and_truth_values_need_no_names() -> None:
    two, one = gn.Network([2, 2], output="softmax"), gn.Network([2, 1], output="sigmoid")
    assert gn.explain(two, [1, 0], True).step.target.tolist() == [0, 1]
    assert gn.explain(two, [1, 0], 1.0).step.target.tolist() == [0, 1]
    assert gn.explain(one, [1, 0], True).step.target.tolist() == [1]
    assert gn.explain(one, [1, 0], 0.25).step.target.tolist() == [0.25]


def test_explaining_does_not_change_the_network() -> None:
    net = gn.Network([3, 4, 2], hidden="tanh", output="softmax", seed=5)
    before = net.parameters.copy()
    gn.explain(net, [1, 2, 3], 0, learning_rate=0.5)
    assert net.parameters.tobytes() == before.tobytes()


def three_in_a_row() -> gn.Network:
    """Input 10, one hidden sigmoid unit, one sigmoid output: w1 = 0.1, w2 = 1, no biases."""
    unit = Dense(1, "sigmoid", bias=False)
    net = gn.Network([1, unit, unit], dtype="float64")
    net.weights = [[[0.1]], [[1.0]]]
    return net


def test_one_step_by_hand() -> None:
    # in1 = 0.1 · 10 = 1, y1 = σ(1) = 0.731059, in2 = 1 · y1, p = σ(0.731059) = 0.675038,
    # E = −ln p = 0.392987. δ2 = p − 1 = −0.324962, ∂E/∂w2 = δ2 y1 = −0.237567,
    # δ1 = w2 δ2 y1 (1 − y1) = −0.324962 · 0.196612 = −0.0638915, ∂E/∂w1 = 10 δ1 = −0.638915.
    # With α = 0.5: w2 = 1.118783, w1 = 0.419457.
    explanation = gn.explain(three_in_a_row(), [10], 1, learning_rate=0.5)
    step = explanation.step
    y1 = 1 / (1 + math.exp(-1))
    p = 1 / (1 + math.exp(-y1))
    assert step.outputs[1][0] == pytest.approx(p, rel=1e-14)
    assert step.loss == pytest.approx(-math.log(p), rel=1e-14)
    assert step.gradient == pytest.approx([10 * (p - 1) * y1 * (1 - y1), (p - 1) * y1], rel=1e-13)
    assert step.gradient == pytest.approx([-0.638915, -0.237567], abs=1e-6)
    assert step.new_parameters == pytest.approx([0.419457, 1.118783], abs=1e-6)
    assert step.new_prediction[0] > p


def test_a_single_path_is_shown_as_one_product() -> None:
    story = gn.explain(three_in_a_row(), [10], 1, learning_rate=0.5).weight("w1[1,1]").to_text()
    assert "∂E/∂in2[1]·∂in2[1]/∂y1[1]·∂y1[1]/∂in1[1]·∂in1[1]/∂w1[1,1]" in (
        story.replace("\n", "").replace(" ", "")
    )
    assert "= −0.638915" in story


def test_one_weight_by_text_and_by_numbers_is_the_same_story() -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    explanation = gn.explain(net, [1, 0], 1, learning_rate=0.5)
    by_text = explanation.weight("w1[1,3]")
    by_number = explanation.weight(layer=1, source=0, unit=2)
    assert by_text.to_text() == by_number.to_text()
    assert explanation.weight("b2[1]").to_text() == (
        explanation.weight(layer=2, source="bias", unit=0).to_text()
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("w3[1,1]", "the layers are numbered 1 to 2"),
        ("w1[3,1]", "layer 1 connects 2 to 3 units"),
        ("w1[0,1]", "layer 1 connects 2 to 3 units"),
        ("w1", "is not a weight; expected w1"),
        ("b1[4]", "layer 1 connects 2 to 3 units"),
    ],
)
def test_a_weight_that_is_not_there_is_refused(name: str, message: str) -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    with pytest.raises(ValueError, match=message):
        gn.explain(net, [1, 0], 1).weight(name)


def test_a_large_network_is_explained_and_says_what_it_leaves_out() -> None:
    net = gn.Network([784, 100, 10], hidden="relu", output="softmax", seed=0)
    x = np.random.default_rng(0).normal(size=784)
    explanation = gn.explain(net, x, 3, learning_rate=0.1)
    assert len(explanation.to_text().splitlines()) < 120
    text = explanation.full().to_text()
    assert "(… and 778 more, together" in text.replace("\n       ", " ")
    assert "Remaining units: 92; their outputs sum to" in text
    # 784 · 100 weights and 100 biases, 24 of them listed.
    assert "Remaining weights: 78,476; their gradients sum to" in text
    assert len(text) < 100_000
    assert explanation.check is not None
    assert explanation.check.passed
    story = explanation.weight("w1[400,50]")
    assert "w1[400,50]·x[400]" in story.to_text()


def test_what_is_left_out_adds_up() -> None:
    net = gn.Network([30, 3], output="softmax", dtype="float64", seed=0)
    explanation = gn.explain(net, np.linspace(-1, 1, 30), 0, learning_rate=0.1)
    for equation in equations(explanation):
        total = [step.evaluate() for step in equation.steps]
        assert total == pytest.approx([equation.value] * len(total), rel=1e-9, abs=1e-12)


def test_without_a_desired_output_there_is_the_forward_pass_only() -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    explanation = gn.explain(net, [1, 0])
    titles = [section.title for section in explanation.document.sections]
    assert [title.split(",")[0] for title in titles] == [
        "The network",
        "Layers",
        "Inputs",
        "Forward pass",
        "Forward pass",
        "Forward pass",
        "Forward pass in matrix form",
        "Check",
    ]
    assert explanation.check is not None
    assert explanation.check.passed
    assert not explanation.check.pairs
    with pytest.raises(ValueError, match="give explain a target"):
        explanation.weight("w1[1,1]")
    with pytest.raises(ValueError, match="need a target"):
        gn.explain(net, [1, 0], learning_rate=0.5)


def test_names_of_features_and_classes_are_used() -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    net.feature_names = ["petal length", "petal width"]
    net.fit([[1, 0], [0, 1]], ["rose", "tulip"], epochs=1)
    text = gn.explain(net, [1, 0], "tulip", learning_rate=0.5).full().to_text()
    for name in ("w1[petal length → 3]", "x[petal width]", "p[rose]", "t[tulip]"):
        assert name in text


def test_a_class_is_explained_by_its_whole_name() -> None:
    net = gn.Network([1, 2], output="softmax")
    # NumPy would drop the NUL, and another class would be explained.
    net.fit(np.array([[0.0], [1.0]]), ["a", "a\0"], epochs=1)
    assert gn.explain(net, [1.0], "a\0").document.title.endswith("target a\0")


def test_every_format_has_the_same_content(tmp_path: Path) -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    explanation = gn.explain(net, [1, 0], 1, learning_rate=0.5)
    html = explanation.to_html(tmp_path / "step.html")
    content = json.loads(explanation.to_json(tmp_path / "step.json"))
    assert (tmp_path / "step.html").read_text(encoding="utf-8") == html
    assert json.loads((tmp_path / "step.json").read_text(encoding="utf-8")) == content
    count = len(equations(explanation))
    in_blocks = [block for s in explanation.document.sections for block in s.blocks]
    matrices = sum(isinstance(block, MatrixEquation) for block in in_blocks)
    assert html.count('class="equation"') == count + matrices
    in_json = [block for s in content["sections"] for block in s["blocks"]]
    assert sum(block["kind"] == "equation" for block in in_json) == count
    for section in explanation.document.sections:
        assert section.title in explanation.full().to_text()
        assert (section.title in explanation.to_text()) != section.folded
        assert section.title in html
    assert content["check"]["passed"] is True
    assert explanation._repr_mimebundle_()["text/html"] in html
    assert str(explanation) == explanation.to_text()


def test_text_is_at_most_80_columns_wide() -> None:
    case = random_case(7, widest=30, most_rows=1)
    text = explained(case).to_text()
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ([1, 0, 0], "the network has 2 outputs"),
        (5, "tells 2 classes apart"),
        ([0.2, 0.2], "sum to 1"),
    ],
)
def test_a_desired_output_that_does_not_fit_is_refused(target: object, message: str) -> None:
    net = gn.Network([2, 2], output="softmax")
    with pytest.raises(ValueError, match=message):
        gn.explain(net, [1, 0], target)


def test_learning_rate_and_optimizer_are_one_or_the_other() -> None:
    net = gn.Network([2, 2], output="softmax")
    with pytest.raises(ValueError, match="not both"):
        gn.explain(net, [1, 0], 1, learning_rate=0.1, optimizer=gn.Adam())


def test_adam_and_momentum_show_their_state() -> None:
    net = gn.Network([2, 2], output="softmax", dtype="float64")
    text = gn.explain(net, [1, 0], 1, optimizer=gn.Adam(0.01)).to_text()
    assert "m[new] = β₁·m + (1 − β₁)·∂E/∂w1[1,1]" in text
    assert "v̂ = v[new]/(1 − β₂^1)" in text
    momentum = gn.explain(net, [1, 0], 1, optimizer=gn.Momentum(0.01)).to_text()
    assert "v[new] = μ·v − α·∂E/∂w1[1,1]" in momentum


def test_a_weight_is_found_by_the_name_that_is_printed() -> None:
    net = gn.Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=1)
    net.feature_names = ["petal length", "petal width"]
    explanation = gn.explain(net, [1, 0], 1, learning_rate=0.5)
    printed = explanation.weight("w1[petal width → 3]")
    assert printed.to_text() == explanation.weight("w1[2,3]").to_text()
    with pytest.raises(TypeError, match="by its name or by numbers, not both"):
        explanation.weight("w1[1,2]", layer=1)


def test_the_weights_that_are_shown_are_among_those_checked() -> None:
    net = gn.Network([784, 100, 10], hidden="relu", output="softmax", seed=0)
    explanation = gn.explain(net, np.linspace(-1, 1, 784), 3, learning_rate=0.1)
    assert explanation.check is not None
    checked = {pair.place for pair in explanation.check.pairs}
    step = explanation.step
    first = step.architecture.places[0]
    by_size = np.argsort(-np.abs(step.gradient[first.weights.start : first.weights.stop]))
    assert {place_at(step.architecture, int(index)) for index in by_size[:23]} <= checked
    assert len(checked) < net.architecture.parameter_count


def test_a_saturated_output_says_that_the_numbers_cancel() -> None:
    net = gn.Network([1, Dense(1, "sigmoid", bias=False)], dtype="float64")
    net.weights = [[[40.0]]]
    text = gn.explain(net, [1], 1, learning_rate=0.5).to_text()
    assert "so nearly saturated" in text
    # p is 1 in float64; its logarithm is computed from the net input, and is not shown as ln(1).
    assert "ln(1)" not in text
    assert "1·ln(1 + exp(−40)) + (1 − 1)·ln(1 + exp(40)) = 4.24835·10^−18" in text


def test_full_precision_can_be_read_back() -> None:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=1)
    explanation = gn.explain(net, [0.1, 0.7], 1, digits=None)
    error = repr(explanation.step.loss)
    for text in (explanation.to_text(), explanation.to_html(), explanation.to_latex()):
        assert error in text
    with pytest.raises(ValueError, match="digits must be from 1 to 17, not 0"):
        gn.explain(net, [0.1, 0.7], 1, digits=0)


def test_the_other_examples_of_a_batch_are_reached() -> None:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=1)
    X, y = [[1.0, 0.5], [-1.0, 2.0], [0.0, 1.0]], [1, 0, 1]
    step = gn.explain(net, X, y, learning_rate=0.1)
    table = next(s for s in step.document.sections if s.title == "The examples of the batch")
    assert table.folded
    other = step.example(2)
    assert other.step.example == 2
    assert other.step.new_parameters.tobytes() == step.step.new_parameters.tobytes()
    again = gn.explain(net, X, y, learning_rate=0.1, example=2)
    assert other.to_text() == again.to_text()
    with pytest.raises(ValueError, match="example must be from 0 to 2"):
        step.example(3)
    with pytest.raises(ValueError, match="there is no batch"):
        step.weight("w1[1,1]").example(0)


def test_numbers_of_classes_are_no_index() -> None:
    net = gn.Network([2, 2], output="softmax", dtype="float64", seed=1)
    net.fit([[1, 0], [0, 1]], ["0", "1"], epochs=1)
    text = gn.explain(net, [1, 0], "0", learning_rate=0.5).full().to_text()
    assert "1 is class 0, 2 is class 1" in " ".join(text.split())
    assert "p[0]" not in text
    assert "target class 0" in text.splitlines()[0]


def test_a_notation_changes_letters_and_nothing_else() -> None:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=1)
    usual = gn.explain(net, [1, 0], 1, learning_rate=0.5)
    other = gn.explain(net, [1, 0], 1, learning_rate=0.5, notation="z-a")
    mine = gn.explain(net, [1, 0], 1, learning_rate=0.5, notation=gn.Notation(delta="d"))
    assert [e.value for e in equations(usual)] == [e.value for e in equations(other)]
    assert "W2[1,3]" in other.to_text()
    assert "w2[3,1]" in usual.to_text()
    assert "d2[1] = " in mine.to_text()
    same = usual.weight("w1[2,3]").document
    assert other.weight("W1[3,2]").document.sections[3].blocks[-1] == same.sections[3].blocks[
        -1
    ] or (other.weight("W1[3,2]").step.gradient.tolist() == usual.step.gradient.tolist())
    with pytest.raises(ValueError, match="notation must be one of 'in-y', 'z-a', not 'y-z'"):
        gn.explain(net, [1, 0], 1, notation="y-z")
    with pytest.raises(ValueError, match="each letter of a notation has one meaning"):
        gn.Notation(output="x")


def test_what_vanishes_on_paper_is_said() -> None:
    net = gn.Network([1, gn.Dense(1, "sigmoid", bias=False)], dtype="float64")
    net.weights = [[[9.0]]]
    text = " ".join(gn.explain(net, [1], 1, learning_rate=0.5, decimals=2).to_text().split())
    # p = 0.99988, so that 1 − p and the gradient are 0.00; 1 − p = 0.000123 needs four decimals.
    assert "With 2 decimals these become 0.00, though they are not 0: " in text
    assert "decimals=4 shows them." in text
    text = gn.explain(net, [1], 1, learning_rate=0.5, decimals=4).to_text()
    assert "What rounding hides" not in text


@pytest.mark.parametrize(("layers", "most"), [([2, 2, 2], 60), ([3, 4, 3], 110)])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("decimals", [None, 4])
def test_the_short_form_is_short(
    layers: list[int], most: int, output: str, decimals: int | None
) -> None:
    net = gn.Network(layers, hidden="sigmoid", output=output, dtype="float64", seed=1)
    target = [0.0, *[1.0] * (layers[-1] - 1)] if output == "sigmoid" else 1
    x = [0.5, -1.0, 2.0][: layers[0]]
    text = gn.explain(net, x, target, learning_rate=0.5, decimals=decimals).to_text()
    assert len(text.splitlines()) <= most + (6 if decimals else 0)  # exact values take lines
    assert max(map(len, text.splitlines())) <= 80


def test_matrices_follow_the_notation() -> None:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=1)
    usual = gn.explain(net, [1, 0], 1, learning_rate=0.5).full().to_text()
    other = gn.explain(net, [1, 0], 1, learning_rate=0.5, notation="z-a").full().to_text()
    for words in ("in(2) = y(1) W(2) + b(2)", "∂E/∂W(2) = y(1)ᵀ δ(2)", "in1 = x · W1 + b1"):
        assert words in usual
    for words in ("z(2) = W(2) a(1) + b(2)", "∂E/∂W(2) = δ(2) a(1)ᵀ", "z1 = W1 · x + b1"):
        assert words in other
    unit = gn.explain(net, [1, 0], 1, notation="z-a").unit("h1.2").to_text()
    assert "δ = ∂E/∂z" in unit
    assert " in[" not in unit


def test_a_loss_that_grew_says_why() -> None:
    net = gn.Network([1, gn.Dense(1, "identity", bias=False)], dtype="float64")
    net.weights = [[[1.0]]]
    # E = (w − 3)², so that 4 + 2·1.1·2 steps over the minimum: w = 1 + 4.4 = 5.4.
    text = gn.explain(net, [1], [3], learning_rate=1.1).to_text()
    assert "the step was too long. With a smaller learning rate it falls." in text
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    net = gn.Network([2, 4, 2], hidden="sigmoid", output="softmax", seed=7)
    options: dict[str, Any] = {"epochs": 1000, "batch_size": 4, "record": [7]}
    history = net.fit(X, y, optimizer=gn.Adam(0.05), **options)
    text = " ".join(gn.explain(history.steps[7]).to_text().split())
    assert "moved the weights against the gradient here" in text
