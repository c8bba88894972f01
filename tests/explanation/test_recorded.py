"""Steps that a training took, explained: its own numbers, state, masks and weights, bit for bit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import WeightPlace
from glassnet.formula.document import DocumentTable, Equation
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.render.text import formula_text
from glassnet.training.schedule import Schedule
from glassnet.training.schedules import CosLog4
from tests.random_networks import OPTIMIZERS, PENALTIES

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(13, 4))
Y = RANDOM.integers(0, 3, size=13)


def trained(steps: Sequence[int], **options: Any) -> tuple[gn.Network, gn.History]:
    net = gn.Network([4, 5, 3], hidden="tanh", output="softmax", dtype="float64", seed=3)
    net.feature_names = ["a", "b", "c", "d"]
    history = net.fit(X, Y, epochs=3, batch_size=5, record=steps, **options)
    return net, history


def equations(explanation: Explanation) -> list[Equation]:
    return [
        block
        for section in explanation.document.sections
        for block in section.blocks
        if isinstance(block, Equation)
    ]


OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"penalties": PENALTIES},
    {"dropout": 0.3, "clip_norm": 0.1},
    {"sample_weight": np.arange(13) % 4, "class_weight": "balanced"},
    {"sample_weight": np.arange(13) % 4 / 3, "penalties": PENALTIES, "clip_norm": 0.1},
    {"schedule": gn.Cosine(), "penalties": [gn.L1(0.01)], "dropout": gn.Dropout(0.2, inputs=0.2)},
)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ", ".join(options) or "plain")
def test_a_recorded_step_leads_to_the_next_one_bit_for_bit(
    optimizer: Optimizer, options: dict[str, Any]
) -> None:
    net, history = trained(range(9), optimizer=optimizer, **options)
    assert list(history.steps) == list(range(9))
    for k in (0, 4, 8):
        step = gn.explain(history.steps[k], example=1).step
        after = net.parameters if k == 8 else history.steps[k + 1].parameters
        assert step.new_parameters.tobytes() == after.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_recording_changes_no_bit_of_the_training(dtype: str) -> None:
    def parameters(record: Sequence[int]) -> bytes:
        net = gn.Network([4, 5, 3], hidden="relu", output="softmax", dtype=dtype, seed=3)
        net.fit(X, Y, epochs=40, batch_size=4, record=record, dropout=0.2)
        return net.parameters.tobytes()

    assert parameters([]) == parameters([0, 3, 4, 60, 159])


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ", ".join(options) or "plain")
def test_the_stages_agree_and_the_check_passes(
    optimizer: Optimizer, options: dict[str, Any]
) -> None:
    _, history = trained([4], optimizer=optimizer, **options)
    explanation = gn.explain(history.steps[4], example=2)
    assert explanation.check is not None
    assert explanation.check.passed, explanation.check
    parts = [explanation, explanation.weight("w1[2,3]"), explanation.weight("b2[1]")]
    for part in [*parts, explanation.unit("h1.2")]:
        for equation in equations(part):
            values = [equation.left.evaluate(), *(step.evaluate() for step in equation.steps)]
            assert values == pytest.approx([equation.value] * len(values), rel=1e-9, abs=1e-12), (
                formula_text(equation.left)
            )


def test_the_batch_is_told_example_by_example() -> None:
    _, history = trained([1], optimizer=gn.SGD(0.1), sample_weight=np.arange(13) % 4)
    step = history.steps[1]
    story = gn.explain(step, example=3).weight("w2[4,2]")
    section = next(s for s in story.document.sections if s.title.startswith("The batch"))
    table = next(block for block in section.blocks if isinstance(block, DocumentTable))
    shares = [row[-1] for row in table.rows]
    gradient = story.gradient(WeightPlace(2, 3, 1))
    assert sum(share for share in shares if isinstance(share, float)) == pytest.approx(gradient)
    assert {row[1] for row in table.rows} == {str(row) for row in step.examples}


def test_a_batch_given_by_hand_is_the_mean_of_its_examples() -> None:
    net = gn.Network([4, 5, 3], hidden="tanh", output="softmax", dtype="float64", seed=3)
    counts = [1.0, 0.0, 2.5]
    batch = gn.explain(net, X[:3], Y[:3], sample_weight=counts, learning_rate=0.1, example=2)
    alone = [gn.explain(net, X[n], Y[n]).step for n in range(3)]
    gradients = np.array([step.gradient for step in alone])
    assert batch.step.gradient == pytest.approx(np.dot(counts, gradients) / 3.5)
    errors = np.array([step.loss for step in alone])
    assert batch.step.mean_loss == pytest.approx(np.dot(counts, errors) / 3.5)
    assert "E = (E[1] + E[2] + E[3])/N" in batch.to_text()


@pytest.mark.parametrize("penalty", [gn.L1, gn.L2, gn.WeightDecay])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda rule: type(rule).__name__)
def test_a_penalty_over_examples_is_divided_by_their_weights(
    penalty: type[Penalty], optimizer: Optimizer
) -> None:
    net = gn.Network([4, 5, 3], hidden="tanh", output="softmax", dtype="float64", seed=3)
    step = gn.explain(
        net,
        X[:3],
        Y[:3],
        sample_weight=[1, 0, 2.5],
        optimizer=optimizer,
        penalties=penalty(3, over_examples=True),
    )
    updates = [one for one in equations(step) if formula_text(one.left).startswith("new w")]
    assert updates
    for update in updates:
        values = [one.evaluate() for one in update.steps]
        assert values == pytest.approx([update.value] * len(values), rel=1e-9)


def test_the_update_of_a_weighted_batch_by_hand() -> None:
    # λ = 0.01 over a weight of 0.25 + 0.5, α = 0.5: w shrinks by 1 − 0.5 · 0.01 / 0.75. The outputs
    # are 1.1 and 1.9, the targets 0.5 and 1, so that ∂E/∂w is the weighted mean of 2 · 0.6 · 1 and
    # 2 · 0.9 · 2: (0.25 · 1.2 + 0.5 · 3.6) / 0.75 = 2.8.
    net = gn.Network([1, 1], output="identity", dtype="float64")
    net.weights, net.biases = [[[0.8]]], [[0.3]]
    text = gn.explain(
        net,
        [[1.0], [2.0]],
        [[0.5], [1.0]],
        optimizer=gn.SGD(0.5),
        sample_weight=[0.25, 0.5],
        penalties=gn.WeightDecay(0.01, over_examples=True),
    ).to_text()
    shrunk = 0.8 * (1 - 0.5 * 0.01 / 0.75)
    assert f"= {shrunk:.6g}" in text
    assert f"= −{0.5 * 2.8 - shrunk:.6g}" in text


def test_names_travel_with_a_recorded_step() -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    net.feature_names = ["a", "b", "c", "d"]
    history = net.fit(X, np.array(["x", "y", "z"])[Y], epochs=1, batch_size=5, record=[0])
    text = gn.explain(history.steps[0]).to_text()
    assert "w1[a → x]" in text
    assert "predicted " in text.splitlines()[0]


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        ([9], ValueError, "a step to record must be from 0 to 8, not 9"),
        ([-1], ValueError, "a step to record must be from 0 to 8, not -1"),
        (3, TypeError, "record must be a list of steps, like"),
        (["last"], TypeError, "a step to record must be a whole number"),
    ],
)
def test_steps_that_are_none_are_refused(record: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        trained(record)


def test_a_recorded_step_stands_alone() -> None:
    _, history = trained([0])
    with pytest.raises(TypeError, match="a recorded step brings its own data"):
        gn.explain(history.steps[0], X[0])
    with pytest.raises(ValueError, match="example must be from 0 to 4, not 5"):
        gn.explain(history.steps[0], example=5)


def test_lbfgs_has_no_steps_to_record() -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    with pytest.raises(ValueError, match="no use for record"):
        net.fit(X, Y, optimizer=gn.LBFGS(), record=[0])
    with pytest.raises(TypeError, match="L-BFGS takes no steps"):
        gn.explain(net, X[0], Y[0], optimizer=gn.LBFGS())  # type: ignore[call-overload]  # a mistake


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample_weight": [1.0]}, "expected a number, at least 0, for each of 2 examples"),
        ({"sample_weight": [1.0, -1.0]}, "at least 0"),
        ({"penalties": PENALTIES[0]}, "give an optimizer as well"),
        ({"clip_norm": 1.0}, "give an optimizer as well"),
        ({"example": 2}, "example must be from 0 to 1, not 2"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], message: str) -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    with pytest.raises(ValueError, match=message):
        gn.explain(net, X[:2], Y[:2], **options)


def test_as_many_desired_outputs_as_examples() -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    with pytest.raises(ValueError, match="2 examples need 2 targets, but 3 were given"):
        gn.explain(net, X[:2], Y[:3])


def test_a_penalty_may_stand_alone() -> None:
    penalty: Penalty = gn.L2(0.1)
    net = gn.Network([4, 3], output="softmax", seed=3)
    text = gn.explain(net, X[0], Y[0], learning_rate=0.1, penalties=penalty).to_text()
    assert "λ[L2]·" in text


def test_a_batch_that_counts_nothing_has_no_error_to_explain() -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    with pytest.raises(ValueError, match="all examples of the batch count 0"):
        gn.explain(net, X[:2], Y[:2], sample_weight=[0, 0])
    with pytest.raises(ValueError, match="a sample_weight need a target"):
        gn.explain(net, X[:2], sample_weight=[1, 1])


def test_a_batch_may_be_of_one_example() -> None:
    net = gn.Network([4, 3], output="softmax", seed=3)
    alone = gn.explain(net, X[0], [0, 1, 0]).step
    for target in ([[0, 1, 0]], [1], 1, [0, 1, 0]):
        assert gn.explain(net, X[:1], target).step.loss == alone.loss


def test_a_batch_of_one_example_may_have_one_output() -> None:
    net = gn.Network([4, 1], output="identity", seed=3)
    errors = {gn.explain(net, X[:1], target).step.loss for target in ([[2.0]], [2.0], 2.0)}
    assert len(errors) == 1


def test_certainty_that_is_wrong_is_told_from_the_net_inputs() -> None:
    net = gn.Network([4, 3], output="softmax", dtype="float64", seed=1)
    explanation = gn.explain(net, X[0] * 1e4, 0 if net.predict(X[:1])[0] else 1)
    text = explanation.to_text()
    assert "NaN" not in text
    # The probability of the target is 0 in float64, so that the loss is told from the net inputs.
    assert "ln(1 + exp(in1[" in text[text.index("Loss") : text.index("Backward pass")]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("schedule", [CosLog4(), gn.WarmUp(0.5)], ids=repr)
def test_a_step_whose_schedule_begins_at_zero_moves_nothing_and_is_explained(
    optimizer: Optimizer, schedule: Schedule, tmp_path: Path
) -> None:
    net = gn.Network([4, 2, 1], hidden="tanh", output="sigmoid", seed=3)
    options: dict[str, Any] = {"epochs": 3, "batch_size": 2, "record": [0]}
    history = net.fit(X, Y > 0, optimizer=optimizer, schedule=schedule, **options)
    assert history.steps[0].learning_rate == 0
    explanation = gn.explain(history.steps[0], example=1)
    assert explanation.check is not None
    assert explanation.check.passed
    assert not explanation.step.changes.any()
    for page in (explanation, explanation.full(), explanation.weight("w1[2,1]")):
        words = " ".join(page.to_text().split())
        assert "with learning rate 0." in words
    explanation.to_xlsx(tmp_path / "step.xlsx")
    assert explanation.exercise().to_text()
