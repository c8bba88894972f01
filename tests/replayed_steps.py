"""Steps that are taken again, compared with those that a training recorded."""

from collections.abc import Iterator

import numpy as np

from glassnet.training.recorded_steps import RecordedStep

__all__ = ["require_same_step", "some_steps"]

RANDOM_STEPS = 20


def require_same_step(found: RecordedStep, expected: RecordedStep) -> None:
    """Compare all that a step depends on, bit for bit."""
    for name in ("parameters", "state", "examples", "x", "targets"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert found.number == expected.number
    assert found.learning_rate == expected.learning_rate
    assert found.masks == expected.masks
    if expected.sample_weight is None:
        assert found.sample_weight is None
    else:
        np.testing.assert_array_equal(found.sample_weight, expected.sample_weight)


def some_steps(steps: int, random: np.random.Generator) -> Iterator[int]:
    """Return the first step, the last one, and random ones between."""
    yield from sorted({0, steps - 1, *random.integers(0, steps, RANDOM_STEPS).tolist()})
