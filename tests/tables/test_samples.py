"""Data to start with."""

import sys

import numpy as np
import pytest

from glassnet.errors import MissingPackageError
from glassnet.tables.samples import digits, half_adder


def test_the_half_adder_adds() -> None:
    bits, outputs = half_adder()
    assert bits.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    # Carry and sum, read as a binary number, are the sum of the two bits.
    assert (2 * outputs[:, 0] + outputs[:, 1]).tolist() == bits.sum(axis=1).tolist()


def test_the_digits_are_the_ones_that_scikit_learn_carries() -> None:
    from sklearn.datasets import load_digits

    theirs, table = load_digits(), digits()
    pixels = np.stack([table.columns[name] for name in table.columns if name != "digit"], axis=1)
    assert np.array_equal(pixels, theirs.data)
    assert table.columns["digit"].tolist() == [str(digit) for digit in theirs.target]


def test_each_pixel_stands_at_its_row_and_column() -> None:
    table = digits()
    assert len(table) == 1797
    assert table.is_text("digit")
    # The first line of the file, a zero: its first picture row is 0,0,5,13,9,1,0,0.
    first = [table.columns[f"pixel 1,{column}"][0] for column in range(1, 9)]
    assert first == [0, 0, 5, 13, 9, 1, 0, 0]
    # Values 8 ... 15 of the line are the second picture row: 0,0,13,15,10,15,5,0.
    second = [table.columns[f"pixel 2,{column}"][0] for column in range(1, 9)]
    assert second == [0, 0, 13, 15, 10, 15, 5, 0]


def test_without_scikit_learn_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match="pip install scikit-learn"):
        digits()


def test_the_digits_are_read_without_importing_scikit_learn() -> None:
    import subprocess

    code = (
        "import sys\n"
        "from glassnet.tables.samples import digits\n"
        "assert len(digits()) == 1797\n"
        "print('sklearn' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
