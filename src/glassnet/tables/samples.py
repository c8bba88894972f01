"""Sample data: handwritten digits and the half adder."""

import csv
import gzip
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import MissingPackageError
from glassnet.tables.table import Table

__all__ = ["digits", "half_adder"]


def half_adder() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the four rows of a half adder: two bits, and their carry (AND) and sum (XOR).

    Examples
    --------
    >>> X, y = half_adder()
    >>> [int(bit) for bit in y[3]]  # 1 + 1 = 10 in binary
    [1, 0]
    """
    bits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    a, b = bits.astype(int).T
    return bits, np.stack([a & b, a ^ b], axis=1).astype(np.float64)


def digits() -> Table:
    """Return 1,797 handwritten digits: 64 pixels from 0 (paper) to 16 (ink), and the digit.

    From the UCI repository (Alpaydin and Kaynak 1998), as shipped with scikit-learn; read from its
    folder without importing it.

    Raises
    ------
    MissingPackageError
        If scikit-learn is not installed.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise MissingPackageError(
            "the handwritten digits come with scikit-learn: pip install scikit-learn"
        )
    path = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt", encoding="ascii") as file:
        values = np.array([[float(cell) for cell in row] for row in csv.reader(file)])
    pixels = {
        f"pixel {row},{column}": values[:, 8 * (row - 1) + column - 1]
        for row in range(1, 9)
        for column in range(1, 9)
    }
    names = np.array([str(int(digit)) for digit in values[:, 64]], dtype=object)
    return Table({**pixels, "digit": names})
