"""A model of one's own on the page: its rows, its predictions, and training that goes on."""

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.model import Model
from glassnet.page.looks import View, frame_of, side_of
from glassnet.page.own_model import OwnModel
from glassnet.page.player import Snapshot
from glassnet.page.playground import Playground
from glassnet.page.rows import rows_of
from glassnet.page.setup import Setup

OWN = Setup(problem="own model", optimizer="adam", learning_rate=0.001, batch_size=32)


@pytest.fixture(scope="module")
def trained(penguins: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    path = tmp_path_factory.mktemp("model") / "penguins.safetensors"
    recipe = gn.Recipe(preset="plain", hidden=(6,), epochs=3, seed=2)
    result = gn.train(penguins, "species", recipe=recipe, save_as=path, progress=False)
    return path, result.model


def test_the_rows_are_predicted_as_by_the_model(
    trained: tuple[Path, Model], penguins: Path
) -> None:
    path, model = trained
    own = OwnModel.opened(path, penguins)
    playground = Playground(OWN, model=own)
    table = model.open(penguins).rows.in_memory()
    predicted = model.predict(table)
    rows = rows_of(playground, playground.network.parameters, 500)
    assert len(rows.rows) == len(predicted) == rows.examples
    for row in rows.rows:
        assert row.predicted == predicted[row.row]
        assert row.target == table.columns["species"][row.row]
    assert rows.wrong == (predicted != table.columns["species"]).sum() > 0


def test_the_model_stays_and_its_copy_learns(trained: tuple[Path, Model], penguins: Path) -> None:
    path, model = trained
    own = OwnModel.opened(path, penguins)
    first, second = (Playground(OWN, model=own) for _ in range(2))
    assert first.network.parameters.tobytes() == model.network.parameters.tobytes()
    before = first.network.evaluate(first.learning.x, first.learning.targets)
    first.training.forward(300)
    assert first.network.evaluate(first.learning.x, first.learning.targets) < before / 2
    assert second.network.parameters.tobytes() == model.network.parameters.tobytes()


def test_rows_without_a_target_are_left_out_and_keep_their_numbers(
    trained: tuple[Path, Model], penguins: Path, tmp_path: Path
) -> None:
    header, *lines = penguins.read_text().splitlines()
    few = tmp_path / "few.csv"
    name = lines[1].split(",")[0]
    few.write_text("\n".join([header, lines[0], lines[1].replace(name, "", 1), *lines[2:9]]))
    own = OwnModel.opened(trained[0], few)
    playground = Playground(OWN, model=own)
    assert playground.learning.rows.tolist() == [0, 2, 3, 4, 5, 6, 7, 8]
    assert any("species" in warning for warning in own.warnings)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_model_of_keras_opens_with_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras", reason="a file of Keras is made by Keras")
    dense = keras.layers.Dense
    made = keras.Sequential([keras.Input((3,)), dense(4, activation="relu"), dense(1)])
    made.compile(loss="mse")
    made.save(tmp_path / "made.keras")
    x = np.random.default_rng(1).normal(size=(30, 3)).round(3)
    lines = [",".join(map(str, [*row, row.sum().round(3)])) for row in x]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,c,y", *lines]))
    own = OwnModel.opened(tmp_path / "made.keras", tmp_path / "rows.csv", "y")
    playground = Playground(OWN, model=own)
    outputs = playground.network.predict_proba(playground.learning.x)
    np.testing.assert_allclose(outputs, made.predict(x, verbose=0), rtol=1e-4, atol=1e-5)
    assert list(playground.problem.features) == ["a", "b", "c"]


def test_a_large_network_is_seen_in_part_and_says_so() -> None:
    setup = Setup(problem="digits", hidden=())
    playground = Playground(setup)
    net = gn.Network([784, gn.Dense(512, "relu"), gn.Dense(256, "relu"), gn.Dense(10, "softmax")])
    assert side_of(len(net.parameters)) == 10
    assert len(playground.watched(playground.learning)) == len(playground.learning)
    snapshot = Snapshot(0, 0, 0.1, playground.network.parameters, False, 0, "")
    assert frame_of(playground, snapshot, View())[0].learning.examples == 1258


def test_without_a_model_the_page_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="open one with: glassnet page MODEL TABLE"):
        Playground(Setup(problem="own model"))
