"""``glassnet page``: what is refused before anything is served."""

import socket
from pathlib import Path

import pytest

from tests.command import glassnet

pytest.importorskip("starlette", reason="the page needs starlette")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "table.csv").write_text("a,b\n" + "1,yes\n2,no\n" * 20)
    (folder / "empty.csv").write_text("")
    (folder / "model.safetensors").write_bytes(b"none")
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["missing.csv"], 1, "missing.csv does not exist; expected a table"),
        (["empty.csv"], 1, "empty.csv holds no rows"),
        (["table.csv", "--target", "c"], 1, "'c'"),
        (["model.safetensors"], 2, "is a model; give the table, too: glassnet page model.safe"),
        (["model.safetensors", "table.csv"], 1, "model.safetensors"),
        (["a", "b", "c"], 2, "give a table, or a model and a table"),
        (["--port", "70000"], 2, "70000"),
    ],
)
def test_what_is_wrong_is_said_at_once(
    folder: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = glassnet("page", "--no-open", *arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = glassnet("page", "--no-open", "--port", str(port), cwd=folder)
    assert done.returncode == 1
    assert f"port {port} is taken; give another, or none for any free one" in done.stderr
