"""A journal that cannot be written costs a training nothing, and goes on when it can."""

import errno
import os
import shutil
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import JournalError, JournalWarning
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal import lock as locking
from glassnet.training.journal import writer as writing
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import read_log
from glassnet.training.journal.writer import Writer

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
EPOCHS = 60


def fitted(journal: Any = None, callback: Any = lambda history: None) -> gn.Network:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=EPOCHS, journal=journal, callbacks=callback)
    return net


@pytest.fixture(scope="module")
def undisturbed() -> bytes:
    return fitted().parameters.tobytes()


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints after each epoch."""
    monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)


def warned(journal: Any, callback: Any = lambda history: None) -> tuple[gn.Network, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", JournalWarning)
        net = fitted(journal, callback)
    return net, [str(one.message) for one in caught]


@pytest.mark.usefixtures("_often")
@pytest.mark.parametrize("first", [0, 1, 20])
def test_a_disk_that_is_full_for_a_while(
    first: int, undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, is_full, has_failed = tmp_path / "run.glassnet", threading.Event(), threading.Event()
    real = Writer._write

    def write(self: Writer, content: bytes) -> None:
        if is_full.is_set():
            self._opened().write(content[: len(content) // 2])
            has_failed.set()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, content)

    def fill_and_free(history: History) -> None:
        if history.epochs == first:
            is_full.set()
        if history.epochs == first + 3:
            assert has_failed.wait(60)
            is_full.clear()

    monkeypatch.setattr(Writer, "_write", write)
    if first == 0:
        is_full.set()
    net, words = warned(path, fill_and_free)
    assert net.parameters.tobytes() == undisturbed
    assert len(words) == 1
    assert "cannot be written: No space left on device. The training goes on" in words[0]
    content = read_content(path)
    assert not content.log.is_damaged
    assert content.log.end == path.stat().st_size
    assert fitted(path).parameters.tobytes() == undisturbed


def test_a_disk_that_stays_full_leaves_no_file_without_records(
    undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(self: Writer, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Writer, "_write", write)
    net, words = warned(tmp_path / "run.glassnet")
    assert net.parameters.tobytes() == undisturbed
    assert len(words) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_often")
@pytest.mark.parametrize("part", ["file", "folder"])
def test_what_is_deleted_while_it_runs_is_missed(
    part: str, undisturbed: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "run.glassnet"
    path.parent.mkdir()

    def delete(history: History) -> None:
        if history.epochs == 3 and part == "file":
            path.unlink()
        elif history.epochs == 3:
            shutil.rmtree(path.parent)

    net, words = warned(path, delete)
    assert net.parameters.tobytes() == undisturbed
    assert len(words) == 1
    assert "cannot be written: it was deleted. The training goes on" in words[0]


@pytest.mark.usefixtures("_often")
def test_whatever_goes_wrong_in_the_thread_does_not_end_the_training(
    undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> list[memoryview]:
        raise MemoryError("no memory left")

    monkeypatch.setattr(writing, "body_of", fail)
    net, words = warned(tmp_path / "run.glassnet")
    assert net.parameters.tobytes() == undisturbed
    assert len(words) == 1
    assert "cannot be written: no memory left" in words[0]


@pytest.mark.usefixtures("_often")
def test_a_journal_that_cannot_shrink_goes_on_to_grow(
    undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(keeping, "shrunk", fail)
    path = tmp_path / "run.glassnet"
    net, words = warned(gn.Journal(path, most_bytes=4000))
    assert net.parameters.tobytes() == undisturbed
    assert len(words) == 1
    content = read_content(path)
    assert content.history().epochs == EPOCHS
    assert fitted(path).parameters.tobytes() == undisturbed


def test_a_link_that_leads_nowhere_is_told(undisturbed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    path.symlink_to(tmp_path / "no" / "run.glassnet")
    net, words = warned(path)
    assert net.parameters.tobytes() == undisturbed
    assert "it is a link that leads nowhere" in words[0]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not read-only there")
def test_where_nothing_may_be_written_the_training_goes_on(
    undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.glassnet"
    real = Path.open

    def refuse(self: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if self == path and "+" in mode:  # as a super-user, tests may write anywhere
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(self, mode, *arguments, **options)

    for before in (False, True):
        if before:
            fitted(path)
            content = path.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", refuse)
            net, words = warned(path)
        assert net.parameters.tobytes() == undisturbed
        assert len(words) == 1
        own = f"file {path}" if before else f"folder {tmp_path}"
        assert f"cannot be written: the {own} is read-only. The training goes on" in words[0]
        if before:
            assert path.read_bytes() == content


def test_who_was_faster_keeps_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "run.glassnet", locking.lock
    fitted(path)
    path.write_bytes(path.read_bytes()[:-300])

    def late(file: Any, place: Path) -> None:
        with path.open("ab") as other:
            other.write(b"by another training, after this one looked")
        real(file, place)

    monkeypatch.setattr(writing, "lock", late)
    with pytest.raises(JournalError, match="is being written by another training"):
        fitted(path)
    assert path.read_bytes().endswith(b"after this one looked")


@pytest.mark.usefixtures("_often")
def test_ten_thousand_epochs_keep_to_the_size_and_go_on(tmp_path: Path) -> None:
    path, most = tmp_path / "run.glassnet", 600_000
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=10_000, journal=gn.Journal(path, most_bytes=most))
    assert path.stat().st_size <= most
    content = path.read_bytes()
    for entry in read_log(path).entries[4::20]:
        path.write_bytes(content[: entry.end])
        again = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
        again.fit(X, Y, epochs=10_000, journal=gn.Journal(path, most_bytes=most))
        assert again.parameters.tobytes() == net.parameters.tobytes()
