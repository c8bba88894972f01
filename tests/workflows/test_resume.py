"""A run that was interrupted goes on by the journal alone, and ends as if it had not been."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from glassnet.errors import JournalError
from glassnet.estimators import MLPClassifier
from glassnet.training.history import History
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import read_log
from glassnet.workflows.runs.summary import RunSummary, summaries
from glassnet.workflows.show_run import show_run

X = np.random.default_rng(1).normal(size=(90, 5))
Y = np.where(X[:, 0] * X[:, 1] > 0, "up", "down")


class Dies(BaseException):
    """Ends a training as no exception of Glassnet's does."""


def dying(epoch: int) -> Callable[[History], None]:
    def die(history: History) -> None:
        if history.epochs == epoch:
            raise Dies

    return die


def network(seed: int = 3) -> gn.Network:
    return gn.Network([5, 8, 2], hidden="relu", output="softmax", seed=seed)


CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "adam": {},
    "sgd": {"optimizer": gn.SGD(0.1), "clip_norm": 0.5},
    "nesterov, penalties": {
        "optimizer": gn.Nesterov(0.05),
        "penalties": [gn.L2(0.01), gn.L1(0.001)],
    },
    "dropout, cosine": {"dropout": 0.2, "schedule": gn.Cosine(0.1)},
    "warm-up, one at a time": {"schedule": gn.WarmUp(0.2, gn.StepDecay(3)), "batch_size": 7},
    "adaptive": {"schedule": gn.Adaptive(patience=1, min_improvement=0.05)},
    "validation": {"validation": 0.3, "stopping": gn.EarlyStopping(4, measure="accuracy")},
    "validation of its own": {"validation": (X[:9] + 0.1, Y[:9])},
    "weights": {"sample_weight": np.arange(90.0), "class_weight": "balanced"},
    "recorded": {"record": [0, 7, 30], "batch_size": 11},
    "in their order": {"shuffle": False, "batch_size": 1000},
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_run_that_died_ends_with_the_bits_of_one_that_did_not(name: str, tmp_path: Path) -> None:
    options, path = CONFIGURATIONS[name], tmp_path / "run.glassnet"
    undisturbed = network()
    history = undisturbed.fit(X, Y, epochs=12, **options)
    with pytest.raises(Dies):
        network().fit(X, Y, epochs=12, journal=path, callbacks=dying(5), **options)
    net, again = gn.resume(path, callbacks=())
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    assert net.epochs_trained == undisturbed.epochs_trained
    for numbers in ("losses", "validation_losses", "metrics", "learning_rates"):
        assert getattr(again, numbers) == getattr(history, numbers)
    for fact in ("best_epoch", "restored", "stopped_early", "interrupted"):
        assert getattr(again, fact) == getattr(history, fact)
    assert again.steps.keys() == history.steps.keys()
    for number, step in again.steps.items():
        assert step.parameters.tobytes() == history.steps[number].parameters.tobytes()
        assert step.state.tobytes() == history.steps[number].state.tobytes()
        assert step.x.tobytes() == history.steps[number].x.tobytes()
    assert (net.predict(X) == undisturbed.predict(X)).all()


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_run_that_died_before_each_network_was_kept_opens_with_what_is_there(
    count: int, tmp_path: Path
) -> None:
    def networks() -> list[gn.Network]:
        return [network(seed) for seed in range(count)]

    whole, path, cut = networks(), tmp_path / "run.glassnet", tmp_path / "cut.glassnet"
    gn.fit_many(whole, X, Y, epochs=4)
    gn.fit_many(networks(), X, Y, epochs=4, journal=path)
    entries = read_log(path).entries
    assert [b"checkpoint" in one.text for one in entries[3 : 3 + count]] == [True] * count
    for end in (one.end for one in entries[: 3 + count]):  # run, session, data, checkpoints
        cut.write_bytes(path.read_bytes()[:end])
        (summary,) = summaries([cut])
        assert isinstance(summary, RunSummary)
        assert summary.state == "died"
        assert show_run(cut).to_text()
        run = gn.open_run(cut)
        for number, content in enumerate(run.content.networks):
            if content.checkpoints:
                begun = run.network(network=number)
                assert begun.parameters.tobytes() == networks()[number].parameters.tobytes()
            else:
                with pytest.raises(JournalError, match="ends before the first checkpoint of"):
                    run.network(network=number)
        again = networks()
        if all(content.checkpoints for content in run.content.networks):
            again, _ = gn.resume(cut)
        else:
            with pytest.raises(JournalError, match=r"the same call of .* once more, with"):
                gn.resume(cut)
            gn.fit_many(again, X, Y, epochs=4, journal=cut)
        assert [net.parameters.tobytes() for net in again] == [
            net.parameters.tobytes() for net in whole
        ]


