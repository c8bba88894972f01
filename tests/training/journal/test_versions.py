"""Journals of older versions are read in today's words and written anew; newer ones are refused."""

import errno
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import FileFormatError, JournalWarning
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal import records
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import MAGIC, framed, read_log
from glassnet.workflows.runs.summary import RunSummary, summaries

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
TODAY = 3


def fitted(journal: Path | None = None, **options: Any) -> gn.Network:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=12, record=[5, 13], journal=journal, **options)
    return net


def from_first(values: dict[str, Any]) -> dict[str, Any]:
    """In the first of three versions, a checkpoint named its steps otherwise."""
    return {{"updates": "steps_done"}.get(name, name): one for name, one in values.items()}


def from_second(values: dict[str, Any]) -> dict[str, Any]:
    """In the first and the second, a run did not say whether it shuffles, and had another tag."""
    if values.get("kind") != "begin":
        return values
    options = {"shuffle": True, **values["options"]}
    return {**values, "kind": "run", "options": options}


def as_in(version: int, values: dict[str, Any]) -> dict[str, Any]:
    """A record of today as an older version wrote it."""
    if values["kind"] == "run":
        del values["options"]["shuffle"]
        values |= {"kind": "begin", "version": version}
    if version == 1 and values["kind"] == "checkpoint":
        values["updates"] = values.pop("steps_done")
    return values


def write_as_in(version: int, path: Path) -> None:
    """Write a journal of today as an older version had written it."""
    content = [MAGIC]
    log = read_log(path)
    for entry in log.entries:
        text = msgspec.json.encode(as_in(version, msgspec.json.decode(entry.text)))
        body = log.body(entry)
        content += [framed(text, body), body]
    path.write_bytes(b"".join(content))


@pytest.fixture(autouse=True)
def _three_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "VERSION", TODAY)
    monkeypatch.setattr(records, "UPGRADES", {1: from_first, 2: from_second})


@pytest.fixture(params=[1, 2])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The journal of an older version, whose run was interrupted within its epochs."""
    path = tmp_path / "run.glassnet"

    def interrupt(history: History) -> None:
        if history.epochs == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(path, callbacks=interrupt)
    write_as_in(request.param, path)
    return path


def test_an_older_journal_is_read_and_stays_as_it_is(older: Path) -> None:
    before, undisturbed = older.read_bytes(), fitted()
    content = read_content(older)
    assert content.version < content.run.version == TODAY
    assert content.is_older
    (listed,) = summaries([older])
    assert isinstance(listed, RunSummary)
    assert listed.state_words == "interrupted after epoch 7 of 12"
    run = gn.open_run(older)
    check = run.step(7).check
    assert check is not None
    assert check.passed
    assert run.network(epoch=3).parameters.tobytes() != undisturbed.parameters.tobytes()
    assert older.read_bytes() == before


def test_its_run_goes_on_in_the_words_of_today(older: Path) -> None:
    undisturbed = fitted()
    net, history = gn.resume(older, callbacks=())
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    assert list(history.steps) == [5, 13]
    content = read_content(older)
    assert not content.is_older
    assert (content.version, content.state, len(content.sessions)) == (TODAY, "finished", 2)
    for entry in content.log.entries:
        records.record_of(entry.text)  # in the words of today, without an upgrade
    assert sorted(content.networks[0].checkpoints) == [0, 5, 13, 24]
    assert [path.name for path in older.parent.iterdir()] == ["run.glassnet"]


def test_where_it_cannot_be_written_anew_it_stays_and_the_training_goes_on(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, undisturbed = older.read_bytes(), fitted()

    def fail(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(keeping, "shrunk", fail)
    with pytest.warns(JournalWarning, match="No space left on device"):
        net, _ = gn.resume(older, callbacks=())
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    assert older.read_bytes() == before


def test_a_newer_journal_is_refused_whatever_it_holds_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    for text in (
        b'{"kind":"run","version":4,"what":"dream"}',
        b'{"kind":"beginning","version":4}',
        b'{"version":4000000000}',
    ):
        path.write_bytes(MAGIC + framed(text))
        before = path.read_bytes()
        words = r"it has version 4\d*; this version of Glassnet reads up to 3\. Install a newer one"
        for use in (read_content, fitted, gn.open_run, gn.resume):
            with pytest.raises(FileFormatError, match=words):
                use(path)
        assert path.read_bytes() == before


@pytest.mark.parametrize("version", ["0", "-1", "true", '"2"', "1.0", "null", "[1]"])
def test_a_version_that_is_none_is_refused(version: str, tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fitted(path)
    log = read_log(path)
    text = log.entries[0].text.replace(b'"version":3', b'"version":' + version.encode())
    path.write_bytes(MAGIC + framed(text) + path.read_bytes()[log.entries[0].end :])
    with pytest.raises(FileFormatError, match=r"it does not describe a record of a run: version"):
        read_content(path)
