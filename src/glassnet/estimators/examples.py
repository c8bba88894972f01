"""Training examples of an estimator, and their validation split."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from glassnet.arrays.sparse import Inputs, SparseRows, is_sparse
from glassnet.core.array import Array

__all__ = ["Examples"]


class Examples(NamedTuple):
    """Inputs (an array, or a sparse one), targets as given, and optional sample weights."""

    x: Any
    targets: Array
    weights: Array | None = None

    @property
    def inputs(self) -> Inputs:
        """The inputs as a network takes them."""
        return SparseRows(self.x) if is_sparse(self.x) else np.ascontiguousarray(self.x)

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return int(self.x.shape[0])

    @property
    def total_weight(self) -> float:
        """The sum of the sample weights, or the number of examples without weights."""
        return float(self.rows if self.weights is None else self.weights.sum())

    def split(
        self, fraction: float, *, stratify: bool, random: np.random.RandomState
    ) -> tuple["Examples", "Examples"]:
        """Split off validation examples, as scikit-learn does with the same random state.

        Raises
        ------
        ValueError
            If there are fewer than two validation examples.
        """
        arrays: list[Any] = [self.x, self.targets]
        arrays += [] if self.weights is None else [self.weights]
        parts = train_test_split(
            *arrays,
            random_state=random,
            test_size=fraction,
            stratify=self.targets if stratify else None,
        )
        held_out = Examples(*parts[1::2])
        if held_out.rows < 2:
            raise ValueError(
                f"The validation set is too small: validation_fraction={fraction} of "
                f"{self.rows} examples is fewer than 2; expected a larger fraction or more "
                "examples"
            )
        return Examples(*parts[::2]), held_out
