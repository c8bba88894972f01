"""Outputs that are no numbers are refused, and the rows named."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import NotFiniteError

__all__ = ["require_finite_outputs"]

#: So many rows are named in a message.
NAMED = 5


def require_finite_outputs(outputs: Array, rows: Sequence[int]) -> None:
    """Refuse outputs that are no numbers, from which any class or number might be read.

    Raises
    ------
    NotFiniteError
        With the first rows, as `rows` numbers them.
    """
    places = np.flatnonzero(~np.isfinite(outputs).all(axis=1)).tolist()
    if not places:
        return
    named = ", ".join(f"{rows[place]:,}" for place in places[:NAMED])
    more = f" and {len(places) - NAMED:,} more" if len(places) > NAMED else ""
    raise NotFiniteError(
        f"the model gives no finite number for row{'s' * (len(places) > 1)} {named}{more} (counted "
        "from 0): its weights or these values are too large; train it again with a smaller "
        "learning rate, or look for outliers in these rows"
    )
