"""From two files to an explanation: which row, which target, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import FileFormatError
from glassnet.explanation.explanation import Explanation
from glassnet.network import Network
from glassnet.optim.sgd import SGD
from glassnet.workflows.explain import RowToExplain, explain_file, explain_steps_of_file
from tests.small_tables import fruits, prices, trained_on, write_csv


def explained(
    model: Path,
    table: Path | None,
    row: int,
    value: str | None,
    weight: str | None,
    rate: float,
    target: tuple[str, ...] = (),
) -> Explanation:
    """The explanation of a row, without warnings."""
    which = None if table is None else RowToExplain(table, row, target, value)
    explanation, warnings = explain_file(model, which, weight, rate)
    assert warnings == []
    return explanation


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, a bare network, and tables."""
    place = tmp_path_factory.mktemp("files")
    trained_on(fruits(), "fruit").save(place / "fruit")
    trained_on(prices(), "price").save(place / "price")
    write_csv(place / "fruit.csv", fruits())
    write_csv(place / "new.csv", fruits().without("fruit"))
    write_csv(place / "price.csv", prices())
    net = Network([2, 2], output="softmax", dtype="float64", seed=1)
    net.save(place / "net")
    (place / "net.csv").write_text("a,b\n1,2\n3,4\n5,\n")
    return place


def test_the_desired_output_is_the_targets_column(folder: Path) -> None:
    explanation = explained(folder / "fruit", folder / "fruit.csv", 1, None, None, 0.1)
    assert explanation.step.target.tolist() == [0, 1]  # row 2 is a plum
    assert explanation.check is not None
    assert explanation.check.passed
    other = explained(folder / "fruit", folder / "fruit.csv", 1, "cherry", None, 0.1)
    assert other.step.target.tolist() == [1, 0]


def test_without_a_desired_output_there_is_the_forward_pass_only(folder: Path) -> None:
    explanation = explained(folder / "fruit", folder / "new.csv", 0, None, None, 0.1)
    assert explanation.check is not None
    assert not explanation.check.pairs
    with pytest.raises(ValueError, match="there is no backward pass"):
        _ = explanation.step
    titles = [section.title for section in explanation.document.sections]
    assert titles[0] == "From the raw row to the inputs"


def test_a_number_is_desired_in_its_own_unit(folder: Path) -> None:
    from_column = explained(folder / "price", folder / "price.csv", 8, None, None, 0.1)
    given = explained(folder / "price", folder / "price.csv", 8, "3", None, 0.1)
    # Row 9: weight 1, price 3.
    assert from_column.step.target.tolist() == given.step.target.tolist()
    assert from_column.step.target.tolist() != (
        explained(folder / "price", folder / "price.csv", 8, "4", None, 0.1).step.target.tolist()
    )


def test_the_learning_rate_is_the_one_of_plain_gradient_descent(folder: Path) -> None:
    explanation = explained(folder / "fruit", folder / "fruit.csv", 0, None, None, 0.25)
    assert explanation.step.update is not None
    assert explanation.step.update.rule.optimizer == SGD(0.25)


def test_one_weights_story_is_the_same_as_in_the_whole(folder: Path) -> None:
    whole = explained(folder / "fruit", folder / "fruit.csv", 0, None, None, 0.1)
    story = explained(folder / "fruit", folder / "fruit.csv", 0, None, "w2[3,1]", 0.1)
    assert "weight" in story.document.title
    assert story.document != whole.document
    assert story.document.sections == whole.weight("w2[3,1]").document.sections


@pytest.mark.parametrize("row", [0, 7])
@pytest.mark.parametrize("weight", [None, "w2[3,1]"])
def test_the_title_says_which_row_it_is(folder: Path, row: int, weight: str | None) -> None:
    story = explained(folder / "fruit", folder / "fruit.csv", row, None, weight, 0.1)
    assert story.document.title.startswith(f"Row {row + 1} (index {row}): ")
    assert story.full().document.title == story.document.title


def test_without_a_table_the_network_itself_is_described(folder: Path) -> None:
    for name in ("fruit", "net"):
        explanation = explained(folder / name, None, 0, None, None, 0.1)
        assert explanation.forward is None
        assert explanation.document.sections


