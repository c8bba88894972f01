"""From a table to a model: the split, what is learned from, and what is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.errors import DivergedError, LimitError
from glassnet.optim.sgd import SGD
from glassnet.tables.encoders.category import CategoryEncoder
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.read.files import read_table
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train
from tests.small_tables import QUICK, fruits, prices, text_column


def with_column(table: Table, name: str, column: object) -> Table:
    return Table({**table.columns, name: np.asarray(column)})


def test_penguins_are_told_apart_on_rows_that_were_held_out(penguins: Path) -> None:
    trained = train(read_table(penguins), "species", progress=False)
    # 344 rows, a fifth of each of 152, 68 and 124 held out: 30 + 14 + 25.
    assert (trained.rows_learned, len(trained.held_out)) == (275, 69)
    assert trained.evaluation.scores["accuracy"] >= 0.97
    assert trained.model.target == ClassTarget("species", ("Adelie", "Chinstrap", "Gentoo"))
    assert "bill_length_mm: missing in 2 rows (4, 272)" in " ".join(trained.warnings)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_penguins_are_told_apart_whatever_the_seed(penguins: Path, seed: int) -> None:
    trained = train(read_table(penguins), "species", Recipe(seed=seed), progress=False)
    assert trained.evaluation.scores["accuracy"] >= 0.97


def test_a_number_is_learned_in_its_own_unit() -> None:
    trained = train(prices(), "price", QUICK, progress=False)
    assert isinstance(trained.model.target, NumberTarget)
    assert trained.evaluation.scores["R²"] > 0.95
    # Prices go up to 20.75; a typical one is hit to within 1.
    assert trained.evaluation.scores["mean absolute error"] < 1
    assert trained.model.network.output_activation.name == "identity"


def test_whole_numbers_of_few_values_are_classes_unless_the_task_is_given() -> None:
    table = with_column(fruits().without("fruit"), "number", np.arange(60.0) % 2 + 4)
    recognised = train(table, "number", QUICK, progress=False)
    assert recognised.model.target == ClassTarget("number", (4.0, 5.0))
    assert set(recognised.model.predict(table).tolist()) == {4.0, 5.0}
    given = train(table, "number", QUICK, "regression", progress=False)
    assert isinstance(given.model.target, NumberTarget)


def test_more_values_or_fractions_are_numbers() -> None:
    eleven = with_column(prices(), "price", np.arange(80.0) % 11)
    assert isinstance(train(eleven, "price", QUICK, progress=False).model.target, NumberTarget)
    ten = with_column(prices(), "price", np.arange(80.0) % 10)
    assert isinstance(train(ten, "price", QUICK, progress=False).model.target, ClassTarget)
    halves = with_column(prices(), "price", np.arange(80) % 2 / 2)
    assert isinstance(train(halves, "price", QUICK, progress=False).model.target, NumberTarget)


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    first, again, other = (
        train(fruits(), "fruit", replace(QUICK, seed=seed), progress=False) for seed in (7, 7, 8)
    )
    weights = first.model.network.parameters.tobytes()
    assert again.model.network.parameters.tobytes() == weights
    assert again.evaluation == first.evaluation
    assert other.model.network.parameters.tobytes() != weights


def test_nothing_of_the_held_out_rows_is_learned() -> None:
    table = prices()
    trained = train(table, "price", QUICK, progress=False)
    weights = table.columns["weight"]
    held = np.isin(weights, trained.held_out.in_memory().columns["weight"])
    assert held.sum() == 16  # a fifth of 80
    changed = with_column(table, "weight", np.where(held, 1000.0, weights))
    other = train(changed, "price", QUICK, progress=False)
    assert other.model.encoder == trained.model.encoder
    assert other.model.network.parameters.tobytes() == trained.model.network.parameters.tobytes()
    assert other.evaluation != trained.evaluation


def test_held_out_and_learned_rows_have_each_class_in_the_same_part() -> None:
    table = with_column(prices(), "price", text_column(*(["often"] * 60 + ["rare"] * 20)))
    trained = train(table, "price", QUICK, progress=False)
    held = trained.held_out.in_memory().columns["price"].tolist()
    assert (held.count("often"), held.count("rare")) == (12, 4)  # a fifth of 60 and of 20
    assert trained.rows_learned == 64


def test_rows_without_a_target_are_left_out_and_the_note_says_which() -> None:
    table = fruits()
    labels = table.columns["fruit"].copy()
    labels[[2, 5]] = None
    trained = train(with_column(table, "fruit", labels), "fruit", QUICK, progress=False)
    assert trained.warnings[0] == "fruit: missing in 2 rows (3, 6), dropped"
    assert trained.rows_learned + len(trained.held_out) == 58


def test_notes_count_rows_as_the_file_does() -> None:
    table = fruits()
    weights = table.columns["weight"].copy()
    weights[[10, 40]] = np.nan
    labels = table.columns["fruit"].copy()
    labels[0] = None
    table = with_column(with_column(table, "weight", weights), "fruit", labels)
    warnings = train(table, "fruit", QUICK, progress=False).warnings
    assert any(note.startswith("weight: missing in 2 rows (11, 41), ") for note in warnings)


def test_a_column_without_any_value_is_no_obstacle() -> None:
    table = with_column(fruits(), "colour", np.full(60, np.nan))
    trained = train(table, "fruit", QUICK, progress=False)
    assert trained.evaluation.scores["accuracy"] == 1


def test_unseen_categories_add_nothing() -> None:
    trained = train(
        with_column(fruits(), "kind", text_column(*["a"] * 60)), "fruit", QUICK, progress=False
    )
    weights = trained.model.network.weights[0]
    assert weights is not None
    other = trained.model.encoder.feature_names.index("kind = other")
    assert (weights[other] == 0).all()


def test_columns_are_encoded_by_what_they_hold() -> None:
    encoders = train(fruits(), "fruit", QUICK, progress=False).model.encoder.encoders
    assert [type(encoder) for encoder in encoders] == [NumberEncoder, CategoryEncoder]


def test_a_recipe_without_hidden_layers_and_validation_trains_all_epochs() -> None:
    recipe = replace(QUICK, hidden=(), validation=0)
    trained = train(fruits(), "fruit", recipe, progress=False)
    assert trained.history.epochs == recipe.epochs
    assert trained.history.validation_losses == []
    assert trained.model.network.architecture.units == (5, 2)


def test_training_stops_when_the_validation_error_no_longer_falls() -> None:
    noise = with_column(fruits(), "fruit", text_column(*("ab"[i * i % 7 % 2] for i in range(60))))
    trained = train(noise, "fruit", replace(QUICK, epochs=5000), progress=False)
    assert trained.history.stopped_early
    assert trained.history.best_epoch is not None
    assert trained.history.epochs == trained.history.best_epoch + 20 + 1


INFINITE = prices().columns["price"].copy()
INFINITE[17] = np.inf


@pytest.mark.parametrize(
    ("table", "target", "message"),
    [
        (fruits(), "species", "there is no column 'species'; the columns are 'weight', 'colour'"),
        (fruits().without("weight").without("colour"), "fruit", "no column beside the target"),
        (
            with_column(fruits(), "fruit", text_column(*["plum"] * 60)),
            "fruit",
            "holds only 'plum'; .* two classes",
        ),
        (with_column(fruits(), "fruit", np.ones(60)), "fruit", "holds only '1'; .* two classes"),
        (with_column(fruits(), "fruit", np.full(60, np.nan)), "fruit", "holds no value"),
        (fruits(4), "fruit", r"too few to hold out 0\.2"),
        (fruits(1), "fruit", "holds only 'cherry'"),
        (Table({"a": np.array([]), "b": np.array([])}), "a", "no value|no rows"),
        (with_column(prices(), "price", INFINITE), "price", r"'price'.*infinit"),
        (
            with_column(prices(), "weight", INFINITE),
            "price",
            "'weight' holds an infinite number in row 18",
        ),
        (
            with_column(fruits(), "fruit", np.where(np.arange(60) == 3, np.inf, np.arange(60) % 2)),
            "fruit",
            "'fruit'.*infini.*row 4",
        ),
    ],
    ids=[
        "no such column",
        "nothing to learn from",
        "one class",
        "one number",
        "no target",
        "four rows",
        "one row",
        "no rows",
        "infinite target",
        "infinite input",
        "infinite class",
    ],
)
def test_a_table_that_cannot_be_learned_is_refused(table: Table, target: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(table, target, QUICK, progress=False)


def test_text_is_no_number_to_learn() -> None:
    with pytest.raises(ValueError, match="'fruit' must hold finite numbers, but holds 'cherry'"):
        train(fruits(), "fruit", QUICK, "regression", progress=False)


def test_too_many_texts_are_left_out() -> None:
    table = with_column(fruits(1300), "id", text_column(*(f"id {i}" for i in range(1300))))
    trained = train(table, "fruit", replace(QUICK, epochs=2), progress=False)
    assert trained.model.encoder.columns == ["weight", "colour"]
    said = "id: 1,040 different texts are too many for categories, at most 1,000; the column is "
    assert f"{said}left out" in trained.warnings
    with pytest.raises(LimitError, match="no column to learn from: id: 1,040 different texts"):
        train(table.select(("id", "fruit")), "fruit", QUICK, progress=False)


def test_a_training_that_leaves_the_finite_numbers_says_what_to_try() -> None:
    with pytest.raises(DivergedError, match=r"try a learning rate below 1e\+30"):
        train(prices(), "price", replace(QUICK, optimizer=SGD(1e30)), progress=False)


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
def test_every_seed_of_64_bits_can_be_used(seed: int) -> None:
    assert train(fruits(), "fruit", replace(QUICK, seed=seed), progress=False).rows_learned == 48


def test_a_seed_beyond_64_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="seed must be from 0 to "):
        train(fruits(), "fruit", replace(QUICK, seed=2**64), progress=False)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({"weight": [1.0]}, "there is no column 'fruit'"),
        ({"fruit": ["plum"], "weight": [1.0]}, "no column 'colour'"),
        ({"fruit": ["plum"], "weight": ["x"], "colour": ["red"]}, "'weight' must hold numbers"),
        ({"fruit": [None], "weight": [1.0], "colour": ["red"]}, "no row for the test has a value"),
        (
            {"fruit": ["fig"], "weight": [1.0], "colour": ["red"]},
            "'fig' occurs only in the test rows",
        ),
    ],
)
def test_rows_for_the_test_are_looked_at_before_the_training(
    test: dict[str, list[Any]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        train(fruits(), "fruit", QUICK, save_as=tmp_path / "m", progress=False, test=test)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("target", [1, None, [1]])
def test_a_target_is_the_name_of_a_column(target: Any) -> None:
    with pytest.raises(TypeError, match="the target is the name of a column, or several"):
        train(fruits(), target, QUICK, progress=False)


def test_what_cannot_be_calibrated_is_refused() -> None:
    with pytest.raises(ValueError, match="calibrate needs validation rows"):
        Recipe(calibrate=True, validation=0)


def test_a_column_of_anything_may_be_left_out() -> None:
    table = {**fruits().columns, "anything": [{1}] * 60}
    trained = train(table, "fruit", QUICK, progress=False, drop=["anything"])
    assert trained.model.predict(fruits()).shape == (60,)
