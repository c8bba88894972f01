"""When inputs are pixels: by their shape, by their names, by their number."""

import numpy as np
import pytest

from glassnet.arrays.inputs import feature_names_of
from glassnet.explanation.image_shape import image_shape


@pytest.mark.parametrize(
    ("inputs", "names", "given", "expected"),
    [
        (64, None, (64,), (8, 8)),
        (784, None, (), (28, 28)),
        (12, None, (3, 4), (3, 4)),
        (12, None, (1, 3, 4), (3, 4)),
        (12, None, (3, 4, 1), (3, 4)),
        (12, None, (2, 2, 3), (2, 2, 3)),
        (12, None, (12, 1), None),
        (49, None, (49,), None),
        (65, None, (), None),
        (12, feature_names_of(np.empty((0, 3, 4))), (), (3, 4)),
        (12, feature_names_of(np.empty((0, 2, 2, 3))), (), (2, 2, 3)),
        (4, [f"pixel {r},1 {c}" for r in (1, 2) for c in ("red", "blue")], (), None),
        (64, [f"pixel_{r}_{c}" for r in range(8) for c in range(8)], (), (8, 8)),
        (6, [f"{r}x{c}" for r in (1, 2) for c in (1, 2, 3)], (), (2, 3)),
        (6, [f"{r}x{c}" for c in (1, 2, 3) for r in (1, 2)], (), None),
        (64, [f"p{n}" for n in range(64)], (), (8, 8)),
        (64, [str(n) for n in range(1, 65)], (), (8, 8)),
        (64, [f"p{n}" for n in range(2, 66)], (), None),
        (64, [f"p{n}" for n in range(63)] + ["age"], (), None),
        (9, [f"p{n}" for n in range(9)], (), None),
    ],
)
def test_what_is_a_picture(
    inputs: int,
    names: list[str] | None,
    given: tuple[int, ...],
    expected: tuple[int, ...] | None,
) -> None:
    assert image_shape(inputs, names, given) == expected
