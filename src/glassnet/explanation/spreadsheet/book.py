"""The sheets of a spreadsheet: rows with a name, a formula in symbols, and live values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from glassnet.explanation.spreadsheet.cell_formula import CellFormula, in_symbols
from glassnet.explanation.spreadsheet.cells import Cell, Cells, column_letters
from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Symbol
from glassnet.render.text import formula_text

__all__ = ["FIRST", "NAME", "TEXT", "Book", "Sheet"]

#: The columns of names, of formulas in symbols or words, and of the first example.
NAME, TEXT, FIRST = 1, 2, 3
#: A cell holds no longer text.
MOST_CHARACTERS = 32_000
WIDTHS = {NAME: 16, TEXT: 52}
VALUE_WIDTH = 13
SIX_DECIMALS = "0.000000"
#: How numbers are shown that are not 0, but have few digits left in fixed point.
SMALL, POWER = 0.001, "0.00E+00"
#: Given numbers of so many characters are shown as they are.
MOST_DIGITS = 9
FONT = "Calibri"
#: Paragraphs run over so many columns, with so many characters in a line; its height in points.
PARAGRAPH_COLUMNS, PARAGRAPH_WIDTH, LINE_HEIGHT = 6, 95, 15


class Book:
    """A spreadsheet in the making.

    Parameters
    ----------
    examples : int
        How many columns each sheet has for them.
    numbers : NumberFormat
        With `decimals`, so many are shown. The cells always hold all digits.
    """

    def __init__(self, examples: int, numbers: NumberFormat) -> None:
        from openpyxl import Workbook

        self.workbook = Workbook()
        self.workbook.remove(self.workbook.active)
        # There are no values in the file yet: whoever opens it computes them.
        self.workbook.calculation.fullCalcOnLoad = True
        self.examples = examples
        self.cells = Cells()
        decimals = numbers.decimals
        self.number_format = SIX_DECIMALS if decimals is None else f"0.{'0' * decimals}"

    @property
    def mean_column(self) -> int:
        """Where the mean of the examples stands."""
        return FIRST + self.examples

    def finish(self) -> None:
        """Set what depends on how far the sheets reach: widths, and how small numbers look."""
        for page in self.workbook:
            for column in range(NAME, page.max_column + 1):
                letters = column_letters(column)
                if letters not in page.column_dimensions:
                    page.column_dimensions[letters].width = VALUE_WIDTH
            if self.number_format == SIX_DECIMALS:
                self._show_small_numbers(page)

    def _show_small_numbers(self, page: Any) -> None:
        """Show numbers that are not 0, but nearly so, with powers of ten."""
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles.differential import DifferentialStyle
        from openpyxl.styles.numbers import NumberFormat as CellFormat

        style = DifferentialStyle(numFmt=CellFormat(numFmtId=200, formatCode=POWER))
        condition = f"AND(ISNUMBER(B1),B1<>0,ABS(B1)<{SMALL})"
        cells = f"B1:{column_letters(page.max_column)}{page.max_row}"
        rule = Rule(type="expression", dxf=style, formula=[condition])
        page.conditional_formatting.add(cells, rule)

    def sheet(
        self, name: str, title: str, note: str = "", widths: Mapping[int, float] = WIDTHS
    ) -> "Sheet":
        """Return a new sheet, with a title and a sentence below it."""
        return Sheet(self, name, title, note, widths)


class Sheet:
    """A sheet, filled from top to bottom.

    Attributes
    ----------
    row : int
        The next row, counted from 1.
    cells : Cells
        Where its formulas look for their quantities.
    """

    def __init__(
        self, book: Book, name: str, title: str, note: str, widths: Mapping[int, float]
    ) -> None:
        from openpyxl.styles import Font

        self.book, self.name, self.cells = book, name, book.cells
        self.page = book.workbook.create_sheet(name)
        self.row = 1
        for column, width in widths.items():
            self.page.column_dimensions[column_letters(column)].width = width
        self._for_print()
        self.text(title, font=Font(FONT, bold=True, size=14))
        if note:
            self.paragraph(note)

    def text(self, text: str, column: int = NAME, *, font: Any = None, move: bool = True) -> None:
        """Write words; by default into a row of their own."""
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        cell = self.page.cell(self.row, column)
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:MOST_CHARACTERS]
        cell.data_type = "s"  # a name that begins with = is no formula
        if font is not None:
            cell.font = font
        self.row += move

    def paragraph(self, text: str) -> None:
        """Write words that may take several lines."""
        from openpyxl.styles import Alignment

        self.page.merge_cells(None, self.row, NAME, self.row, PARAGRAPH_COLUMNS)
        self.page.cell(self.row, NAME).alignment = Alignment(wrap_text=True, vertical="top")
        lines = math.ceil(len(text) / PARAGRAPH_WIDTH)
        self.page.row_dimensions[self.row].height = LINE_HEIGHT * lines
        self.text(text)

    def heads(self, heads: Iterable[tuple[int, str]], numbers_from: int = FIRST) -> None:
        """Write a row of column heads; those of numbers stand on the right."""
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        for column, text in heads:
            self.text(text, column, font=Font(FONT, bold=True), move=False)
            cell = self.page.cell(self.row, column)
            cell.fill = PatternFill("solid", fgColor="E4E9F0")
            cell.border = Border(bottom=Side("thin"))
            cell.alignment = Alignment(horizontal="right" if column >= numbers_from else "left")
        self.row += 1

    def example_heads(self, *, mean: bool = False) -> None:
        """Write the heads of a sheet of rows with a value for each example; they stay in view."""
        heads = [(NAME, "name"), (TEXT, "formula"), *self.example_columns]
        if mean:
            heads.append((self.book.mean_column, "mean"))
        self.heads(heads)
        self.page.freeze_panes = self.page.cell(self.row, FIRST)
        self.page.print_title_rows = f"{self.row - 1}:{self.row - 1}"

    @property
    def example_columns(self) -> list[tuple[int, str]]:
        """The heads of the examples."""
        examples = self.book.examples
        if examples == 1:
            return [(FIRST, "value")]
        return [(FIRST + n, f"example {n + 1}") for n in range(examples)]

    def heading(self, text: str) -> None:
        """Write the heading of a part, after an empty row."""
        from openpyxl.styles import Font

        self.row += 1
        self.text(text, font=Font(FONT, bold=True, color="1F4E79", size=12))

    def given(self, quantity: Symbol, values: Sequence[float], meaning: str = "") -> None:
        """Write a row of coloured cells: what is given, for each example."""
        self.cells.put(quantity, Cell(self.name, self.row, FIRST, len(values) > 1))
        self.label(formula_text(quantity), meaning)
        for number, value in enumerate(values):
            self.input(FIRST + number, value)
        self.row += 1

    def input(self, column: int, value: float) -> None:
        """Write a number that can be changed, into a coloured cell."""
        from openpyxl.styles import Font, PatternFill

        cell = self.page.cell(self.row, column, float(value))
        if len(repr(value)) > MOST_DIGITS:
            cell.number_format = self.book.number_format
        cell.fill, cell.font = PatternFill("solid", fgColor="FFF2CC"), Font(FONT, color="1F3FBF")

    def label(self, name: str, text: str) -> None:
        """Write the name of a row, and its formula in symbols."""
        self.text(name, NAME, move=False)
        self.text(text, TEXT, move=False)

    def rows(self, rows: Sequence[tuple[Formula, Formula]]) -> None:
        """Write a row for each quantity, computed by its formula for each example."""
        for quantity, formula in rows:
            self.row_by_example(quantity, [formula] * self.book.examples)

    def row_by_example(self, quantity: Formula, formulas: Sequence[Formula]) -> None:
        """Write a row whose formulas may differ between examples."""
        self.label(formula_text(quantity), formula_text(in_symbols(formulas[0])))
        for example, formula in enumerate(formulas):
            text = CellFormula(self.cells, self.name, example).write(formula)
            self.formula(FIRST + example, text)
        self.cells.put(quantity, self.here(FIRST, by_example=True))
        self.row += 1

    def formula(self, column: int, text: str) -> None:
        """Write a formula into the row."""
        cell = self.page.cell(self.row, column, f"={text}")
        cell.number_format = self.book.number_format

    def page_break(self) -> None:
        """Let the next row begin a page in print."""
        from openpyxl.worksheet.pagebreak import Break

        self.page.row_breaks.append(Break(id=self.row))

    def here(self, column: int, *, by_example: bool = False) -> Cell:
        """Return a cell of the row."""
        return Cell(self.name, self.row, column, by_example)

    def _for_print(self) -> None:
        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.paperSize = self.page.PAPERSIZE_A4
        self.page.page_setup.fitToWidth, self.page.page_setup.fitToHeight = 1, 0
        self.page.sheet_properties.pageSetUpPr.fitToPage = True
        self.page.oddFooter.center.text = "&A, page &P of &N"
