"""A table in its file trains the same network as in memory, to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from glassnet.errors import LimitError
from glassnet.evaluation import evaluate as evaluation
from glassnet.evaluation.evaluate import evaluate
from glassnet.tables import dataset as examples
from glassnet.tables.read import files as table_file
from glassnet.tables.read.files import open_table, read_table
from glassnet.tables.read.parquet import TableFile
from glassnet.training import loop, plan
from glassnet.workflows.predict import predict, write_csv
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train

ROWS = 12_000
SHORT = {"hidden": (8,), "epochs": 2}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "table.parquet"
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, 2))
    kinds = np.array(["round", "square", "long"])[random.integers(0, 3, ROWS)]
    size = x[:, 0] - x[:, 1] + (kinds == "long") + random.normal(size=ROWS) / 5
    pl.DataFrame(
        {
            "a": np.where(random.random(ROWS) < 0.1, np.nan, x[:, 0]),
            "b": x[:, 1],
            "kind": kinds,
            "day": np.datetime64("2026-01-01") + random.integers(0, 900, ROWS).astype("m8[D]"),
            "size": np.where(random.random(ROWS) < 0.01, np.nan, size),
            "grade": np.where(size > 1, "large", np.where(size < -1, "small", "usual")),
            "heavy": size > 0,
            "warm": x[:, 0] + random.normal(size=ROWS) > 0,
        }
    ).write_parquet(path, row_group_size=5000)
    return path


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the table were large: it stays in its file, and is cut often."""
    monkeypatch.setattr(table_file, "MAX_VALUES", 1)
    monkeypatch.setattr("glassnet.tables.table.MAX_ROWS", 1000)
    monkeypatch.setattr("glassnet.tables.table.MAX_VALUES", 3000)
    monkeypatch.setattr(examples, "MAX_SAMPLED", 3000)
    monkeypatch.setattr(evaluation, "MAX_ROWS", 1500)
    monkeypatch.setattr(plan, "MAX_ROWS_MEASURED", 700)
    monkeypatch.setattr(loop, "MAX_MAPPED", 1)


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("grade", {}),
        ("grade", {"ensemble": 2, "calibrate": True, "seed": 5}),
        ("size", {}),
        ("size", {"preset": "plain", "validation": 0}),
        (("size", "b"), {}),
        (("heavy", "warm"), {}),
    ],
)
@pytest.mark.usefixtures("small_chunks")
def test_the_file_gives_the_bits_of_memory(
    parquet: Path, tmp_path: Path, target: Any, options: dict[str, Any]
) -> None:
    recipe = Recipe(**{**SHORT, **options})
    drop = sorted({"size", "grade", "heavy", "warm"} - {*np.atleast_1d(target)})
    whole, stored = read_table(parquet), open_table(parquet)
    assert isinstance(stored, TableFile)
    of_memory = train(whole, target, recipe, progress=False, drop=drop)
    of_file = train(parquet, target, recipe, progress=False, drop=drop)
    of_memory.model.save(tmp_path / "memory")
    of_file.model.save(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == (tmp_path / "memory").read_bytes()
    assert of_file.history.losses == of_memory.history.losses
    assert of_file.history.validation_losses == of_memory.history.validation_losses
    assert of_file.evaluation == of_memory.evaluation
    assert of_file.warnings == of_memory.warnings
    assert of_file.findings == of_memory.findings
    assert len(of_file.held_out) == len(of_memory.held_out)
    assert evaluate(of_file.model, stored) == evaluate(of_memory.model, whole)
    warnings = write_csv(of_file.model, stored, tmp_path / "predicted.csv")
    predictions = predict(of_memory.model, whole)
    assert (tmp_path / "predicted.csv").read_text() == predictions.to_csv()
    assert warnings == [str(note) for note in predictions.warnings]


@pytest.mark.usefixtures("small_chunks")
def test_a_number_that_cannot_be_used_is_named_by_its_row_in_the_file(tmp_path: Path) -> None:
    column = np.arange(4000.0)
    column[3210] = np.inf
    pl.DataFrame({"a": column, "b": np.arange(4000) % 2 == 0}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="column 'a' holds an infinite number in row 3211"):
        train(tmp_path / "t.parquet", "b", progress=False)


@pytest.mark.usefixtures("small_chunks")
def test_a_million_categories_are_refused(tmp_path: Path) -> None:
    rows = np.arange(1_000_000)
    frame = pl.DataFrame({"code": rows, "even": rows % 2 == 0})
    path = tmp_path / "t.parquet"
    frame.with_columns(pl.col("code").cast(pl.String)).write_parquet(path)
    with pytest.raises(LimitError, match="no column to learn from: code: 3,000 different texts"):
        train(path, "even", progress=False)
    with pytest.raises(LimitError, match="target 'code' has more than 10,000 different values"):
        train(path, "code", progress=False)
