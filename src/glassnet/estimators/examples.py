"""Training examples of an estimator, and their validation split."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from glassnet.core.array import Array

__all__ = ["Examples"]


class Examples(NamedTuple):
    """Inputs, targets as given, and optional sample weights."""

    x: Array
    targets: Array
    weights: Array | None = None

    @property
    def total_weight(self) -> float:
        """The sum of the sample weights, or the number of examples without weights."""
        return float(len(self.x) if self.weights is None else self.weights.sum())

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
        if len(held_out.x) < 2:
            raise ValueError(
                f"The validation set is too small: validation_fraction={fraction} of "
                f"{len(self.x)} examples is fewer than 2; expected a larger fraction or more "
                "examples"
            )
        return Examples(*parts[::2]), held_out
