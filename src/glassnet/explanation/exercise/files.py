"""Sheets as files: templates that a student fills in, and what stands in them afterwards."""

import ast
import csv
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.core.atomic_file import write_atomically
from glassnet.errors import FileFormatError, MissingPackageError
from glassnet.explanation.exercise.grade import Grade, grade_sheet
from glassnet.explanation.exercise.sheet import Sheet
from glassnet.explanation.exercise.sheet_record import record_text, sheet_of_text
from glassnet.explanation.workbook import write_workbook
from glassnet.formula.number import typed_text

__all__ = ["Template", "grade_file", "write_csv", "write_notebook", "write_xlsx"]

HEADER = ("line", "formula", "number")
# Above what is given. Its rows are not read back.
GIVEN_HEADER = ("given", "", "value")
# The widest that a column of a spreadsheet becomes.
WIDEST = 60
# The row that says what was asked; its text is in pieces that fit into cells of a spreadsheet.
STEP = "step (do not change)"
LONGEST_CELL = 30_000
LARGEST_FILE = 10_000_000
LAST_ROW = 2_000


@dataclass(frozen=True)
class Template:
    """What a file of an exercise holds.

    Attributes
    ----------
    sheet : Sheet
    formulas : mapping of str to str
        The formula of each line that shows one, by name.
    printed : mapping of str to str
        The number of each line that is given, by name.
    text : str
        The whole sheet as text.
    network : str
        Activations and loss, in words.
    given : mapping of str to str
        Inputs, targets, weights and so on, by name.
    """

    sheet: Sheet
    formulas: Mapping[str, str]
    printed: Mapping[str, str]
    text: str
    network: str
    given: Mapping[str, str]

    @property
    def record(self) -> str:
        """The step as JSON."""
        return record_text(self.sheet, self.printed)

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """What is given; name, formula and number of each line."""
        given = [(name, "", typed_text(text)) for name, text in self.given.items()]
        names = [line.name for line in self.sheet.lines]
        numbers = {name: typed_text(text) for name, text in self.printed.items()}
        lines = [(name, self.formulas.get(name, ""), numbers.get(name, "")) for name in names]
        return [GIVEN_HEADER, ("network", self.network, ""), *given, HEADER, *lines]

    @property
    def step_rows(self) -> list[tuple[str, str, str]]:
        """The step, in pieces."""
        text = self.record
        pieces = [text[n : n + LONGEST_CELL] for n in range(0, len(text), LONGEST_CELL)]
        return [(STEP, piece, "") for piece in pieces]


def write_csv(template: Template, path: str | os.PathLike[str]) -> None:
    """Write a template as a CSV file."""

    def write(file: Path) -> None:
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([*template.rows, *template.step_rows])

    write_atomically(path, write)


def write_xlsx(template: Template, path: str | os.PathLike[str]) -> None:
    """Write a template as a spreadsheet; the cells for numbers keep digits as they are typed.

    Raises
    ------
    MissingPackageError
        If openpyxl is not installed.
    """
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    page, step = book.active, book.create_sheet("step")
    page.title, step.sheet_state = "exercise", "hidden"
    for rows, sheet in ((template.rows, page), (template.step_rows, step)):
        for row in rows:
            sheet.append(row)
    for cells in page.iter_rows(min_row=1, max_col=3):
        for cell in cells:
            cell.number_format, cell.data_type = "@", "s"
        if cells[0].value in template.given:  # numbers, with which formulas can compute
            cells[2].number_format, cells[2].value = "General", float(cells[2].value)
    _lay_out(openpyxl, page)
    write_workbook(book, path)


def _lay_out(openpyxl: Any, page: Any) -> None:
    """Set bold headings, columns as wide as what is in them, and one printed page in width."""
    styles = openpyxl.styles
    for cells in page.iter_rows(min_row=1, max_col=3):
        heading = tuple(cell.value or "" for cell in cells) in (HEADER, GIVEN_HEADER)
        for cell in cells:
            cell.font = styles.Font(bold=heading)
            cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
    for column, least in (("A", 14), ("B", 30), ("C", 14)):
        longest = max(len(str(cell.value or "")) for cell in page[column])
        page.column_dimensions[column].width = min(max(longest + 2, least), WIDEST)
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0


def write_notebook(template: Template, path: str | os.PathLike[str]) -> None:
    """Write a template as a notebook with a dict to fill in."""
    names = [line.name for line in template.sheet.lines if line.name not in template.printed]
    entries = "\n".join(f'    {json.dumps(name, ensure_ascii=False)}: "",' for name in names)
    cells = [
        _cell("markdown", f"```text\n{template.text}```"),
        _cell("code", f"answers = {{\n{entries}\n}}"),
    ]
    notebook = {
        "cells": cells,
        "metadata": {"glassnet": template.record},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))


