"""A fit with a journal that was killed, called once more, ends as the undisturbed one."""

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone

import glassnet as gn
from glassnet.errors import JournalError
from glassnet.estimators import MLPClassifier, MLPRegressor
from glassnet.training import loop
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.content import read_content

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(130, 6))
Y = np.where(X[:, 0] * X[:, 1] + X[:, 2] > 0, "up", "down")
NUMBERS = X[:, 0] ** 2 + X[:, 1]
SINGLE = X.astype(np.float32)
LABELS = (X[:, :3] > 0.2).astype(int)
WEIGHTS = RANDOM.uniform(0, 2, len(X))
VALIDATION = {"X_val": X[:30] + 0.1, "y_val": Y[:30], "sample_weight_val": WEIGHTS[:30]}
USUAL: dict[str, Any] = {
    "hidden_layer_sizes": (7,),
    "max_iter": 12,
    "batch_size": 40,
    "random_state": 3,
    "tol": 0.0,
    "n_iter_no_change": 50,
}

#: Parameters, inputs, targets and further arguments of each fit.
FITS: dict[str, tuple[dict[str, Any], Any, Any, dict[str, Any]]] = {
    "sgd": ({"solver": "sgd"}, X, Y, {}),
    "invscaling": ({"solver": "sgd", "learning_rate": "invscaling"}, X, Y, {}),
    "adaptive": (
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 1},
        X,
        Y,
        {},
    ),
    "no Nesterov": ({"solver": "sgd", "nesterovs_momentum": False}, X, Y, {}),
    "a schedule": ({"learning_rate": gn.Cosine(0.1)}, X, Y, {}),
    "adam": ({}, X, Y, {}),
    "adamw, float32": ({"solver": "adamw"}, SINGLE, Y, {}),
    "an optimizer": ({"solver": gn.AdamW(0.01, weight_decay=0.1)}, X, Y, {}),
    "early stopping": ({"early_stopping": True, "n_iter_no_change": 2, "tol": 0.1}, X, Y, {}),
    "scoring": (
        {"early_stopping": True, "scoring": "neg_log_loss", "restore_best": False},
        X,
        Y,
        {},
    ),
    "validation": ({"early_stopping": True}, X, Y, VALIDATION),
    "dropout": ({"dropout": 0.3}, X, Y, {}),
    "in their order": ({"shuffle": False}, X, Y, {}),
    "L1, weights": (
        {"l1_ratio": 0.4, "alpha": 0.1, "class_weight": "balanced"},
        X,
        Y,
        {"sample_weight": WEIGHTS},
    ),
    "sparse": ({}, csr_matrix(X * (X > 0)), Y, {}),
    "several labels": ({}, X, LABELS, {}),
    "regression": ({"early_stopping": True}, X, NUMBERS, {}),
    "without end": ({"n_iter_no_change": np.inf, "hidden_layer_sizes": 5}, X, Y, {}),
    "lbfgs": ({"solver": "lbfgs"}, X, Y, {}),
}


class Dies(BaseException):
    """Ends a training as no exception of Glassnet's does."""


def estimator(y: Any, **options: Any) -> Any:
    return (MLPRegressor if y is NUMBERS else MLPClassifier)(**{**USUAL, **options})


def everything(fit: Callable[[], Any]) -> dict[str, Any]:
    """What a fit leaves, and warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = fit()
    names: tuple[str, ...] = (
        "loss_curve_",
        "validation_scores_",
        "validation_loss_curve_",
        "best_loss_",
    )
    names += ("best_validation_score_", "n_iter_", "t_", "loss_", "_no_improvement_count", "_rate")
    state = fitted._optimizer_state
    return {name: repr(getattr(fitted, name, "absent")) for name in names} | {
        "weights": fitted.network_.parameters.tobytes(),
        "optimizer": state and (state[0], state[1].tobytes(), state[2]),
        "epochs": fitted.network_.epochs_trained,
        "warnings": [str(one.message) for one in caught],
    }


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After each step a checkpoint is made; a fit dies after so many as are set here."""
    left = [0]
    look = keeping.NetworkKeeper.look

    def look_and_die(keeper: keeping.NetworkKeeper, run: Any) -> None:
        look(keeper, run)
        left[0] -= 1
        if left[0] == 0:
            raise Dies

    monkeypatch.setattr(keeping.NetworkKeeper, "look", look_and_die)
    monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(loop, "FIRST_MULTIPLY_ADDS", 1)
    return left


