"""What a student fills into a file is graded as what is given to Python; damage is a sentence."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import FileFormatError
from glassnet.explanation.exercise.exercise import Exercise
from glassnet.explanation.exercise.files import STEP, grade_file
from tests.explanation.exercise.student import Homework, Student

KINDS = ["csv", "ipynb", "xlsx"]


def _write(exercise: Exercise[Any], path: Path) -> Path:
    if path.suffix == ".xlsx":
        pytest.importorskip("openpyxl")
    kind = {".csv": "to_csv", ".ipynb": "to_notebook", ".xlsx": "to_xlsx"}[path.suffix]
    getattr(exercise, kind)(path)
    return path


def _fill_in(path: Path, answers: dict[str, Any], delimiter: str = ",") -> None:
    if path.suffix == ".csv":
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        filled = [[*row[:2], answers.get(row[0], row[2])] for row in rows]
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(filled)
    elif path.suffix == ".xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.load_workbook(path)
        for name, _, cell in book["exercise"].iter_rows():
            if name.value in answers:
                cell.value = answers[name.value]
        book.save(path)
    else:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        source = f"%matplotlib inline\nimport os\nanswers = {answers!r}"
        notebook["cells"][1]["source"] = source
        path.write_text(json.dumps(notebook), encoding="utf-8")


def _exercise(level: str = "step") -> Exercise[Any]:
    net = gn.Network([2, 2, 1], hidden="sigmoid", output="sigmoid", dtype="float64", seed=1)
    step = gn.explain(net, [0.5, 1.0], 1, learning_rate=0.5, loss="half_squared_error")
    return step.exercise(level)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_file_is_graded_as_the_step_itself(kind: str, seed: int, tmp_path: Path) -> None:
    homework = Homework.random(seed, batch=seed == 3, adam=seed == 2)
    exercise = homework.step.exercise("step" if seed % 2 else "values", seed)
    slips = [one for one in Student(homework, 4).fill_in().possible if one[0] == "sign"]
    answers = Student(homework, 4, slip=slips[-1]).fill_in().answers
    blank = {line.name for line in exercise.sheet.lines if line.key in exercise.blanks}
    answers = {name: text for name, text in answers.items() if name in blank}
    path = _write(exercise, tmp_path / f"sheet.{kind}")
    assert grade_file(path).to_dict() == exercise.grade({}).to_dict()
    _fill_in(path, answers)
    assert grade_file(path).to_dict() == exercise.grade(answers).to_dict()


@pytest.mark.parametrize("options", [{"notation": "z-a"}, {"decimals": 3}, {"digits": 4}])
def test_how_it_is_written_comes_back(options: dict[str, Any], tmp_path: Path) -> None:
    net = gn.Network([2, 2, 2], hidden="relu", output="softmax", seed=1)
    net.feature_names = ["wide", "long"]
    optimizer = gn.AdamW(0.1)
    step = gn.explain(
        net, [0.5, 1.0], 1, optimizer=optimizer, penalties=gn.L2(0.1), clip_norm=0.1, **options
    )
    path = _write(step.exercise("step"), tmp_path / "sheet.csv")
    assert grade_file(path).to_dict() == step.exercise("step").grade({}).to_dict()


def test_a_table_with_decimal_commas_is_read(tmp_path: Path) -> None:
    exercise = _exercise()
    path = _write(exercise, tmp_path / "sheet.csv")
    exact = {one.line.name: f"{one.line.left.value:.4f}" for one in exercise.grade({}).findings}
    _fill_in(path, {name: text.replace(".", ",") for name, text in exact.items()}, delimiter=";")
    assert grade_file(path).passed


def test_a_cell_stands_for_what_it_shows(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = _write(_exercise(), tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["exercise"]
    cell = next(row[2] for row in page.iter_rows() if row[0].value == "in1[1]")
    cell.value, cell.number_format = -0.2018282, "0.00"
    book.save(path)
    first = grade_file(path).findings[0]
    assert first.written is not None
    assert first.written.text == "-0.20"


def _rows(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    openpyxl = pytest.importorskip("openpyxl")
    rows = openpyxl.load_workbook(path)["exercise"].iter_rows(values_only=True)
    return [[value or "" for value in row] if row[2] != 0 else list(row) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_given_stands_before_the_lines(kind: str, seed: int, tmp_path: Path) -> None:
    homework = Homework.random(seed, batch=seed == 3, adam=seed == 2)
    rows = _rows(_write(homework.step.exercise("step"), tmp_path / f"sheet.{kind}"))
    start = rows.index(["line", "formula", "number"])
    given = {row[0]: row[2] for row in rows[2:start]}
    assert rows[1][1].startswith("Activations: layer 1: ")
    expected = {f"x[{n}]": value for n, value in enumerate(homework.x, start=1)}
    expected |= {f"t[{n}]": value for n, value in enumerate(homework.target, start=1)}
    expected["α"] = homework.rate
    for layer, W in enumerate(homework.net.weights, start=1):
        assert W is not None
        expected |= {f"w{layer}[{i + 1},{j + 1}]": W[i, j] for i, j in np.ndindex(W.shape)}
    for layer, b in enumerate(homework.net.biases, start=1):
        assert b is not None
        expected |= {f"b{layer}[{j + 1}]": value for j, value in enumerate(b)}
    used = {name: value for name, value in expected.items() if name in given or name[0] != "t"}
    assert {name: float(given[name]) for name in used} == pytest.approx(used)
    if kind == "xlsx":
        assert all(isinstance(given[name], float | int) for name in used)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_given_is_not_read_back(kind: str, tmp_path: Path) -> None:
    path = _write(_exercise(), tmp_path / f"sheet.{kind}")
    _fill_in(path, {"x[1]": "9", "w1[1,1]": "changed", "in1[1]": "-0.2018"})
    grade = grade_file(path)
    assert (grade.points, grade.first_wrong) == (1, None)


def test_a_spreadsheet_prints_one_page_wide_with_bold_headings(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    page = openpyxl.load_workbook(_write(_exercise(), tmp_path / "sheet.xlsx"))["exercise"]
    bold = [row[0].value for row in page.iter_rows() if row[0].font.bold]
    assert bold == ["given", "line"]
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    names = max(len(row[0].value) for row in page.iter_rows())
    assert page.column_dimensions["A"].width > names


def test_a_notebook_is_never_run(tmp_path: Path) -> None:
    path = _write(_exercise(), tmp_path / "sheet.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    victim = tmp_path / "victim"
    code = f"answers = {{'E': __import__('pathlib').Path({str(victim)!r}).touch()}}"
    notebook["cells"][1]["source"] = [code]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(FileFormatError, match="nothing in a notebook is run"):
        grade_file(path)
    assert not victim.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is no sheet that Glassnet wrote"),
        ("a,b\n1,2\n", "it is no sheet that Glassnet wrote"),
        (f"{STEP},{{,\n", "what it says about its step is damaged"),
        (f"{STEP},{{}},\n", "it does not describe a sheet"),
        (f"{STEP},{'[' * 100_000},\n", "damaged|describe"),
        ("\x00\xff", "it is no sheet that Glassnet wrote"),
    ],
)
def test_other_files_end_in_a_sentence(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(FileFormatError, match=message):
        grade_file(path)
    for kind in ("ipynb", "xlsx"):
        if kind == "xlsx":
            pytest.importorskip("openpyxl")
        other = path.rename(tmp_path / f"sheet.{kind}")
        with pytest.raises(FileFormatError):
            grade_file(other)
        path = other


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parameters", [1.0]),
        ("inputs", 2**50),
        ("x", [[1.0]]),
        ("x", [[1.0, 2.0], [1.0]]),
        ("targets", [[1e400, 1.0]]),
        ("loss", {"name": "none", "hyper_parameters": {}}),
        ("example", 7),
        ("notation", {"input": "x", "danger": "y"}),
        ("printed", {"in9[9]": "1"}),
        ("digits", 99),
        ("class_names", ["a", "b", "c"]),
        ("dtype", "object"),
    ],
)
def test_a_changed_step_ends_in_a_sentence(field: str, value: Any, tmp_path: Path) -> None:
    path = _write(_exercise(), tmp_path / "sheet.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    record = {**json.loads(notebook["metadata"]["glassnet"]), field: value}
    notebook["metadata"]["glassnet"] = json.dumps(record)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"sheet\.ipynb: "):
        grade_file(path)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_no_number_is_wrong(kind: str, tmp_path: Path) -> None:
    path = _write(_exercise(), tmp_path / f"sheet.{kind}")
    _fill_in(path, {"in1[1]": "many", "in1[2]": "-0.4759"})
    first, second, *_ = grade_file(path).findings
    assert (first.verdict, first.slip) == ("first wrong line", "not a number")
    assert second.verdict == "right"


def test_a_notebook_with_a_list_as_answer_is_graded(tmp_path: Path) -> None:
    path = _write(_exercise(), tmp_path / "sheet.ipynb")
    _fill_in(path, {"in1[1]": [1, 2], "in1[2]": -0.4759})
    assert [one.slip for one in grade_file(path).findings[:2]] == ["not a number", None]


def test_a_printed_number_that_is_none_is_damage(tmp_path: Path) -> None:
    path = _write(_exercise("values"), tmp_path / "sheet.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    record = json.loads(notebook["metadata"]["glassnet"])
    record["printed"] = {"in1[1]": "many"}
    notebook["metadata"]["glassnet"] = json.dumps(record)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"in1\[1\]: expected a number"):
        grade_file(path)


def test_steps_with_dropout_are_refused(tmp_path: Path) -> None:
    net = gn.Network([2, 2, 2], hidden="relu", output="softmax", dtype="float64")
    history = net.fit([[1, 0], [0, 1]], [0, 1], epochs=2, dropout=0.5, record=[1])
    with pytest.raises(ValueError, match="a step with dropout"):
        gn.explain(history.steps[1]).exercise().to_csv(tmp_path / "sheet.csv")