def _cell(kind: str, source: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True), **code}


def grade_file(path: str | os.PathLike[str]) -> Grade:
    """Return the grade of a sheet that Glassnet wrote and a student filled in.

    Parameters
    ----------
    path : path
        A CSV file, a spreadsheet (.xlsx) or a notebook (.ipynb), whose code is not run.

    Raises
    ------
    FileFormatError
        If it is no such sheet, or it has an answer to a line that it does not ask for.
    OSError
        If it cannot be read.
    MissingPackageError
        If a spreadsheet is given and openpyxl is not installed.
    """
    file = Path(path)
    readers = {".ipynb": _read_notebook, ".xlsx": _read_xlsx}
    try:
        _require_small(file.stat().st_size)
        step, answers = readers.get(file.suffix.lower(), _read_csv)(file)
        sheet, printed = sheet_of_text(step)
        ignored = {*printed, *sheet.all_given, GIVEN_HEADER[0]}
        own = {name: answer for name, answer in answers.items() if name not in ignored}
        return grade_sheet(sheet, own, printed)
    except (ValueError, TypeError) as error:
        raise FileFormatError(f"{file}: {error}") from None


def _read_csv(file: Path) -> tuple[str, dict[str, Any]]:
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        rows = []
    return _from_rows(rows)


def _read_xlsx(file: Path) -> tuple[str, dict[str, Any]]:
    openpyxl = _openpyxl()
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        _require_small(size // 10)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        rows = [
            [cell_text(cell) for cell in row]
            for page in book.worksheets[:2]
            for row in page.iter_rows(max_col=3, max_row=LAST_ROW)
        ]
        book.close()
    except (FileFormatError, FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever comes up in a damaged file
        raise FileFormatError("it is no spreadsheet, or damaged") from None
    return _from_rows(rows)


def _require_small(size: int) -> None:
    if size > LARGEST_FILE:
        raise FileFormatError("it is too large for a sheet of Glassnet")


def cell_text(cell: Any) -> str:
    """Return what a cell shows; a number with the decimals of its format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    whole, point, decimals = str(cell.number_format).partition(".")
    if point and whole.strip("#0,") == "" and decimals.strip("0") == "":
        return f"{value:.{len(decimals)}f}"
    return f"{value:.15g}"


def _from_rows(rows: Iterable[list[str]]) -> tuple[str, dict[str, Any]]:
    """The step and the answers of a filled-in template."""
    step, answers = "", dict[str, Any]()
    for row in rows:
        name, formula, number = (*row, "", "", "")[:3]
        if name == STEP:
            step += formula
        elif number.strip() and (name, number) != (HEADER[0], HEADER[2]):
            answers[name] = number
    if not step:
        raise FileFormatError(
            "it is no sheet that Glassnet wrote: the row with the step is missing"
        )
    return step, answers


def _read_notebook(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        step = notebook["metadata"]["glassnet"]
        sources = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        step, sources = None, []
    if not isinstance(step, str):
        raise FileFormatError("it is no notebook that Glassnet wrote: its step is missing")
    answers: Mapping[str, Any] = {}
    for found in (answer for source in sources for answer in _dicts(source)):
        answers = found
    return step, {name: _as_written(answer) for name, answer in answers.items()}


def _as_written(answer: Any) -> Any:
    """An answer in a notebook; what is neither number nor text, as text."""
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return answer if answer is None or is_number or isinstance(answer, str) else repr(answer)


def _dicts(source: str) -> Iterator[dict[str, Any]]:
    """Each dict that is written for ``answers`` in a cell; nothing is run."""
    kept = "\n".join("" if line.lstrip()[:1] in "%!" else line for line in source.split("\n"))
    try:
        statements = ast.parse(kept).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if "answers" in source:
            raise FileFormatError(
                "the cell with the answers is no Python that can be read"
            ) from None
        return
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id="answers")], value=value):
                try:
                    found = ast.literal_eval(value)
                except (ValueError, TypeError, RecursionError, MemoryError):
                    found = None
                if not isinstance(found, dict):
                    raise FileFormatError(
                        "answers must be a dict of names and numbers, written out: nothing in a "
                        "notebook is run"
                    )
                yield found


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise MissingPackageError(
            "spreadsheets need the package openpyxl; install it, or use a CSV file"
        ) from None
    return openpyxl
