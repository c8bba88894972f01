"""Models in 16 bits: how they are read, and how much their numbers are rounded."""

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import PartialImportWarning

__all__ = ["warn_of_sixteen_bits", "widened"]

# Bits of a number's digits, the hidden one included; rounding is by half of the last.
DIGITS = {"bfloat16": 8, "float16": 11}


def warn_of_sixteen_bits(dtypes: Iterable[str]) -> None:
    """Warn if a model has, or computes with, numbers of 16 bits.

    Parameters
    ----------
    dtypes : iterable of str
        The names of all types that occur: ``"float32"``, ``"torch.bfloat16"``,
        ``"mixed_float16"``.

    Warns
    -----
    PartialImportWarning
        With the type, and the size of the rounding.
    """
    named = list(dtypes)
    for dtype, digits in DIGITS.items():
        # Of two types, one is part of the other's name.
        if any(name.lower().rpartition(".")[2].rpartition("_")[2] == dtype for name in named):
            rounding = 2.0**-digits
            warnings.warn(
                f"the model is in 16 bits ({dtype}), where each number is rounded by up to "
                f"{rounding:.2g} of its size; Glassnet computes in 32 bits, so that outputs may be "
                "apart by as much, and by more in a deep network",
                PartialImportWarning,
                stacklevel=4,
            )


def widened(bfloat16: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return numbers of bfloat16, which NumPy lacks, given as their bits.

    They are the upper halves of those of float32.

    Examples
    --------
    >>> widened(np.array([0x3F80, 0xC000], dtype=np.uint16)).tolist()
    [1.0, -2.0]
    """
    return (bfloat16.astype(np.uint32) << 16).view(np.float32)
