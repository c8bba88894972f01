"""The README's examples do what they say, typed in their order in an empty folder."""

import ast
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
INSTALLATION = 'pip install ".'


@dataclass
class Typed:
    """What the snippets left: names, the output of each block, and files."""

    names: dict[str, Any]
    blocks: list[tuple[str, str]]
    folder: Path

    def printed(self, words: str) -> str:
        """The output of the block with these words."""
        return next(output for block, output in self.blocks if words in block)


def run_python(block: str, names: dict[str, Any]) -> str:
    """Run a block as a prompt does, and return what it prints; what its last line gives, too."""
    *before, last = ast.parse(block).body
    statements = before if isinstance(last, ast.Expr) else [*before, last]
    with redirect_stdout(StringIO()) as output:
        exec(compile(ast.Module(statements, []), "README.md", "exec"), names)  # noqa: S102
        if isinstance(last, ast.Expr):
            given = eval(compile(ast.Expression(last.value), "README.md", "eval"), names)  # noqa: S307
            output.write(str(given))
    return output.getvalue()


def run_shell(block: str, folder: Path) -> str:
    """Run the lines of a block, and return what they print."""
    texts = []
    for line in block.splitlines():
        command, *arguments = shlex.split(line, comments=True)
        assert command == "glassnet"
        run = [sys.executable, "-m", "glassnet.cli", *arguments]
        done = subprocess.run(run, check=True, cwd=folder, capture_output=True, encoding="utf-8")
        texts.append(done.stdout)
    return "".join(texts)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """Everything typed, in order."""
    folder = tmp_path_factory.mktemp("empty")
    result = Typed({}, [], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MPLBACKEND", "agg")
        for language, block in re.findall(r"```(python|sh)\n(.*?)```", README, re.DOTALL):
            if block.startswith(INSTALLATION):
                continue
            python = language == "python"
            told = run_python(block, result.names) if python else run_shell(block, folder)
            result.blocks.append((block, told))
    return result


def test_the_install_line_comes_first() -> None:
    assert README.index(INSTALLATION) < README.index("import glassnet")


def test_a_step_is_explained_before_training(typed: Typed) -> None:
    assert typed.names["step"].check.passed
    told = typed.printed("net.biases = ")
    assert "One step: " in told
    assert "The weight w1[1,2]" in told
    assert "The unit h1.2" in told
    assert "Three steps: E " in told
    assert (typed.folder / "step.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (typed.folder / "step.xlsx").exists()
    assert "<svg" in (typed.folder / "step.svg").read_text(encoding="utf-8")


def test_xor_is_learned_and_a_step_of_it_opened(typed: Typed) -> None:
    told = typed.printed("# XOR")
    assert "[0 1 1 0]" in told
    assert "Step 8 (index 7), batch of 4" in told
    assert sorted(typed.names["history"].steps) == [0, 7]


def test_another_librarys_model_says_why(typed: Typed) -> None:
    assert "Why" in typed.printed("gn.from_sklearn").splitlines()[0]


def test_a_table_becomes_a_model_that_predicts_and_is_explained(typed: Typed) -> None:
    assert "h2.3" in (typed.folder / "w.html").read_text(encoding="utf-8")
    predicted, score = typed.printed("gn.load").splitlines()
    assert predicted == "['virginica']"
    assert float(score) > 0.9


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)h][^)]*)\)", README))))
def test_links_lead_somewhere(path: str) -> None:
    root = Path(__file__).parent.parent
    if not (root / "kernels").is_dir():
        pytest.skip("outside the source tree")
    assert (root / path).exists()
