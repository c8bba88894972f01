"""Which rows are for what, and the sample from which the encoders follow."""

import numpy as np
import pytest

from glassnet.arrays.splits import split_rows
from glassnet.tables import dataset as examples
from glassnet.tables.dataset import Split, assign_splits, encode_dataset, sample_rows
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.recognise import recognise_targets
from tests.small_tables import text_column


def test_rows_are_held_out_and_then_kept_for_the_validation() -> None:
    kinds = text_column(*(["often"] * 60 + ["rare"] * 20))
    kinds[7] = None
    table = Table({"x": np.arange(80.0), "kind": kinds})
    answers = recognise_targets(table, ("kind",), None)
    splits = assign_splits(table, answers, 0.25, 0.2, seed=3)
    assert splits[7] == Split.UNUSED
    known = np.delete(np.arange(80), 7)
    names = kinds[known].astype(str)
    learn, held = split_rows(79, 0.25, 3, names)
    assert np.flatnonzero(splits == Split.TEST).tolist() == known[held].tolist()
    fit, look = split_rows(len(learn), 0.2, 3, names[learn], number=1)
    assert np.flatnonzero(splits == Split.VALIDATION).tolist() == known[learn[look]].tolist()
    assert np.flatnonzero(splits == Split.TRAINING).tolist() == known[learn[fit]].tolist()


def test_the_encoders_of_many_rows_follow_from_a_seeded_sample() -> None:
    table = Table({"a": np.arange(150_000.0)})
    everything = np.ones(150_000, dtype=np.bool_)
    first, again, other = (
        TableEncoder.fit(sample_rows(table, everything, seed), robust=True).encoders[0]
        for seed in (1, 1, 2)
    )
    assert isinstance(first, NumberEncoder)
    assert first == again != other
    assert first.center == pytest.approx(75_000, rel=0.01)
    assert first.scale == pytest.approx(75_000, rel=0.01)


def test_a_sample_has_only_rows_to_learn_from_and_few_of_wide_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table({"a": np.arange(100.0), "b": np.arange(100.0)})
    learning = np.arange(100) % 2 == 0
    assert sample_rows(table, learning, 0).columns["a"].tolist() == list(range(0, 100, 2))
    monkeypatch.setattr(examples, "MAX_VALUES_SAMPLED", 20)
    few = sample_rows(table, learning, 0).columns["a"]
    assert len(few) == 11
    assert set(few) < set(range(0, 100, 2))


@pytest.mark.parametrize("in_file", [False, True])
def test_examples_are_what_the_encoder_and_the_target_say(in_file: bool) -> None:
    table = Table({"a": np.arange(10.0), "empty": np.zeros(10), "y": np.arange(10.0) * 2})
    encoder = TableEncoder((NumberEncoder("a", 4, 2, False), NumberEncoder("empty", 0, 1, False)))
    splits = np.array([1, 1, 1, 2, 2, 3, 3, 0, 0, 1], dtype=np.int8)
    result = encode_dataset(table, splits, encoder, NumberTarget("y", 6, 2), in_file=in_file)
    assert result.learning.x.tolist() == [[-2, 0], [-1.5, 0], [-1, 0], [2.5, 0]]
    assert result.learning.targets.values.tolist() == [[-3], [-2], [-1], [6]]
    assert result.validation is not None
    assert result.validation.x.tolist() == [[-0.5, 0], [0, 0]]
    assert result.used.tolist() == [True, False]
    assert result.mean_targets.tolist() == [(-3 - 2 - 1 + 6 + 0 + 1) / 6]
    sample = result.learning.sample(2)
    assert sample.x.shape == (2, 2)
    assert {*sample.x[:, 0].tolist()} < {-2, -1.5, -1, 2.5}
