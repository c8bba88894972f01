"""A run as a document: how it was made, how it went, and what to type next."""

import shlex
from collections.abc import Iterator
from typing import Any

from glassnet.core.plural import counted, numbered
from glassnet.formula.document import Block, Command, Document, DocumentTable, Paragraph, Section
from glassnet.render.json import json_number
from glassnet.training.history import History
from glassnet.training.journal.content import Content, NetworkContent, RunState
from glassnet.workflows.commands import explain_command, resume_command, show_command
from glassnet.workflows.replay import step_words
from glassnet.workflows.rerun import is_full_batch
from glassnet.workflows.runs.notable import Notable
from glassnet.workflows.runs.settings import (
    data_hash,
    data_words,
    engine_words,
    settings_of,
    typed_settings,
)
from glassnet.workflows.runs.summary import RunSummary
from glassnet.workflows.runs.words import (
    date_words,
    loss_words,
    run_words,
    size_words,
    state_of,
    value_words,
)

__all__ = ["run_dict", "run_document", "run_lines", "short_document"]

#: Of many checkpoints so many epochs are named, at either end.
NAMED = 4
#: What has a section of its own, or is said in the first lines.
SAID_ELSEWHERE = ("data: ", "trained by", "engine", "Glassnet")

#: What an opened run is asked in Python.
WAYS = (
    ("run.step(0)", "a step, by its index"),
    ('run.follow("w1[1,1]")', "a weight over all steps"),
    ("run.network(epoch=0)", "the network after an epoch, by its index"),
    ("run.notable_steps()", "where something happened"),
)


def run_document(content: Content, notable: Notable | None = None, network: int = 0) -> Document:
    """Return what `glassnet runs show` shows.

    Parameters
    ----------
    content : Content
    notable : Notable, optional
        The steps in which something happened, if it was looked for them.
    network : int
        Of several networks the one whose training is shown, counted from 0.

    Raises
    ------
    FileFormatError
        If the journal is damaged where its epochs stand.
    """
    state, histories = content.state, content.histories()
    several = len(histories)
    sections = [
        Section("The run", tuple(_run(content, histories, network))),
        Section("Configuration", (_configuration(content),)),
        Section("Data", tuple(_data(content))),
        Section("Sessions", (_sessions(content),)),
        *_learning(histories, network),
        *_findings(content),
        *([] if notable is None else [notable.section(content.path, several, network)]),
        Section("Checkpoints", (_checkpoints(content),)),
        Section("What to type next", tuple(_next(content, state, network))),
    ]
    return Document(f"The run {content.path.name}", tuple(sections))


def short_document(content: Content, network: int = 0) -> Document:
    """Return how a run went, and what shows its steps: what `glassnet explain` says of a journal.

    Parameters
    ----------
    content : Content
    network : int
        As of :func:`run_document`, which says all.
    """
    histories = content.histories()
    learning = _learning(histories, network)
    to_type = [
        *_next(content, content.state, network),
        Paragraph("All about the run, and which steps are worth a look:"),
        Command(show_command(content.path, network)),
    ]
    sections = (
        Section("The run", tuple(_run(content, histories, network))),
        *(learning[:1] if len(histories) == 1 else (learning[0], learning[-1])),
        Section("What to type next", tuple(to_type)),
    )
    return Document(f"The run {content.path.name}", sections)


def run_lines(content: Content) -> list[str]:
    """Return what a run is, in a few plain lines."""
    facts = _facts(content, content.histories(), 0)
    width = max(len(name) for name, _ in facts)
    return [f"{name:<{width}}  {words}" for name, words in facts]


