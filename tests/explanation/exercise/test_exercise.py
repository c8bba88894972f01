"""The sheet with gaps: terminal, page and LaTeX have the same ones, and it can be solved."""

from typing import Any

import pytest

import glassnet as gn
from glassnet.explanation.exercise.exercise import LEVELS
from glassnet.explanation.explanation import Explanation
from tests.explanation.exercise.student import Homework, Student


def _step(**options: Any) -> Explanation:
    net = gn.Network([2, 2, 2], hidden="sigmoid", output="softmax", dtype="float64", seed=1)
    step: Explanation = gn.explain(net, [0.5, 1.0], 1, **{"learning_rate": 0.5, **options})
    return step


@pytest.mark.parametrize("level", LEVELS)
def test_all_formats_have_the_same_gaps(level: str) -> None:
    exercise = _step().exercise(level, seed=3)
    gaps = len(exercise.blanks) * (1 if level == "values" else 2)
    assert str(exercise).count("________") == gaps
    assert exercise.to_latex().count(r"\underline{\hspace") == gaps
    page = exercise.to_html()
    assert page.count("<input") == gaps
    assert "________" not in page
    assert "<script" not in page
    assert 'aria-label="δ2[2]: value"' in _step().exercise("step").to_html()


def test_the_seed_decides_which_lines_are_blank() -> None:
    blanks = [_step().exercise(seed=seed).blanks for seed in (1, 1, 2)]
    assert blanks[0] == blanks[1] != blanks[2]
    everything = _step().exercise("step")
    assert len(everything.blanks) == len(everything.sheet.lines)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(10))
def test_a_sheet_is_solved_with_the_numbers_on_it(level: str, seed: int) -> None:
    homework = Homework.random(seed, batch=seed % 3 == 0, adam=seed % 2 == 1)
    exercise = homework.step.exercise(level, seed)
    answers = Student(homework, digits=4).fill_in().answers
    blank = {line.name for line in exercise.sheet.lines if line.key in exercise.blanks}
    grade = exercise.grade({name: text for name, text in answers.items() if name in blank})
    assert grade.first_wrong is None
    assert grade.points == len(blank & set(answers))
    assert grade.possible == len(blank)


def test_formulas_are_missing_where_they_are_asked_for() -> None:
    assert "δ2[1] = p[1] − t[1] =" in str(_step().exercise("values"))
    assert "δ2[1] = ________ = ________" in str(_step().exercise("step"))


def test_given_numbers_stand_on_the_sheet() -> None:
    text = str(_step(optimizer=gn.Adam(0.1), learning_rate=None).exercise())
    assert all(f"\n{name} " in text for name in ("x[1]", "t[2]", "α", "β₁", "ε", "m", "v"))
    assert "1·10^−8" in text
    to_first = str(_step(notation="z-a").exercise())
    assert "η" in to_first


def test_the_solution_has_the_numbers_of_the_gaps() -> None:
    exercise = _step().exercise("step")
    solution = str(exercise.solution().full())
    assert "rounded to 4 decimals" in solution
    assert "y1[1] = 1/(1 + exp(−in1[1])) = 1/(1 + exp(−(−0.2018)))" in solution
    assert "rounded to 3 decimals" in str(_step(decimals=3).exercise().solution())


def test_levels_and_seeds_are_checked() -> None:
    with pytest.raises(ValueError, match="level must be one of 'values', 'formulas', 'step'"):
        _step().exercise("hard")
    with pytest.raises(ValueError, match="seed must be at least 0"):
        _step().exercise(seed=-1)
