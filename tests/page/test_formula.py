import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.page.formula import evaluated

INPUTS = {"x1": np.array([0.5, -1.0, 2.0]), "x2": np.array([1.0, 0.25, -3.0])}
X1, X2 = INPUTS.values()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x1 + 2*x2", X1 + 2 * X2),
        ("-x1^2", -(X1**2)),
        ("sin(3*x1) > x2", np.sin(3 * X1) > X2),
        ("abs(x1) <= 1", np.abs(X1) <= 1),
        ("exp(−x1) % 1", np.exp(-X1) % 1),
        ("pi", np.full(3, np.pi)),
        (" tanh( x1 ) ", np.tanh(X1)),
    ],
)
def test_a_formula_is_computed(formula: str, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(evaluated(formula, INPUTS), expected)


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("", "is no formula"),
        ("x1 +", "is no formula"),
        ("x3", "there is no 'x3' in a formula here; there are x1, x2, pi, e"),
        ("__import__('os')", "does not belong in a formula"),
        ("x1.real", "does not belong in a formula"),
        ("(lambda: 0)()", "does not belong in a formula"),
        ("[x1 for x1 in x2]", "does not belong in a formula"),
        ("x1 if x2 else 1", "does not belong in a formula"),
        ("0 < x1 < 1", "does not belong in a formula"),
        ("True", "does not belong in a formula"),
        ("'a'", "does not belong in a formula"),
        ("sin(x1, x2)", "does not belong in a formula"),
        ("eval(x1)", "does not belong in a formula"),
        ("1 / 0", "is not a finite number everywhere"),
        ("log(x1)", "is not a finite number everywhere"),
        ("9^9^9^9^9", "is not a finite number everywhere"),
        ("(" * 150 + "x1" + ")" * 40, "is no formula"),
        ("x1 + " * 60 + "x1", "at most 200 characters; this has 302"),
        ("x1\x00", "is no formula"),
    ],
)
def test_what_is_no_formula_is_refused(formula: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"formula|number") as refused:
        evaluated(formula, INPUTS)
    assert sentence in str(refused.value)


@given(st.text(st.sampled_from("x12+-*/^%()<>=. esincoabt,'[]{}:_"), max_size=200))
def test_any_text_is_computed_or_refused(formula: str) -> None:
    try:
        result = evaluated(formula, INPUTS)
    except ValueError:
        return
    assert result.shape == (3,)
    assert np.isfinite(result).all()
