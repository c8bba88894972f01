"""The sheet with gaps: terminal, page and LaTeX have the same ones, and it can be solved."""

from typing import Any

import pytest

import glassnet as gn
from glassnet.explanation.exercise.exercise import LEVELS
from glassnet.explanation.explanation import Explanation
from glassnet.formula.document import Equation
from glassnet.render.text import formula_text
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
    assert exercise.to_latex().count(r"\underline{\hspace{7em}}") == gaps
    page = exercise.to_html()
    assert page.count("<input") == gaps + 1  # the name
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


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(6))
def test_the_solution_is_the_sheet_with_its_gaps_filled(level: str, seed: int) -> None:
    homework = Homework.random(seed, batch=seed % 3 == 0, adam=seed % 2 == 1)
    exercise = homework.step.exercise(level, seed)
    solved = exercise.solution().document
    sheet = [section.title for section in exercise.document.sections if section.title != "To do"]
    assert [one.title for one in solved.sections if one.title != "Numbers"] == sheet
    assert not any(section.folded for section in solved.sections)
    blocks = [block for section in solved.sections for block in section.blocks]
    equations = [block for block in blocks if isinstance(block, Equation)]
    names = [formula_text(equation.left) for equation in equations]
    assert names == [line.name for line in exercise.sheet.lines]
    values = {name: one.value for name, one in zip(names, equations, strict=True)}
    assert all(number_of(text) == values[name] for name, text in exercise.printed.items())
    answers = {name: value for name, value in values.items() if name not in exercise.printed}
    assert exercise.grade(answers).points == len(answers)


def test_the_solution_has_each_line_in_all_formats() -> None:
    exercise = _step().exercise("values", seed=3)
    solution, names = exercise.solution(), [line.name for line in exercise.sheet.lines]
    text = str(solution)
    assert all(f"\n{name} = " in text for name in names)
    assert "________" not in text
    assert solution.to_html().count('class="equation"') >= len(names)
    assert solution.to_latex().count(r"\quantity{") >= len(names)


def test_small_numbers_keep_three_digits_in_the_solution() -> None:
    text = str(_step(optimizer=gn.Adam(0.1), learning_rate=None).exercise("step").solution())
    assert "0.0010000·0.0116424\n               = 0.0000116\n" in text


def test_the_letters_are_told_and_the_name_has_a_place() -> None:
    exercise = _step(notation="z-a").exercise()
    text = " ".join(str(exercise).split())
    assert "z: net input" in text
    assert "δ = ∂E/∂z" in text
    assert "η: learning rate, new: after the step" in text
    assert "(3 significant digits at least). You may go on with" in text
    for page in (exercise.to_html(), exercise.to_latex()):
        assert page.index("Name: ") < page.index("b: bias") < page.index(": learning rate")
    assert "learning rate" not in str(_step(learning_rate=None).exercise()).partition("Given")[0]


def number_of(text: str) -> float:
    """A number as a page prints it."""
    return float(text.replace("−", "-").replace("·10^", "e"))


def test_levels_and_seeds_are_checked() -> None:
    with pytest.raises(ValueError, match="level must be one of 'values', 'formulas', 'step'"):
        _step().exercise("hard")
    with pytest.raises(ValueError, match="seed must be at least 0"):
        _step().exercise(seed=-1)
