"""The steps of a fit, taken again by its journal, are those that the fit took, bit for bit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import glassnet as gn
from glassnet.errors import FileFormatError, JournalError
from glassnet.estimators import MLPClassifier, MLPRegressor
from glassnet.estimators.replay import RatesOfFit, _factor
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.content import read_content
from glassnet.training.schedule import ConstantRate, Factors, Schedule, UpcomingSteps
from tests.estimators.test_fit_journal import FITS, NUMBERS, SINGLE, USUAL, WEIGHTS, Dies, X, Y
from tests.replayed_steps import require_same_step, some_steps
from tests.workflows.test_rerun import changed

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:batch_size=500 is larger"),
]

RANDOM = np.random.default_rng(4)
THREE = np.where(X[:, 3] > 0.5, "left", Y)
PAIRS = np.column_stack([NUMBERS, X[:, 2]])


@dataclass(eq=False)
class FallsEverySecond(Schedule):
    """A schedule that remembers: after every second epoch the rate falls."""

    depends_on_losses = True
    epochs: list[int] = field(default_factory=list, init=False)

    def factors(self, steps: UpcomingSteps) -> Factors:
        if (epoch := int(steps.epochs[0])) not in self.epochs:
            self.epochs.append(epoch)
        return np.full(len(steps.done), 0.9 ** (len(self.epochs) // 2))

    def state(self) -> dict[str, Any]:
        return {"epochs": list(self.epochs)}

    def set_state(self, state: Any) -> None:
        self.epochs = list(state["epochs"])


#: Parameters, inputs, targets and further arguments of each fit.
STEPS: dict[str, tuple[dict[str, Any], Any, Any, dict[str, Any]]] = {
    **{name: fit for name, fit in FITS.items() if name != "lbfgs"},
    "adaptive by score": (
        {
            "solver": "sgd",
            "learning_rate": "adaptive",
            "learning_rate_init": 0.3,
            "early_stopping": True,
            "tol": 0.01,
            "n_iter_no_change": 1,
            "max_iter": 25,
        },
        X,
        Y,
        {},
    ),
    "adaptive regression": (
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 1},
        X,
        PAIRS,
        {},
    ),
    "invscaling, float32": (
        {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3, "dropout": 0.2},
        SINGLE,
        LABELS := (SINGLE[:, :3] > 0.2).astype(int),
        {},
    ),
    "three classes": ({"early_stopping": True, "class_weight": {"left": 3.0}}, X, THREE, {}),
    "weights of each label": ({"class_weight": [{0: 1, 1: 2}] * 3}, X, LABELS, {}),
    "a list of weights": ({"early_stopping": True}, X, Y, {"sample_weight": WEIGHTS}),
    "one batch": ({"batch_size": 500, "max_iter": 40}, X, Y, {}),
    "a random state": ({"random_state": np.random.RandomState(7), "dropout": 0.1}, X, Y, {}),
    "poisson": ({"loss": "poisson"}, X, NUMBERS - NUMBERS.min(), {}),
    "a scoring function": (
        {"early_stopping": True, "scoring": lambda model, x, y: model.score(x, y)},
        X,
        Y,
        {},
    ),
    "tanh, logistic": (
        {"activation": ["tanh", "logistic"], "hidden_layer_sizes": [5, 4]},
        X,
        Y,
        {},
    ),
}


class Recording:
    """What a fit records of all its steps, and the parameters after the last one."""

    history: History
    last: Any

    def _run(self, *arguments: Any) -> Any:
        run, rules = super()._run(*arguments)  # type: ignore[misc]
        run.plan = replace(run.plan, record=range(10**6))
        self.history = run.history
        return run, rules

    def _follow(self, run: Any) -> None:
        super()._follow(run)  # type: ignore[misc]
        self.last = run.training.parameters.copy()


class RecordingClassifier(Recording, MLPClassifier):
    """A classifier that records."""


class RecordingRegressor(Recording, MLPRegressor):
    """A regressor that records."""


@pytest.fixture(params=["few checkpoints", "many checkpoints"])
def checkpoints(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many checkpoints":
        monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
        monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)


def estimator(y: Any, *, records: bool = False, **options: Any) -> Any:
    classified = y.dtype.kind in "Ui"
    if records:
        kind: Any = RecordingClassifier if classified else RecordingRegressor
    else:
        kind = MLPClassifier if classified else MLPRegressor
    if isinstance(random := options.get("random_state"), np.random.RandomState):
        other = np.random.RandomState()
        other.set_state(random.get_state())
        options["random_state"] = other
    return kind(**{**USUAL, **options})


def require_same_steps(run: gn.JournalledRun, fitted: Any) -> None:
    """Compare random steps with those that a fit recorded, before and after."""
    steps = fitted.history.steps
    assert run.replay().steps == len(steps)
    for step in some_steps(len(steps), RANDOM):
        require_same_step(run.recorded(step), steps[step])
        if step + 1 < len(steps):
            after = run.network(step=step + 1).parameters
            np.testing.assert_array_equal(after, steps[step + 1].parameters)
    last = run.network(epoch=run.history.epochs - 1)
    np.testing.assert_array_equal(last.parameters, fitted.last)
    np.testing.assert_array_equal(run.network().parameters, fitted.network_.parameters)


@pytest.mark.usefixtures("checkpoints")
@pytest.mark.parametrize("name", STEPS)
def test_random_steps_are_those_of_the_undisturbed_fit(name: str, tmp_path: Path) -> None:
    options, x, y, arguments = STEPS[name]
    fitted = estimator(y, records=True, **options).fit(x, y, **arguments)
    path = tmp_path / "fit.glassnet"
    estimator(y, journal=path, **options).fit(x, y, **arguments)
    weights = {key: own for key, own in arguments.items() if key == "sample_weight"}
    if not isinstance(x, csr_matrix):
        require_same_steps(gn.open_run(path), fitted)
        assert gn.open_run(path).step(3).check.passed  # type: ignore[union-attr]
    require_same_steps(gn.open_run(path, x, y, **weights), fitted)


def test_the_rates_of_the_cases_move() -> None:
    for name in ("adaptive", "adaptive by score", "adaptive regression", "invscaling, float32"):
        options, x, y, arguments = STEPS[name]
        fitted = estimator(y, records=True, **options).fit(x, y, **arguments)
        assert len(set(fitted.history.learning_rates)) > 2


def left_within_an_epoch(
    path: Path, name: str, monkeypatch: pytest.MonkeyPatch, looks: int = 29
) -> Any:
    """Keep the journal of a fit that died within an epoch: its first checkpoint and one then."""
    looked = [0]

    def look(keeper: keeping.NetworkKeeper, run: Any) -> None:
        keeper._epochs = run.history.epochs
        looked[0] += 1
        if looked[0] == looks:
            keeper._copy()
            raise Dies

    options, x, y, _ = STEPS[name]
    with monkeypatch.context() as patch:
        patch.setattr(keeping.NetworkKeeper, "look", look)
        patch.setattr("glassnet.training.loop.FIRST_MULTIPLY_ADDS", 1)
        patch.setattr("glassnet.training.loop.SECONDS_BETWEEN_LOOKS", 0.0)
        with pytest.raises(Dies):
            estimator(y, journal=path, **options).fit(x, y)
    return estimator(y, records=True, **options).fit(x, y).history.steps


@pytest.mark.parametrize("name", ["adaptive", "adaptive by score", "invscaling", "a schedule"])
def test_the_steps_of_an_epoch_that_was_left_are_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fit.glassnet"
    expected = left_within_an_epoch(path, name, monkeypatch)
    run = gn.open_run(path)
    steps, in_epoch = run.replay().steps, run.replay().run.steps_in_epoch
    assert steps % in_epoch
    assert len(read_content(path).networks[0].checkpoints) == 2
    for step in range(steps):
        require_same_step(run.recorded(step), expected[step])


def test_a_rate_that_is_lost_is_not_guessed() -> None:
    rates = RatesOfFit(Path("fit.glassnet"), [1.0, 0.5], ConstantRate())
    steps = [UpcomingSteps(np.zeros(3), np.full(3, epoch)) for epoch in range(3)]
    assert rates.factors(steps[1]).tolist() == [0.5] * 3
    with pytest.raises(JournalError, match=r"at which learning rate epoch 3 \(index 2\) was"):
        rates.factors(steps[2])


def test_any_rate_comes_back_from_its_product() -> None:
    random = np.random.default_rng(1)
    for usual, factor in 10 ** random.uniform(-9, 2, size=(5000, 2)):
        assert usual * _factor(usual * factor, usual) == usual * factor
    with pytest.raises(FileFormatError, match="learning rates that are none"):
        _factor(np.nan, 0.1)
    assert _factor(0.0, 0.0) == 1
    with pytest.raises(FileFormatError, match="learning rates that are none"):
        _factor(0.1, 0.0)


@pytest.mark.parametrize("records", [True, False])
def test_a_schedule_that_remembers_is_not_moved_by_a_look(
    *, records: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)
    path, schedule = tmp_path / "fit.glassnet", FallsEverySecond()
    fitted = estimator(Y, records=True, learning_rate=FallsEverySecond()).fit(X, Y)
    estimator(Y, journal=path, learning_rate=schedule).fit(X, Y)
    run = gn.open_run(path, X, Y) if records else gn.open_run(path)
    two = [run.replay().recorded_steps(range(5, 40)) for _ in range(2)]
    for (step, one, _), (_, other, _) in zip(*two, strict=True):  # taken in turns
        require_same_step(one, fitted.history.steps[step])
        require_same_step(other, fitted.history.steps[step])
    assert len(schedule.epochs) == 12


def test_a_fit_that_went_on_for_longer_is_one_run(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    options: dict[str, Any] = {
        "solver": "sgd",
        "learning_rate": "invscaling",
        "early_stopping": True,
    }
    for epochs in (5, 12):
        estimator(Y, journal=path, max_iter=epochs, **options).fit(X, Y)
    fitted = estimator(Y, records=True, **options).fit(X, Y)
    require_same_steps(gn.open_run(path, threads=2), fitted)


def test_a_classifier_of_ones_own_is_found_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    fitted = RecordingClassifier(**USUAL, journal=path).fit(X, Y)
    require_same_steps(gn.open_run(path), fitted)


def test_a_life_and_notable_steps_are_told(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    fitted = estimator(Y, records=True, solver="sgd", learning_rate="invscaling").fit(X, Y)
    estimator(Y, journal=path, solver="sgd", learning_rate="invscaling").fit(X, Y)
    life = gn.open_run(path).follow("w1[2,3]")
    steps = [fitted.history.steps[step] for step in range(len(fitted.history.steps))]
    place = 1 * 7 + 2
    assert life.before.tolist() == [step.parameters[place] for step in steps]
    assert gn.open_run(path).notable_steps().to_text()


def test_large_data_are_given_as_the_fit_was(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    journal = gn.Journal(path, kept_data=0)
    options: dict[str, Any] = {"early_stopping": True, "dropout": 0.1, "random_state": None}
    fitted = estimator(Y, journal=journal, **options).fit(X, Y)
    with pytest.raises(JournalError, match=r"give them: gn.open_run\('.*fit.glassnet', X, y\)$"):
        gn.open_run(path).step(0)
    run = gn.open_run(path, X, Y)
    assert run.step(20).check.passed  # type: ignore[union-attr]
    np.testing.assert_array_equal(run.network().parameters, fitted.network_.parameters)
    with pytest.raises(JournalError, match=r"of X the column 3 .index 2. changed"):
        gn.open_run(path, X + np.eye(6)[2], Y)
    with pytest.raises(JournalError, match="sample_weight is new"):
        gn.open_run(path, X, Y, sample_weight=WEIGHTS)
    with pytest.raises(JournalError, match="Leave validation out"):
        gn.open_run(path, X, Y, validation=(X, Y))
    with pytest.raises(JournalError, match="Leave class_weight out"):
        gn.open_run(path, X, Y, class_weight="balanced")


def test_lbfgs_has_no_steps(tmp_path: Path) -> None:
    path = tmp_path / "fit.glassnet"
    fitted = estimator(Y, journal=path, solver="lbfgs").fit(X, Y)
    for run in (gn.open_run(path), gn.open_run(path, X, Y)):
        assert run.is_full_batch
        with pytest.raises(JournalError, match="a run of L-BFGS, whose iterations use all"):
            run.step(0)
        np.testing.assert_array_equal(run.network().parameters, fitted.network_.parameters)


def lies(source: Any = None, **options: Any) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        if values["kind"] == "run":
            values["options"] |= options
            values["source"] = (values["source"] or {}) | (source or {})

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lies({"estimator": "Unknown"}), "made with Unknown, which is not known here; define"),
        (lies({"estimator": "Adam"}), "Adam does not fit|Adam, which is no estimator"),
        (lies({"estimator": 5}), "does not say which estimator"),
        (lies({"estimator": "MultilayerPerceptron"}), "which is not known here"),
        (lies(code=1), "MLPClassifier does not fit: it has other options"),
        (lies(solver={"of": "LBFGS"}), "parameters do not fit: solver must be"),
        (lies(alpha="much"), "parameters do not fit: one is of another type"),
        (lies(alpha=-1.0), "parameters do not fit: alpha must be at least 0"),
        (lies(momentum=2.0), "parameters do not fit: momentum"),
        (lies(dropout=1.5), "parameters do not fit: a dropout rate must be"),
        (lies(learning_rate="mine()"), r"with learning_rate=mine\(\), which is no dataclass"),
        (lies(batch_size=0), "parameters do not fit: batch_size must be at least 1"),
    ],
)
def test_a_fit_that_lies_is_refused(
    change: Callable[[dict[str, Any]], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "fit.glassnet"
    estimator(Y, journal=path, solver="sgd").fit(X, Y)
    changed(path, change)
    with pytest.raises((FileFormatError, JournalError), match=words):
        gn.open_run(path).step(0)
