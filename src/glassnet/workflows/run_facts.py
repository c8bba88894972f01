"""What a run is, by its journal: in a few lines, and as a document that says how to go on."""

import shlex
from collections.abc import Sequence
from datetime import datetime

from glassnet.core.plural import counted
from glassnet.formula.document import Document, DocumentTable, Paragraph, Section
from glassnet.training.history import History
from glassnet.training.journal.content import Content

__all__ = ["run_document", "run_lines"]

CALLS = {
    "fit": "Network.fit",
    "fit_many": "fit_many",
    "train": "gn.train",
    "estimator": "an estimator's fit",
}


def run_lines(content: Content, histories: Sequence[History]) -> list[str]:
    """Return what a run is, in a few plain lines: see :func:`run_document`."""
    facts = run_facts(content, histories)
    width = max(len(name) for name, _ in facts)
    return [f"{name:<{width}}  {words}" for name, words in facts]


def run_facts(content: Content, histories: Sequence[History]) -> list[tuple[str, str]]:
    """Return what a run is, how it stands and how it went, as names with words."""
    history = histories[0]
    facts = [("file", str(content.path)), ("what", _what(content)), ("state", _state(content))]
    facts.append(("epochs", f"{history.epochs:,} of {counted(content.epochs, 'epoch')} planned"))
    of = "" if len(histories) == 1 else " (of the first network)"
    if history.epochs:
        facts.append(("loss", f"{history.losses[0]:.4g} → {history.losses[-1]:.4g}{of}"))
    best = history.best_epoch
    if best is not None and best < len(history.validation_losses):
        words = f"epoch {best + 1:,} (index {best}), validation loss"
        facts.append(("best", f"{words} {history.validation_losses[best]:.4g}{of}"))
    facts.append(("started", _when(content.run.started)))
    if content.sessions:
        last = content.sessions[-1]
        again = len(content.sessions) - 1
        if again:
            facts.append(("resumed", f"{counted(again, 'time')}, last {_when(last.at)}"))
        isa = f", {last.engine['isa']}" if "isa" in last.engine else ""
        version = f"Glassnet {content.run.glassnet}"
        facts.append(("engine", f"{last.engine.get('engine')}{isa}; {version}; on {last.host}"))
    return facts


def _what(content: Content) -> str:
    networks = content.run.networks
    units = "-".join(str(units) for units in networks[0].architecture.units)
    several = "" if len(networks) == 1 else f"{len(networks)} times "
    return f"{CALLS[content.run.what]} of {several}a network {units}"


def _state(content: Content) -> str:
    state, end = content.state, content.end
    if state == "died":
        return "died; its process ended without a word"
    return f"failed: {end.words}" if state == "failed" and end and end.words else state


def _when(text: str) -> str:
    """Date and time as people read them; the text itself if it is none."""
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text


def run_document(content: Content, histories: Sequence[History]) -> Document:
    """Return what a run is, how it went, and what to type to go on."""
    history = histories[0]
    facts = tuple((name, words) for name, words in run_facts(content, histories))
    sections = [Section("The run", (DocumentTable(("", ""), facts),))]
    if content.findings:
        found = tuple(Paragraph(words) for words in content.findings)
        sections.append(Section("Found while it trained", found))
    if history.epochs:
        sections.append(history.section(len(histories)))
    sections.append(Section("How to go on", (_ways(content), Paragraph(_opening(content)))))
    return Document(f"The run {content.path.name}", tuple(sections))


def _ways(content: Content) -> DocumentTable:
    name = shlex.quote(str(content.path))
    rows = [
        (f"glassnet explain {name} --step 0", "a step"),
        (f"glassnet explain {name} --step 0 --weight 'w1[1,1]'", "a weight in it"),
        ('run.follow("w1[1,1]")', "a weight over all steps"),
        ("run.network(epoch=0)", "the network after an epoch"),
        ("run.notable_steps()", "where something happened"),
    ]
    if content.state in ("died", "interrupted", "failed"):
        rows.insert(0, (f"glassnet resume {name}", "go on with the training"))
    return DocumentTable(("type", "to see"), tuple(rows))


def _opening(content: Content) -> str:
    return (
        f"In Python, run = gn.open_run({str(content.path)!r}) opens it. Steps and epochs that you "
        "type are indices, counted from 0."
    )
