"""Rounding is never called wrong; slips are found and named."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from tests.explanation.exercise.student import Homework, Student

KINDS = [
    "sign",
    "forgotten bias",
    "derivative left out",
    "transposed weight",
    "rate left out",
    "rate taken twice",
    "ascent",
    "sum for mean",
    "missing half",
    "updated weight",
]
NETWORKS = 20


@pytest.mark.parametrize("seed", range(200))
def test_what_is_right_is_never_called_wrong(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homework = Homework.random(seed, batch=seed % 5 == 4, adam=seed % 3 == 2)
    digits, fixed = int(rng.integers(3, 7)), bool(seed % 2) and seed % 3 != 2
    memory = float(rng.choice([0.0, 0.5, 1.0]))
    inside = seed % 4 == 3
    student = Student(homework, digits, fixed, memory, inside, seed=seed).fill_in()
    grade = homework.step.grade(student.answers)
    wrong = [(one.line.name, one.verdict) for one in grade.findings if not one.counts]
    assert {verdict for _, verdict in wrong} <= {"not filled in"}
    assert grade.points == len(student.answers)


@pytest.mark.parametrize("kind", KINDS)
def test_the_slip_is_found_and_named(kind: str) -> None:
    done, named, seed = 0, 0, 1000 * KINDS.index(kind)
    while done < NETWORKS:
        seed += 1
        homework = Homework.random(seed, batch=kind == "sum for mean" and seed % 2 == 0)
        digits = 3 + seed % 4
        clear = _clear_slips(Student(homework, digits).fill_in(), kind)
        if not clear:
            continue
        name = clear[seed % len(clear)]
        answers = Student(homework, digits, slip=(kind, name)).fill_in().answers
        first = homework.step.grade(answers).first_wrong
        assert first is not None
        assert first.line.name == name
        done, named = done + 1, named + (first.slip == kind)
    assert named >= 0.9 * NETWORKS


def _clear_slips(student: Student, kind: str) -> list[str]:
    """The lines where the slip changes more than what a few roundings do."""
    unit = 10.0 ** (1 - student.digits)
    return [
        name
        for (slip, name), (right, slipped) in student.possible.items()
        if slip == kind and abs(slipped - right) > 5 * unit * max(abs(slipped), abs(right), 1)
    ]


def _step(decimals: int | None = None, **options: Any) -> Explanation:
    """in1[1] = 0.5·1 + 0.1 = 0.6, y1[1] = 0.645656, in2[1] = 2·y1[1] − 1 = 0.291313."""
    net = gn.Network([1, 1, 1], hidden="sigmoid", output="sigmoid", dtype="float64")
    net.parameters[:] = [0.5, 0.1, 2.0, -1.0]
    given: dict[str, Any] = {"learning_rate": 0.5, "loss": "half_squared_error", **options}
    step: Explanation = gn.explain(net, x=[1.0], target=1, decimals=decimals, **given)
    return step


def _verdicts(answers: dict[str, Any], **options: Any) -> dict[str, tuple[str, bool]]:
    findings = _step(**options).grade(answers).findings
    return {one.line.name: (one.verdict, one.counts) for one in findings if one.written is not None}


def test_the_digits_say_what_a_number_stands_for() -> None:
    assert _verdicts({"y1[1]": "0.65"}) == {"y1[1]": ("right", True)}
    assert _verdicts({"y1[1]": "0.650"}) == {"y1[1]": ("first wrong line", False)}
    assert _verdicts({"y1[1]": 0.65, "in1[1]": 0.6})["y1[1]"] == ("right", True)
    assert _verdicts({"y1[1]": "0,6457"}) == {"y1[1]": ("right", True)}


def test_what_was_rounded_early_is_right() -> None:
    # 2 · 0.6 − 1 = 0.2, while 0.291 is exact.
    answers = {"in1[1]": "0.60", "y1[1]": "0.65", "in2[1]": "0.30"}
    assert _verdicts(answers)["in2[1]"] == ("right, but rounded early", True)


def test_a_line_that_follows_from_a_wrong_one_names_it() -> None:
    grade = _step().grade({"in1[1]": "0.500", "y1[1]": "0.622", "in2[1]": "0.245"})
    first, second, third = (one for one in grade.findings if one.written is not None)
    assert (first.verdict, first.slip) == ("first wrong line", "forgotten bias")
    assert second.follows is not None
    assert third.follows is not None
    assert second.follows.name == third.follows.name == "in1[1]"
    assert grade.points == 2
    assert "follows from your line in1[1]" in str(grade)


def test_a_second_slip_is_wrong_by_itself() -> None:
    grade = _step().grade({"in1[1]": "0.500", "y1[1]": "0.622", "in2[1]": "1.245"})
    assert [one.verdict for one in grade.findings][2] == "wrong"
    assert grade.findings[2].slip == "forgotten bias"


@pytest.mark.parametrize("zero", ["0", "0.0", 0, 0.0, "0.000", "−0"])
def test_zeros_that_make_everything_easy_earn_nothing(zero: Any) -> None:
    names = [one.line.name for one in _step().grade({}).findings]
    assert _step().grade(dict.fromkeys(names, zero)).points == 0


def test_what_follows_only_from_a_zero_earns_nothing() -> None:
    answers = {"in1[1]": "0.600", "y1[1]": "0.646", "in2[1]": "0.292", "p[1]": "0.572"}
    first_zero = {**answers, "∂E/∂p[1]": "0", "δ2[1]": "0", "∂E/∂y1[1]": "0.000", "δ1[1]": "0"}
    verdicts = _verdicts(first_zero)
    assert verdicts["∂E/∂p[1]"] == ("first wrong line", False)
    assert [counts for _, counts in verdicts.values()].count(True) == 4


def test_a_zero_that_is_right_counts() -> None:
    # relu of a negative net input; δ1[1] is 0 with it.
    net = gn.Network([1, 1, 1], hidden="relu", output="identity", dtype="float64")
    net.parameters[:] = [-0.5, 0.1, 2.0, -1.0]
    step = gn.explain(net, x=[1.0], target=1, learning_rate=0.5)
    zeros = {"y1[1]": "0", "∂y1[1]/∂in1[1]": 0, "δ1[1]": "0", "∂E/∂w1[1,1]": "0.0"}
    grade = step.grade({"in1[1]": "-0.4", "in2[1]": -1, "p[1]": "-1", **zeros})
    assert grade.points == 7


def test_small_numbers_that_round_to_zero_are_right() -> None:
    names = {one.line.name: one.expected for one in _step(learning_rate=0.001).grade({}).findings}
    answers = {name: f"{float(value):.2f}" for name, value in names.items()}
    assert _step(learning_rate=0.001).grade(answers).passed


def test_empty_lines_are_no_fault() -> None:
    grade = _step().grade({"in1[1]": "", "p[1]": "0.5723", "E": None})
    assert grade.findings[0].verdict == "not filled in"
    assert (grade.points, grade.first_wrong) == (1, None)
    lines = str(grade).splitlines()
    assert lines[-1] == "Nothing is wrong; 18 lines are not filled in."
    assert [line.split()[1] for line in lines if line.startswith("  ")] == ["p[1]"]
    wrong = str(_step().grade({"in1[1]": "0.500"})).splitlines()
    assert wrong[-2] == "18 lines are not filled in."
    assert wrong[-1] == "The first wrong line is in1[1]: the bias is missing."
    assert str(_step().grade({})) == "0 of 19 lines count.\n\nNothing is filled in yet."
    values = {one.line.name: f"{one.expected:.6g}" for one in grade.findings[1:]}
    assert str(_step().grade(values)).endswith("Nothing is wrong; 1 line is not filled in.")


@pytest.mark.parametrize(
    "text", ["much", "nan", "0.6o", "1 3/8", "3/0", "1/2/3", "9" * 999, "1e9999"]
)
def test_what_is_no_number_is_wrong_and_the_rest_is_graded(text: str) -> None:
    grade = _step().grade({"in1[1]": "0.600", "y1[1]": text, "in2[1]": "0.291", "p[1]": "0.111"})
    found = [(one.verdict, one.slip, one.counts) for one in grade.findings[:4]]
    assert found[0] == found[2] == ("right", None, True)
    assert found[1] == ("first wrong line", "not a number", False)
    assert (found[3][0], found[3][2]) == ("wrong", False)
    assert grade.hint(2) == "y1[1]: it is not a number such as 0.550, 1.2e-3 or 3/8."
    assert "With your numbers: y1[1] = 1/(1 + exp(−0.600)) = 0.645656; you wrote" in grade.hint(4)
    assert len(max(str(grade).splitlines(), key=len)) < 130


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1" + "0" * 55, "9" * 40, "12" + "0" * 30])
def test_what_is_far_too_large_is_wrong_and_the_rest_is_graded(text: str) -> None:
    grade = _step().grade({"in1[1]": "0.600", "y1[1]": text, "in2[1]": "0.291"})
    assert [one.verdict for one in grade.findings[:2]] == ["right", "first wrong line"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("3/5", "right"),
        (" 6 / 10", "right"),
        ("0,6/1", "right"),
        ("-3/-5", "right"),
        ("2/3", "first wrong line"),
        ("59/100", "first wrong line"),
    ],
)
def test_a_fraction_is_exact(text: str, verdict: str) -> None:
    grade = _step().grade({"in1[1]": text, "y1[1]": "0.646"})
    assert grade.findings[0].verdict == verdict
    assert grade.hint(4)


def test_a_fraction_is_carried_on() -> None:
    grade = _step().grade({"in1[1]": "1/3", "y1[1]": "0.5826"})
    assert grade.findings[1].verdict == "follows from a wrong line"
    assert "exp(−0.6)" in _step().grade({"in1[1]": "3/5", "y1[1]": "0.111"}).hint(4)


def test_names_can_be_typed() -> None:
    gradient = _step().step.gradient[0]
    typed = {"dE/dw1[1,1]": gradient, "delta1[1]": gradient, "new w1[1, 1]": 0.5 - gradient / 2}
    assert _step().grade(typed).points == 3


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"in3[1]": 1}, r"there is no line 'in3\[1\]' on this sheet; did you mean 'in\d\[1\]'"),
        ({7: 1}, "there is no line 7"),
        ({"delta2[2]": 1}, r"did you mean 'δ2\[1\]'"),
        ({"new w1[1,2]": 1}, r"did you mean 'new w1\[1,1\]'"),
        ({"h1": 1}, r"'h1' on this sheet; its lines have names such as 'in1\[1\]', 'E', '∂E/∂p"),
        ({"q": 1}, "its lines have names such as"),
    ],
)
def test_answers_that_cannot_be_read(answers: dict[Any, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _step().grade(answers)


def test_answers_of_a_wrong_type() -> None:
    with pytest.raises(TypeError, match="answers are a dict of names and numbers"):
        _step().grade([1, 2])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="E: expected a number"):
        _step().grade({"E": [1]})


def test_hints_go_from_where_to_the_numbers() -> None:
    grade = _step().grade({"in1[1]": "0.50"})
    assert [grade.hint(level) for level in (1, 2, 3, 4)] == [
        "Look at the line in1[1] again (forward pass).",
        "in1[1]: the bias is missing.",
        "The formula is in1[1] = w1[1,1]·x[1] + b1[1].",
        "With your numbers: in1[1] = 0.5·1 + 0.1 = 0.6; you wrote 0.50.",
    ]
    with pytest.raises(ValueError, match="level must be from 1 to 4"):
        grade.hint(5)


def test_large_networks_are_refused() -> None:
    step = gn.explain(
        gn.Network([20, 20, 2], hidden="tanh", output="softmax"), x=np.ones(20), target=1
    )
    with pytest.raises(ValueError, match="more than 300 lines"):
        step.grade({})


def test_without_a_target_there_is_nothing_to_grade() -> None:
    with pytest.raises(ValueError, match="give explain a target"):
        gn.explain(gn.Network([2, 2], output="softmax"), x=[1, 0]).grade({})


@pytest.mark.parametrize("notation", ["in-y", "z-a"])
def test_names_are_those_of_the_page(notation: str) -> None:
    step = _step(notation=notation)
    page = str(step.full())
    names = [one.line.name for one in step.grade({}).findings]
    assert all(name in page for name in names)


def test_the_engine_s_own_numbers_are_right_in_single_precision() -> None:
    net = gn.Network([3, 4, 3], hidden="tanh", output="softmax", seed=3)
    step = gn.explain(net, x=[0.3, -0.7, 2.1], target=1, optimizer=gn.Adam(0.1))
    values = {one.line.name: one.line.left.value for one in step.grade({}).findings}
    for digits in (17, 8, 5):
        assert step.grade({name: f"{v:.{digits}g}" for name, v in values.items()}).passed
