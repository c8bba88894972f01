"""Which rows are for what, and the sample from which the encoders follow."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet.arrays.splits import split_rows
from glassnet.tables import dataset as examples
from glassnet.tables.dataset import prepare, sample_rows, split_table
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.read.parquet import TableFile
from glassnet.tables.table import Rows, Table
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.recognise import recognise_targets
from tests.small_tables import text_column


def test_rows_with_a_target_are_learned_from_or_held_out() -> None:
    kinds = text_column(*(["often"] * 60 + ["rare"] * 20))
    kinds[7] = None
    table = Table({"x": np.arange(80.0), "kind": kinds})
    targets = recognise_targets(table, ("kind",), None)
    learning, tested = split_table(table, targets, 0.25, seed=3)
    known = np.delete(np.arange(80), 7)
    learn, held = split_rows(79, 0.25, 3, kinds[known].astype(str))
    assert np.flatnonzero(tested).tolist() == known[held].tolist()
    assert np.flatnonzero(learning).tolist() == known[learn].tolist()
    all_known, none = split_table(table, targets, 0.0, seed=3)
    assert np.flatnonzero(all_known).tolist() == known.tolist()
    assert not none.any()


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
def test_examples_are_what_the_encoder_and_the_target_say(in_file: bool, tmp_path: Path) -> None:
    a = np.arange(40.0)
    table: Rows = Table({"a": a, "empty": np.zeros(40), "y": np.where(a == 7, np.nan, a * 2)})
    if in_file:
        pl.DataFrame(dict(table.in_memory().columns)).fill_nan(None).write_parquet(tmp_path / "t")
        table = TableFile.of([tmp_path / "t"])
    fitted = TableEncoder((NumberEncoder("a", 4, 2, False), NumberEncoder("empty", 0, 1, False)))
    targets = recognise_targets(table, ("y",), None)
    dataset = prepare(table, targets, lambda _: fitted, 0.25, seed=3)
    learning, tested = split_table(table, targets, 0.25, seed=3)
    learned = learning.nonzero()[0]
    target = dataset.target
    assert isinstance(target, NumberTarget)
    assert target.mean == pytest.approx(2 * learned.mean())
    assert dataset.learning.x.tolist() == [[(k - 4) / 2, 0] for k in learned]
    standard = (2 * learned - target.mean) / target.scale
    assert dataset.learning.targets.values[:, 0] == pytest.approx(standard, abs=1e-6)
    assert dataset.used.tolist() == [True, False]
    assert dataset.mean_targets == pytest.approx([0], abs=1e-6)
    held = dataset.held_out.in_memory().columns["a"].tolist()
    assert held == tested.nonzero()[0].tolist()
    assert len(learned) == 39 - len(held)
    sample = dataset.learning.sample(2)
    assert sample.x.shape == (2, 2)
    assert {*sample.x[:, 0].tolist()} < {*dataset.learning.x[:, 0].tolist()}
    two = dataset.learning.sample(10, np.array([3, 5]))
    assert two.x.tolist() == dataset.learning.x[[3, 5]].tolist()


def test_rows_of_a_test_take_the_place_of_those_held_out() -> None:
    table = Table({"a": np.arange(40.0), "y": np.arange(40.0) * 2})
    test = Table({"a": np.array([1.0, 2.0]), "y": np.array([2.0, 4.0])})
    targets = recognise_targets(table, ("y",), None)
    dataset = prepare(table, targets, TableEncoder.fit, 0.25, 3, test)
    assert dataset.held_out is test
    assert len(dataset.learning.x) == 40
    with pytest.raises(ValueError, match="there is no column 'y'"):
        prepare(table, targets, TableEncoder.fit, 0, 3, test.without("y"))