def _facts(content: Content, histories: list[History], network: int) -> list[tuple[str, str]]:
    """What a run is, how it stands and how it went, as names with words."""
    state, words = content.state, state_of(content, histories)
    of = "first network" if network == 0 else f"network {numbered(network)}"
    if state == "failed" and content.end is not None and content.end.words:
        words += f": {content.end.words}"
    rows = [
        ("file", str(content.path)),
        ("size", size_words(content.path.stat().st_size)),
        ("state", words),
        ("what", run_words(content)),
        ("result", loss_words(histories[network]) + (f"; {of}" if len(histories) > 1 else "")),
        ("trained by", f"{content.run.called} of Glassnet {content.run.glassnet}"),
        ("begun", date_words(content.run.started)),
    ]
    if content.sessions:
        last = content.sessions[-1]
        if content.resumed:
            words = f"{counted(content.resumed, 'time')}, last {date_words(last.at)}"
            rows.append(("resumed", words))
        rows.append(("engine", f"{engine_words(last.engine)}, on {last.host}"))
    return rows


def _run(content: Content, histories: list[History], network: int) -> Iterator[Block]:
    yield DocumentTable(("", ""), tuple(_facts(content, histories, network)))
    if content.log.is_damaged:
        yield Paragraph(
            f"The journal is damaged at byte {content.log.end:,}: what follows there is not read."
        )


def _configuration(content: Content) -> DocumentTable:
    rows = [
        (name, words)
        for name, words in settings_of(content).items()
        if not name.startswith(SAID_ELSEWHERE)
    ]
    return DocumentTable(("option", "value"), tuple(rows))


def _data(content: Content) -> Iterator[Block]:
    if content.data is None:
        yield Paragraph("The run ended before it said what it learned from.")
        return
    rows = [(part.name, data_words(part), data_hash(part)) for part in content.data.parts]
    yield DocumentTable(("array", "shape and type", "hash"), tuple(rows))
    yield Paragraph(_where_from(content, is_kept=content.data.is_kept))


def _where_from(content: Content, *, is_kept: bool) -> str:
    places = (content.run.source or {}).get("places")
    table = places.get("table") if isinstance(places, dict) else None
    if table is not None:
        return f"They come from {value_words(table)}."
    if is_kept:
        return "They were arrays in memory; the journal holds them."
    return "They were arrays in memory, and are too large to be held in the journal."


def _sessions(content: Content) -> DocumentTable:
    rows = [
        (date_words(one.at), one.host, str(one.process), engine_words(one.engine))
        for one in content.sessions
    ]
    return DocumentTable(("began", "on", "process", "engine"), tuple(rows))


def _learning(histories: list[History], network: int) -> tuple[Section, ...]:
    """The learning curves of a network."""
    history = histories[network]
    first, *further = history.to_document().sections
    if len(histories) > 1:
        first = history.section(len(histories), network)
    if not history.epochs:
        first, further = Section(first.title, (Paragraph("No epoch is complete."),)), []
    if len(histories) > 1:
        rows = tuple(
            (numbered(number), str(one.epochs), loss_words(one))
            for number, one in enumerate(histories)
        )
        further.append(
            Section("Each network", (DocumentTable(("network", "epochs", "result"), rows),))
        )
    return first, *further


def _findings(content: Content) -> Iterator[Section]:
    if content.findings:
        yield Section("Found while it trained", tuple(map(Paragraph, content.findings)))


def _checkpoints(content: Content) -> Paragraph:
    texts = []
    for number, network in enumerate(content.networks, start=1):
        of = f" of network {number}" if len(content.networks) > 1 else ""
        texts.append(_checkpoints_of(network, of))
    shown, more = texts[:NAMED], len(texts) - NAMED
    rest = [f"So it is for {counted(more, 'further network')}."] if more > 0 else []
    return Paragraph(" ".join([*shown, *rest]))


def _checkpoints_of(network: NetworkContent, of: str) -> str:
    own = network.checkpoints
    if not own:
        return f"No checkpoint{of}."
    size = sum(entry.end - entry.start for _, entry in own.values())
    epochs = list(dict.fromkeys(own[step][0].epochs for step in sorted(own)))
    words = f"{counted(len(own), 'checkpoint')}{of} ({size_words(size)}), after epoch "
    words += _in_short([f"{epoch:,}" for epoch in epochs]) + "."
    recorded = [step for step in sorted(own) if own[step][0].is_recorded]
    if recorded:
        steps = [step_words(step) for step in recorded]
        words += f" Recorded: {_in_short(steps)}."
    return words


