"""A model's answers for a table's rows, and what it says about unusual ones."""

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import NotFiniteError
from glassnet.evaluation.evaluate import evaluate
from glassnet.model import Model
from glassnet.tables.read import files as table_file
from glassnet.tables.read.files import read_table
from glassnet.tables.table import Table
from glassnet.workflows.predict import predict, write_csv
from glassnet.workflows.train import train
from tests.small_tables import fruits, prices, text_column, trained_on


@pytest.fixture(scope="module")
def fruit_model() -> Model:
    return trained_on(fruits(), "fruit")


def test_each_row_has_its_class_and_a_probability_of_each(fruit_model: Model) -> None:
    predictions = predict(fruit_model, fruits().without("fruit"))
    assert predictions.predicted.tolist() == fruits().columns["fruit"].tolist()
    assert predictions.target.columns == ("fruit",)
    assert predictions.target.output_names == ("cherry", "plum")
    assert np.array(predictions.probabilities).sum(axis=1) == pytest.approx(1)


def test_the_csv_has_a_line_for_each_row_and_quotes_what_needs_it() -> None:
    table = fruits()
    names = text_column(*(f'{name}, "sweet"\nor sour' for name in table.columns["fruit"]))
    model = trained_on(Table({**table.columns, "fruit": names}), "fruit")
    rows = list(csv.reader(io.StringIO(predict(model, table).to_csv())))
    assert rows[0] == [
        "fruit",
        'p(cherry, "sweet"\nor sour)',
        'p(plum, "sweet"\nor sour)',
    ]
    assert [row[0] for row in rows[1:]] == names.tolist()
    assert all(float(row[1]) + float(row[2]) == pytest.approx(1, abs=1e-5) for row in rows[1:])


def test_predicted_numbers_are_written_with_all_their_digits() -> None:
    table = prices()
    predictions = predict(trained_on(table, "price"), table)
    assert predictions.probabilities is None
    lines = predictions.to_csv().splitlines()
    assert lines[0] == "price"
    assert [float(line) for line in lines[1:]] == predictions.predicted.tolist()
    assert set(predictions.to_dict()) == {"target", "predicted", "warnings"}


def test_unseen_categories_and_missing_numbers_are_predicted_and_told(fruit_model: Model) -> None:
    table = Table({"weight": np.array([31.0, np.nan]), "colour": text_column("green", "red")})
    predictions = predict(fruit_model, table)
    assert predictions.predicted[0] == "plum"
    assert len(predictions.warnings) == 2
    of_weight, of_colour = map(str, predictions.warnings)
    assert of_weight.startswith("weight: missing in 1 row (2), replaced by the mean ")
    assert of_colour == ("colour: 'green' in 1 row (1) not seen in training, encoded as 'other'")


def test_penguins_with_an_unseen_island_and_a_missing_bill(penguins: Path, tmp_path: Path) -> None:
    model = train(read_table(penguins), "species", progress=False).model
    new = tmp_path / "new.csv"
    new.write_text(
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        "Deception,NA,18.9,184,3700,male,2024\n"
        "Biscoe,50.0,15.2,225,5600,male,2009\n"
    )
    predictions = predict(model, read_table(new))
    assert predictions.predicted.tolist() == ["Adelie", "Gentoo"]
    assert any(
        "'Deception' in 1 row (1) not seen in training" in str(note)
        for note in predictions.warnings
    )
    assert any("bill_length_mm: missing in 1 row (1)" in str(note) for note in predictions.warnings)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"weight": np.array([1.0])}, "no column 'colour'; its columns are 'weight'"),
        (
            {"weight": text_column("6", "heavy"), "colour": text_column("red", "red")},
            "column 'weight' must hold numbers, but holds 'heavy'",
        ),
        (
            {"weight": np.array([1, np.inf]), "colour": text_column("red", "red")},
            "column 'weight' holds an infinite number in row 2",
        ),
        ({"weight": np.array([]), "colour": text_column()}, "no (rows|examples)"),
    ],
    ids=["missing column", "text", "infinity", "no rows"],
)
def test_a_table_that_does_not_fit_is_refused(
    fruit_model: Model, columns: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        predict(fruit_model, Table(columns))


def test_predicting_needs_neither_scikit_learn_nor_the_data_library(
    fruit_model: Model, tmp_path: Path
) -> None:
    import subprocess

    fruit_model.save(tmp_path / "model")
    code = (
        "import sys; sys.modules.update(sklearn=None, polars=None, rich=None)\n"
        "import glassnet as gn\n"
        f"model = gn.load({str(tmp_path / 'model')!r})\n"
        "print(*model.predict({'weight': [31.0, 6.0], 'colour': ['red', None]}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "plum cherry\n"


def test_a_column_that_the_model_does_not_use_may_hold_anything(
    fruit_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import polars as pl

    frame = pl.DataFrame({"weight": [31.0], "colour": ["red"], "list": [[1, 2]]})
    assert fruit_model.predict(frame).tolist() == ["plum"]
    frame.write_parquet(tmp_path / "t.parquet")
    for most_values in (100, 1):
        monkeypatch.setattr(table_file, "MAX_VALUES", most_values)
        rows = fruit_model.open(tmp_path / "t.parquet").rows
        assert predict(fruit_model, rows).predicted.tolist() == ["plum"]
    with pytest.raises(ValueError, match="'weight' holds values of type"):
        fruit_model.predict({"weight": [{1}], "colour": ["red"]})


def overflowing() -> Model:
    """A model that gives no number for what is far above the mean, 2 or 3 rows here."""
    table = prices()
    model = trained_on(table, "price")
    last = model.network.architecture.places[-1].parameters
    model.network.parameters[last] = np.finfo(np.float32).max
    return model


def test_outputs_that_are_no_numbers_are_refused_by_row() -> None:
    model, table = overflowing(), prices()
    bad = np.flatnonzero(~np.isfinite(model.outputs(model.encode(table)[0])).all(axis=1))
    assert bad.size
    message = f"the model gives no finite number for rows {', '.join(map(str, bad[:5]))}"
    for attempt in (predict, evaluate):
        with pytest.raises(NotFiniteError, match=message):
            attempt(model, table)


def test_the_row_is_named_by_its_number_in_the_table() -> None:
    model, table = overflowing(), prices()
    bad = np.flatnonzero(~np.isfinite(model.outputs(model.encode(table)[0])).all(axis=1))
    last = table.rows(np.array([*np.setdiff1d(np.arange(len(table)), bad), bad[0]]))
    with pytest.raises(NotFiniteError, match=f"for row {len(last) - 1:,} .counted from 0.: its"):
        write_csv(model, last, io.StringIO())
