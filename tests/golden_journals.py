"""How the journals in ``tests/files`` were written.

``python -m tests.golden_journals`` writes those of today's version, on a POSIX system; files that
are there stay as they are.
"""

import os
import platform
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

import glassnet as gn
from glassnet.core.array import Array
from glassnet.network import Network
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.journal import NetworkKeeper
from glassnet.training.journal.log import read_log
from glassnet.training.journal.records import VERSION
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import TrainingResult
from tests.golden_files import FILES
from tests.small_tables import fruits, write_csv

__all__ = ["EPOCHS", "RECORDED", "TABLE", "VERSION", "fitted", "run_file", "trained"]

LOOK = NetworkKeeper.look
#: The table lies beside the journal of its training.
TABLE = "fruits.csv"
EPOCHS, STOPPED_AFTER, RECORDED = 16, 5, (2, 17, 30)


def run_file(version: int, name: str) -> Path:
    """The file of a run: ``"fit"`` or ``"train"``."""
    return FILES / f"run_{version}_{name}.glassnet"


def write_all() -> None:
    """Write the files of today's version, with a checkpoint after each epoch."""
    with (
        patch.object(keeping, "MIN_SECONDS", 0.0),
        patch.object(keeping, "TIMES_AS_LONG", 0.0),
        patch.object(keeping.NetworkKeeper, "look", look_when_all_is_written),
        patch.object(platform, "node", lambda: "somewhere"),
        TemporaryDirectory() as folder,
    ):
        for name, make in (("fit", interrupted), ("train", died)):
            path = run_file(VERSION, name)
            if not path.exists():
                made = Path(folder) / path.name
                make(made)
                path.write_bytes(made.read_bytes())


def look_when_all_is_written(keeper: NetworkKeeper, run: Any) -> None:
    """So that there is a checkpoint after each epoch, however slow the disk is."""
    while not keeper._spaces:
        time.sleep(0)
    LOOK(keeper, run)


def examples() -> tuple[Array, Array]:
    """Numbers that are the same everywhere, and two classes."""
    number = np.arange(40)
    X = np.stack([number % 7, number % 5, number % 3], axis=1) / 4 - 0.75
    return X, np.where(number % 7 > number % 5, "more", "less")


def fitted(journal: Path | None = None, callbacks: Any = ()) -> tuple[Network, History]:
    """A training with most of what a checkpoint has to hold."""
    net = Network([3, 5, 2], hidden="tanh", output="softmax", seed=4)
    history = net.fit(
        *examples(),
        optimizer=gn.Adam(0.2),
        epochs=EPOCHS,
        batch_size=8,
        dropout=0.2,
        schedule=gn.WarmUp(0.2, gn.StepDecay(4)),
        validation=0.25,
        stopping=gn.EarlyStopping(3),
        record=RECORDED,
        callbacks=callbacks,
        journal=journal,
    )
    return net, history


def interrupted(path: Path) -> None:
    """Interrupt the training by Ctrl-C."""

    def interrupt(history: History) -> None:
        if history.epochs == STOPPED_AFTER:
            os.kill(os.getpid(), signal.SIGINT)

    fitted(path, interrupt)


def trained(table: Path, journal: Path | None = None) -> TrainingResult:
    """A training of an ensemble on a table."""
    recipe = Recipe("tabular", hidden=(3,), epochs=8, batch_size=16, ensemble=2, calibrate=True)
    return gn.train(table, "fruit", recipe, progress=False, journal=journal)


def died(path: Path) -> None:
    """Let the training die while it writes a record, two thirds of the way."""
    table = path.with_name(TABLE)
    write_csv(table, fruits())
    trained(table, path)
    if not (FILES / TABLE).exists():
        (FILES / TABLE).write_bytes(table.read_bytes())
    entries = read_log(path).entries
    last = entries[len(entries) * 2 // 3]
    path.write_bytes(path.read_bytes()[: (last.start + last.end) // 2])


if __name__ == "__main__":
    write_all()
