"""What `train` and `resume` share: the journal that is kept, and what is shown at the end."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassnet.cli.output import print_json, print_warnings, trained_dict
from glassnet.cli.signals import exit_code

if TYPE_CHECKING:
    from glassnet.training.journal.settings import Journal
    from glassnet.workflows.train import TrainingResult

__all__ = ["kept_journal", "naming_journal", "show_trained", "shows_findings"]

#: A training that takes longer keeps a journal, if it is not asked for one.
SECONDS_BEFORE_JOURNAL = 3.0


def kept_journal(model: Path, journal: Path | None, report: Path | None) -> "Journal":
    """Return the journal that is asked for, or one beside the model that goes at the end."""
    from glassnet.training.journal.settings import Journal

    places: dict[str, Any] = {"report": None if report is None else str(report.resolve())}
    if journal is not None:
        return Journal(journal, source={"places": places | {"is_temporary": False}})
    path, number = model.with_suffix(".glassnet"), 1
    while path.exists():
        click.echo(
            f"{path} is of a training that did not end; it goes on with: {_to_resume(path)}. "
            "This one begins anew",
            err=True,
        )
        number += 1
        path = model.with_suffix(f".{number}.glassnet")
    source = {"places": places | {"is_temporary": True}}
    return Journal(path, delay=SECONDS_BEFORE_JOURNAL, source=source)


@contextmanager
def naming_journal(place: Path) -> Iterator[None]:
    """Where a model cannot be written, say that its training is kept in a journal."""
    from glassnet.training.journal.log import is_log

    try:
        yield
    except OSError:
        if is_log(place):
            click.echo(f"the training is kept; continue with: {_to_resume(place)}", err=True)
        raise


def _to_resume(journal: Path) -> str:
    """The command that goes on with the training of a journal."""
    return shlex.join(["glassnet", "resume", str(journal)])


def shows_findings(*, as_json: bool) -> Callable[[str], object]:
    """Return what shows a finding while the training goes on; with JSON, nothing does."""
    return lambda words: None if as_json else click.echo(f"diagnosis {words}", err=True)


def show_trained(
    trained: "TrainingResult",
    model: Path,
    journal: "Journal",
    *,
    as_json: bool,
) -> None:
    """Show a training that ended, write its report, and exit by how it ended."""
    places = (journal.source or {}).get("places", {})
    title = f"{trained.model.provenance['table']}: {trained.model.target.name}"
    if report := places.get("report"):
        _write_report(Path(report), title, trained)
    if as_json:
        print_json({**trained_dict(trained), "model": str(model)})
    else:
        _print_summary(title, trained)
        click.echo(f"The model: {model}")
    if trained.interrupted:
        if trained.averaged_words:
            click.echo(trained.averaged_words, err=True)
        words = "interrupted; saved the best weights so far"
        if journal.place.exists():
            words += f"; continue with: {_to_resume(journal.place)}"
        click.echo(words, err=True)
        sys.exit(exit_code())
    if places.get("is_temporary"):
        journal.place.unlink(missing_ok=True)


def _write_report(path: Path, title: str, trained: "TrainingResult") -> None:
    from glassnet.evaluation.importance import importances
    from glassnet.workflows.report import write_report

    model, rows = trained.model, trained.held_out
    whole = replace(trained.evaluation, importances=importances(model, rows))
    write_report(path, title, model, rows, whole, trained.history, trained.findings)


def _print_summary(title: str, trained: "TrainingResult") -> None:
    """Print columns, learning curves and scores; warnings and findings to standard error."""
    from glassnet.formula.document import Document
    from glassnet.render.text import document_text

    scores = trained.evaluation.section(f"On {trained.evaluation.rows:,} held-out test rows")
    training = trained.history.section(len(trained.model.networks))
    sections = (trained.model.columns_section(), training, scores)
    click.echo(document_text(Document(title, sections)))
    print_warnings(trained.warnings)
    for finding in trained.findings:
        click.echo(f"diagnosis: {finding}", err=True)