def test_the_same_call_goes_on_too_and_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    undisturbed, seen = network(), list[int]()
    history = undisturbed.fit(X, Y, epochs=12)
    with pytest.raises(Dies):
        network().fit(X, Y, epochs=12, journal=path, callbacks=dying(5))
    net = network()
    net.fit(X, Y, epochs=12, journal=path, callbacks=lambda now: seen.append(now.epochs))
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    assert seen[-1] == 12
    seen.clear()
    net = network()
    again = net.fit(X, Y, epochs=12, journal=path, callbacks=lambda now: seen.append(now.epochs))
    assert (net.parameters.tobytes(), again.losses) == (
        undisturbed.parameters.tobytes(),
        history.losses,
    )
    assert not seen


def test_networks_trained_at_once_go_on(tmp_path: Path) -> None:
    path, seeds = tmp_path / "run.glassnet", (1, 2, 3)
    undisturbed = [network(seed) for seed in seeds]
    gn.fit_many(undisturbed, X, Y, epochs=12, validation=0.3)
    with pytest.raises(Dies):
        gn.fit_many(
            [network(seed) for seed in seeds],
            X,
            Y,
            epochs=12,
            validation=0.3,
            journal=path,
            callbacks=dying(5),
        )
    networks, histories = gn.resume(path, callbacks=())
    assert isinstance(networks, list)
    assert isinstance(histories, list)
    for net, other in zip(networks, undisturbed, strict=True):
        assert net.parameters.tobytes() == other.parameters.tobytes()
    assert [history.epochs for history in histories] == [12, 12, 12]


def test_lbfgs_starts_anew_with_the_same_bits(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    undisturbed = network()
    history = undisturbed.fit(X, Y, optimizer=gn.LBFGS(), epochs=12)
    with pytest.raises(Dies):
        network().fit(X, Y, optimizer=gn.LBFGS(), epochs=12, journal=path, callbacks=dying(5))
    net, again = gn.resume(path, callbacks=())
    assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
    assert again.losses == history.losses


@pytest.mark.parametrize(
    ("recipe", "target"),
    [
        (gn.Recipe("plain", epochs=12), "label"),
        (gn.Recipe("tabular", epochs=6, ensemble=2, calibrate=True), "label"),
        (gn.Recipe("tabular", epochs=6, ensemble=2), "a"),
    ],
)
def test_a_training_on_a_table_goes_on(recipe: gn.Recipe, target: str, tmp_path: Path) -> None:
    table = {"a": X[:, 0], "b": X[:, 1], "label": Y}
    path = tmp_path / "run.glassnet"
    undisturbed = gn.train(table, target, recipe, progress=False)
    undisturbed.model.save(tmp_path / "undisturbed")
    gn.train(table, target, recipe, journal=path, progress=False)
    for share in (0.3, 0.6, 0.9):
        content = path.read_bytes()
        torn = tmp_path / f"{share}.glassnet"
        torn.write_bytes(content[: int(share * len(content))])
        again = gn.resume(torn, table=table, progress=False)
        assert isinstance(again, gn.TrainingResult)
        again.model.save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "undisturbed").read_bytes()
        assert again.evaluation.scores == undisturbed.evaluation.scores
        assert (again.warnings, again.findings) == (undisturbed.warnings, undisturbed.findings)


def made(tmp_path: Path, **options: Any) -> Path:
    path = tmp_path / "run.glassnet"
    network().fit(X, Y, epochs=4, journal=path, **options)
    return path


