"""``glassnet grade``."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassnet.cli.group import commands
from glassnet.cli.options import require_other_file
from glassnet.cli.output import print_json

if TYPE_CHECKING:
    from glassnet.explanation.exercise.grade import Grade

__all__ = ["grade"]

COLUMNS = ("file", "points", "possible", "first wrong line", "slip", "problem")


@commands.command()
@click.argument("sheets", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--hint",
    type=click.IntRange(1, 4),
    help="Only a hint on the first wrong line: 1 where it is, 2 what kind of slip, 3 the formula, "
    "4 the numbers.",
)
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write a row for each sheet.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def grade(sheets: tuple[Path, ...], hint: int | None, table: Path | None, as_json: bool) -> None:
    """Grade SHEETS that a student filled in: each line, and the first wrong one.

    SHEETS are CSV files, spreadsheets (.xlsx) or notebooks (.ipynb) that were written by
    exercise.to_csv, to_xlsx or to_notebook. They hold all that is needed; no code in them is run.
    """
    if table is not None:
        require_other_file(table, *sheets)
    graded = {sheet: _graded(sheet, several=len(sheets) > 1) for sheet in sheets}
    if table is not None:
        _write_table(graded, table)
    if as_json:
        print_json({"sheets": [_as_dict(sheet, found) for sheet, found in graded.items()]})
    elif table is None:
        for sheet, found in graded.items():
            _show(sheet, found, hint, named=len(sheets) > 1)
    if all(isinstance(found, str) for found in graded.values()):
        raise click.exceptions.Exit(1)


def _graded(sheet: Path, *, several: bool) -> "Grade | str":
    """A grade; of several sheets, what is wrong with one that cannot be read."""
    from glassnet.errors import FileFormatError
    from glassnet.explanation.exercise.files import grade_file

    try:
        return grade_file(sheet)
    except (FileFormatError, OSError) as error:
        if not several:
            raise
        problem = error.strerror if isinstance(error, OSError) else None
        text = f"{sheet}: {problem}" if problem else str(error)
        click.echo(f"glassnet: {text}", err=True)
        return text


def _show(sheet: Path, found: "Grade | str", hint: int | None, *, named: bool) -> None:
    if isinstance(found, str):
        return
    if named:
        click.echo(f"{sheet}:")
    click.echo(str(found) if hint is None else found.hint(hint))


def _as_dict(sheet: Path, found: "Grade | str") -> dict[str, object]:
    own = {"problem": found} if isinstance(found, str) else found.to_dict()
    return {"file": str(sheet), **own}


def _write_table(graded: "dict[Path, Grade | str]", path: Path) -> None:
    from glassnet.core.atomic_file import write_atomically

    rows: list[tuple[object, ...]] = [COLUMNS]
    for sheet, found in graded.items():
        if isinstance(found, str):
            rows.append((sheet, "", "", "", "", found))
            continue
        first = found.first_wrong
        line, slip = (first.line.name, first.slip or "") if first else ("", "")
        rows.append((sheet, found.points, found.possible, line, slip, ""))

    def write(file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)

    write_atomically(path, write)
