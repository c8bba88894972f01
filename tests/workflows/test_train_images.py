"""Images from a folder to a model, and from a picture to its classes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassnet as gn
from tests.command import glassnet, printed


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def beer(kind: str, number: int = 0) -> np.ndarray:
    """A label: bright on the left, or at the top; each number is another picture."""
    pixels = np.random.default_rng([number, *kind.encode()]).integers(0, 80, size=(8, 8))
    pixels[:, :4] += 150 if kind == "ale" else 0
    pixels[:4] += 150 if kind == "stout" else 0
    return np.clip(pixels, 0, 255)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beer")
    for kind in ("ale", "stout"):
        for number in range(30):
            save(folder / "labels" / kind / f"{number}.png", beer(kind, number))
    content = printed("train", "labels", "--epochs", "20", "--batch-size", "8", cwd=folder)
    assert content["evaluation"]["scores"]["accuracy"] == 1
    assert content["evaluation"]["classes"] == ["ale", "stout"]
    assert (content["rows_learned"], content["rows_held_out"]) == (48, 12)
    return folder


def test_one_picture_of_another_size_and_colour_is_named_with_bars(trained: Path) -> None:
    label = np.stack([beer("stout", 100).repeat(4, axis=0).repeat(4, axis=1)] * 3, axis=2)
    save(trained / "photo.jpg", label)
    done = glassnet("predict", "labels.safetensors", "photo.jpg", cwd=trained)
    assert done.returncode == 0
    assert "photo.jpg: stout" in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ale", "stout"))]
    assert [line.split()[0] for line in lines] == ["stout", "ale"]
    as_json = printed("predict", "labels.safetensors", "photo.jpg", cwd=trained)
    assert as_json["predicted"] == ["stout"]


def test_a_folder_is_learned_from_in_python_too(tmp_path: Path) -> None:
    for split, numbers in (("train", range(20)), ("test", range(20, 25))):
        for kind in ("ale", "stout"):
            for number in numbers:
                save(tmp_path / "split" / split / kind / f"{number}.png", beer(kind, number))
    recipe = gn.Recipe(epochs=20, batch_size=8)
    for folder in (tmp_path / "split", str(tmp_path / "split")):
        learned = gn.train(folder, recipe=recipe, progress=False)
        assert learned.rows_learned == 40
        assert len(learned.held_out) == 10
        assert learned.model.target.name == "class"
        assert learned.evaluation.scores["accuracy"] == 1
    larger = tmp_path / "larger"
    for kind in ("ale", "stout"):
        save(larger / kind / "one.png", beer(kind, 100).repeat(3, axis=0).repeat(3, axis=1))
    learned = gn.train(tmp_path / "split" / "train", "class", recipe, test=larger, progress=False)
    assert (learned.rows_learned, len(learned.held_out)) == (40, 2)
    assert learned.evaluation.scores["accuracy"] == 1


def test_a_table_has_no_target_of_its_own() -> None:
    with pytest.raises(TypeError, match="the target is the name of a column"):
        gn.train({"a": [1.0, 2.0], "b": ["x", "y"]})


def test_folders_are_predicted_and_evaluated(trained: Path) -> None:
    for number in range(3):
        save(trained / "new" / f"{number}.png", beer("ale", 100 + number))
    done = glassnet("predict", "labels.safetensors", "new", cwd=trained)
    files = [f"new/{number}.png" for number in range(3)]
    expected = [["file", "class"], *([file, "ale"] for file in files)]
    assert [line.split(",")[:2] for line in done.stdout.splitlines()] == expected
    # Several pictures are told apart by their files, too.
    done = glassnet("predict", "labels.safetensors", *files, cwd=trained)
    assert [line.split(",")[:2] for line in done.stdout.splitlines()] == expected
    content = printed("evaluate", "labels.safetensors", "labels", cwd=trained)
    assert content["rows"] == 60
    assert content["scores"]["accuracy"] == 1


def test_a_model_of_images_is_no_model_of_tables(trained: Path) -> None:
    (trained / "t.csv").write_text("a\n1\n")
    done = glassnet("predict", "labels.safetensors", "t.csv", cwd=trained)
    assert done.returncode == 1
    assert done.stderr == "glassnet: the model predicts from images; t.csv is a table\n"


def test_a_size_can_be_asked_for_and_broken_files_skipped(trained: Path) -> None:
    save(trained / "few" / "a" / "1.png", beer("ale"))
    (trained / "few" / "b").mkdir()
    (trained / "few" / "b" / "broken.png").write_bytes(b"nothing")
    for number in range(4):
        save(trained / "few" / "b" / f"{number}.png", beer("stout", number))
        save(trained / "few" / "a" / f"{number}.png", beer("ale", number))
    command = ("train", "few", "--size", "4x6", "--epochs", "2")
    refused = glassnet(*command, cwd=trained)
    assert refused.returncode == 1
    assert "broken.png cannot be read as an image" in refused.stderr
    done = glassnet(*command, "--skip-unreadable", "--json", cwd=trained)
    assert json.loads(done.stdout)["warnings"][0].startswith("1 unreadable image skipped")
    model = gn.load(trained / "few.safetensors")
    assert isinstance(model, gn.Model)
    assert model.network.architecture.inputs == 24
    assert glassnet("train", "few", "--size", "big", cwd=trained).returncode == 2


def test_a_table_needs_a_target(trained: Path) -> None:
    (trained / "t.csv").write_text("a,b\n1,2\n")
    done = glassnet("train", "t.csv", cwd=trained)
    assert done.returncode == 2
    assert "name the column to predict" in done.stderr


def test_images_in_python_from_pixels_to_the_weight(trained: Path) -> None:
    model = gn.load(trained / "labels.safetensors")
    assert isinstance(model, gn.Model)
    pixels = np.stack([beer("ale", 100), beer("stout", 100)]).astype(np.uint8)
    assert model.predict({"image": pixels}).tolist() == ["ale", "stout"]
    explanation = model.explain({"image": pixels}, 1, "stout", learning_rate=0.1)
    assert explanation.check is not None
    assert explanation.check.passed
    # Of the 64 terms of a sum, the whole shows the largest; of one weight, its own pixel.
    assert re.search(r"x\[pixel \d,\d\]", explanation.to_text())
    assert "pixel 3,5" in explanation.weight("w1[21,1]").to_text()


def test_a_class_that_only_the_test_has_is_refused_before_the_training(trained: Path) -> None:
    for split, kinds in (("train", ("ale", "stout")), ("test", ("ale", "lager"))):
        for kind in kinds:
            save(trained / "split" / split / kind / "1.png", beer("ale"))
            save(trained / "split" / split / kind / "2.png", beer("stout"))
    done = glassnet("train", "split", cwd=trained)
    assert done.returncode == 1
    assert "the class 'lager' occurs only in the test rows" in done.stderr
    assert not (trained / "split.safetensors").exists()
