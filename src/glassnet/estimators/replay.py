"""The steps of a fit set up once more, by its journal and the data."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from glassnet.arrays.sparse import Inputs
from glassnet.arrays.targets import Targets
from glassnet.errors import FileFormatError, GlassnetError, JournalError
from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.examples import Examples
from glassnet.estimators.fit_journal import RANDOM
from glassnet.estimators.initial_weights import InSequence, set_numbers
from glassnet.estimators.parameters import RATES
from glassnet.estimators.perceptron import MultilayerPerceptron
from glassnet.estimators.regressor import MLPRegressor
from glassnet.estimators.stopping_rules import state_of_part
from glassnet.network import Network
from glassnet.training.fit import Fitting
from glassnet.training.journal.checkpoint import HasState
from glassnet.training.journal.configuration import BASES, revived
from glassnet.training.journal.content import Content
from glassnet.training.schedule import ConstantRate, Factors, Schedule, UpcomingSteps

__all__ = ["RatesOfFit", "fitting_of"]

# Those of Glassnet; a subclass is known where it is defined.
ESTIMATORS = (MLPClassifier, MLPRegressor)
# Parameters that may be no JSON values, and decide nothing about a step.
OF_NO_STEP = ("epochs", "scoring", "random_state")


@dataclass(repr=False)
class RatesOfFit(Schedule):
    """The learning rates that a fit had.

    Those that its rules chose, by losses, by scores or by time, are in its journal; so its steps
    are taken again without them. A schedule that was given is asked again.

    Parameters
    ----------
    path : Path
        The journal.
    rates : sequence of float
        The factor of each epoch that has begun.
    schedule : Schedule
        What multiplies it besides.
    """

    path: Path
    rates: Sequence[float]
    schedule: Schedule
    #: One epoch at a time, as the fit was.
    depends_on_losses = True

    def __repr__(self) -> str:
        """Return the schedule that was given."""
        return repr(self.schedule)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the factor of each step.

        Raises
        ------
        JournalError
            If the journal does not say it.
        """
        epoch = int(steps.epochs[0])
        if epoch >= len(self.rates):
            raise JournalError(
                f"{self.path} does not say at which learning rate epoch {epoch + 1} (index "
                f"{epoch}) was trained"
            )
        return self.rates[epoch] * self.schedule.factors(steps)

    def state(self) -> dict[str, Any]:
        """Return nothing: the rates are known."""
        return {}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take over, of what the rules of the fit remembered, the part of the schedule."""
        if isinstance(self.schedule, HasState):
            self.schedule.set_state(state_of_part("schedule", state))


def fitting_of(
    content: Content,
    network: Network,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    threads: int | None = None,
) -> Fitting:
    """Return the training of a fit once more, before its first step.

    It has the steps alone: no validation, no callbacks, nothing that stops it.

    Parameters
    ----------
    content : Content
        Of the journal of an estimator's fit by steps.
    network : Network
        As it was before the training.
    X, y, sample_weight
        What was given to ``fit``; or, where `y` is Targets, what the fit learned from.
    threads : int, optional

    Raises
    ------
    JournalError
        If the estimator's class, or one of its parameters, is not known here.
    FileFormatError
        If the journal describes no estimator.
    ValueError, TypeError
        If no estimator can be fitted to the data.
    """
    estimator = _estimator(content)
    if isinstance(y, Targets):
        x, target_rows = cast("Inputs", X), y.values
    else:
        examples = _learned_from(content, estimator, Examples(X, y, sample_weight))
        x, sample_weight = examples.inputs, examples.weights
        target_rows = estimator._target_rows(examples.targets)  # noqa: SLF001 - of the same package
    estimator.network_ = network
    order = InSequence(np.random.RandomState(), len(x)) if estimator.shuffle else None
    with _fitting_parameters(content):
        run = estimator._steps(  # noqa: SLF001 - of the same package
            x,
            target_rows,
            sample_weight,
            epochs=content.epochs,
            order=order,
            schedule=_rates(content, estimator),
        )
    run.training.threads = threads
    return Fitting(run, network.classes)


def _estimator(content: Content) -> MultilayerPerceptron:
    """The estimator of a journal, before its fit."""
    name = (content.run.source or {}).get("estimator")
    if not isinstance(name, str):
        raise FileFormatError(f"{content.path} does not say which estimator was fitted")
    options = content.run.options.items()
    parameters = {key: value for key, value in options if key not in OF_NO_STEP}
    estimator = revived({**parameters, "of": name}, (*BASES, *ESTIMATORS))
    if not isinstance(estimator, MultilayerPerceptron):
        raise FileFormatError(f"{content.path} is the run of {name}, which is no estimator")
    if isinstance(rate := estimator.learning_rate, str) and rate not in RATES:
        raise JournalError(
            f"{content.path} is the run of {name} with learning_rate={rate}, which is no "
            "dataclass, so that the journal does not hold it; its steps cannot be taken again"
        )
    with _fitting_parameters(content):
        estimator._require_valid_parameters()  # noqa: SLF001 - of the same package
    return estimator


@contextmanager
def _fitting_parameters(content: Content) -> Iterator[None]:
    """Refuse parameters of a journal that the block finds wrong."""
    try:
        yield
    except GlassnetError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        name = (content.run.source or {}).get("estimator")
        found = str(error) if isinstance(error, ValueError) else "one is of another type"
        raise JournalError(
            f"{content.path} is the run of {name}, whose parameters do not fit: {found}"
        ) from None


def _learned_from(content: Content, estimator: MultilayerPerceptron, given: Examples) -> Examples:
    """What a fit learns from, of what is given to it: weighted by class, without validation."""
    random = _random(content)
    by_class = getattr(estimator, "class_weight", None)
    if isinstance(by_class, tuple):  # JSON has one kind of list
        estimator.set_params(class_weight=list(by_class))
    examples = estimator._start(*given, random, continues=False)  # noqa: SLF001 - of the same package
    parts = [] if content.data is None else content.data.parts
    learned = [part.shape[0] for part in parts if part.name == "y"]
    # A fit with validation examples of their own learned from all others.
    if estimator.early_stopping and learned != [examples.rows]:
        examples, _ = estimator._split(examples, random)  # noqa: SLF001 - of the same package
    return examples


def _random(content: Content) -> np.random.RandomState:
    """The random stream with which a fit began."""
    known, seed = (content.run.source or {}).get(RANDOM), content.run.options.get("random_state")
    random = np.random.RandomState()
    if isinstance(known, dict):
        set_numbers(random, known)
        return random
    try:
        return np.random.RandomState(seed)
    except (ValueError, TypeError):
        raise FileFormatError(f"{content.path}: its random state is none") from None


def _rates(content: Content, estimator: MultilayerPerceptron) -> RatesOfFit:
    """The learning rates of a fit: a factor for each epoch, and the schedule that was given."""
    usual = estimator._optimizer().learning_rate  # type: ignore[union-attr]  # noqa: SLF001 - it takes steps
    given = estimator.learning_rate
    history, last = content.history(), content.checkpoint()
    if isinstance(given, Schedule):  # then the rules leave the rate alone
        return RatesOfFit(content.path, [1.0] * (history.epochs + 1), given)
    rates = [_factor(rate, usual) for rate in history.learning_rates]
    if last is not None and last.record.epochs == history.epochs:  # of an epoch that was left
        rates += last.arrays.get("more.schedule.rates", np.zeros(0))[:1].tolist()
    return RatesOfFit(content.path, rates, ConstantRate())


def _factor(rate: float, usual: float) -> float:
    """The factor by which the usual learning rate becomes exactly another.

    It is their quotient or, that being rounded, a number next to it.
    """
    if rate == usual:
        return 1.0
    factor = rate / usual if usual else np.nan
    near = [factor]
    for way in (0.0, np.inf):
        near.append(float(np.nextafter(factor, way)))
        near.append(float(np.nextafter(near[-1], way)))
    for factor in near:
        if usual * factor == rate:
            return factor
    raise FileFormatError("the journal holds learning rates that are none")
