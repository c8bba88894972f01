"""What is in the file of a spreadsheet, and what is refused."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

import glassnet as gn
from glassnet.explanation.explain import describe
from glassnet.explanation.explanation import Explanation


def small_step(**options: Any) -> Explanation:
    net = gn.Network([2, 2], output="softmax", dtype="float64", seed=7)
    step: Explanation = gn.explain(net, x=[1, 0], target=1, learning_rate=0.5, **options)
    return step


def test_only_what_is_given_has_values(tmp_path: Path) -> None:
    small_step().to_xlsx(tmp_path / "step.xlsx")
    book = openpyxl.load_workbook(tmp_path / "step.xlsx")
    assert book.sheetnames == ["Network", "Forward", "Loss", "Backward", "Update", "Outcome"]
    assert book.calculation.fullCalcOnLoad
    numbers = [
        (page.title, cell.value, cell.fill.fgColor.rgb)
        for page in book
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert {title for title, _, _ in numbers} == {"Network"}
    assert {colour for _, _, colour in numbers} == {"00FFF2CC"}
    assert len(numbers) == 2 + 2 + 4 + 2 + 1  # x, t, w, b, α


def test_a_name_that_begins_like_a_formula_is_a_name(tmp_path: Path) -> None:
    net = gn.Network([2, 2], output="softmax", dtype="float64")
    net.feature_names = ["=1+1", "a\x07b"]
    gn.explain(net, x=[1, 0]).to_xlsx(tmp_path / "step.xlsx")
    page = openpyxl.load_workbook(tmp_path / "step.xlsx")["Network"]
    cells = [cell for row in page.iter_rows(max_col=2) for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert "x[ab]" in {cell.value for cell in cells}


def test_without_a_target_there_is_the_forward_pass(tmp_path: Path) -> None:
    net = gn.Network([2, 2], output="softmax", dtype="float64")
    gn.explain(net, x=[1, 0]).to_xlsx(tmp_path / "step.xlsx")
    assert openpyxl.load_workbook(tmp_path / "step.xlsx").sheetnames == ["Network", "Forward"]


def test_the_page_of_a_weight_has_the_spreadsheet_of_its_step(tmp_path: Path) -> None:
    small_step().weight("w1[1,2]").to_xlsx(tmp_path / "step.xlsx")
    assert "Outcome" in openpyxl.load_workbook(tmp_path / "step.xlsx").sheetnames


def test_decimals_are_those_of_the_page(tmp_path: Path) -> None:
    small_step(decimals=3).to_xlsx(tmp_path / "step.xlsx")
    page = openpyxl.load_workbook(tmp_path / "step.xlsx")["Forward"]
    assert page.cell(page.max_row, 3).number_format == "0.000"


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    net = gn.Network([100, 100, 2], hidden="relu", output="softmax")
    with pytest.raises(gn.errors.LimitError, match=r"the network has 10,302 weights; .* 10,000"):
        gn.explain(net, np.zeros(100), 1).to_xlsx(tmp_path / "step.xlsx")
    net = gn.Network([100, 20, 2], hidden="relu", output="softmax")
    with pytest.raises(gn.errors.LimitError, match="a smaller batch, of at most 48 examples"):
        gn.explain(net, np.zeros((49, 100)), [1] * 49).to_xlsx(tmp_path / "step.xlsx")
    assert not list(tmp_path.iterdir())


def test_numbers_that_end_are_refused(tmp_path: Path) -> None:
    net = gn.Network([1, 1], output="exponential", dtype="float64")
    net.weights = [[[1e6]]]
    with pytest.raises(gn.errors.NotFiniteError, match=r"no spreadsheet\. The numbers end"):
        gn.explain(net, [1.0], [1.0]).to_xlsx(tmp_path / "step.xlsx")


def test_a_network_alone_has_no_numbers(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give explain an input"):
        describe(gn.Network([1, 1], output="sigmoid")).to_xlsx(tmp_path / "step.xlsx")


def test_without_openpyxl_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(gn.errors.MissingPackageError, match=r"pip install 'glassnet\[xlsx\]'"):
        small_step().to_xlsx(tmp_path / "step.xlsx")


def test_letters_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    letters = gn.Notation(output="e", net_input="in")
    net = gn.Network([1, 2, 2], hidden="softmax", output="softmax", dtype="float64")
    with pytest.raises(ValueError, match=r"both called e1\[1\].* choose other letters"):
        gn.explain(net, [1.0], 1, notation=letters).to_xlsx(tmp_path / "step.xlsx")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"the folder .* does not exist"):
        small_step().to_xlsx(tmp_path / "none" / "step.xlsx")