@pytest.mark.parametrize("name", FITS)
def test_a_fit_that_died_twice_ends_as_the_undisturbed(
    name: str, watched: list[int], tmp_path: Path
) -> None:
    options, x, y, arguments = FITS[name]
    undisturbed = everything(lambda: estimator(y, **options).fit(x, y, **arguments))
    journalled = {**options, "journal": tmp_path / "fit.glassnet"}
    for looks in (4, 6):  # within the second epoch, and later; the shortest fit has 12
        watched[0] = looks
        with pytest.raises(Dies):
            estimator(y, **journalled).fit(x, y, **arguments)
    for _ in range(2):  # it goes on; then it is finished
        ended = everything(lambda: estimator(y, n_jobs=2, **journalled).fit(x, y, **arguments))
        assert ended == undisturbed


@pytest.mark.parametrize("given", [None, 5])
def test_without_a_number_the_journal_keeps_the_randomness(
    given: int | None, watched: list[int], tmp_path: Path
) -> None:
    def fit(seed: int | None, journal: Path | None) -> Any:
        random = None if seed is None else np.random.RandomState(seed)
        options = {"early_stopping": True, "dropout": 0.2, "random_state": random}
        return estimator(Y, journal=journal, **options).fit(X, Y)

    path = tmp_path / "fit.glassnet"
    np.random.seed(1)  # noqa: NPY002 - what random_state=None draws from
    undisturbed = everything(lambda: fit(given, None))
    np.random.seed(1)  # noqa: NPY002
    watched[0] = 8
    with pytest.raises(Dies):
        fit(given, path)
    np.random.seed(2)  # noqa: NPY002
    before = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002
    assert everything(lambda: fit(given and 6, path)) == undisturbed
    after = np.random.get_state(legacy=False)["state"]["key"]  # noqa: NPY002
    assert (before == after).all()


KILLED = """
import os, signal, sys
from glassnet.training import loop
from glassnet.training.journal import journal
journal.MIN_SECONDS = journal.TIMES_AS_LONG = 0.0
sys.path.insert(0, sys.argv[1])
from tests.estimators.test_fit_journal import FITS, estimator
options, x, y, arguments = FITS[sys.argv[2]]
def kill(fitted):
    if fitted.n_iter_ == 7:
        os.kill(os.getpid(), signal.SIGKILL)
estimator(y, **options, journal=sys.argv[3], callbacks=kill).fit(x, y, **arguments)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_a_fit_that_was_killed_in_another_process_goes_on(tmp_path: Path) -> None:
    options, x, y, arguments = FITS["validation"]
    path, root = tmp_path / "fit.glassnet", str(Path(__file__).parents[2])
    environment = {**os.environ, "GLASSNET_ISA": "scalar", "GLASSNET_NUM_THREADS": "1"}
    command = [sys.executable, "-c", KILLED, root, "validation", str(path)]
    died = subprocess.run(command, env=environment, cwd=root, check=False)
    assert died.returncode == -signal.SIGKILL
    undisturbed = everything(lambda: estimator(y, **options).fit(x, y, **arguments))
    ended = everything(lambda: estimator(y, journal=path, **options).fit(x, y, **arguments))
    assert ended == undisturbed


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_another_fit_is_refused_and_more_epochs_are_not(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    first = estimator(Y, journal=path).fit(X, Y)
    content = read_content(path)
    assert (content.run.what, content.run.source["estimator"]) == ("estimator", "MLPClassifier")  # type: ignore[index]
    with pytest.raises(JournalError, match=r"another run: alpha was 0\.0001 and is 0\.1"):
        clone(first).set_params(alpha=0.1).fit(X, Y)
    with pytest.raises(JournalError, match=r"the data are not those of .*: of X the column 1 "):
        clone(first).fit(np.where(np.arange(6) == 0, X + 1, X), Y)
    with pytest.raises(JournalError, match="taken 12 epochs already, more than the 5"):
        clone(first).set_params(max_iter=5).fit(X, Y)
    network = tmp_path / "network.glassnet"
    gn.Network([6, 2], output="softmax").fit(X, Y, epochs=1, journal=network)
    with pytest.raises(
        JournalError, match=r"of Network\.fit, and this is the fit of MLPClassifier"
    ):
        clone(first).set_params(journal=network).fit(X, Y)
    longer = everything(lambda: clone(first).set_params(max_iter=20).fit(X, Y))
    assert longer == everything(lambda: estimator(Y, max_iter=20).fit(X, Y))


def test_what_no_journal_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    with pytest.raises(ValueError, match="warm_start=True goes on from the fit before"):
        estimator(Y, journal=path, warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="partial_fit learns from whatever comes next"):
        estimator(Y, journal=path).partial_fit(X, Y, classes=["down", "up"])
    other = np.random.RandomState(np.random.PCG64(1))
    with pytest.raises(TypeError, match="random_state draws by PCG64"):
        estimator(Y, journal=path, random_state=other).fit(X, Y)
    with pytest.raises(TypeError, match="journal must be a path"):
        estimator(Y, journal=5).fit(X, Y)
    assert not path.exists()
