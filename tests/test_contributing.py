"""The recipes of CONTRIBUTING.md list every file that the thing they are about stands in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What was added by each recipe once, and how it is written wherever it is named.
EXAMPLES = {
    "A new activation": r"\bmish\b",
    "A new loss": r"\bhuber\b",
    "A new optimizer": r"\brmsprop\b",
    "A new encoder of columns": r"\bDateEncoder\b",
    "A new renderer": r"\b(document_latex|to_latex)\b",
    "A new importer": r"\bfrom_onnx\b",
    "A new instruction set": r"\bneon\b",
}
# They use what was added, and need not know that it is new.
USERS = {
    "src/glassnet/__init__.py",
    "src/glassnet/explanation/exercise/exercise.py",
    "src/glassnet/explanation/exercise/page.py",
    "src/glassnet/explanation/explanation.py",
    "src/glassnet/interop/importers.py",
    "src/glassnet/renderable.py",
    "src/glassnet/workflows/recipe.py",
    "tests/explanation/exercise/test_exercise.py",
    "tests/explanation/test_explain.py",
    "tests/explanation/test_several_steps.py",
    "src/glassnet/workflows/presets.py",
    "tests/workflows/test_presets.py",
    "tests/estimators/test_more.py",
    "tests/training/test_fit.py",
    "tests/training/test_history.py",
    "src/glassnet/engine/_kernels.pyi",
    "tests/core/test_record.py",
    "tests/explanation/check/test_lines.py",
    "tests/kernels/test_bindings.py",
    "tests/test_diagnosis.py",
    "tests/nn/test_unknown_loss.py",
    "tests/interop/test_keras.py",
    "tests/interop/test_keras_training.py",
    "tests/interop/test_onnx.py",
    "tests/interop/test_onnx_activations.py",
    "tests/interop/test_onnx_chain.py",
    "tests/interop/test_onnx_classical.py",
    "tests/interop/test_onnx_constants.py",
    "tests/interop/test_onnx_exporters.py",
    "tests/interop/test_onnx_sklearn.py",
    "tests/interop/test_onnx_spelled_out.py",
    "tests/interop/test_sklearn.py",
    "tests/onnx_models.py",
    "tests/interop/test_torch.py",
    "tests/interop/test_torch_graph.py",
    "tests/interop/test_torch_state.py",
    "tests/keras_models.py",
    "tests/test_contributing.py",
    "tests/test_words.py",
    "tests/test_lessons.py",
    "tests/golden_files.py",
    "tests/test_model.py",
    "tests/test_model_files.py",
    "tests/test_readme.py",
}


def recipes() -> dict[str, set[str]]:
    """The paths that each recipe names; NAME stands for the new file."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^### (.*)$", text, flags=re.MULTILINE)
    paths = r"`((?:src|kernels|tests)/[\w/.]+|CMakeLists\.txt|README\.md|pyproject\.toml)`"
    return {
        title: set(re.findall(paths, body))
        for title, body in zip(sections[::2], sections[1::2], strict=True)
    }


@pytest.fixture(scope="module", autouse=True)
def in_the_source_tree() -> None:
    if not (ROOT / "kernels").is_dir():
        pytest.skip("outside the source tree")


@pytest.mark.parametrize("title", EXAMPLES)
def test_a_recipe_names_files_that_exist(title: str) -> None:
    named = {path for path in recipes()[title] if "NAME" not in path}
    assert named
    assert not [path for path in named if not (ROOT / path).is_file()]


@pytest.mark.parametrize(("title", "example"), EXAMPLES.items())
def test_a_recipe_names_every_file(title: str, example: str) -> None:
    sources = [
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "kernels").glob("*.[hc]*"),
        ROOT / "CMakeLists.txt",
    ]
    standing_in = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(example, path.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert standing_in - USERS - recipes()[title] == set()
