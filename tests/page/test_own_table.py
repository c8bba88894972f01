import base64
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import GlassnetError
from glassnet.page.own_table import LONGEST, OwnTable, stored
from glassnet.page.playground import Playground
from glassnet.page.setup import HiddenLayer, Setup


def test_a_table_is_divided_and_encoded_as_train_does(penguins: Path) -> None:
    setup = Setup(problem="own table", target="species", hidden=(HiddenLayer(8),), batch_size=32)
    playground = Playground(setup, OwnTable(penguins, "penguins.csv"))
    recipe = gn.Recipe(
        preset="plain", hidden=(8,), activation="tanh", epochs=1, held_out=0.3, seed=setup.seed
    )
    trained = gn.train(penguins, "species", recipe=recipe, progress=False)
    assert playground.held_out is not None
    assert len(playground.held_out) == len(trained.held_out)
    assert list(playground.problem.features) == trained.model.encoder.feature_names
    expected = trained.model.encoder.encode(trained.held_out.in_memory())[0]
    np.testing.assert_array_equal(playground.held_out.x, expected.astype(np.float32))
    classes = playground.network.classes
    assert classes is not None
    assert classes.tolist() == ["Adelie", "Chinstrap", "Gentoo"]


def test_the_last_column_is_the_target_to_begin_with(penguins: Path) -> None:
    table = OwnTable(penguins, "penguins.csv")
    playground = Playground(Setup(problem="own table", batch_size=32), table)
    assert table.columns[-1] == "year"
    assert "year" not in playground.problem.features


def test_numbers_are_learned_too(penguins: Path) -> None:
    setup = Setup(problem="own table", target="body_mass_g", batch_size=32, learning_rate=0.05)
    playground = Playground(setup, OwnTable(penguins, "penguins.csv"))
    training, learning = playground.training, playground.learning
    before = playground.network.evaluate(learning.x, learning.targets)
    training.forward(200)
    assert playground.network.evaluate(learning.x, learning.targets) < before / 4


@pytest.mark.parametrize("name", ["table.csv", "../../evil.csv", "C:\\temp\\t.csv", "x.c s/v", ""])
def test_a_dropped_file_lies_in_its_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    content = base64.b64encode(b"a,b\n" + b"1,yes\n2,no\n" * 20).decode()
    table = stored(tmp_path, name, content)
    assert table.path.parent == tmp_path
    assert "/" not in table.name
    assert table.columns == ("a", "b")


def test_a_broken_upload_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="did not arrive whole"):
        stored(tmp_path, "table.csv", "no base64!")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 50, b"a\n1\n2\n", b"a,b\n1\n" * 3, b"PK\x03\x04"]
)
def test_a_table_that_cannot_be_learned_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    table = stored(tmp_path, "table.csv", base64.b64encode(content).decode())
    with pytest.raises((GlassnetError, ValueError)):
        table.problem("", 0)


def test_a_table_that_is_too_long_names_what_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,0\n2,1\n" * (LONGEST // 2 + 1))
    with pytest.raises(ValueError, match=r"50,002 rows; a page takes at most 50,000. `glassnet"):
        OwnTable(path, "long.csv").problem("", 0)


def test_without_a_table_the_page_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="there is no table yet; drop one on the page"):
        Playground(Setup(problem="own table"))