def _in_short(names: list[str]) -> str:
    if len(names) > 2 * NAMED + 1:
        names = [*names[:NAMED], "…", *names[-NAMED:]]
    return ", ".join(names)


def _next(content: Content, state: RunState, network: int) -> Iterator[Block]:
    if state not in ("running", "finished"):
        yield from _to_go_on(content)
    if not content.networks[network].checkpoints:
        return
    yield Paragraph("Its numbers, a row for each epoch:")
    yield Command(f"glassnet runs export {shlex.quote(str(content.path))} --csv -")
    if is_full_batch(content):
        return
    step = explain_command(content.path, network=network)
    yield Paragraph("To see a step, or a weight in it; the first step has the index 0:")
    yield Command(step)
    yield Command(f"{step} --weight 'w1[1,1]'")
    if len(content.networks) > 1 and not network:
        yield Paragraph("Of another network, the second one say:")
        yield Command(explain_command(content.path, network=1))
    yield Paragraph(f"In Python, run = gn.open_run({str(content.path)!r}) opens it:")
    given = f", network={network})" if network else ")"
    ways = ((call.replace(")", given).replace("(, ", "("), words) for call, words in WAYS)
    yield DocumentTable(("type", "to see"), tuple(ways))


def _to_go_on(content: Content) -> Iterator[Block]:
    """How a run that ended before its time goes on."""
    what, journal = content.run.what, f"journal={str(content.path)!r}"
    each = " of each network" if len(content.networks) > 1 else ""
    if what != "train" and not all(network.checkpoints for network in content.networks):
        yield Paragraph(
            f"The journal ends before the first checkpoint{each}. To go on, call "
            f"{'fit' if what == 'estimator' else content.run.called} once more with {journal}."
        )
    elif what == "estimator":
        yield Paragraph(f"To go on, call fit once more with {journal}.")
    else:
        yield Paragraph("To go on:")
        yield Command(resume_command(content.path))


def run_dict(
    summary: RunSummary, content: Content, notable: Notable | None = None
) -> dict[str, Any]:
    """Return a run as JSON values: what `glassnet runs show --json` prints."""
    return {
        **summary.to_dict(),
        "trained_by": content.run.what,
        "glassnet": content.run.glassnet,
        "started": content.run.started,
        "options": content.run.options,
        "source": content.run.source,
        "settings": typed_settings(content),
        "data": [
            {"name": part.name, "shape": part.shape, "dtype": part.dtype, "hash": data_hash(part)}
            for part in (content.data.parts if content.data is not None else [])
        ],
        "data_is_kept": content.data is not None and content.data.is_kept,
        "sessions": [
            {"at": one.at, "host": one.host, "process": one.process, "engine": one.engine}
            for one in content.sessions
        ],
        "findings": content.findings,
        "histories": [_history_dict(history) for history in summary.histories],
        "notable_steps": None if notable is None else notable.to_dict(),
        "checkpoints": [_checkpoint_dicts(network) for network in content.networks],
    }


def _history_dict(history: History) -> dict[str, Any]:
    return {
        "losses": list(map(json_number, history.losses)),
        "validation_losses": list(map(json_number, history.validation_losses)),
        "metrics": {
            name: list(map(json_number, values)) for name, values in history.metrics.items()
        },
        "learning_rates": list(map(json_number, history.learning_rates)),
        "seconds": list(map(json_number, history.seconds)),
        "best_epoch": history.best_epoch,
        "stopped_early": history.stopped_early,
    }


def _checkpoint_dicts(network: NetworkContent) -> list[dict[str, Any]]:
    return [
        {
            "step": step,
            "epochs": record.epochs,
            "is_recorded": record.is_recorded,
            "is_last": record.is_last,
            "bytes": entry.end - entry.start,
        }
        for step, (record, entry) in sorted(network.checkpoints.items())
    ]
