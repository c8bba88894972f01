"""Retired identifiers and phrases stay away; docs/glossary.md has the words of today."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "benchmarks", "examples", "kernels", "docs")

# Whole identifiers of Python and C++ code. Common English words are not among them.
RETIRED_IDENTIFIERS = {
    "Answers",
    "Assembly",
    "COSTS",
    "Contestant",
    "Cost",
    "Course",
    "Judge",
    "LEAST_ROWS",
    "MOST_ROWS",
    "Masks",
    "Moment",
    "Moments",
    "NextInputs",
    "Note",
    "Objective",
    "OutputsCost",
    "Own",
    "OwnColumns",
    "Positive",
    "Role",
    "Trainee",
    "TrainingStep",
    "Watch",
    "added_up",
    "alternate",
    "answer_of",
    "answers_in",
    "answers_of",
    "assembly",
    "bring_back_own",
    "class_weights",
    "come_back",
    "concerns",
    "cost",
    "cost_named",
    "cost_parameter",
    "default_cost",
    "desired",
    "drops_out",
    "encoded",
    "example_weights",
    "examples_of",
    "explain_with_preface",
    "fit_together",
    "go_off",
    "groups_of",
    "ideal_formula",
    "judge",
    "judge_of",
    "keeps_to_itself",
    "least_too",
    "leave_out",
    "mean_desired",
    "most_too",
    "new_error",
    "new_mean_error",
    "numbered_pieces",
    "objective",
    "output_kind",
    "plain_activation",
    "plain_error",
    "rectifier",
    "roles",
    "roles_of",
    "rows_in_piece",
    "says_stop",
    "several_targets",
    "skip_broken",
    "step_costs",
    "tell",
    "validation_errors",
    "where_known",
    "worked",
    "zeros_in_lines",
}

# What people read: docstrings, comments, messages, help and documents.
RETIRED_PHRASES = (
    r"--balanced\b",
    r"--desired\b",
    r"--leave-out\b",
    r"--probabilities\b",
    r"--skip-broken\b",
    r"\bAs there\b",
    r"\bdesired (output|class|value|number)",
    r"\bgives? the target away\b",
    r"\bhold against\b",
    r"\bhow often (it|the example|each example) counts\b",
    r"\bof always the usual\b",
    r"\brows that (it|they) never saw\b",
    r"\bskip what is broken\b",
    r"\b(mean|validation|training) error of\b",
    r"\bcost function\b",
)


def files(*suffixes: str) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


def identifiers(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return {token.string for token in tokens if token.type == tokenize.NAME}
    code = re.sub(r"//.*|\"(\\.|[^\"])*\"", "", text)
    return set(re.findall(r"[A-Za-z_]\w*", code))


@pytest.fixture(scope="module", autouse=True)
def in_the_source_tree() -> None:
    if not (ROOT / "src").is_dir():
        pytest.skip("outside the source tree")


def test_retired_identifiers_stay_away() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files(".py", ".h", ".cpp")
        for name in identifiers(path) & RETIRED_IDENTIFIERS
    }
    assert not found, "\n".join(sorted(found))


def test_types_in_docstrings_are_those_of_today() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files(".py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if (match := re.fullmatch(r"\s+\w+(?:, \w+)* : (.*)", line))
        and set(re.findall(r"\w+", match[1])) & RETIRED_IDENTIFIERS
    ]
    assert not found, "\n".join(found)


def test_retired_phrases_stay_away() -> None:
    documents = [*files(".py", ".h", ".cpp", ".md"), *ROOT.glob("*.md")]
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in documents
        if path.name != "CHANGELOG.md"
        for phrase in RETIRED_PHRASES
        for match in re.finditer(phrase, path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_a_retired_word_would_be_found(tmp_path: Path) -> None:
    python, cpp = tmp_path / "a.py", tmp_path / "a.h"
    python.write_text("cost = 'desired'  # objective\n", encoding="utf-8")
    cpp.write_text('int cost; // desired\nconst char* s = "objective";\n', encoding="utf-8")
    for path in (python, cpp):
        assert identifiers(path) & RETIRED_IDENTIFIERS == {"cost"}
