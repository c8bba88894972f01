"""Runs beside each other: where their configurations differ, their numbers and their curves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from glassnet.core.plural import counted
from glassnet.formula.document import (
    Block,
    Cell,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Paragraph,
    Section,
)
from glassnet.formula.number import number_text
from glassnet.render.json import json_number
from glassnet.renderable import Renderable
from glassnet.training.history import History
from glassnet.training.journal.content import Content, read_content
from glassnet.workflows.runs.settings import data_hash, settings_of
from glassnet.workflows.runs.summary import RunSummary, summary_of
from glassnet.workflows.runs.words import date_words, size_words

__all__ = ["Comparison", "compare"]

ABSENT = "—"
#: So many runs fit beside each other.
COLUMNS = 4
LONGEST = 60


def compare(paths: Sequence[Path]) -> "Comparison":
    """Compare runs by their journals, which stay as they are.

    Parameters
    ----------
    paths : sequence of Path
        At least two, at most 26.

    Raises
    ------
    ValueError
        If there are fewer, or more.
    FileNotFoundError, FileFormatError
        If one is no journal.
    """
    if not 2 <= len(paths) <= len(ascii_uppercase):
        raise ValueError(
            f"{counted(len(paths), 'journal')} given; expected 2 to {len(ascii_uppercase)}"
        )
    return Comparison([summary_of(path) for path in paths], [read_content(path) for path in paths])


@dataclass(frozen=True)
class Comparison(Renderable):
    """Several runs, each by a letter.

    Attributes
    ----------
    runs : list of RunSummary
    contents : list of Content
    """

    runs: list[RunSummary]
    contents: list[Content] = field(repr=False)

    @property
    def letters(self) -> str:
        """The names of the runs."""
        return ascii_uppercase[: len(self.runs)]

    @cached_property
    def settings(self) -> list[dict[str, str]]:
        """The configuration of each run."""
        return [settings_of(content) for content in self.contents]

    @property
    def differences(self) -> dict[str, list[str | None]]:
        """What is not the same in all runs; None where a run has no such thing."""
        names = dict.fromkeys(name for own in self.settings for name in own)
        each = {name: [own.get(name) for own in self.settings] for name in names}
        return {name: words for name, words in each.items() if len(set(words)) > 1}

    @property
    def same(self) -> int:
        """How many options are the same in all runs."""
        names = {name for own in self.settings for name in own}
        return len(names) - len(self.differences)

    def to_document(self) -> Document:
        """Return what all formats show."""
        curves = [
            self._curves("loss", "Training loss", lambda one: one.losses),
            self._curves("loss", "Validation loss", lambda one: one.validation_losses),
        ]
        return Document(
            f"{len(self.runs)} runs beside each other",
            (
                Section("The runs", (self._runs(),)),
                Section("Where they differ", tuple(self._differences())),
                Section("At the end", tuple(self._results())),
                *(section for section in curves if section is not None),
            ),
        )

    def _runs(self) -> DocumentTable:
        rows = [
            (letter, str(run.path), run.state_words, date_words(run.at), size_words(run.size))
            for letter, run in zip(self.letters, self.runs, strict=True)
        ]
        return DocumentTable(("", "file", "state", "began", "size"), tuple(rows))

    def _differences(self) -> Iterator[Block]:
        found = self.differences
        rows: list[tuple[str, list[Cell]]] = [
            (name, [_short(one) for one in words]) for name, words in found.items()
        ]
        if rows:
            yield from self._beside("option", rows)
        many = counted(self.same, "option")
        if not found:
            yield Paragraph(f"Nowhere: all {many} are the same.")
        else:
            yield Paragraph(f"{many} {'is' if self.same == 1 else 'are'} the same in all runs.")

    def _results(self) -> Iterator[Block]:
        firsts = [run.histories[0] for run in self.runs]
        rows: list[tuple[str, list[Cell]]] = [
            ("epochs", [f"{one.epochs:,}" for one in firsts]),
            ("loss", [_last(one.losses) for one in firsts]),
            ("validation loss", [_last(one.validation_losses) for one in firsts]),
            ("best validation loss", [_best(one) for one in firsts]),
        ]
        metrics = dict.fromkeys(name for one in firsts for name in one.metrics)
        for name in metrics:
            words: list[Cell] = [_last(one.metrics.get(name, [])) for one in firsts]
            rows.append((f"validation {name.replace('_', ' ')}", words))
        rows.append(("seconds", [number_text(sum(one.seconds), 3) for one in firsts]))
        yield from self._beside("", rows)
        yield from self._held_out()
        if any(len(run.histories) > 1 for run in self.runs):
            yield Paragraph("Of several networks, numbers and curves are those of the first.")

    def _held_out(self) -> Iterator[Block]:
        """Say where the numbers are not of the same rows."""
        known = [_measured_on(content) for content in self.contents]
        if len(set(known)) > 1:
            yield Paragraph(
                "The rows held out for validation differ, so the validation losses and scores "
                "compare different rows."
            )

    def _beside(self, head: str, rows: list[tuple[str, list[Cell]]]) -> Iterator[DocumentTable]:
        """Tables with a column for each run, of as many runs as fit."""
        for start in range(0, len(self.runs), COLUMNS):
            part = slice(start, start + COLUMNS)
            cells = tuple((name, *words[part]) for name, words in rows)
            yield DocumentTable((head, *self.letters[part]), cells)

    def _curves(
        self, name: str, title: str, of: Callable[[History], list[float]]
    ) -> Section | None:
        lines = []
        for letter, run in zip(self.letters, self.runs, strict=True):  # one colour in all plots
            values = of(run.histories[0])
            epochs = tuple(float(epoch) for epoch in range(1, len(values) + 1))
            lines.append(Curve(f"{letter} {run.path.name}", epochs, tuple(values)))
        has_points = any(line.points for line in lines)
        return Section(title, (Curves("epoch", name, tuple(lines)),)) if has_points else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "runs": [run.to_dict() for run in self.runs],
            "differences": self.differences,
            "same": self.same,
            "losses": [list(map(json_number, one.histories[0].losses)) for one in self.runs],
            "validation_losses": [
                list(map(json_number, one.histories[0].validation_losses)) for one in self.runs
            ],
        }


def _measured_on(content: Content) -> tuple[object, ...]:
    """What decides which rows the validation losses are of: the data, how many, and the seed."""
    parts = content.data.parts if content.data is not None else []
    chosen = content.run.options.get("validation")
    own = [part for part in parts if part.name.startswith("validation")]
    learned = [part for part in parts if part.name in ("X", "y")] if not own else []
    seed = content.run.networks[0].seed if not own else None
    return str(chosen), seed, *(data_hash(part) for part in (*own, *learned))


def _short(words: str | None) -> str:
    words = ABSENT if words is None else words
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _last(values: list[float]) -> str:
    return number_text(values[-1], 4) if values else ABSENT


def _best(history: History) -> str:
    best, losses = history.best_epoch, history.validation_losses
    if best is None or best >= len(losses):
        return ABSENT
    return f"{number_text(losses[best], 4)} (epoch {best + 1:,})"
