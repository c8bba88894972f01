"""A training whose journal lies on a small disk, which is full for a while.

``python -m tests.small_disk FOLDER MOST_BYTES`` prints what was seen, as JSON. The folder is the
top of an empty file system of 300 kB.
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import glassnet as gn
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.content import read_content
from glassnet.training.journal.journal import NetworkKeeper

EPOCHS, FREED_AFTER, FILLED = 80, 60, 150_000
X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
LOOK = NetworkKeeper.look


def fitted(journal: Any = None, callback: Any = lambda history: None) -> gn.Network:
    """A network of which a checkpoint takes about 6 kB."""
    net = gn.Network([4, 64, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=EPOCHS, journal=journal, callbacks=callback)
    return net


def look_when_all_is_tried(keeper: NetworkKeeper, run: Any) -> None:
    """So that each epoch has a checkpoint, or tried to have one."""
    while not keeper._spaces:
        time.sleep(0)
    LOOK(keeper, run)


def state_of(path: Path) -> dict[str, Any]:
    """What a journal holds, and whether all of it is whole."""
    content = read_content(path)
    return {
        "state": content.state,
        "is_whole": not content.log.is_damaged and content.log.end == path.stat().st_size,
        "last_step": content.last_step(),
        "epochs": content.history().epochs,
        "steps": sorted(content.networks[0].checkpoints),
    }


def save_larger(model: Path) -> dict[str, Any]:
    """Save a network that does not fit in the place of one that did."""
    before, words = model.read_bytes(), ""
    try:
        gn.Network([20, 60], output="identity").save(model)
    except OSError as error:
        words = str(error)
    return {"words": words, "is_as_before": model.read_bytes() == before}


def main(folder: Path, most_bytes: int) -> dict[str, Any]:
    """Fill the disk by a training; free it; train to the end."""
    undisturbed, path, seen = fitted(), folder / "run.glassnet", dict[str, Any]()
    model, filler = folder / "model", folder / "filler"
    filler.write_bytes(bytes(FILLED))
    gn.Network([4, 2], output="softmax").save(model)

    def free(history: History) -> None:
        if history.epochs == FREED_AFTER:
            seen["full"] = state_of(path)
            with (folder / "rest").open("wb", buffering=0) as rest:
                try:
                    while rest.write(b"\0" * 1024):
                        pass
                except OSError:
                    seen["saved"] = save_larger(model)
            seen["names"] = sorted(file.name for file in folder.iterdir())
            (folder / "rest").unlink()
            filler.unlink()

    journal = gn.Journal(path, most_bytes)
    with (
        patch.object(keeping, "MIN_SECONDS", 0.0),
        patch.object(keeping, "TIMES_AS_LONG", 0.0),
        patch.object(NetworkKeeper, "look", look_when_all_is_tried),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always", gn.JournalWarning)
        net = fitted(journal, free)
    seen["warnings"] = [str(one.message) for one in caught]
    seen["end"] = state_of(path)
    again = fitted(journal)
    return seen | {
        "has_same_bits": net.parameters.tobytes() == undisturbed.parameters.tobytes(),
        "goes_on": again.parameters.tobytes() == undisturbed.parameters.tobytes(),
        "is_saved_later": save_larger(model)["words"] == "",
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
