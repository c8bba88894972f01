"""Counted randomness: the same numbers for the same seed, and fair orders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.core import random as randomness
from glassnet.core.random import (
    BLOCKS_IN_GROUP,
    ROWS_IN_BLOCK,
    BlockOrder,
    Purpose,
    chosen_rows,
    example_order,
    random_bits,
    uniform,
)


@given(st.integers(0, 2**64 - 1), st.integers(0, 1000), st.integers(1, 20_000))
def test_an_order_is_a_permutation_and_a_function_of_seed_and_epoch(
    seed: int, epoch: int, rows: int
) -> None:
    order = example_order(seed, epoch, rows)
    assert np.array_equal(np.sort(order), np.arange(rows))
    assert np.array_equal(order, example_order(seed, epoch, rows))


def test_epochs_differ() -> None:
    orders = {example_order(seed=1, epoch=epoch, rows=50).tobytes() for epoch in range(20)}
    assert len(orders) == 20


def test_an_order_can_be_followed_with_a_bounded_buffer() -> None:
    rows = ROWS_IN_BLOCK * (BLOCKS_IN_GROUP + 3)
    first_group = example_order(seed=3, epoch=0, rows=rows)[: ROWS_IN_BLOCK * BLOCKS_IN_GROUP]
    blocks = np.unique(first_group // ROWS_IN_BLOCK)
    assert len(blocks) == BLOCKS_IN_GROUP


def test_purposes_and_indices_are_independent() -> None:
    draws = [
        random_bits(5, purpose, index, 4).tobytes() for purpose in Purpose for index in range(5)
    ]
    assert len(set(draws)) == len(draws)


def test_a_draw_does_not_depend_on_how_many_follow() -> None:
    assert np.array_equal(
        random_bits(9, Purpose.WEIGHTS, 2, 3), random_bits(9, Purpose.WEIGHTS, 2, 100)[:3]
    )


def test_uniform_numbers_fill_the_unit_interval_evenly() -> None:
    numbers = uniform(0, Purpose.WEIGHTS, 0, 100_000)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    # The mean of n uniform numbers has standard deviation 1/sqrt(12 n) = 0.0009.
    assert abs(numbers.mean() - 0.5) < 5 * 0.0009


@given(st.integers(0, 2**64 - 1), st.integers(1, 700_000), st.data())
@settings(max_examples=20, deadline=None)
def test_parts_of_an_order_are_those_of_the_whole(
    seed: int, rows: int, data: st.DataObject
) -> None:
    order = BlockOrder(seed, 3, rows)
    whole = order[:]
    assert len(order) == rows
    assert np.array_equal(np.sort(whole), np.arange(rows))
    start = data.draw(st.integers(0, rows - 1))
    stop = data.draw(st.integers(start + 1, rows))
    assert np.array_equal(order[start:stop], whole[start:stop])


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 3), max_size=200), st.data())
@settings(deadline=None)
def test_chosen_rows_are_those_of_the_smallest_words_of_their_group(
    seed: int, groups: list[int], data: st.DataObject
) -> None:
    own = np.array(groups, dtype=np.int8)
    members = [int((own == group).sum()) for group in range(4)]
    counts = [data.draw(st.integers(0, count)) for count in members]
    words = random_bits(seed, Purpose.SPLIT, 1, len(groups))
    expected = np.zeros(len(groups), dtype=np.bool_)
    for group, count in enumerate(counts):
        rows = np.flatnonzero(own == group)
        expected[rows[np.argsort(words[rows])][:count]] = True
    assert np.array_equal(chosen_rows(seed, Purpose.SPLIT, 1, len(groups), counts, own), expected)


def test_rows_are_chosen_over_several_pieces_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = chosen_rows(1, Purpose.SAMPLE, 0, 10_001, [3000])
    monkeypatch.setattr(randomness, "ROWS_IN_CHUNK", 1000)
    assert np.array_equal(chosen_rows(1, Purpose.SAMPLE, 0, 10_001, [3000]), whole)
    assert whole.sum() == 3000
