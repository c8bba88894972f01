"""What a training remembers goes into a checkpoint and comes back; what does not fit is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import glassnet as gn
from glassnet.errors import FileFormatError
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.checkpoint import _read, _written, restore
from glassnet.training.journal.content import read_content
from glassnet.training.journal.records import CheckpointRecord, record_of, text_of
from glassnet.workflows.rerun import LearnedFrom, fittings_of, networks_of

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


class Dies(BaseException):
    """Ends a training as no exception of Glassnet's does."""


class Remembers:
    """Keeps numbers and an array of each epoch, and may end the training."""

    def __init__(self, ends: int = 10**9) -> None:
        self.ends, self.lowest, self.seen = ends, float("inf"), np.zeros(0)
        self.marks: list[Any] = [{"of": "number"}]

    def __call__(self, history: History) -> None:
        self.seen = np.append(self.seen, history.losses[-1])
        self.lowest = min(self.lowest, history.losses[-1])
        self.marks.append({"number": history.epochs, "high": -float("inf")})
        if history.epochs == self.ends:
            raise Dies

    def state(self) -> dict[str, Any]:
        return {"lowest": self.lowest, "seen": self.seen, "marks": self.marks}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.lowest, self.seen, self.marks = state["lowest"], state["seen"], state["marks"]


def fitted(callback: Any, journal: Any) -> gn.Network:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=20, callbacks=callback, journal=journal)
    return net


@given(JSON)
def test_any_state_of_json_values_comes_back(value: Any) -> None:
    record = CheckpointRecord(0, 0, 0, 0, None, False, more={"callback 0": _written(value, "it")})
    again = record_of(text_of(record))
    assert isinstance(again, CheckpointRecord)
    assert repr(_read(again.more["callback 0"])) == repr(value)


@pytest.mark.parametrize("ends", [1, 7, 19])
def test_what_a_callback_remembers_goes_on(
    ends: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)
    path, undisturbed = tmp_path / "run.glassnet", Remembers()
    fitted(undisturbed, tmp_path / "other.glassnet")
    with pytest.raises(Dies):
        fitted(Remembers(ends), path)
    again = Remembers()
    fitted(again, path)
    assert again.seen.tolist() == undisturbed.seen.tolist()
    assert (again.lowest, again.marks) == (undisturbed.lowest, undisturbed.marks)


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array(["a"]), np.array([1j]), {"a": {3}}])
def test_a_state_that_no_file_holds_is_refused_before_the_first_step(
    value: Any, tmp_path: Path
) -> None:
    callback = Remembers()
    callback.lowest = value
    with pytest.raises(TypeError, match=r"the state of a training.*lowest of the callback 0"):
        fitted(callback, tmp_path / "run.glassnet")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("parameters", np.zeros(3, np.float32)),
        ("state", np.zeros((1, 58), np.float32)),
        ("best", np.zeros(58)),
        ("losses", np.zeros((2, 2))),
        ("last.losses", np.zeros(2, np.float32)),
        ("losses", np.zeros(99)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name: str, array: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fitted((), path)
    content = read_content(path)
    run: Any = fittings_of(content, networks_of(content), LearnedFrom.kept_in(content))[0].run
    checkpoint = content.checkpoint(0)
    assert checkpoint is not None
    checkpoint.arrays[name] = array
    with pytest.raises(FileFormatError, match="a checkpoint of the journal"):
        restore(run, checkpoint, content.history(0))


def test_fewer_epochs_than_a_checkpoint_says_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fitted((), path)
    content = read_content(path)
    run: Any = fittings_of(content, networks_of(content), LearnedFrom.kept_in(content))[0].run
    checkpoint = content.checkpoint(0)
    assert checkpoint is not None
    with pytest.raises(FileFormatError, match="does not fit its epochs"):
        restore(run, checkpoint, content.history(0, 19))
