import numpy as np
import pytest

from glassnet.page.problems import PROBLEMS, problem_named


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_follows_from_its_seed(name: str) -> None:
    first, again, other = (problem_named(name, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    is_drawn = name not in ("half adder", "xor", "digits")
    assert (first.x.tobytes() != other.x.tobytes()) == is_drawn
    assert first.x.shape == (len(first.y), len(first.features))
    assert np.isfinite(first.x).all()


def test_xor_is_the_sum_of_the_half_adder() -> None:
    adder, xor = problem_named("half adder", 0), problem_named("xor", 0)
    np.testing.assert_array_equal(adder.y[:, 1], xor.y)
    np.testing.assert_array_equal(adder.y[:, 0], xor.x[:, 0] * xor.x[:, 1])


def test_an_unknown_problem_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="the problem must be one of 'half adder', 'xor'"):
        problem_named("mnist", 0)