def test_a_bare_network_takes_columns_in_their_order(folder: Path) -> None:
    explanation = explained(folder / "net", folder / "net.csv", 1, "1", None, 0.1)
    assert np.asarray(explanation.step.x).reshape(-1).tolist() == [3, 4]
    assert explanation.step.target.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("model", "table", "row", "target", "weight", "message"),
    [
        ("fruit", "fruit.csv", 60, None, None, "there is no row 60; the table has rows 0 to 59"),
        ("fruit", "fruit.csv", 0, "pear", None, "unknown class 'pear'; known are: cherry, plum"),
        ("fruit", "fruit.csv", 0, None, "w9[1,1]", "w9|layer"),
        ("fruit", "fruit.csv", 0, None, "w1[99,1]", "w1|unit"),
        ("fruit", "fruit.csv", 0, None, "heavy", "'heavy'.*w1"),
        ("fruit", "new.csv", 0, None, "w1[1,1]", "there is no backward pass; give .* target"),
        ("fruit", None, 0, None, "w1[1,1]", "needs a row; give a table as well"),
        ("fruit", "price.csv", 0, None, None, "the table has no column 'colour'"),
        ("price", "price.csv", 0, "cheap", None, "number.*'cheap'"),
        ("price", "price.csv", 0, "inf", None, "finite"),
        ("net", "net.csv", 0, "first", None, "unknown class 'first'; known are: 0, 1"),
        ("net", "net.csv", 0, "7", None, "unknown class '7'; known are: 0, 1"),
        ("net", "net.csv", 2, "1", None, "b.*missing|missing.*b|row 3"),
        ("net", "fruit.csv", 0, "1", None, "2 inputs|must hold numbers"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    folder: Path,
    model: str,
    table: str | None,
    row: int,
    target: str | None,
    weight: str | None,
    message: str,
) -> None:
    path = None if table is None else folder / table
    with pytest.raises((ValueError, TypeError), match=message):
        explained(folder / model, path, row, target, weight, 0.1)


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf")])
def test_a_learning_rate_that_is_none_is_refused(folder: Path, rate: float) -> None:
    with pytest.raises(ValueError, match=r"learning.rate must be .*above 0|above 0.*learning.rate"):
        explained(folder / "fruit", folder / "fruit.csv", 0, None, None, rate)


def test_files_that_are_not_there_or_are_something_else_are_refused(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none does not exist; expected a model file"):
        explained(folder / "none", folder / "fruit.csv", 0, None, None, 0.1)
    with pytest.raises(FileFormatError, match=r"fruit\.csv is not a model file"):
        explained(folder / "fruit.csv", folder / "fruit.csv", 0, None, None, 0.1)
    with pytest.raises(FileNotFoundError, match="does not exist; expected a table"):
        explained(folder / "fruit", folder / "none.csv", 0, None, None, 0.1)


def test_several_steps_on_a_row_leave_the_model_as_it_is(folder: Path) -> None:
    before = (folder / "fruit").read_bytes()
    row = RowToExplain(folder / "fruit.csv", 1)
    several, warnings = explain_steps_of_file(folder / "fruit", row, 3, None, 0.5)
    assert warnings == []
    assert len(several) == 3
    assert several.losses == sorted(several.losses, reverse=True)
    assert (folder / "fruit").read_bytes() == before
    first = explained(folder / "fruit", folder / "fruit.csv", 1, None, None, 0.5)
    assert several[0].step.new_parameters.tolist() == first.step.new_parameters.tolist()
    assert several.document.sections[0].title == "From the raw row to the inputs"
    followed, _ = explain_steps_of_file(folder / "fruit", row, 2, "b1[1]", 0.5)
    assert "b1[1]" in str(followed)
    assert "b1[2]" not in str(followed)


def test_steps_need_a_target(folder: Path) -> None:
    with pytest.raises(ValueError, match="steps need a target"):
        explain_steps_of_file(folder / "fruit", RowToExplain(folder / "new.csv"), 3)


def test_numbers_and_letters_as_asked_for(folder: Path) -> None:
    row = RowToExplain(folder / "fruit.csv", 1)
    explanation, _ = explain_file(folder / "fruit", row, decimals=4, notation="z-a")
    assert explanation.document.numbers.decimals == 4
    assert "∂E/∂z2[" in str(explanation.full())
    shorter, _ = explain_file(folder / "fruit", row, digits=3)
    assert shorter.document.numbers.digits == 3
    with pytest.raises(ValueError, match="notation"):
        explain_file(folder / "fruit", row, notation="a-b")
