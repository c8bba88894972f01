"""Warnings on chunks of a table add up to those on the whole table."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.warnings import DataWarning, merge_warnings


@given(st.lists(st.sampled_from(["known", "new 1", "new 2", "new 3"]), max_size=40), st.data())
def test_where_a_table_is_cut_makes_no_difference(values: list[str], data: st.DataObject) -> None:
    cuts = sorted({0, len(values), *data.draw(st.lists(st.integers(0, len(values)), max_size=3))})

    def warnings(start: int, stop: int) -> list[DataWarning]:
        own = values[start:stop]
        new = np.array([value != "known" for value in own], dtype=np.bool_)
        found = [
            *DataWarning.of("a", "was new", new, [value for value in own if value != "known"]),
            *DataWarning.of("a", "dropped", np.array([value == "new 1" for value in own])),
        ]
        return [warning.shifted(start) for warning in found]

    chunks = [warning for a, b in itertools.pairwise(cuts) for warning in warnings(a, b)]
    assert set(merge_warnings(chunks)) == set(warnings(0, len(values)))


def test_five_rows_and_five_values_are_named() -> None:
    rows = np.array([False, *[True] * 6])
    (missing,) = DataWarning.of("age", "dropped", rows)
    assert str(missing) == "age: missing in 6 rows (2, 3, 4, 5, 6, ...), dropped"
    (new,) = DataWarning.of("kind", "was new", rows, list("ffedcba"))
    assert str(new) == "kind: 'a', 'b', 'c', 'd', 'e', ... in 6 rows (2, 3, 4, 5, 6, ...) was new"
    assert DataWarning.of("age", "dropped", np.zeros(3, dtype=np.bool_)) == []
