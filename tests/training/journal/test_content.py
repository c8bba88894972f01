"""What a journal says of its epochs is what the training said."""

from pathlib import Path

import pytest

import glassnet as gn
from glassnet.training.history import History
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import read_log
from tests.small_runs import X, Y, network


@pytest.mark.parametrize(
    "stopping",
    [
        None,
        gn.EarlyStopping(patience=30, min_improvement=0.01),
        gn.EarlyStopping(patience=30, measure="accuracy"),
        gn.EarlyStopping(patience=3),
    ],
)
def test_the_best_epoch_is_that_of_the_training_wherever_the_journal_ends(
    tmp_path: Path, stopping: gn.EarlyStopping | None
) -> None:
    path, seen = tmp_path / "run.glassnet", [0]

    def see(history: History) -> None:
        assert history.best_epoch is not None
        seen.append(history.best_epoch)

    trained = network().fit(
        X,
        Y,
        epochs=40,
        batch_size=10,
        validation=0.3,
        optimizer=gn.Adam(0.03),
        stopping=stopping,
        record=[7, 23, 60],  # a checkpoint before each
        callbacks=see,
        journal=path,
    )
    (whole,) = read_content(path).histories()
    assert whole.best_epoch == trained.best_epoch
    assert (whole.stopped_early, whole.restored) == (trained.stopped_early, trained.restored)
    content = path.read_bytes()
    for entry in read_log(path).entries[1:]:
        path.write_bytes(content[: entry.start])
        (found,) = read_content(path).histories()
        assert (found.best_epoch or 0) == seen[found.epochs]


def test_an_interrupted_training_says_so(tmp_path: Path) -> None:
    def stop(history: History) -> None:
        if history.epochs == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network().fit(X, Y, epochs=9, callbacks=stop, journal=tmp_path / "run.glassnet")
    (found,) = read_content(tmp_path / "run.glassnet").histories()
    assert found.interrupted
    assert not found.restored
    assert found.best_epoch is None
