import numpy as np
import pytest

from glassnet.page.problems import PROBLEMS, of_formula, of_points, problem_named


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


def test_points_set_by_hand_are_the_examples() -> None:
    problem = of_points([(0.0, 1.0, 0), (1.0, 0.0, 2), (0.5, 0.5, 2)])
    assert problem.x.tolist() == [[0, 1], [1, 0], [0.5, 0.5]]
    assert problem.y.tolist() == [0, 2, 2]
    for points in ([], [(0.0, 0.0, 1)], [(0.0, 0.0, 1), (1.0, 0.0, 1)]):
        with pytest.raises(ValueError, match="points of one class alone teach nothing"):
            of_points(points)


def test_a_comparison_makes_classes_and_a_number_a_regression() -> None:
    classes, numbers = of_formula("x1 > x2", 3), of_formula("x1 * x2", 3)
    np.testing.assert_array_equal(classes.x, numbers.x)
    np.testing.assert_array_equal(classes.y, classes.x[:, 0] > classes.x[:, 1])
    np.testing.assert_array_equal(numbers.y[:, 0], numbers.x[:, 0] * numbers.x[:, 1])
    assert (classes.task, numbers.task) == ("classification", "regression")
    with pytest.raises(ValueError, match="'x1 > 2' is false for all points; nothing is to learn"):
        of_formula("x1 > 2", 3)
