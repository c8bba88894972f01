"""One weight's life: every number compared with the steps of an undisturbed run."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn

RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(50, 4))
LABELS = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
WEIGHTS = RANDOM.uniform(0.5, 2, size=50)

#: A name, its layer, and where it stands there.
NAMES = [("w1[2,3]", "weights", 0, (1, 2)), ("w2[3,1]", "weights", 1, (2, 0))]
NAMES_AND_BIASES = [*NAMES, ("b1[3]", "biases", 0, (2,)), ("b2[2]", "biases", 1, (1,))]


def journalled(path: Path, **options: Any) -> gn.History:
    """Train with a journal, and once more with every step recorded."""
    options = {"epochs": 8, "batch_size": 5, "progress": False} | options
    kind: dict[str, Any] = {"hidden": "tanh", "output": "softmax", "dtype": "float64", "seed": 4}
    gn.Network([4, 3, 2], **kind).fit(X, LABELS, journal=path, **options)
    steps = options["epochs"] * -(-50 // options["batch_size"])
    return gn.Network([4, 3, 2], **kind).fit(X, LABELS, record=range(steps), **options)


@pytest.mark.parametrize(("name", "kind", "layer", "place"), NAMES_AND_BIASES)
def test_its_value_is_that_of_every_step(
    tmp_path: Path, name: str, kind: str, layer: int, place: tuple[int, ...]
) -> None:
    history = journalled(tmp_path / "run.glassnet")
    run = gn.open_run(tmp_path / "run.glassnet")
    life = run.follow(name)
    assert life.steps.tolist() == list(range(80))
    architecture = run.network().architecture
    expected = [
        getattr(architecture, kind)(history.steps[step].parameters)[layer][place]
        for step in range(80)
    ]
    assert life.before.tolist() == expected
    assert life.after[:-1].tolist() == expected[1:]
    last = getattr(run.network(), kind)[layer][place]
    assert life.after[-1] == life.epochs[-1] == last
    assert life.epochs[:-1].tolist() == expected[::10]


@pytest.mark.parametrize("name", [name for name, *_ in NAMES_AND_BIASES])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sample_weight": WEIGHTS},
        {"dropout": 0.3},
        {"dropout": gn.Dropout([0.2], inputs=0.3)},
        {"schedule": gn.Cosine()},
    ],
    ids=["plain", "weighted", "dropout", "dropout of inputs", "cosine"],
)
def test_all_pulls_together_are_the_change_of_plain_sgd(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    journalled(tmp_path / "run.glassnet", optimizer=gn.SGD(0.3), **options)
    life = gn.open_run(tmp_path / "run.glassnet").follow(name)
    assert life.pulls.sum() == pytest.approx(life.after[-1] - life.before[0], abs=1e-12)
    assert life.seen.tolist() == [8] * 50


def test_an_example_alone_in_its_batches_pulls_as_far_as_the_weight_moves(tmp_path: Path) -> None:
    history = journalled(tmp_path / "run.glassnet", optimizer=gn.SGD(0.3), batch_size=1)
    life = gn.open_run(tmp_path / "run.glassnet").follow("w1[2,3]")
    moves = np.zeros(50)
    for step in range(400):
        moves[history.steps[step].examples] += life.after[step] - life.before[step]
    np.testing.assert_allclose(life.pulls, moves, atol=1e-12)


def test_what_it_says_to_type_shows_what_it_says(tmp_path: Path) -> None:
    journalled(tmp_path / "run.glassnet")
    run = gn.open_run(tmp_path / "run.glassnet")
    life = run.follow("w1[2,3]")
    text = " ".join(str(life).split())
    place = int(np.argmax(np.abs(life.after - life.before)))
    assert f'run.step({place}).weight("w1[2,3]")' in text
    page = run.step(place).weight("w1[2,3]")
    assert float(page.step.new_parameters[1 * 3 + 2]) == life.after[place]
    found = re.search(r"run\.step\((\d+), example=(\d+)\)", text)
    assert found
    row = int(np.argmax(np.abs(life.pulls)))
    step = run.recorded(int(found[1]))
    assert step.examples[int(found[2])] == row
    assert f"--step {found[1]} --weight 'w1[2,3]' --example {found[2]}" in text


def test_every_so_many_steps_are_looked_at_and_the_page_says_so(tmp_path: Path) -> None:
    journalled(tmp_path / "run.glassnet")
    run = gn.open_run(tmp_path / "run.glassnet")
    every, seventh = run.follow("w1[2,3]"), run.follow("w1[2,3]", every=7)
    assert seventh.steps.tolist() == list(range(0, 80, 7))
    assert seventh.before.tolist() == every.before[::7].tolist()
    assert seventh.after.tolist() == every.after[::7].tolist()
    assert seventh.epochs.tolist() == every.epochs.tolist()
    assert seventh.seen.sum() == 5 * 12
    assert "Every 7th step was looked at, 12 in all" in " ".join(str(seventh).split())


def test_it_is_written_in_every_format(tmp_path: Path) -> None:
    journalled(tmp_path / "run.glassnet")
    life = gn.open_run(tmp_path / "run.glassnet").follow("b2[1]")
    for ending in ("html", "tex", "json", "txt"):
        life.save(tmp_path / f"life.{ending}")
        assert "b2[1]" in (tmp_path / f"life.{ending}").read_text(encoding="utf-8")
