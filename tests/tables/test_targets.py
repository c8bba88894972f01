"""What target columns hold, and how they are learned."""

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.nn.task import Task
from glassnet.tables import table as chunks
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.recognise import recognise_targets
from tests.small_tables import text_column


def task_of(*columns: Array) -> Task:
    names = tuple(f"c{number}" for number in range(len(columns)))
    return recognise_targets(Table(dict(zip(names, columns, strict=True))), names, None).task


def test_what_a_target_is_follows_from_its_values() -> None:
    tenths, two, text = np.arange(20.0) / 10, np.arange(20.0) % 2, text_column(*"ab" * 10)
    assert task_of(text) is Task.MULTICLASS
    assert task_of(np.arange(20.0) % 10) is Task.MULTICLASS
    assert task_of(np.arange(20.0) % 11) is Task.REGRESSION
    assert task_of(tenths) is Task.REGRESSION
    assert task_of(two, text) is Task.MULTILABEL
    assert task_of(two, tenths) is Task.REGRESSION
    with pytest.raises(ValueError, match="holds dates; expected numbers, or text for classes"):
        task_of(np.array(["2026-01-01"] * 20, dtype="datetime64[us]"))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 50))
def test_the_scale_of_numbers_is_that_of_all_pieces(values: list[float], at_once: int) -> None:
    column, learning = np.array(values), np.arange(len(values)) % 3 != 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "MAX_ROWS", at_once)
        answers = recognise_targets(Table({"y": column}), ("y",), "regression")
        target = answers.target(Table({"y": column}), learning)
    assert isinstance(target, NumberTarget)
    assert target.mean == pytest.approx(column[learning].mean(), abs=1e-6)
    spread = column[learning].std()
    assert target.scale == pytest.approx(spread, abs=1e-3) or spread < 1e-3


def test_classes_are_numbered_in_the_order_of_their_values() -> None:
    table = Table({"y": np.array([10.0, 9, np.nan, 10, 2.5])})
    answers = recognise_targets(table, ("y",), "classification")
    assert answers.target(table, answers.known) == ClassTarget("y", (2.5, 9.0, 10.0))
    groups = answers.groups(table)
    assert groups is not None
    assert groups.tolist() == [2, 1, 2, 0]
    assert [str(warning) for warning in answers.warnings] == ["y: missing in 1 row (3), dropped"]


@pytest.mark.parametrize(
    ("column", "task", "error", "message"),
    [
        (text_column("a", "a"), None, ValueError, "holds only 'a'; expected at least two classes"),
        (np.array([np.nan, np.nan]), None, ValueError, "holds no value; expected at least two"),
        (text_column("a", "b"), "regression", ValueError, "finite numbers, but holds 'a'"),
        (np.array([1.0, np.inf]), "regression", ValueError, "finite numbers, but holds 'infinity'"),
        (np.arange(20_000.0), "classification", LimitError, "more than 10,000 different values"),
        (
            np.array([1, 2], "datetime64[ns]"),
            "classification",
            ValueError,
            "target 'y' holds times finer than microseconds; round them",
        ),
    ],
)
def test_what_cannot_be_learned_is_refused(
    column: Array, task: Any, error: type[Exception], message: str
) -> None:
    table = Table({"y": column})

    def learned() -> None:
        answers = recognise_targets(table, ("y",), task)
        answers.target(table, answers.known)

    with pytest.raises(error, match=message):
        learned()


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [
        ([True, 2], "integer and truth value"),
        ([date(2026, 1, 1), datetime.fromisoformat("2026-01-01 10:00")], "date and time"),
    ],
)
def test_labels_of_different_kinds_are_refused_with_their_column(
    labels: list[Any], kinds: str
) -> None:
    given = np.empty(2, dtype=object)
    given[:] = labels
    table = Table({"y": np.array([1.0, 2.0])}, {"y": given})
    with pytest.raises(TypeError, match=f"target 'y' holds labels of different kinds, {kinds}"):
        recognise_targets(table, ("y",), "classification")


def test_texts_that_hardly_repeat_are_no_classes() -> None:
    names = text_column(*(f"n{number}" for number in range(60)))
    with pytest.raises(
        ValueError, match="holds 60 different values in 60 rows, like 'n0': too few"
    ):
        task_of(names)
    assert task_of(text_column(*(f"n{number % 30}" for number in range(60)))) is Task.MULTICLASS
