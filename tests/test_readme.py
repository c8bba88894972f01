"""The README's examples do what they say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_xor_is_learned_and_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)  # noqa: S102 - our own text
    assert names["net"].predict(names["X"]).tolist() == names["y"]
    assert names["step"].check.passed
    assert "The weight w1[1,2]" in capsys.readouterr().out
    assert (tmp_path / "step.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "step.xlsx").exists()


def test_penguins_on_the_command_line_and_from_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, penguins: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(penguins, "penguins.csv")
    lines = penguins.read_text(encoding="utf-8").splitlines()
    header = lines[0].removeprefix("species,")
    new = "\n".join([header, *(line.split(",", 1)[1] for line in lines[1:4])])
    Path("new.csv").write_text(f"{new}\n", encoding="utf-8")
    for line in blocks("sh")[1].splitlines():
        words = re.sub(r"#.*", "", line).replace("'", "").split()
        assert words[0] == "glassnet"
        subprocess.run([sys.executable, "-m", "glassnet.cli", *words[1:]], check=True)
    assert "h2.3" in Path("w.html").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    import glassnet as gn

    names["gn"] = gn
    *statements, prediction = re.split(r"\n(?=model\.predict)", blocks("python")[2])
    exec("\n".join(statements), names)  # noqa: S102 - our own text
    assert eval(prediction, names).tolist() == ["Chinstrap"]  # noqa: S307 - our own text


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)h][^)]*)\)", README))))
def test_links_lead_somewhere(path: str) -> None:
    root = Path(__file__).parent.parent
    if not (root / "kernels").is_dir():
        pytest.skip("outside the source tree")
    assert (root / path).exists()
