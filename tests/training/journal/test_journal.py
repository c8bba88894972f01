"""A journal beside a training: it does no harm, keeps to its size, and belongs to one writer."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import glassnet as gn
from glassnet.arrays.sparse import SparseRows
from glassnet.errors import FileFormatError, JournalError, JournalWarning
from glassnet.training.history import History
from glassnet.training.journal import lock as locking
from glassnet.training.journal.content import read_content

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def network(hidden: int = 8) -> gn.Network:
    return gn.Network([4, hidden, 2], hidden="tanh", output="softmax", seed=5)


def fitted(journal: Any = None, **options: Any) -> gn.Network:
    net = network()
    net.fit(X, Y, **{"epochs": 20, "journal": journal, **options})
    return net


class Dies(BaseException):
    """Ends a training as no exception of Glassnet's does."""


def dying(epoch: int) -> Callable[[History], None]:
    def die(history: History) -> None:
        if history.epochs == epoch:
            raise Dies

    return die


def test_a_journal_says_what_was_trained(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    net = network()
    history = net.fit(X, Y, epochs=20, validation=0.2, journal=path)
    content = read_content(path)
    assert (content.state, content.run.what, content.epochs) == ("finished", "fit", 20)
    again = content.history()
    assert (again.losses, again.metrics) == (history.losses, history.metrics)
    assert again.seconds == history.seconds
    assert content.kept_data()["X"].tobytes() == X.tobytes()
    last = content.checkpoint()
    assert last is not None
    assert last.record.is_last
    assert last.record.step == 20 * 2  # 48 rows are two batches
    assert last.arrays["parameters"].tobytes() == net.parameters.tobytes()


def test_a_training_may_be_torn_at_every_byte_of_the_last_pages(tmp_path: Path) -> None:
    whole = tmp_path / "whole.glassnet"
    undisturbed = network(2)
    undisturbed.fit(X, Y, epochs=6, journal=whole, record=[3])
    content = whole.read_bytes()
    first = read_content(whole).log.entries[3].end  # the run, the session and the data stand
    for length in range(len(content), first, -7):
        torn = tmp_path / "torn.glassnet"
        torn.write_bytes(content[:length])
        net = network(2)
        net.fit(X, Y, epochs=6, journal=torn, record=[3])
        assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
        assert read_content(torn).state == "finished"


def test_a_damaged_middle_is_kept_aside_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    undisturbed = fitted(path)
    content = bytearray(path.read_bytes())
    content[read_content(path).log.entries[3].start + 40] ^= 1
    path.write_bytes(content)
    assert read_content(path).log.is_damaged
    assert fitted(path).parameters.tobytes() == undisturbed.parameters.tobytes()
    assert path.with_name("run.glassnet.damaged").read_bytes() == content


def test_a_newer_version_and_foreign_files_are_refused_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    path.write_text("my notes")
    with pytest.raises(FileFormatError, match="is not the journal of a run"):
        fitted(path)
    assert path.read_text() == "my notes"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": gn.SGD(0.1)}, r"optimizer was Adam\(.*\) and is SGD\("),
        ({"batch_size": 7}, "batch_size was 32 and is 7"),
        ({"dropout": 0.1}, "dropout was not given and is 0.1"),
        ({"loss": "binary_crossentropy"}, "sigmoid|loss"),
        ({"sample_weight": np.ones(60)}, "sample_weight is new"),
    ],
)
def test_another_run_is_refused_by_what_differs(
    options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.glassnet"
    fitted(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words):
        fitted(path, **options)
    assert path.read_bytes() == before


def test_other_weights_to_begin_with_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    net = network()
    net.fit(X, Y, epochs=3, journal=path)
    with pytest.raises(JournalError, match="began before this network was trained"):
        net.fit(X, Y, epochs=3, journal=path)
    other = network()
    other.parameters[0] += 1
    with pytest.raises(JournalError, match="it began with other weights"):
        other.fit(X, Y, epochs=3, journal=path)


def test_another_engine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.glassnet"
    fitted(path)
    monkeypatch.setattr("glassnet.training.journal.same_run.engine.info", lambda: {"engine": "x"})
    with pytest.raises(JournalError, match="whose numbers differ in the last digits"):
        fitted(path)
    fitted(gn.Journal(path, allow_changes=True))


def test_a_second_writer_is_refused_in_words_and_readers_disturb_nobody(tmp_path: Path) -> None:
    path, seen = tmp_path / "run.glassnet", list[str]()

    def look(history: History) -> None:
        if history.epochs != 5:
            return
        seen.append(read_content(path).state)
        with pytest.raises(JournalError, match="is being written by another training"):
            fitted(path, callbacks=lambda now: None)

    undisturbed = fitted()
    assert fitted(path, callbacks=look).parameters.tobytes() == undisturbed.parameters.tobytes()
    assert seen == ["running"]
    assert read_content(path).state == "finished"


def test_on_a_network_file_system_a_change_tells_that_somebody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.glassnet"
    fitted(path)
    monkeypatch.setattr(locking, "is_on_network", lambda path: True)
    monkeypatch.setattr(locking, "HEARTBEAT", 0.2)
    assert not locking.is_in_use(path)
    moved = iter(range(1, 1000))
    real = Path.stat

    def changing(self: Path, **options: Any) -> Any:
        os.utime(self, ns=(0, next(moved)))
        return real(self, **options)

    monkeypatch.setattr(Path, "stat", changing)
    assert locking.is_in_use(path)


def test_network_file_systems_are_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = f"/dev/sda / ext4 rw 0 0\nserver:/home {tmp_path}/home nfs4 rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda self, **options: mounts)
    assert locking.is_on_network(tmp_path / "home" / "run.glassnet")
    assert not locking.is_on_network(tmp_path / "homeless" / "run.glassnet")


def test_where_it_cannot_be_written_it_is_warned_once_and_the_training_goes_on(
    tmp_path: Path,
) -> None:
    undisturbed = fitted()
    with pytest.warns(
        JournalWarning, match="cannot be written: the folder .* does not exist"
    ) as caught:
        net = fitted(tmp_path / "no" / "run.glassnet")
    assert len(caught) == 1
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()


def test_a_folder_that_goes_away_does_not_end_the_training(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    undisturbed = fitted()

    def remove(history: History) -> None:
        if history.epochs == 3:
            shutil.rmtree(folder)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", JournalWarning)
        net = fitted(folder / "run.glassnet", callbacks=remove)
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()


FULL_DISK = """
import resource, sys, warnings
import numpy as np
import glassnet as gn
X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    net.fit(X, Y, epochs=20, journal=sys.argv[1])
print(net.parameters.tobytes().hex())
print([str(one.message) for one in caught])
"""


@pytest.mark.parametrize("most", [0, 10, 2000, 5000])
def test_a_full_disk_costs_what_came_after_and_not_the_file(most: int, tmp_path: Path) -> None:
    path, undisturbed = tmp_path / "run.glassnet", fitted()
    command = [sys.executable, "-c", FULL_DISK, str(path), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    bits, warned = done.stdout.splitlines()
    assert bits == undisturbed.parameters.tobytes().hex()
    assert warned.count("cannot be written: File too large. The training goes on") == 1
    if path.exists():
        assert 0 < path.stat().st_size <= most
    assert fitted(path).parameters.tobytes() == undisturbed.parameters.tobytes()


def test_it_keeps_to_its_size_and_old_checkpoints_thin_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glassnet.training.journal.journal.MIN_SECONDS", 0.0)
    monkeypatch.setattr("glassnet.training.journal.journal.TIMES_AS_LONG", 0.0)
    path, most = tmp_path / "run.glassnet", 60_000
    sizes = list[int]()

    def watch(history: History) -> None:
        if path.exists():
            sizes.append(path.stat().st_size)

    undisturbed = fitted(epochs=1500)
    journal = gn.Journal(path, most_bytes=most)
    net = fitted(journal, epochs=1500, callbacks=watch)
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    # What is written at once comes on top, until the next look.
    assert max(sizes) < 2.5 * most
    content = read_content(path)
    steps = sorted(content.networks[0].checkpoints)
    assert (steps[0], steps[-1]) == (0, 3000)
    assert content.history().losses == net_losses(undisturbed, 1500)


def net_losses(_: gn.Network, epochs: int) -> list[float]:
    return network().fit(X, Y, epochs=epochs).losses


def test_new_files_that_a_kill_left_are_cleared(tmp_path: Path) -> None:
    from glassnet.core.atomic_file import new_file_beside

    path = tmp_path / "run.glassnet"
    code = (
        "from pathlib import Path; import sys; from glassnet.core.atomic_file import "
        "new_file_beside; new_file_beside(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert len(list(tmp_path.iterdir())) == 1
    new_file_beside(path).unlink()
    assert list(tmp_path.iterdir()) == []


def test_kept_data_are_those_that_are_small(tmp_path: Path) -> None:
    fitted(gn.Journal(tmp_path / "a", kept_data=X.nbytes + 60 * 2 * 4))
    fitted(gn.Journal(tmp_path / "b", kept_data=X.nbytes))
    assert read_content(tmp_path / "a").kept_data().keys() == {"X", "y"}
    with pytest.raises(JournalError, match="does not hold the data"):
        read_content(tmp_path / "b").kept_data()


def test_of_a_short_training_there_is_no_journal_where_it_may_wait(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fitted(gn.Journal(path, delay=60))
    assert not path.exists()
    with pytest.raises(TypeError, match="journal must be a path"):
        fitted(3)


def test_sparse_rows_are_learned_from_and_have_no_names(tmp_path: Path) -> None:
    rows: Any = SparseRows(csr_array(np.where(np.abs(X) < 1, 0, X)))
    nets = [network(), network()]
    for net, journal in zip(nets, (None, tmp_path / "run.glassnet"), strict=True):
        net.fit(rows, Y, epochs=3, journal=journal)
        assert net.feature_names is None
    assert nets[0].parameters.tobytes() == nets[1].parameters.tobytes()


def test_a_network_that_the_run_trained_is_told_how_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    net = fitted(path)
    with pytest.raises(JournalError, match=r"goes on by gn\.resume\('.*run\.glassnet'\)"):
        net.fit(X, Y, epochs=20, journal=path)
