"""Rows to train on and rows to hold out: a partition, in fair parts, the same for a seed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.arrays.splits import split_rows

SEEDS = st.integers(0, 2**64 - 1)


@given(st.integers(5, 300), st.floats(0.2, 0.8), SEEDS)
def test_a_split_is_a_partition_in_ascending_order(rows: int, part: float, seed: int) -> None:
    learn, hold = split_rows(rows, part, seed)
    assert (np.diff(learn) > 0).all()
    assert (np.diff(hold) > 0).all()
    assert sorted([*learn.tolist(), *hold.tolist()]) == list(range(rows))
    assert len(hold) == round(rows * part)


@given(st.lists(st.integers(5, 40), min_size=2, max_size=4), st.floats(0.2, 0.8), SEEDS)
def test_each_class_gives_the_same_part_of_its_rows(
    sizes: list[int], part: float, seed: int
) -> None:
    names = np.array(["a", "b", "c", "d"])[: len(sizes)]
    groups = np.random.default_rng(0).permutation(np.repeat(names, sizes))
    learn, hold = split_rows(len(groups), part, seed, groups)
    assert sorted([*learn.tolist(), *hold.tolist()]) == list(range(len(groups)))
    for name, size in zip(names, sizes, strict=True):
        assert (groups[hold] == name).sum() == round(size * part)


@given(st.integers(1, 3), st.floats(0.5, 0.99), SEEDS)
def test_a_class_keeps_at_least_one_row_to_learn_from(rare: int, part: float, seed: int) -> None:
    groups = np.array(["often"] * 20 + ["rare"] * rare)
    learn, _ = split_rows(len(groups), part, seed, groups)
    assert set(groups[learn].tolist()) == {"often", "rare"}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    holds = {tuple(split_rows(100, 0.2, seed)[1].tolist()) for seed in range(10)}
    assert len(holds) == 10
    assert tuple(split_rows(100, 0.2, 4)[1].tolist()) in holds


def test_every_row_is_held_back_about_equally_often() -> None:
    counts = np.zeros(50)
    for seed in range(400):
        counts[split_rows(50, 0.2, seed)[1]] += 1
    # Binomial(400, 0.2): mean 80, standard deviation 8.
    assert counts.min() > 80 - 6 * 8
    assert counts.max() < 80 + 6 * 8


@pytest.mark.parametrize("part", [0, 1, -0.2, 1.5, float("nan"), float("inf")])
def test_a_part_outside_0_to_1_is_a_value_error(part: float) -> None:
    with pytest.raises(ValueError, match=f"above 0 and below 1, not {part!r}"):
        split_rows(10, part, 0)


@pytest.mark.parametrize("part", [True, "0.2", None, [0.2]])
def test_a_part_that_is_no_number_is_a_type_error(part: Any) -> None:
    with pytest.raises(TypeError, match=r"a number like 0\.2, not"):
        split_rows(10, part, 0)


def test_too_few_rows_are_a_value_error_with_both_numbers() -> None:
    with pytest.raises(ValueError, match=r"2 examples are too few to hold out 0\.2 of them"):
        split_rows(2, 0.2, 0)
    with pytest.raises(ValueError, match=r"2 examples are too few to hold out 0\.2 of them"):
        split_rows(2, 0.2, 0, np.array(["a", "b"]))
