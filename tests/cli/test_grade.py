"""``glassnet grade``: one sheet, a class, hints, and files that are no sheets."""

import csv
import json
from pathlib import Path

import pytest

import glassnet as gn
from tests.command import glassnet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    net = gn.Network([1, 1], output="sigmoid", dtype="float64")
    net.parameters[:] = [0.5, 0.1]
    step = gn.explain(net, x=[2.0], target=1, learning_rate=0.5)
    for name, answer in (("anna", "1.100"), ("ben", "1.000")):
        path = tmp_path / f"{name}.csv"
        step.exercise("step").to_csv(path)
        filled = path.read_text(encoding="utf-8").replace("\nin1[1],,", f"\nin1[1],,{answer}")
        path.write_text(filled, encoding="utf-8")
    return tmp_path


def test_one_sheet_is_told_line_by_line(folder: Path) -> None:
    done = glassnet("grade", "ben.csv", cwd=folder)
    assert done.returncode == 0
    assert "The first wrong line is in1[1]: the bias is missing." in done.stdout
    hint = glassnet("grade", "ben.csv", "--hint", "1", cwd=folder)
    assert hint.stdout == "Look at the line in1[1] again (forward pass).\n"


def test_a_class_becomes_a_table_and_a_damaged_sheet_its_row(folder: Path) -> None:
    (folder / "carl.csv").write_text("nothing\n", encoding="utf-8")
    done = glassnet("grade", "anna.csv", "ben.csv", "carl.csv", "--csv", "all.csv", cwd=folder)
    assert done.returncode == 0
    assert "carl.csv: it is no sheet that Glassnet wrote" in done.stderr
    with (folder / "all.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["points"] for row in rows] == ["1", "0", ""]
    assert [row["first wrong line"] for row in rows] == ["", "in1[1]", ""]
    assert [row["slip"] for row in rows] == ["", "forgotten bias", ""]
    assert rows[2]["problem"]


def test_a_cell_that_is_no_number_is_a_wrong_line(folder: Path) -> None:
    path = folder / "ben.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(",1.000\n", ",abc\n"), encoding="utf-8"
    )
    done = glassnet("grade", "ben.csv", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The first wrong line is in1[1]: it is not a number" in done.stdout


def test_json_is_for_graders(folder: Path) -> None:
    done = glassnet("grade", "anna.csv", "ben.csv", "--json", cwd=folder)
    anna, ben = json.loads(done.stdout)["sheets"]
    assert (anna["points"], anna["slip"]) == (1, None)
    assert ben["slip"] == "forgotten bias"
    assert len(ben["hints"]) == 4
    assert ben["lines"][0]["verdict"] == "first wrong line"


def test_a_sheet_that_is_none_fails(folder: Path) -> None:
    (folder / "carl.csv").write_text("nothing\n", encoding="utf-8")
    done = glassnet("grade", "carl.csv", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    missing = "it is no sheet that Glassnet wrote: the row with the step is missing"
    assert done.stderr == f"glassnet: carl.csv: {missing}\n"
    assert glassnet("grade", "nobody.csv", cwd=folder).stderr.startswith("glassnet: nobody.csv: ")
