"""A journal that lies about its run is refused in words, and costs no memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import FileFormatError, JournalError
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import MAGIC, framed
from glassnet.workflows.rerun import LearnedFrom, fittings_of, networks_of

X, Y = np.eye(6, 4), np.arange(6) % 3


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "run.glassnet"
    net = gn.Network([4, 5, 3], hidden="relu", output="softmax", seed=1)
    net.fit(X, Y, epochs=3, validation=0.4, schedule=gn.WarmUp(0.2, gn.Cosine()), journal=path)
    return path


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same journal with other texts, and checksums that are right."""
    log, content = read_content(path).log, MAGIC
    for entry in log.entries:
        values = json.loads(entry.text)
        change(values)
        body = log.body(entry)
        content += framed(json.dumps(values).encode(), body) + body
    path.write_bytes(content)
    return path


def options(**given: Any) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        if values["kind"] == "run":
            values["options"] |= given

    return change


def units(values: dict[str, Any]) -> None:
    if values["kind"] == "run":
        values["networks"][0]["layers"][0]["units"] = 10**12


def without_validation(values: dict[str, Any]) -> None:
    values.get("options", {}).pop("validation", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (units, "does not fit its network"),
        (without_validation, "'validation' is not as this version writes it"),
        (options(validation=[0.2]), "'validation' is not as this version writes it"),
        (options(validation=["X", "y"]), "'validation' is not as this version writes it"),
        (options(code="import os"), "'code' is not as this version writes it"),
        (options(validation=[1, 2, 3]), "'validation' is not as this version writes it"),
        (options(record=3), "holds options that are no training's"),
        (
            options(schedule={"of": "WarmUp", "part": 0.2, "then": "soon"}),
            "WarmUp does not fit: it has other options",
        ),
        (options(optimizer={"of": "SGD", "speed": 3}), "SGD does not fit: it has other options"),
        (options(optimizer={"of": "SGD", "learning_rate": -1}), "SGD does not fit: learning_rate"),
        (options(optimizer={"of": "Popen", "args": "true"}), "Popen, which is not known here"),
    ],
)
def test_a_run_that_lies_is_refused(
    change: Callable[[dict[str, Any]], None], words: str, journal: Path
) -> None:
    content = read_content(changed(journal, change))
    with pytest.raises((FileFormatError, JournalError), match=words):
        fittings_of(content, networks_of(content), LearnedFrom(X, Y))


def test_a_best_epoch_that_is_not_there_is_refused(journal: Path) -> None:
    def later(values: dict[str, Any]) -> None:
        if values["kind"] == "checkpoint" and values["best_epoch"] is not None:
            values["best_epoch"] = 99

    changed(journal, later)
    with pytest.raises(FileFormatError, match="a best epoch that it has not"):
        gn.open_run(journal)
