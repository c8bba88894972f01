"""A journal given to ``glassnet explain``: recognised by its first bytes, explained, or refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from glassnet.estimators import MLPClassifier
from tests.command import glassnet, printed

X = np.random.default_rng(0).normal(size=(30, 3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal by an unlikely name, one without its data, and a model."""
    folder = tmp_path_factory.mktemp("runs")
    for place in (folder / "of last week.safetensors", gn.Journal(folder / "bare", kept_data=0)):
        net = gn.Network([3, 2, 1], hidden="tanh", output="sigmoid", seed=1)
        net.fit(X, (X[:, 0] > 0).astype(int), epochs=4, batch_size=8, journal=place)
    net.save(folder / "model.safetensors")
    return folder


NAME = "of last week.safetensors"


def test_a_step_is_explained(folder: Path) -> None:
    values = printed("explain", NAME, "--step", "5", "--example", "2", cwd=folder)
    assert values["title"].startswith(f"Step 6 (index 5) of {NAME}: batch of 8; example 3")
    assert values["check"]["passed"] is True


def test_a_weight_of_a_step_is_explained(folder: Path) -> None:
    values = printed("explain", NAME, "--step", "5", "--weight", "w1[2,1]", cwd=folder)
    assert values["title"] == f"The weight w1[2,1] in step 6 (index 5) of {NAME}"


