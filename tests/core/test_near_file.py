"""The file that was meant, where a name was misspelt."""

from pathlib import Path

import pytest

from glassnet.core.near_file import near_file


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("rnu.glassnet", "run.glassnet"),
        ("run", "run.glassnet"),
        ("run.glasnet", "run.glassnet"),
        ("moodel.safetensors", "model.safetensors"),
        ("quite-another.glassnet", None),
    ],
)
def test_the_nearest_name_of_the_folder_is_asked_for(
    tmp_path: Path, given: str, meant: str | None
) -> None:
    for name in ("run.glassnet", "model.safetensors", "notes.txt"):
        (tmp_path / name).touch()
    asked = "" if meant is None else f". Did you mean {tmp_path / meant}?"
    assert near_file(tmp_path / given, Path.is_file) == asked


def test_only_files_of_the_kind_are_meant(tmp_path: Path) -> None:
    (tmp_path / "run.csv").touch()
    assert near_file(tmp_path / "run.glassnet", lambda path: path.suffix == ".glassnet") == ""
    assert near_file(tmp_path / "none" / "run.glassnet", Path.is_file) == ""
