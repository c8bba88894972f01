"""docs/journals.md can be typed from its beginning to its end in an empty folder."""

import re
from pathlib import Path

import pytest

from tests.test_readme import run_python, run_shell

PAGE = Path(__file__).parent.parent / "docs" / "journals.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="outside the source tree")


def test_the_page_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = []
    for language, block in re.findall(r"```(python|sh)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        told.append(run_python(block, {}) if language == "python" else run_shell(block, tmp_path))
    _, trained, resumed, opened, of_several, runs = told
    assert "The run: glassnet runs show run.glassnet" in trained
    assert "The model: iris.safetensors" in resumed
    assert "(index 12) of run.glassnet" in opened
    assert "(index 12) of network 3 (index 2) of three.glassnet" in of_several
    assert "glassnet explain three.glassnet --network 2 --step" in of_several
    assert "run.glassnet" in runs
    assert (tmp_path / "run.csv").read_text().count("\n") == 41
    assert not (tmp_path / "small.glassnet").exists()


def test_what_it_says_of_sizes_is_so() -> None:
    import glassnet as gn

    usual = gn.Journal("run.glassnet")
    assert (usual.most_bytes, usual.kept_data) == (256 * 2**20, 16 * 2**20)
