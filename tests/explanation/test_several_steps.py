"""Several steps as one story: the steps of a training, and so many from here."""

import json
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.formula.document import Curves, DocumentTable, Heading
from glassnet.optim.optimizer import Optimizer
from glassnet.render.format import formats

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = [0, 1, 1, 0]
OPTIMIZERS = [
    gn.SGD(0.5),
    gn.Momentum(0.1),
    gn.Nesterov(0.1),
    gn.RMSprop(0.01),
    gn.Adam(0.02),
    gn.AdamW(0.02),
]


def network(dtype: str = "float64") -> gn.Network:
    return gn.Network([2, 3, 2], hidden="tanh", output="softmax", dtype=dtype, seed=5)


def row_of_units() -> gn.Network:
    unit = gn.Dense(1, "sigmoid", bias=False)
    net = gn.Network([1, unit, unit], dtype="float64")
    net.weights = [[[0.15]], [[0.5]]]
    return net


def tables(several: gn.SeveralSteps) -> list[DocumentTable]:
    blocks = (block for section in several.document.sections[:1] for block in section.blocks)
    return [block for block in blocks if isinstance(block, DocumentTable)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.name)
def test_the_steps_are_those_that_fit_takes_bit_for_bit(optimizer: Optimizer, dtype: str) -> None:
    options: dict[str, Any] = {
        "optimizer": optimizer,
        "penalties": gn.L2(0.01),
        "clip_norm": 0.3,
        "sample_weight": [1.0, 0.5, 2.0, 1.0],
    }
    several = gn.explain(network(dtype), X, Y, steps=4, **options)
    for taken, step in enumerate(several, start=1):
        trained = network(dtype)
        trained.fit(X, Y, epochs=taken, batch_size=4, progress=False, **options)
        assert step.step.new_parameters.tobytes() == trained.parameters.tobytes()
    assert several.passed


def test_one_example_is_a_batch_of_one() -> None:
    net, trained = row_of_units(), row_of_units()
    several = gn.explain(net, [10], 1, learning_rate=0.5, steps=3)
    trained.fit([[10]], [1], optimizer=gn.SGD(0.5), epochs=3, batch_size=1, progress=False)
    assert several[2].step.new_parameters.tolist() == trained.parameters.tolist()
    first = gn.explain(row_of_units(), [10], 1, learning_rate=0.5)
    assert str(several[0]) == str(first)


def test_without_an_optimizer_it_is_that_of_fit() -> None:
    net, trained = network(), network()
    several = gn.explain(net, X, Y, steps=2)
    trained.fit(X, Y, epochs=2, batch_size=4, progress=False)
    assert several[1].step.new_parameters.tolist() == trained.parameters.tolist()


def test_the_network_stays_as_it_is() -> None:
    net = network()
    before = net.parameters.copy()
    gn.explain(net, X, Y, learning_rate=0.5, steps=3)
    assert net.parameters.tolist() == before.tolist()
    assert (net.epochs_trained, net.classes) == (0, None)


def test_the_table_shows_loss_prediction_and_weights_before_each_step_and_at_the_end() -> None:
    net = row_of_units()
    several = gn.explain(net, [10], 1, learning_rate=0.5, steps=3)
    (table,) = tables(several)
    assert table.columns == ("step", "E", "p", "w1[1,1]", "w2[1,1]")
    assert [row[0] for row in table.rows] == ["1", "2", "3", "after 3"]
    for epochs, row in enumerate(table.rows):
        trained = row_of_units()
        if epochs:
            trained.fit([[10]], [1], optimizer=gn.SGD(0.5), epochs=epochs, progress=False)
        p = float(trained.predict_proba([[10]])[0, 0])
        assert row[1:] == pytest.approx([-np.log(p), p, *trained.parameters.tolist()])
    assert several.document.title == "Three steps: E 0.5095 → 0.4265 → 0.3697 → 0.3246"
    curves = [
        block
        for section in several.document.sections
        for block in section.blocks
        if isinstance(block, Curves)
    ]
    assert curves[0].curves[0].x == (0.0, 1.0, 2.0, 3.0)
    assert list(curves[0].curves[0].y) == several.losses


