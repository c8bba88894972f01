"""Encoders: how a raw value becomes an input, also where it is missing, new or hostile."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.core.array import Array
from glassnet.core.file_record import as_json, read_record
from glassnet.errors import FileFormatError, LimitError
from glassnet.formula.document import Equation, Paragraph
from glassnet.tables.encoders.category import CategoryEncoder
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.encoders.table_encoder import AnyEncoder, TableEncoder
from glassnet.tables.table import Table
from glassnet.tables.targets.any_target import AnyTarget
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target
from tests.small_tables import fruits, text_column

NAN = float("nan")
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def encode_dataset(encoder: Encoder, column: Array) -> list[list[float]]:
    rows: list[list[float]] = encoder.encode(column)[0].tolist()
    return rows


def test_numbers_are_standardised() -> None:
    encoder = NumberEncoder.fit("a", np.array([1.0, 3.0, 5.0, 7.0]))
    # Mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
    assert encoder.center == 4
    assert encoder.scale == pytest.approx(5**0.5)
    assert not encoder.indicator
    assert encode_dataset(encoder, np.array([4.0, 4 + 5**0.5])) == [[0], [pytest.approx(1)]]


def test_one_for_particular_columns_is_asked_before_those_for_a_whole_type() -> None:
    class ZeroEncoder(NumberEncoder, frozen=True, tag="zero"):
        for_a_whole_type = False

        @classmethod
        def is_for(cls, column: Array) -> bool:
            return column.dtype.kind == "f" and not column.any()

    with pytest.MonkeyPatch.context() as patch:
        # By its name it would come last.
        known = [*Encoder.__subclasses__(), ZeroEncoder]
        patch.setattr(Encoder, "__subclasses__", lambda: known)
        fitted = TableEncoder.fit(Table({"a": np.zeros(3), "b": np.arange(3.0)}))
    assert [type(encoder) for encoder in fitted.encoders] == [ZeroEncoder, NumberEncoder]


def test_a_missing_number_counts_as_the_mean_and_the_note_says_so() -> None:
    encoder = NumberEncoder.fit("a", np.array([1.0, NAN, 3.0]))
    # Mean 2 and deviation 1 of the two that are known; a second input says which is missing.
    assert encoder == NumberEncoder("a", 2, 1, True)
    x, warnings = encoder.encode(np.array([3.0, NAN, 0.0, NAN]))
    assert x.tolist() == [[1, 0], [0, 1], [-2, 0], [0, 1]]
    assert list(map(str, warnings)) == ["a: missing in 2 rows (2, 4), replaced by the mean 2"]


@given(st.lists(st.one_of(st.floats(-1e100, 1e100), st.just(NAN)), min_size=1))
def test_any_column_up_to_1e100_is_encoded_as_finite_numbers(values: list[float]) -> None:
    column = np.array(values)
    encoder = NumberEncoder.fit("a", column)
    assert np.isfinite([encoder.center, encoder.scale]).all()
    assert np.isfinite(encoder.encode(column)[0]).all()


def test_numbers_whose_squares_would_overflow_are_refused() -> None:
    message = r"column 'a' holds the number 1e\+200 in row 2; expected numbers up to 1e\+100"
    with pytest.raises(ValueError, match=message):
        NumberEncoder.fit("a", np.array([0.0, 1e200]))


@pytest.mark.parametrize("values", [[5.0, 5.0], [0.1] * 3, [NAN, NAN], [0.0]])
def test_a_column_that_does_not_vary_stays_finite(values: list[float]) -> None:
    encoder = NumberEncoder.fit("a", np.array(values))
    assert encoder.scale == 1


def test_an_infinite_number_is_named_with_its_row() -> None:
    column = np.array([1.0, np.inf])
    with pytest.raises(ValueError, match="column 'a' holds an infinite number in row 2"):
        NumberEncoder.fit("a", column)
    with pytest.raises(ValueError, match="column 'a' holds an infinite number in row 2"):
        NumberEncoder("a", 0, 1, False).encode(column)


def test_text_where_numbers_were_learned_is_refused() -> None:
    with pytest.raises(ValueError, match="column 'a' must hold numbers, but holds 'heavy'"):
        NumberEncoder("a", 0, 1, False).encode(text_column(None, "heavy"))


def test_a_text_column_in_which_all_is_missing_counts_as_missing_numbers() -> None:
    x, warnings = NumberEncoder("a", 2, 1, True).encode(text_column(None, None))
    assert x.tolist() == [[0, 1], [0, 1]]
    assert list(map(str, warnings)) == ["a: missing in 2 rows (1, 2), replaced by the mean 2"]


def test_categories_are_one_hot_and_the_last_place_is_for_all_else() -> None:
    encoder = CategoryEncoder.fit("c", text_column("red", "blue", None, "red"))
    assert encoder.feature_names == ["c = blue", "c = red", "c = other"]
    x, warnings = encoder.encode(text_column("red", None, "green", "blue", "white"))
    assert x.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert list(map(str, warnings)) == [
        "c: missing in 1 row (2), encoded as 'other'",
        "c: 'green', 'white' in 2 rows (3, 5) not seen in training, encoded as 'other'",
    ]


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1), st.lists(st.text(), max_size=5))
def test_the_rows_of_a_category_sum_to_1(known: list[str | None], new: list[str]) -> None:
    encoder = CategoryEncoder.fit("c", text_column(*known))
    x, _ = encoder.encode(text_column(*known, *new))
    assert x.shape[1] == len(encoder.feature_names)
    assert set(np.unique(x)) <= {0, 1}
    assert (x.sum(axis=1) == 1).all()


@pytest.mark.parametrize("number", [3, 0.5, 1234567, 20240131])
def test_a_category_that_looks_like_a_number_is_recognised_in_a_column_of_numbers(
    number: float,
) -> None:
    encoder = CategoryEncoder("c", (str(number), "unknown"))
    assert encode_dataset(encoder, np.array([number, NAN], dtype=np.float64)) == [
        [1, 0, 0],
        [0, 0, 1],
    ]


def test_a_category_in_another_spelling_is_taken_as_it() -> None:
    encoder = CategoryEncoder("city", ("Graz", "New York", "Wien", "wien"))
    texts = np.array(["GRAZ", "new  york", "WIEN", "Linz"], dtype=object)
    x, (unseen, respelled) = encoder.encode(texts)
    assert x.argmax(axis=1).tolist() == [0, 1, 4, 4]  # two are spelled like WIEN
    assert "'Linz', 'WIEN' in 2 rows (3, 4) not seen in training" in str(unseen)
    assert str(respelled).endswith("spelled otherwise in training, taken as that")
    codes = CategoryEncoder("code", ("006", "12a"))
    assert codes.encode(np.array(["6", "12A"], dtype=object))[0].argmax(axis=1).tolist() == [0, 1]
    truth = CategoryEncoder("new", ("false", "true"))
    x, warnings = truth.encode(np.array(["TRUE", "0", "1"], dtype=object))
    assert (x.argmax(axis=1).tolist(), warnings) == ([1, 0, 1], [])


def test_too_many_different_texts_are_no_categories() -> None:
    column = text_column(*(f"id {number}" for number in range(1001)))
    message = "column 'c' has 1,001 different categories; at most 1,000"
    with pytest.raises(LimitError, match=message):
        CategoryEncoder.fit("c", column)
    assert len(CategoryEncoder.fit("c", column[:1000]).categories) == 1000


def test_a_table_is_encoded_column_by_column() -> None:
    encoder = TableEncoder.fit(fruits().without("fruit"))
    assert encoder.feature_names == [
        "weight",
        "colour = blue",
        "colour = red",
        "colour = yellow",
        "colour = other",
    ]
    table = Table({"colour": text_column("red"), "more": np.array([1.0]), "weight": np.array([0])})
    x, _ = encoder.encode(table)
    assert x[0, 1:].tolist() == [0, 1, 0, 0]


def test_a_column_that_is_not_there_is_named_beside_those_that_are() -> None:
    encoder = TableEncoder.fit(fruits())
    with pytest.raises(ValueError, match="no column 'colour', 'fruit'; its columns are 'weight'"):
        encoder.encode(Table({"weight": np.array([1.0])}))


def test_an_explanation_of_a_value_gives_the_encoded_input() -> None:
    block, present = NumberEncoder("a", 2, 4, True).explain(3.0)
    assert isinstance(present, Paragraph)
    assert "x[a is missing] = 0" in present.text
    assert len(NumberEncoder("a", 2, 4, False).explain(3.0)) == 1
    assert isinstance(block, Equation)
    assert block.value == 0.25  # (3 − 2) / 4
    (missing,) = NumberEncoder("a", 2, 4, True).explain(NAN)
    assert isinstance(missing, Paragraph)
    assert "a is missing and is replaced by the mean 2" in missing.text
    assert "x[a] = 0, x[a is missing] = 1" in missing.text
    (unseen,) = CategoryEncoder("c", ("red",)).explain("green")
    assert isinstance(unseen, Paragraph)
    assert "c is 'green': x[c = other] = 1" in unseen.text


@given(st.text(), FINITE, FINITE.filter(lambda scale: scale > 0), st.booleans())
def test_number_encoders_and_targets_go_through_json_unchanged(
    name: str, mean: float, scale: float, indicator: bool
) -> None:
    encoder, target = NumberEncoder(name, mean, scale, indicator), NumberTarget(name, mean, scale)
    assert read_record(as_json(encoder), AnyEncoder, "an encoder") == encoder
    assert read_record(as_json(target), AnyTarget, "a target") == target


@given(st.text(), st.lists(st.text(), unique=True))
def test_category_encoders_and_targets_go_through_json_unchanged(
    name: str, texts: list[str]
) -> None:
    encoder: Encoder = CategoryEncoder(name, tuple(texts))
    target: Target = ClassTarget(name, tuple(texts))
    assert read_record(as_json(encoder), AnyEncoder, "an encoder") == encoder
    assert read_record(as_json(target), AnyTarget, "a target") == target


def test_several_targets_go_through_json_unchanged() -> None:
    numbers = MultiNumberTarget((NumberTarget("a", 1, 2), NumberTarget("b", 3, 4)))
    labels = MultilabelTarget((ClassTarget("a", ("no", "yes")), ClassTarget("b", ("0", "1"))))
    for target in (numbers, labels):
        assert read_record(as_json(target), AnyTarget, "a target") == target


NUMBER = as_json(NumberEncoder("a", 1, 2, False))
WRONG: list[Any] = [
    None,
    [],
    "number",
    {},
    {"kind": "image"},
    {"kind": ["number"]},
    {"kind": "number", "name": "a"},
    {**NUMBER, "center": "much"},
    {**NUMBER, "center": NAN},
    {**NUMBER, "center": 10**400},
    {**NUMBER, "scale": float("inf")},
    {**NUMBER, "scale": 0},
    {**NUMBER, "scale": None},
    {"kind": "category", "name": "c"},
    {"kind": "category", "name": "c", "categories": None},
    {"kind": "category", "name": "c", "categories": "red"},
    {"kind": "class", "name": "c", "classes": 3},
    {"kind": "class", "name": "c", "classes": "ab"},
    {**NUMBER, "name": ["a"]},
    {**NUMBER, "kind": "regression", "targets": [as_json(NumberTarget("a", 0, 1))]},
    {"kind": "regression", "targets": {"a": 1}},
    {"kind": "multilabel", "targets": [as_json(ClassTarget(n, ("a", "b", "c"))) for n in "xy"]},
]


@pytest.mark.parametrize("record", WRONG, ids=lambda record: str(record)[:60])
def test_a_record_that_describes_nothing_is_a_file_format_error(record: Any) -> None:
    with pytest.raises(FileFormatError, match="does not describe an encoder: "):
        read_record(record, AnyEncoder, "an encoder")
    with pytest.raises(FileFormatError, match="does not describe a target: "):
        read_record(record, AnyTarget, "a target")


def test_robust_scaling_is_by_median_and_quartiles_and_clipped_smoothly() -> None:
    # Quartiles of 0, 1, ..., 8 are 2 and 6, the median 4; 1000 instead of 8 moves none of them.
    column = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 1000])
    encoder = NumberEncoder.fit("a", column, robust=True)
    assert encoder == NumberEncoder("a", 4, 4, False, clips=True)
    # z = (8 − 4) / 4 = 1 gives 1 / √(1 + 1/9) = 3 / √10; z = 249 is near 3.
    x = encoder.encode(np.array([4.0, 8.0, 1000.0]))[0][:, 0]
    assert x.tolist() == pytest.approx([0, 3 / 10**0.5, 249 / (1 + 83**2) ** 0.5])
    assert x[2] < 3


def test_a_column_that_is_mostly_one_number_is_scaled_by_half_its_range() -> None:
    column = np.array([0.0] * 9 + [10.0])
    assert NumberEncoder.fit("a", column, robust=True).scale == 5
    constant = NumberEncoder.fit("a", np.full(4, 7.0), robust=True)
    assert (constant.center, constant.scale) == (7, 1)
    empty = NumberEncoder.fit("a", np.full(4, NAN), robust=True)
    assert encode_dataset(empty, np.array([NAN])) == [[0, 1]]


@given(st.lists(st.one_of(st.floats(-1e100, 1e100), st.just(NAN)), min_size=1))
def test_robust_inputs_stay_between_minus_3_and_3_also_explained(values: list[float]) -> None:
    column = np.array(values)
    encoder = NumberEncoder.fit("a", column, robust=True)
    x, _ = encoder.encode(column)
    assert (np.abs(x) <= 3).all()
    if not np.isnan(values[0]):
        equations = [b for b in encoder.explain(values[0]) if isinstance(b, Equation)]
        assert equations[-1].value == pytest.approx(x[0, 0])
