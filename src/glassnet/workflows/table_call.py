"""A call of ``gn.train`` as the journal of its run keeps it."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glassnet.errors import ChangedError, FileFormatError, JournalError
from glassnet.nn.task import TargetTask
from glassnet.tables.dataset import Dataset, prepare
from glassnet.tables.read.images import ImageOptions
from glassnet.tables.read.options import TableOptions
from glassnet.tables.source import TrainingSource, open_test, open_training
from glassnet.training.journal.settings import Journal
from glassnet.workflows.recipe import Recipe

__all__ = ["TableCall"]


@dataclass(frozen=True)
class TableCall:
    """The arguments of :func:`glassnet.train`, where they are documented."""

    table: Any
    target: str | Sequence[str] | None
    recipe: Recipe
    task: TargetTask | None
    save_as: Path | None
    name: str
    drop: Collection[str]
    test: Any
    images: ImageOptions | None
    options: TableOptions | None

    def prepared(self) -> tuple[TrainingSource, Recipe, Dataset]:
        """Open the table and prepare its rows; return both, and the recipe with nothing left open.

        Raises
        ------
        ValueError, OSError
            As of :func:`glassnet.train`.
        """
        source = open_training(
            self.table, self.target, self.task, self.drop, self.images, self.options
        )
        recipe = self.recipe.complete(source.targets.task, images=source.images)
        tested = (
            source.test if self.test is None else open_test(self.test, source.rows, self.options)
        )
        dataset = prepare(
            source.rows, source.targets, recipe.encoder, recipe.held_out, recipe.seed, tested
        )
        return source, recipe, dataset

    def with_table(self, table: Any, journal: Path) -> "TableCall":
        """Return the call with a table that is given, or with its own, if that is still there.

        Raises
        ------
        ChangedError
            If it is not.
        """
        if table is not None:
            return replace(self, table=table)
        if self.table is None:
            found = f"the table of {journal} was in memory, or came from a pipe"
        elif not Path(self.table).exists():
            found = f"the table of {journal} is no longer where it was, {self.table}"
        else:
            return self
        raise ChangedError(found, "Give it: table=...")

    def in_journal(self, journal: Journal) -> Journal:
        """Return a journal that knows this call, and what was said of it before.

        Raises
        ------
        TypeError
            If an argument cannot be written down.
        """
        from glassnet.training.journal.configuration import configured

        arguments = {
            name: configured(getattr(self, name))
            for name in ("target", "recipe", "task", "name", "images", "options")
        }
        arguments["drop"] = sorted([self.drop] if isinstance(self.drop, str) else self.drop)
        places = {name: _place(getattr(self, name)) for name in ("table", "test", "save_as")}
        places["journal"] = _place(journal.place)
        before = (journal.source or {}).get("places", {})
        return replace(journal, source={"arguments": arguments, "places": before | places})

    @classmethod
    def from_source(cls, source: dict[str, Any] | None, journal: Path) -> "TableCall":
        """Return the call that a journal keeps.

        Parameters
        ----------
        source : dict
            As the journal has it.
        journal : Path
            The file: tables that are no longer where they were are looked for beside it.

        Raises
        ------
        FileFormatError, JournalError
            If it keeps none.
        """
        from glassnet.training.journal.configuration import BASES, revived

        try:
            arguments, places = (source or {})["arguments"], (source or {})["places"]
            given = {
                name: revived(value, (*BASES, Recipe, ImageOptions, TableOptions))
                for name, value in arguments.items()
            }
            saved = places.get("save_as")
            return cls(
                table=_found(places["table"], journal),
                test=_found(places["test"], journal),
                save_as=None if saved is None else _to_save(saved, places.get("journal"), journal),
                **given,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, JournalError):
                raise
            raise FileFormatError(f"{journal} does not say how its table was trained on") from None


def _place(given: Any) -> str | None:
    """The full path of a file or folder; None of what lies in memory, or comes from a pipe."""
    if not isinstance(given, str | os.PathLike) or str(given) == "-":
        return None
    return str(Path(given).resolve())


def _found(place: str | None, journal: Path) -> Path | None:
    if place is None:
        return None
    path = Path(place)
    beside = journal.resolve().parent / path.name
    return beside if not path.exists() and beside.exists() else path


def _to_save(place: str, kept_in: str | None, journal: Path) -> Path:
    """Where a model goes: beside a journal that was moved or copied, and not where it came from."""
    folder = journal.resolve().parent
    is_moved = kept_in is not None and Path(kept_in).parent != folder
    return folder / Path(place).name if is_moved else Path(place)
