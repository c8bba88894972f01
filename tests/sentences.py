"""Every sentence that a page, the terminal or an error can show, listed to be read as a whole.

``python -m tests.sentences`` writes the list anew, into ``tests/sentences.txt``.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import glassnet

__all__ = ["LIST", "sentences_of_all_files"]

SOURCE = Path(glassnet.__file__).parent
LIST = Path(__file__).parent / "sentences.txt"
# What has fewer words is a name or a unit.
FEWEST_WORDS = 3
# Markup is no sentence.
MARKUP = re.compile(r"[<>\\]|^\s*[.@]\w|\{\{|^\^|\(\?|\[\^")


def sentences_of_all_files() -> str:
    """Return the list: a heading for each file, then its sentences in their order."""
    parts = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = list(dict.fromkeys(_sentences(tree, with_help="cli" in path.parts)))
        if found:
            parts += [f"# {path.relative_to(SOURCE).as_posix()}", *found, ""]
    return "\n".join(parts)


def _sentences(tree: ast.Module, *, with_help: bool) -> Iterator[str]:
    """The texts of a file; docstrings only where they are the help of a command."""
    docstrings = {id(node) for node in _docstrings(tree)}
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node) if part is not node}
        text = _text(node)
        if text is None or id(node) in inside:
            continue
        if id(node) in docstrings and not with_help:
            continue
        words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\{[^}]*\}", "", text))
        if len(words) >= FEWEST_WORDS and " " in text and not MARKUP.search(text):
            yield " ".join(text.split())


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _text(node: ast.AST) -> str | None:
    """A text, with what is put into it in braces."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            parts.append(f"{{{ast.unparse(part.value)}}}")
    return "".join(parts)


if __name__ == "__main__":
    LIST.write_text(sentences_of_all_files(), encoding="utf-8")
