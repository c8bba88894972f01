"""Reports: learning curves, scores, diagnosis and explained predictions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from glassnet.core.atomic_file import require_writable, write_atomically
from glassnet.diagnosis import Finding
from glassnet.evaluation.evaluate import Evaluation
from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Link,
    Paragraph,
    Section,
)
from glassnet.model import Model
from glassnet.plot.boundary import boundary
from glassnet.render.html import document_page
from glassnet.tables.table import Rows, Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import target_values
from glassnet.training.history import History

__all__ = [
    "evaluation_sections",
    "examples_section",
    "findings_sections",
    "require_report_writable",
    "write_report",
]

#: So many rows are drawn.
ROWS_IN_PLANE = 500


def examples_section(model: Model, table: Table, rows: Sequence[int], title: str) -> Section:
    """Return bar charts of prediction and target for some rows; for classification only."""
    assert isinstance(model.target, ClassTarget)
    probabilities = model.outputs(model.encode(table)[0])
    places, names = model.target.places(table), model.target.output_names
    blocks: list[Block] = []
    for row in rows:
        target = tuple(float(place == places[row]) for place in range(len(names)))
        series = (("predicted", tuple(probabilities[row].tolist())), ("target", target))
        caption = f"Row {row + 1} of the held-out test rows, a {names[places[row]]}"
        blocks.append(Bars(names, series, caption))
    return Section(title, tuple(blocks))


def evaluation_sections(
    evaluation: Evaluation, title: str, pages: Sequence[str] = (), *, whole: bool = True
) -> list[Section]:
    """Return scores, calibration, permutation importances and worst predictions.

    Parameters
    ----------
    evaluation : Evaluation
    title : str
        The title of the scores.
    pages : sequence of str
        Addresses of the explanation pages of the worst predictions, if any.
    whole : bool
        Whether the rows are those of a whole table, so that ``glassnet explain`` finds them there.
    """
    sections = [evaluation.section(title)]
    if evaluation.reliability:
        sections.append(_reliability_section(evaluation))
    if evaluation.importances:
        words = "How much the loss rises when the values of a column are shuffled among the rows:"
        names, rises = zip(*evaluation.importances.items(), strict=True)
        bars = Bars(names, (("rise", rises),))
        sections.append(Section("Permutation importance", (Paragraph(words), bars)))
    if evaluation.mistakes:
        table = _mistakes_table(evaluation, pages, whole)
        sections.append(Section("Worst predictions", (table,)))
    return sections


def _mistakes_table(evaluation: Evaluation, pages: Sequence[str], whole: bool) -> DocumentTable:
    numbers = [str(one.row + 1) for one in evaluation.mistakes]
    if pages:
        numbers = [Link(row, page) for row, page in zip(numbers, pages, strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (number, *([str(one.row)] if whole else []), one.target, one.predicted, one.loss)
        for number, one in zip(numbers, evaluation.mistakes, strict=True)
    ]
    if not whole:
        caption = "Rows of the held-out test rows, counted from 1"
        return DocumentTable(("row", "target", "predicted", "loss"), tuple(rows), caption)
    caption = (
        "Rows of the evaluated table, counted from 1; --row is the index, counted from 0, by which "
        "glassnet explain takes the row"
    )
    return DocumentTable(("row", "--row", "target", "predicted", "loss"), tuple(rows), caption)


def findings_sections(findings: Sequence[Finding]) -> list[Section]:
    """Return the diagnosis as a section; empty if there are no findings."""
    if not findings:
        return []
    rows = tuple((finding.kind, finding.words, finding.advice) for finding in findings)
    return [Section("Diagnosis", (DocumentTable(("problem", "observed", "advice"), rows),))]


def write_report(
    path: Path,
    title: str,
    model: Model,
    rows: Rows,
    evaluation: Evaluation,
    history: History | None = None,
    findings: Sequence[Finding] = (),
    *,
    whole: bool = True,
) -> None:
    """Write an HTML report: training, diagnosis and evaluation.

    Each of the worst predictions links to a page that explains it, in a folder next to the report.

    Parameters
    ----------
    path : Path
        The report file; ``report.html`` has its other pages in ``report-rows``.
    title : str
    model : Model
    rows : Rows
        The evaluated rows.
    evaluation : Evaluation
    history : History, optional
    findings : sequence of Finding
    whole : bool
        Whether the rows are a whole table, as those that a training held out are not.

    Raises
    ------
    OSError
        If the file cannot be written; an existing file is then left unchanged.
    """
    pages = _write_explanations(path, model, rows, evaluation)
    heading = f"On {evaluation.rows:,} rows"
    of_training: list[Section] = []
    if history is not None:
        heading = f"On {evaluation.rows:,} held-out test rows"
        of_training = [history.section(len(model.networks)), *findings_sections(findings)]
    of_training += _plane_sections(model, rows)
    whole = whole and history is None
    sections = [*of_training, *evaluation_sections(evaluation, heading, pages, whole=whole)]
    page = document_page(Document(title, tuple(sections)))
    write_atomically(path, lambda file: file.write_text(page, encoding="utf-8"))


def require_report_writable(path: Path) -> None:
    """Raise OSError if the report cannot be written; to be called before a long computation."""
    require_writable(path)
    folder = _folder_of(path)
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"the report's other pages go to {folder}, which is a file")


def _folder_of(report: Path) -> Path:
    """The folder of a report's other pages."""
    return report.with_name(f"{report.stem}-rows")


def _write_explanations(path: Path, model: Model, rows: Rows, evaluation: Evaluation) -> list[str]:
    """Write a page for each of the worst predictions; return the links from the report."""
    folder = _folder_of(path)
    if evaluation.mistakes:
        folder.mkdir(exist_ok=True)
    chosen = np.unique([mistake.row for mistake in evaluation.mistakes]).astype(np.int64)
    table = rows.rows(chosen).in_memory()
    targets = target_values(model.target, table)
    pages = []
    for mistake in evaluation.mistakes:
        place = int(np.searchsorted(chosen, mistake.row))
        explanation = model.explain(table, place, targets[place])
        page = folder / f"{mistake.row + 1}.html"
        title = f"Row {mistake.row + 1}: {explanation.document.title}"
        explanation.titled(title).to_html(page)
        pages.append(f"{folder.name}/{page.name}")
    return pages


def _plane_sections(model: Model, rows: Rows) -> list[Section]:
    """What is predicted where, if there are two columns and both hold numbers."""
    columns = model.encoder.columns
    if len(columns) != 2 or not isinstance(model.target, ClassTarget | NumberTarget):
        return []
    shown = rows.rows(np.arange(min(len(rows), ROWS_IN_PLANE))).in_memory()
    if any(shown.columns[name].dtype.kind not in "fiu" for name in columns):
        return []
    words = "What the model predicts over the plane of its two columns, and the rows."
    plane = boundary(model, shown, target_values(model.target, shown), caption=words)
    return [Section("The predictions over both columns", (plane,))]


def _reliability_section(evaluation: Evaluation) -> Section:
    certainties = tuple(one.confidence for one in evaluation.reliability)
    right = Curve("model", certainties, tuple(one.accuracy for one in evaluation.reliability))
    target = Curve("perfect calibration", certainties, certainties)
    words = (
        "Accuracy of the predictions in each bin of confidence, the highest predicted probability. "
        "Below the line of perfect calibration the model is overconfident, above it underconfident."
    )
    return Section(
        "Calibration of the probabilities",
        (Paragraph(words), Curves("confidence", "accuracy", (target, right))),
    )
