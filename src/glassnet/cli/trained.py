"""What `train` and `resume` share: the journal that is kept, and what is shown at the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

import click

from glassnet.cli.output import exit_if_interrupted, print_json, print_warnings, trained_dict
from glassnet.cli.signals import end_interrupted

if TYPE_CHECKING:
    from glassnet.training.journal.settings import Journal
    from glassnet.workflows.train import TrainingResult

__all__ = ["kept_journal", "naming_kept", "show_trained", "shows_findings"]

#: A training that takes longer keeps a journal, if it is not asked for one.
SECONDS_BEFORE_JOURNAL = 3.0


def kept_journal(model: Path, journal: Path | None, report: Path | None) -> "Journal":
    """Return the journal that is asked for, or one beside the model that goes at the end."""
    from glassnet.training.journal.settings import Journal
    from glassnet.workflows.commands import resume_command

    places: dict[str, Any] = {"report": None if report is None else str(report.resolve())}
    if journal is not None:
        return Journal(journal, source={"places": places | {"is_temporary": False}})
    path, number = model.with_suffix(".glassnet"), 1
    while path.exists():
        click.echo(
            f"{path} is of a training that did not end; it goes on with: {resume_command(path)}. "
            "This one begins anew",
            err=True,
        )
        number += 1
        path = model.with_suffix(f".{number}.glassnet")
    source = {"places": places | {"is_temporary": True}}
    return Journal(path, delay=SECONDS_BEFORE_JOURNAL, source=source)


@contextmanager
def naming_kept(model: Path, journal: Path | None) -> Iterator[None]:
    """Where a training ends before its result, say what of it is kept, and how to go on.

    Parameters
    ----------
    model : Path
        Where its model goes.
    journal : Path, optional
    """
    from glassnet.workflows.commands import resume_command

    before = _state(model)
    try:
        yield
    except KeyboardInterrupt:
        _end(model, journal, is_saved=_state(model) != before)
    except OSError:
        if _is_kept(journal):
            click.echo(f"the training is kept; continue with: {resume_command(journal)}", err=True)
        raise


def _end(model: Path, journal: Path | None, *, is_saved: bool) -> NoReturn:
    """End after Ctrl-C outside of the training proper, or a second one in it."""
    from glassnet.workflows.commands import resume_command

    words = []
    if is_saved:
        words.append(f"the model so far is saved, without its scores: {model}")
    if _is_kept(journal):
        words.append(f"the training is kept; continue with: {resume_command(journal)}")
    if not words:
        words.append("nothing was kept; run the same command again to begin anew")
    end_interrupted(f"interrupted; {'; '.join(words)}")


def _is_kept(journal: Path | None) -> TypeGuard[Path]:
    from glassnet.training.journal.log import is_log

    return journal is not None and is_log(journal)


def _state(path: Path) -> tuple[int, int] | None:
    """What changes of a file when another takes its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def shows_findings(*, as_json: bool) -> Callable[[str], object]:
    """Return what shows a finding while the training goes on; with JSON, nothing does."""
    return lambda words: None if as_json else click.echo(f"diagnosis {words}", err=True)


def show_trained(
    trained: "TrainingResult",
    model: Path,
    journal: "Journal | None",
    *,
    as_json: bool,
) -> None:
    """Show a training that ended, write its report, and exit by how it ended."""
    from glassnet.workflows.commands import resume_command, run_commands

    places = ((journal.source if journal is not None else None) or {}).get("places", {})
    title = f"{trained.model.provenance['table']}: {trained.model.target.name}"
    if report := places.get("report"):
        _write_report(Path(report), title, trained)
    if as_json:
        print_json({**trained_dict(trained), "model": str(model)})
    else:
        _print_summary(title, trained)
        click.echo(f"The model: {model}")
    kept = journal.place if journal is not None and journal.place.exists() else None
    exit_if_interrupted(trained, model, "" if kept is None else resume_command(kept))
    if kept is None:
        return
    if places.get("is_temporary"):
        kept.unlink(missing_ok=True)
    elif not as_json:
        click.echo(f"The run: {run_commands(kept)}")


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