def test_more_epochs_are_those_that_might_have_been_planned(tmp_path: Path) -> None:
    path = made(tmp_path, schedule=gn.StepDecay(3))
    planned = network()
    history = planned.fit(X, Y, epochs=9, schedule=gn.StepDecay(3))
    net, longer = gn.resume(path, epochs=9)
    assert net.parameters.tobytes() == planned.parameters.tobytes()
    assert longer.losses == history.losses


def test_more_epochs_are_refused_where_the_rates_follow_from_their_number(tmp_path: Path) -> None:
    path = made(tmp_path, schedule=gn.Cosine())
    with pytest.raises(JournalError, match=r"planned for 4 epochs.*Cosine\(final=0\.0\)"):
        gn.resume(path, epochs=9)
    with pytest.raises(JournalError, match="taken 4 epochs already, more than the 3 asked for"):
        gn.resume(path, epochs=3)


def test_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    path = made(tmp_path, callbacks=lambda history: None)
    with pytest.raises(JournalError, match="had 1 callback, which a journal cannot hold"):
        gn.resume(path)
    small = gn.Journal(tmp_path / "small.glassnet", kept_data=10)
    network().fit(X, Y, epochs=4, journal=small)
    with pytest.raises(JournalError, match="does not hold the data of its run"):
        gn.resume(small.path)
    net, _ = gn.resume(small.path, X, Y)
    assert net.epochs_trained == 4
    with pytest.raises(JournalError, match="is the run of arrays; give X and y"):
        gn.resume(path, table="x.csv")
    whole = tmp_path / "table.glassnet"
    table = {"a": X[:, 0], "label": Y}
    gn.train(table, "label", gn.Recipe("plain", epochs=2), journal=whole, progress=False)
    with pytest.raises(JournalError, match="was in memory, or came from a pipe"):
        gn.resume(whole)


def test_data_that_changed_are_named_and_refused_unless_allowed(tmp_path: Path) -> None:
    path, changed = made(tmp_path), X.copy()
    changed[3, 2] += 1
    with pytest.raises(
        JournalError, match=r"column 3 .index 2. changed.* first row that differs is row 4 "
    ):
        gn.resume(path, changed, Y)
    with pytest.raises(JournalError, match=r"fewer rows: 89 instead of 90.* row 90 "):
        gn.resume(path, X[:-1], Y[:-1])
    gn.resume(path, changed, Y, allow_changes=True, epochs=5)


def test_warnings_show_the_line_of_the_caller(tmp_path: Path) -> None:
    with pytest.warns(gn.JournalWarning) as caught:
        network().fit(X, Y, epochs=2, journal=tmp_path / "none" / "run.glassnet")
    with pytest.warns(ConvergenceWarning) as slow:
        MLPClassifier((3,), max_iter=2, random_state=0).fit(X, Y)
    assert {one.filename for one in (*caught, *slow)} == {__file__}


def test_a_journal_of_several_fits_is_refused_with_what_it_is(tmp_path: Path) -> None:
    estimator = MLPClassifier((3,), max_iter=2, random_state=0, journal=tmp_path / "a.run")
    with pytest.warns(ConvergenceWarning):
        estimator.fit(X[:60], Y[:60])
    with pytest.raises(gn.JournalError, match=r"cross_val_score or a grid search, set journal=No"):
        estimator.fit(X[30:], Y[30:])


def test_only_what_went_on_counts_as_resumed(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    with pytest.raises(Dies):
        network().fit(X, Y, epochs=6, journal=path, callbacks=dying(3))
    assert read_content(path).resumed == 0
    for resumed, epochs in ((1, None), (1, None), (2, 9), (2, None)):
        gn.resume(path, callbacks=(), epochs=epochs)
        assert read_content(path).resumed == resumed


def test_an_interrupted_fit_says_how_it_goes_on(tmp_path: Path) -> None:
    def press(history: History) -> None:
        signal.raise_signal(signal.SIGINT)

    path = tmp_path / "run.glassnet"
    history = network().fit(X, Y, epochs=100_000, journal=path, callbacks=press)
    assert history.interrupted
    assert history.goes_on == f"gn.resume({str(path)!r})"
    assert history.goes_on in repr(history)
