"""The clock of the machine jumps while a run is kept: backwards, ahead, again and again.

Journals take dates from the clock, and file systems the time of a change; what is waited for is
counted by another clock that does not jump.
"""

import os
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import JournalError
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal import lock as locking
from glassnet.training.journal import writer as writing
from glassnet.training.journal.content import read_content
from glassnet.workflows.runs.find import files_in
from glassnet.workflows.runs.summary import RunSummary, summaries
from tests.command import glassnet

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
#: What the clock says, again and again: seconds since 1970.
JUMPS = (1.7e9, 3.6e3, 4.1e9, 1.7e9 + 1, 1.0)


def fitted(journal: Path | None, callback: Any = lambda history: None) -> gn.Network:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=20, journal=journal, callbacks=callback)
    return net


def interrupt(history: History) -> None:
    if history.epochs == 8:
        raise KeyboardInterrupt


@pytest.fixture
def _jumping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps at each look, also where a file is touched; a heart that beats fast."""
    clock, utime = cycle(JUMPS), os.utime

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Jumping":
            return cls.fromtimestamp(next(clock), tz)

    def touch(file: int | Path) -> None:
        utime(file, (at := next(clock), at))

    monkeypatch.setattr(keeping, "datetime", Jumping)
    monkeypatch.setattr(writing, "HEARTBEAT", 0.02)
    monkeypatch.setattr(os, "utime", touch)
    monkeypatch.setattr(os, "supports_fd", {*os.supports_fd, touch})
    monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)


@pytest.mark.usefixtures("_jumping")
def test_a_run_has_the_same_bits_and_its_state_is_right(tmp_path: Path) -> None:
    path, states = tmp_path / "run.glassnet", list[str]()

    def look(history: History) -> None:
        states.append(read_content(path).state)
        interrupt(history)

    with pytest.raises(KeyboardInterrupt):
        fitted(path, look)
    assert states == ["running"] * 8
    assert read_content(path).state == "interrupted"
    assert fitted(path).parameters.tobytes() == fitted(None).parameters.tobytes()
    content = read_content(path)
    assert content.state == "finished"
    assert len(content.sessions) == 2
    for session in content.sessions:
        assert datetime.fromisoformat(session.at).timestamp() in JUMPS


@pytest.mark.usefixtures("_jumping")
def test_where_only_the_heartbeat_tells_a_run_is_alive_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "run.glassnet", list[str]()
    monkeypatch.setattr(locking, "is_on_network", lambda path: True)
    monkeypatch.setattr(locking, "HEARTBEAT", 0.02)  # nobody writes

    def look(history: History) -> None:
        if history.epochs != 3:
            return
        monkeypatch.setattr(locking, "HEARTBEAT", 3.0)  # until it beats, however slow all is
        monkeypatch.setattr(locking, "_try_lock", lambda file, exclusive: True)
        seen.append(read_content(path).state)
        with pytest.raises(JournalError, match="is being written by another training"):
            fitted(path)

    net = fitted(path, look)
    assert seen == ["running"]
    monkeypatch.setattr(locking, "HEARTBEAT", 0.02)
    assert read_content(path).state == "finished"
    assert net.parameters.tobytes() == fitted(None).parameters.tobytes()


@pytest.mark.parametrize("changed", JUMPS)
@pytest.mark.parametrize("is_on_network", [False, True])
def test_a_dead_run_stays_dead_whenever_its_file_was_changed(
    changed: float, is_on_network: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.glassnet"
    with pytest.raises(KeyboardInterrupt):
        fitted(path, interrupt)
    path.write_bytes(path.read_bytes()[:-10])
    os.utime(path, (changed, changed))
    monkeypatch.setattr(locking, "is_on_network", lambda path: is_on_network)
    monkeypatch.setattr(locking, "HEARTBEAT", 0.02)
    assert read_content(path).state == "died"
    assert fitted(path).parameters.tobytes() == fitted(None).parameters.tobytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs that began, one after another, whenever the clock said."""
    for number, at in enumerate(JUMPS):
        with monkeypatch.context() as patched:
            began = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
            patched.setattr(keeping, "now", lambda began=began: began)
            fitted(tmp_path / f"{number}.glassnet")
            os.utime(tmp_path / f"{number}.glassnet", (at, at))
    return tmp_path


def test_runs_are_listed_by_what_the_clock_said_when_they_began(folder: Path) -> None:
    found = summaries(files_in([folder]))
    assert [one.path.stem for one in found] == ["2", "3", "0", "1", "4"]
    assert {one.state for one in found if isinstance(one, RunSummary)} == {"finished"}
    done = glassnet("runs", "list", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.count("finished, 20 epochs; ") == 5
    assert "; 2099-12-03 " in done.stdout
    assert "; 1970-01-01 00:00; " in done.stdout