def test_without_a_step_it_says_what_the_run_is_and_how_to_go_on(folder: Path) -> None:
    done = glassnet("explain", NAME, cwd=folder)
    assert done.returncode == 0
    words = " ".join(done.stdout.split())
    assert "finished, 4 epochs" in words
    assert "glassnet explain 'of last week.safetensors' --step 0" in words


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of three networks."""
    journal = tmp_path_factory.mktemp("several") / "run.glassnet"
    networks = [
        gn.Network([3, 2, 2], hidden="tanh", output="softmax", seed=seed) for seed in range(3)
    ]
    gn.fit_many(networks, X, (X[:, 0] > 0).astype(int), epochs=4, batch_size=8, journal=journal)
    return journal


@pytest.mark.parametrize("keeps", [True, False])
def test_examples_are_named_by_their_rows_of_the_table(tmp_path: Path, keeps: bool) -> None:
    values = np.random.default_rng(2).permutation(60) / 8
    targets = [None if row % 7 == 3 else "high" if values[row] > 4 else "low" for row in range(60)]
    lines = [f"{x},{y or ''}" for x, y in zip(values, targets, strict=True)]
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "\n".join(lines) + "\n")
    recipe = gn.Recipe(epochs=2, preset="plain", scaling="standard", batch_size=8)
    journal = gn.Journal(tmp_path / "run.glassnet", kept_data=2**20 if keeps else 0)
    trained = gn.train(table, "y", recipe, progress=False, journal=journal)
    if keeps:
        table.unlink()
    run = gn.open_run(journal.path)
    recorded = run.recorded(3)
    assert recorded.table_rows is not None
    for place, row in enumerate(recorded.table_rows):
        x, _ = trained.model.encode({"x": [values[row]]})
        assert x[0] == pytest.approx(recorded.x[place])
        page = run.step(3, example=place).full()
        assert f"example {place + 1} (index {place})" in page.document.title
        text = " ".join(page.to_text().split())
        assert f"example {place + 1} (index {place}) of 8 in the batch, row {row + 1} " in text
        assert f"row {row + 1} (index {row}) of the table" in text
    life = " ".join(run.follow("w1[1,1]").to_text().split())
    assert "Examples are rows of the table." in life
    assert any(f"row {row + 1} (index {row})" in life for row in range(60))


def test_examples_of_arrays_are_counted_as_steps_are(several: Path) -> None:
    run = gn.open_run(several)
    example = int(run.recorded(5).examples[2])
    text = " ".join(run.step(5, example=2).full().to_text().split())
    words = f"of 8 in the batch, example {example + 1} (index {example}) of the training data"
    assert f"This is example 3 (index 2) {words}" in text


@pytest.mark.parametrize("network", [0, 2])
def test_of_several_networks_one_is_explained(several: Path, network: int) -> None:
    run, number = gn.open_run(several), str(network)
    values = printed("explain", several, "--network", number, "--step", "5", cwd=several.parent)
    named = f"network {network + 1} (index {network}) of run.glassnet"
    assert values["title"].startswith(f"Step 6 (index 5) of {named}: batch of 8")
    assert values == run.step(5, network=network).to_dict()
    weight = ("--weight", "w1[2,1]", "--network", number)
    values = printed("explain", several, "--step", "5", *weight, cwd=several.parent)
    assert values["title"] == f"The weight w1[2,1] in step 6 (index 5) of {named}"
    of = f" --network {network}" if network else ""
    for page in (run.follow("w1[2,1]", network=network), run.notable_steps(network=network)):
        assert named in page.document.title
        assert f"run.glassnet{of} --step" in page.to_json()
        assert (f", network={network})" in page.to_json()) == bool(network)


def test_in_short_it_says_of_which_network_and_names_the_rest(several: Path) -> None:
    done = glassnet("explain", "run.glassnet", "--network", "1", cwd=several.parent)
    assert "Training of network 2 (index 1) of 3 networks" in done.stdout
    assert "12 of 12 epochs of 3 networks" in done.stdout
    assert repr(gn.open_run(several)).endswith("finished, 12 of 12 epochs of 3 networks>")
    assert "\nglassnet runs show run.glassnet --network 1\n" in done.stdout
    assert "Configuration" not in done.stdout
    whole = glassnet("explain", "run.glassnet", "--full", cwd=several.parent)
    shown = glassnet("runs", "show", "run.glassnet", "--network", "1", cwd=several.parent)
    assert "── Configuration" in whole.stdout
    assert "Notable steps of network 2 (index 1) of 3 networks" in shown.stdout
    assert "glassnet explain run.glassnet --network 1 --step" in shown.stdout


@pytest.mark.parametrize("command", [("explain",), ("runs", "show")])
def test_a_network_that_is_none_is_refused(several: Path, command: tuple[str, ...]) -> None:
    done = glassnet(*command, "run.glassnet", "--network", "3", cwd=several.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert "network must be from 0 to 2, not 3" in done.stderr


def test_it_is_written_as_models_are(folder: Path, tmp_path: Path) -> None:
    done = glassnet("explain", NAME, "--step", "5", "-o", tmp_path / "step.html", cwd=folder)
    assert done.returncode == 0
    assert "Step 6 (index 5)" in (tmp_path / "step.html").read_text(encoding="utf-8")
    glassnet("explain", NAME, "-o", tmp_path / "run.json", cwd=folder)
    assert "run" in json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["title"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([NAME, "--step", "16"], 1, "no step with index 16; the run took 16 steps"),
        ([NAME, "--step", "3", "--example", "6"], 1, "example must be from 0 to 5, not 6"),
        ([NAME, "--step", "3", "--weight", "w7[1,1]"], 1, "there is no weight 'w7[1,1]'"),
        ([NAME, "--example", "1"], 1, "give --step as well, from 0"),
        ([NAME, "--weight", "b1[1]"], 1, "give --step as well, from 0"),
        ([NAME, "--step", "3", "--row", "1"], 2, "whose steps bring their own data"),
        ([NAME, "--learning-rate", "1"], 2, "whose steps bring their own data"),
        ([NAME, "model.safetensors", "--step", "3"], 1, "the run of arrays, not of a table"),
        (["bare", "--step", "3"], 1, "give them: gn.open_run('bare', X, y)"),
        (["model.safetensors", "--step", "3"], 1, "is not the journal of a run"),
        (["model.safetensors", "--example", "3"], 1, "is not the journal of a run"),
        (["model.safetensors", "--network", "0"], 1, "is not the journal of a run"),
        (["gone.glassnet", "--step", "3"], 1, "gone.glassnet does not exist"),
        ([NAME, "--step", "-1"], 2, "--step"),
    ],
)
def test_what_cannot_be_is_refused(
    folder: Path, arguments: list[str], code: int, message: str
) -> None:
    done = glassnet("explain", *arguments, cwd=folder)
    assert done.returncode == code
    assert message in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_step_of_an_estimators_run_is_explained(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "solver": "sgd",
        "learning_rate": "invscaling",
        "batch_size": 8,
        "max_iter": 4,
    }
    fitted = MLPClassifier((2,), random_state=1, journal=tmp_path / "fit", **options)
    with pytest.warns(ConvergenceWarning):
        fitted.fit(X, np.where(X[:, 0] > 0, "warm", "cold"))
    values = printed("explain", "fit", "--step", "5", "--example", "2", cwd=tmp_path)
    assert values["title"].startswith("Step 6 (index 5) of fit: batch of 8; example 3")
    assert values["check"]["passed"] is True
    assert "--step 0" in glassnet("runs", "show", "fit", cwd=tmp_path).stdout