def test_of_several_classes_the_target_class_is_followed() -> None:
    several = gn.explain(network(), [1, 0], 1, learning_rate=0.5, steps=2)
    assert tables(several)[0].columns[2] == "p of output 2"
    assert tables(several)[0].rows[-1][2] == pytest.approx(several[1].step.new_prediction[1])


def test_chosen_weights_are_followed_and_unknown_ones_refused() -> None:
    several = gn.explain(network(), X, Y, learning_rate=0.5, steps=2, weights=["w2[3,1]", "b1[2]"])
    (table,) = tables(several)
    assert table.columns == ("step", "E", "w2[3,1]", "b1[2]")
    with pytest.raises(ValueError, match=r"no weight 'w3\[1,1\]'"):
        gn.explain(network(), X, Y, steps=2, weights=["w3[1,1]"])
    with pytest.raises(TypeError, match="weights must be a list of names"):
        gn.explain(network(), X, Y, steps=2, weights="w1[1,1]")


def test_of_a_large_network_the_weights_that_change_most_are_followed() -> None:
    net = gn.Network([4, 20, 3], hidden="relu", output="softmax", seed=1)
    several = gn.explain(net, [[1, 2, 3, 4]], [2], learning_rate=0.1, steps=2)
    changes = np.abs(several[1].step.new_parameters - net.parameters)
    shown = [name for table in tables(several) for name in table.columns if "[" in name]
    assert len(shown) == 6
    weights = [several[0].weight(name) for name in shown]
    assert len(weights) == 6
    widest = [
        float(max(abs(row[-1] - row[0]) for row in _columns(several, name))) for name in shown
    ]
    assert sorted(widest) == pytest.approx(sorted(np.sort(changes)[-6:].tolist()), rel=1e-5)


def _columns(several: gn.SeveralSteps, name: str) -> list[tuple[float, ...]]:
    found = [table for table in tables(several) if name in table.columns]
    return [
        tuple(float(row[table.columns.index(name)]) for row in table.rows)  # type: ignore[arg-type]
        for table in found
    ]


def recorded(batch_size: int, record: list[int], epochs: int = 6) -> gn.History:
    return network().fit(
        X,
        Y,
        optimizer=gn.Adam(0.05),
        epochs=epochs,
        batch_size=batch_size,
        record=record,
        progress=False,
    )


def test_the_steps_of_a_training_are_told_in_their_order() -> None:
    history = recorded(2, [9, 0, 3])
    several = gn.explain(history.steps)
    assert several.document.title == "Steps 1, 4 and 10 of a training"
    assert len(several) == 3
    for index in (0, 3, 9):
        assert str(several[index]) == str(gn.explain(history.steps[index]))
    assert [row[0] for row in tables(several)[0].rows] == ["1", "4", "10", "after 10"]
    with pytest.raises(IndexError, match="no step 1 here; there are 3 steps: 0, 3, 9, counted fr"):
        several[1]
    same = gn.explain([history.steps[3], history.steps[9], history.steps[0]])
    assert str(same) == str(several)


def test_losses_of_one_batch_stand_in_the_title() -> None:
    history = recorded(4, [0, 2, 5])
    several = gn.explain(history.steps)
    assert several.losses[:3] == pytest.approx([history.losses[k] for k in (0, 2, 5)])
    assert several.document.title.startswith("Steps 1, 3 and 6: E ")
    assert several.document.title.count("→") == 3


def test_of_many_steps_the_first_and_the_last_are_told_and_the_others_can_be_reached() -> None:
    several = gn.explain(network(), X, Y, steps=30, limits=gn.Limits(steps=5))
    folded = [section.title.partition(":")[0] for section in several.document.sections[1:-1]]
    assert folded == [f"Step {n} (index {n - 1})" for n in (1, 2, 3, 29, 30)]
    assert "Not shown: 25 steps between the first and the last." in " ".join(str(several).split())
    assert several[14].step.update is not None
    assert several[14].step.update.number == 15
    assert len(several.losses) == 31
    assert several.document.title.startswith("30 steps: E ")


