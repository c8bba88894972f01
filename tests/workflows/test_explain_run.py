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
