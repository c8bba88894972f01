"""Formulas evaluate themselves, and putting numbers in does not change their value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.formula.tree import (
    Call,
    Formula,
    IversonBracket,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Remainder,
    Sum,
    Symbol,
    exp,
    ln,
    sum_of,
)

values = st.floats(-10, 10)
leaves = st.one_of(
    values.map(Number),
    values.map(lambda value: Symbol("w", value, layer=1, index="1,2")),
    values.map(lambda value: Partial(Symbol("E", 1.0), Symbol("w", 2.0), value)),
)


def larger(children: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        children.map(Negative),
        children.map(IversonBracket),
        children.map(lambda child: Power(child, Number(2.0))),
        children.map(lambda child: Call("tanh", (child,))),
        children.map(lambda child: Call("max", (Number(0.0), child))),
        st.tuples(children, children).map(lambda pair: Quotient(*pair)),
    )


formulas = st.recursive(leaves, larger, max_leaves=12)


@given(formulas)
def test_putting_numbers_in_keeps_the_value_and_leaves_no_symbol(formula: Formula) -> None:
    numbers = formula.with_numbers()
    before, after = formula.evaluate(), numbers.evaluate()
    assert before == after or (math.isnan(before) and math.isnan(after))
    assert "Symbol" not in repr(numbers)
    assert "Partial" not in repr(numbers)


def test_operators_build_what_they_say() -> None:
    a, b = Symbol("a", 3.0), Symbol("b", 4.0)
    assert (a + b).evaluate() == 7
    assert (a - b).evaluate() == -1
    assert (1 - a).evaluate() == -2
    assert (2 + a).evaluate() == 5
    assert (a * b).evaluate() == (3 * b).evaluate() == 12
    assert (a / b).evaluate() == 0.75
    assert (1 / b).evaluate() == 0.25
    assert (a**2).evaluate() == 9
    assert (-a).evaluate() == -3


def test_functions_at_their_ends() -> None:
    assert exp(0).evaluate() == 1
    assert exp(1000).evaluate() == math.inf
    assert ln(0).evaluate() == -math.inf
    assert Quotient(Number(1.0), Number(0.0)).evaluate() == math.inf
    assert math.isnan(Quotient(Number(0.0), Number(0.0)).evaluate())
    assert IversonBracket(Number(0.0)).evaluate() == 0
    assert IversonBracket(Number(0.1)).evaluate() == 1


@given(st.lists(values, min_size=2, max_size=30), st.integers(2, 10))
def test_a_cut_sum_shows_the_largest_and_loses_nothing(terms: list[float], most: int) -> None:
    formula = sum_of([Number(term) for term in terms], most)
    assert formula.evaluate() == pytest.approx(math.fsum(terms), abs=1e-12)
    assert isinstance(formula, Sum)
    assert len(formula.terms) <= most
    if len(terms) > most:
        *shown, rest = formula.terms
        assert isinstance(rest, Remainder)
        assert rest.count == len(terms) - len(shown)
        sizes = sorted((abs(term) for term in terms), reverse=True)
        assert sorted((abs(term.evaluate()) for term in shown), reverse=True) == sizes[: most - 1]


def test_a_wanted_term_is_shown_however_small() -> None:
    terms = [Number(value) for value in (5.0, 0.001, 7.0, 6.0)]
    shown = sum_of(terms, most=3, keep=1)
    assert isinstance(shown, Sum)
    assert terms[1] in shown.terms
    assert shown.evaluate() == pytest.approx(18.001)


def test_formulas_cannot_be_changed() -> None:
    symbol = Symbol("w", 0.5)
    with pytest.raises(AttributeError):
        symbol.value = 1.0  # type: ignore[misc]