def test_each_step_is_folded_with_its_short_story_and_its_headings() -> None:
    several = gn.explain(network(), X, Y, learning_rate=0.5, steps=3)
    assert [section.folded for section in several.document.sections] == [False, *[True] * 3, False]
    second = several.document.sections[2]
    assert second.title.startswith("Step 2 (index 1): E ")
    headings = [block.text for block in second.blocks if isinstance(block, Heading)]
    assert headings[:2] == ["The network", "Forward pass"]
    assert "Forward pass" not in str(several)
    assert str(several.full()).count("─ Forward pass") == 3


@pytest.mark.parametrize("notation", ["in-y", "z-a", gn.Notation(loss="L")])
def test_style_goes_through(notation: str | gn.Notation) -> None:
    net = row_of_units()
    options: dict[str, Any] = {"learning_rate": 0.5, "decimals": 4, "notation": notation}
    several = gn.explain(net, [10], 1, steps=2, **options)
    assert str(several[0]) == str(gn.explain(net, [10], 1, **options))
    (table,) = tables(several)
    assert table.columns[1] == several[0].explainer.symbols.notation.loss
    assert "0.5095  0.6008" in str(several)
    assert gn.explain(net, [10], 1, steps=2, digits=2).document.numbers.digits == 2


def test_all_formats_have_it() -> None:
    several = gn.explain(network(), X, Y, learning_rate=0.5, steps=3).full()
    for name in formats():
        assert len(several.to(name)) > 2000
    assert max(map(len, str(several).splitlines())) <= 80
    assert "<h3>Forward pass</h3>" in several.to_html()
    assert r"\subsubsection*{Forward pass}" in several.to_latex()
    kinds = [block["kind"] for block in json.loads(several.to_json())["sections"][1]["blocks"]]
    assert "heading" in kinds
    assert "<div" in several._repr_mimebundle_()["text/html"]


def test_steps_end_where_the_numbers_do() -> None:
    net = gn.Network([1, 1], output="identity", dtype="float64", seed=1)
    several = gn.explain(net, [[1e200]], [1.0], learning_rate=1.0, steps=5)
    assert len(several) < 5
    assert f"Only {len(several)} of 5 steps were taken" in " ".join(str(several).split())


def test_the_checks_of_all_steps_are_told_in_one_sentence() -> None:
    several = gn.explain(network(), X, Y, learning_rate=0.5, steps=2)
    assert "Each step: the gradients agree" in " ".join(str(several).split())
    assert several.passed is True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps must be from 1 to 1000, not 0"),
        ({"steps": 1001}, "steps must be from 1 to 1000, not 1001"),
        ({"steps": 2, "example": 4}, "example must be from 0 to 3, not 4"),
        ({"weights": ["w1[1,1]"]}, "weights are for several steps"),
        ({"steps": 2, "optimizer": gn.SGD(1.0), "learning_rate": 0.1}, "not both"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gn.explain(network(), X, Y, **options)


def test_steps_need_a_target() -> None:
    with pytest.raises(ValueError, match="steps need a target"):
        gn.explain(network(), X, None, steps=2)


def test_steps_of_a_training_bring_their_own() -> None:
    steps = recorded(2, [0]).steps
    with pytest.raises(TypeError, match="brings its own data"):
        gn.explain(steps, steps=3)  # type: ignore[call-overload]  # a mistake
    with pytest.raises(ValueError, match=r"no recorded steps; fit\(record=\[0, 1, 2\]\)"):
        gn.explain(recorded(2, []).steps)
    with pytest.raises(TypeError, match=r"several: history.steps; not History"):
        gn.explain(recorded(2, [0]))  # type: ignore[call-overload]  # a mistake
    with pytest.raises(TypeError, match=r"several: history.steps; not list"):
        gn.explain([1, 2])  # type: ignore[list-item]  # a mistake
    with pytest.raises(ValueError, match="steps of several trainings"):
        gn.explain([steps[0], recorded(2, [0]).steps[0]])
