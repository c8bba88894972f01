"""Small trainings with a journal each: finished, interrupted, failed, died, of several networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.training.history import History
from glassnet.training.journal.log import read_log

__all__ = ["X", "Y", "damage", "fit", "make_runs", "network", "stopped"]

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def network(hidden: int = 8, seed: int = 5) -> gn.Network:
    """Return a network for the data."""
    return gn.Network([4, hidden, 2], hidden="tanh", output="softmax", seed=seed)


def fit(journal: Path, hidden: int = 8, **options: Any) -> History:
    """Train for six epochs, if no options say otherwise."""
    usual: dict[str, Any] = {"epochs": 6, "validation": 0.2}
    return network(hidden).fit(X, Y, journal=journal, **usual | options)


def stopped(journal: Path, by: BaseException) -> None:
    """Train until something is raised in the third epoch."""

    def stop(history: History) -> None:
        if history.epochs == 3:  # an epoch counts when its callbacks are done
            raise by

    with pytest.raises(type(by)):
        fit(journal, callbacks=stop)


def damage(journal: Path) -> None:
    """Turn bits in what is said of the first epochs or checkpoint, whichever comes first."""
    kinds = b'"kind":"epochs"', b'"kind":"checkpoint"'
    entries = read_log(journal).entries
    entry = next(one for one in entries if any(kind in one.text for kind in kinds))
    content = bytearray(journal.read_bytes())
    content[entry.start + 30] ^= 255
    journal.write_bytes(content)


def make_runs(place: Path) -> Path:
    """Fill a folder with a run for each way in which one ends."""
    fit(place / "finished.glassnet")
    stopped(place / "interrupted.glassnet", KeyboardInterrupt())
    stopped(place / "failed.glassnet", RuntimeError("no more paper"))
    networks = [network(seed=seed) for seed in range(3)]
    gn.fit_many(networks, X, Y, epochs=4, journal=place / "several.glassnet")
    log = read_log(place / "finished.glassnet")
    (place / "died.glassnet").write_bytes(log.path.read_bytes()[: log.entries[-1].start])
    return place
