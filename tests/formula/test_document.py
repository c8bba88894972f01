"""Equations in three stages."""

from glassnet.formula.document import equation_with_numbers
from glassnet.formula.tree import Number, Symbol


def test_an_equation_has_symbols_numbers_and_value() -> None:
    w, y = Symbol("w", 0.5), Symbol("y", 10.0)
    equation = equation_with_numbers(Symbol("in", 5.0), w * y + 1)
    assert equation.steps == (w * y + 1, Number(0.5) * 10.0 + 1, Number(6.0))
    assert equation.between == Number(5.0) + 1
    assert equation.value == 6.0


def test_equal_stages_are_not_repeated() -> None:
    assert equation_with_numbers(Symbol("y", 2.0), Symbol("in", 2.0)).steps == (
        Symbol("in", 2.0),
        Number(2.0),
    )


def test_the_engines_value_is_shown_where_it_is_given() -> None:
    assert (
        equation_with_numbers(Symbol("y", 2.0), Symbol("in", 2.0), value=2.0000001).value
        == 2.0000001
    )
