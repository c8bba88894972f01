import pytest

from glassnet.explanation.spreadsheet.cell_formula import CellFormula, where_positive
from glassnet.explanation.spreadsheet.cells import Cell, Cells
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Sum, Symbol, exp, ln

x, y, z = (Symbol(letter, 0.0) for letter in "xyz")
WEIGHTS = [Symbol("w", 0.0, index=str(n)) for n in range(6)]
SOURCES = [Symbol("s", 0.0, index=str(n)) for n in range(6)]


def written(formula: Formula, example: int = 0) -> str:
    cells = Cells()
    for row, symbol in enumerate((x, y, z), start=1):
        cells.put(symbol, Cell("Here", row, 3, by_example=True))
    for column, symbol in enumerate(WEIGHTS, start=3):
        cells.put(symbol, Cell("Network", 9, column))
    for row, symbol in enumerate(SOURCES, start=11):
        cells.put(symbol, Cell("Here", row, 3, by_example=True))
    return CellFormula(cells, "Here", example).write(formula)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (x + y - z, "(C1+C2)-C3"),
        (x - (y - z), "C1-(C2-C3)"),
        (x * (y + z), "C1*(C2+C3)"),
        (x / (y * z), "C1/(C2*C3)"),
        (x / (y / z), "C1/(C2/C3)"),
        (-(x**2), "-(C1^2)"),  # in a spreadsheet, -C1^2 is a square
        ((-x) ** 2, "(-C1)^2"),
        (Number(-2.0) ** 2, "(-2)^2"),
        (x**-1, "C1^(-1)"),
        ((x * y) ** 2, "(C1*C2)^2"),
        (x * -y, "C1*(-C2)"),
        (x + Number(-2.0), "C1+(-2)"),
        (1e-7 * x, "1E-07*C1"),
        (1 * x, "C1"),
        (IversonBracket(x - y), "IF(C1-C2>0,1,0)"),
        (where_positive(x, y, z), "IF(C1>0,C2,C3)"),
        (Call("sqrt", (x,)) / Call("Φ", (y,)), "SQRT(C1)/NORMSDIST(C2)"),
        (exp(x), "EXP(MIN(700,C1))"),
        (exp(-(x**2) / 2), "EXP((-(C1^2))/2)"),  # never large
        (
            2 * ln(1 + exp(x)),
            "2*(MAX(0,C1)+2*ATANH(EXP(-ABS(C1))/(2+EXP(-ABS(C1)))))",
        ),
    ],
    ids=str,
)
def test_a_formula_means_the_same_in_a_spreadsheet(formula: Formula, text: str) -> None:
    assert written(formula) == text


def test_cells_of_an_example_move_with_it() -> None:
    assert written(x * WEIGHTS[0], example=2) == "E1*Network!$C$9"


def test_long_sums_are_written_by_ranges() -> None:
    assert written(Sum(tuple(SOURCES))) == "SUM(C11:C16)"
    products = tuple(w * s for w, s in zip(WEIGHTS, SOURCES, strict=True))
    assert written(Sum((*products, x))) == "MMULT(Network!$C$9:$H$9,C11:C16)+C1"
    squares = tuple(s * s for s in SOURCES)
    assert written(Sum(squares)) == "SUMPRODUCT(C11:C16,C11:C16)"
    without_one = tuple(s for n, s in enumerate(SOURCES) if n != 2)
    assert written(Sum(without_one)) == "SUM(C11:C12)+SUM(C14:C16)"
    mixed = Sum((*(x * s for s in SOURCES), -y))
    assert written(mixed) == "C1*SUM(C11:C16)-C2"


def test_two_quantities_of_one_name_are_refused() -> None:
    cells = Cells()
    cells.put(Symbol("g", 1.0), Cell("Here", 1, 3))
    with pytest.raises(ValueError, match="two quantities of this step are both called g, so"):
        cells.put(Symbol("g", 2.0), Cell("Here", 2, 3))
