"""The arguments of ``fit``, checked before anything changes, and the training that they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeGuard, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import engine
from glassnet.arrays.inputs import checked_inputs
from glassnet.arrays.sample_weights import checked_sample_weight
from glassnet.arrays.sparse import Inputs, SparseRows
from glassnet.arrays.splits import split_rows
from glassnet.arrays.targets import Targets, checked_targets
from glassnet.core.array import Array
from glassnet.core.plural import counted
from glassnet.core.validation import whole_number
from glassnet.engine import Training
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.nn.task import Task
from glassnet.optim.adam import Adam
from glassnet.optim.dropout import Dropout
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L2, Penalty
from glassnet.optim.registry import optimizer_named
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.example_order import shuffled, unshuffled
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.history import History
from glassnet.training.interruption import interruption
from glassnet.training.loop import Run
from glassnet.training.plan import Callback, Plan, Progress, Validation
from glassnet.training.progress_bar import progress_bar
from glassnet.training.recorded_steps import checked_record
from glassnet.training.schedule import ConstantRate, Schedule

__all__ = [
    "DEFAULT_OPTIMIZER",
    "GIVEN",
    "FitOptions",
    "Fitting",
    "Learner",
    "checked_examples",
    "validation_split",
]


#: What learns where no optimizer is given.
DEFAULT_OPTIMIZER = Adam(0.001)

#: How a configuration says that validation data were given.
GIVEN = "given"

# The number of the split, which is independent of one into training and test rows.
VALIDATION = 1


class Learner(Protocol):
    """What a network is to its training."""

    architecture: Architecture
    parameters: Array
    dtype: np.dtype[Any]
    seed: int
    classes: Array | None
    epochs_trained: int

    @property
    def task(self) -> Task:
        """What the outputs mean."""


@dataclass(frozen=True)
class FitOptions:
    """The options of ``Network.fit``, where they are documented."""

    optimizer: str | Optimizer | LBFGS | None = None
    epochs: int = 100
    batch_size: int = 32
    sample_weight: ArrayLike | None = None
    class_weight: Mapping[Any, float] | str | None = None
    penalties: Penalty | Sequence[Penalty] = ()
    dropout: float | Dropout | None = None
    clip_norm: float | None = None
    validation: float | tuple[ArrayLike | SparseRows, ArrayLike | Targets] | None = None
    schedule: Schedule | None = None
    stopping: EarlyStopping | None = None
    record: Sequence[int] = ()
    threads: int | None = None
    shuffle: bool = True
    callbacks: Callback | Sequence[Callback] = ()

    def __post_init__(self) -> None:
        wanted = "'adam' or gn.Adam(0.001)"
        _require_type("optimizer", self.optimizer, (Optimizer, LBFGS, str), wanted)
        _require_type("schedule", self.schedule, (Schedule,), "gn.Cosine()")
        _require_type("stopping", self.stopping, (EarlyStopping,), "gn.EarlyStopping(10)")
        for penalty in self.all_penalties:
            _require_type("each penalty", penalty, (Penalty,), "gn.L2(0.0001)")
        whole_number("epochs", self.epochs, 1)
        whole_number("batch_size", self.batch_size, 1)
        if self.threads is not None:
            whole_number("threads", self.threads, 1)
        if self.stopping is not None and self.validation is None:
            raise ValueError("early stopping needs validation data; give validation=0.2, say")
        for callback in self.all_callbacks:
            if not callable(callback):
                raise TypeError(f"a callback is a function of the history, not {callback!r}")
        if isinstance(self.chosen_optimizer, LBFGS):
            self._require_smooth()

    @cached_property
    def chosen_optimizer(self) -> Optimizer | LBFGS:
        """The optimizer, also where its name was given."""
        if isinstance(self.optimizer, str):
            return optimizer_named(self.optimizer)
        return self.optimizer or DEFAULT_OPTIMIZER

    @property
    def configuration(self) -> dict[str, Any]:
        """What decides the numbers of a training besides network and data, for a journal."""
        given = isinstance(self.validation, tuple | list)
        return {
            "optimizer": self.chosen_optimizer,
            "epochs": int(self.epochs),
            "batch_size": int(self.batch_size),
            "penalties": self.all_penalties,
            "dropout": self.dropout,
            "clip_norm": self.clip_norm,
            "validation": GIVEN if given else self.validation,
            "schedule": self.schedule,
            "stopping": self.stopping,
            "record": tuple(self.record),
            "shuffle": self.shuffle,
            "callbacks": len(self.all_callbacks),
        }

    @property
    def all_penalties(self) -> tuple[Penalty, ...]:
        """The penalties, also where only one was given."""
        return tuple(self.penalties) if isinstance(self.penalties, Sequence) else (self.penalties,)

    @property
    def all_callbacks(self) -> tuple[Callback, ...]:
        """The callbacks, also where only one was given."""
        return (self.callbacks,) if callable(self.callbacks) else tuple(self.callbacks)

    def _require_smooth(self) -> None:
        unfit = {
            "dropout": self.dropout,
            "clip_norm": self.clip_norm,
            "a schedule": self.schedule,
            "validation": self.validation,
            "record": self.record or None,
        }
        for name, value in unfit.items():
            if value is not None:
                raise ValueError(f"L-BFGS minimises one smooth loss; it has no use for {name}")
        if not all(isinstance(penalty, L2) for penalty in self.all_penalties):
            raise ValueError("L-BFGS minimises one smooth loss; of the penalties only L2 is that")


@dataclass(frozen=True)
class Fitting:
    """A training that is about to begin, and the labels that the outputs stand for."""

    run: Run | FullBatchRun
    classes: Array | None

    @classmethod
    def prepare(
        cls,
        learner: Learner,
        loss: Loss,
        X: ArrayLike | SparseRows,
        y: ArrayLike | Targets,
        options: FitOptions,
    ) -> "Fitting":
        """Return the training of a network on some examples.

        Raises
        ------
        ValueError, TypeError
            If the data or an option are wrong.
        """
        x, targets = checked_examples(learner, X, y, finite=False)
        sample_weight = checked_sample_weight(
            options.sample_weight,
            options.class_weight,
            targets.values,
            learner.task,
            targets.classes,
        )
        rows, validation = _validation(learner, x, targets, options.validation)
        _require_measurable(options.stopping, learner.task)
        optimizer = options.chosen_optimizer
        # L-BFGS takes no steps of ours; the rule still holds its penalties.
        stepping = SGD() if isinstance(optimizer, LBFGS) else optimizer
        rule = UpdateRule(stepping, options.all_penalties, options.clip_norm)
        program = engine.compile(learner.architecture, loss, rule)
        training = Training(
            rule,
            learner.parameters,
            x,
            targets.values,
            sample_weight,
            _dropout_rates(options.dropout, learner.architecture),
            learner.seed,
            options.threads,
        )
        if isinstance(optimizer, LBFGS):
            run = FullBatchRun(program, training, optimizer, options.epochs, options.all_callbacks)
            return cls(run, targets.classes)
        plan = _plan(learner, options, len(x), rows, validation)
        return cls(Run(program, training, plan), targets.classes)

    @property
    def data(self) -> dict[str, Inputs]:
        """The arrays that it learns from, by name."""
        training = self.run.training
        data: dict[str, Inputs] = {"X": training.x, "y": training.targets}
        if training.sample_weight is not None:
            data["sample_weight"] = training.sample_weight
        validation = self.run.plan.validation if isinstance(self.run, Run) else None
        if validation is not None and validation.rows is None:
            data["validation X"], data["validation y"] = validation.x, validation.targets
        return data

    def finish(self, progress: bool | None) -> History:
        """Train to the end, until early stopping or until Ctrl-C."""
        with interruption() as interrupted, progress_bar(progress) as bar:

            def watch(now: Progress) -> bool:
                bar(now.epochs_done, now.epochs, now.loss, now.validation_loss)
                return interrupted()

            self.run.follow(watch)
            return self.run.finish(interrupted())


def _plan(
    learner: Learner,
    options: FitOptions,
    examples: int,
    rows: NDArray[np.int64] | None,
    validation: Validation | None,
) -> Plan:
    count = examples if rows is None else len(rows)
    batch_size = min(int(options.batch_size), count)
    # Where one batch holds all examples there is nothing to shuffle.
    shuffles = options.shuffle and batch_size < count
    return Plan(
        epochs=int(options.epochs),
        batch_size=batch_size,
        order=shuffled(learner.seed) if shuffles else unshuffled,
        first_epoch=learner.epochs_trained,
        schedule=options.schedule or ConstantRate(),
        stopping=options.stopping,
        validation=validation,
        rows=rows,
        record=checked_record(options.record, options.epochs * -(-count // batch_size)),
        callbacks=options.all_callbacks,
    )


@overload
def checked_examples(
    learner: Learner,
    X: SparseRows,
    y: ArrayLike | Targets,
    *,
    classes: Array | None = None,
    finite: bool = True,
    learning: bool = True,
    name: str = "",
) -> tuple[SparseRows, Targets]: ...
@overload
def checked_examples(
    learner: Learner,
    X: ArrayLike,
    y: ArrayLike | Targets,
    *,
    classes: Array | None = None,
    finite: bool = True,
    learning: bool = True,
    name: str = "",
) -> tuple[Array, Targets]: ...
def checked_examples(
    learner: Learner,
    X: ArrayLike | SparseRows,
    y: ArrayLike | Targets,
    *,
    classes: Array | None = None,
    finite: bool = True,
    learning: bool = True,
    name: str = "",
) -> tuple[Inputs, Targets]:
    """Return examples as the engines need them.

    Parameters
    ----------
    learner : Learner
    X : array-like or SparseRows
    y : array-like or Targets
        Inputs laid out as the engines need them, with Targets, pass as they are.
    classes : array, optional
        The labels of the outputs; the learner's own if not given.
    finite : bool
        Whether to look at every number of X.
    learning : bool
        Whether labels may say what the outputs stand for, where that is not known yet.
    name : str
        What comes before X and y in messages.

    Raises
    ------
    ValueError, TypeError
        If they do not fit the network or each other.
    """
    if isinstance(y, Targets) and _is_laid_out(X, learner, len(y.values)):
        return X, y
    inputs, outputs = learner.architecture.inputs, learner.architecture.outputs
    labels = learner.classes if classes is None else classes
    x = checked_inputs(X, inputs, learner.dtype, f"{name}X", finite=finite)
    targets = checked_targets(
        y, learner.task, outputs, learner.dtype, labels, f"{name}y", learning=learning
    )
    if len(x) != len(targets.values):
        raise ValueError(
            f"{name}X has {len(x)} examples and {name}y has {len(targets.values)}; expected as many"
        )
    return x, targets


def _is_laid_out(X: object, learner: Learner, examples: int) -> TypeGuard[Array]:
    """Whether inputs are an array as the engines need it, of so many examples."""
    return (
        isinstance(X, np.ndarray)
        and X.dtype == learner.dtype
        and X.shape == (examples, learner.architecture.inputs)
        and X.flags.c_contiguous
        and examples > 0
    )


def _validation(
    learner: Learner,
    x: Inputs,
    targets: Targets,
    validation: float | tuple[ArrayLike | SparseRows, ArrayLike | Targets] | None,
) -> tuple[NDArray[np.int64] | None, Validation | None]:
    """Return which examples to learn from (all, if None), and what to measure on."""
    if validation is None:
        return None, None
    metrics = learner.task.metrics
    if isinstance(validation, tuple | list):
        if len(validation) != 2:
            given = counted(len(validation), "part")
            raise ValueError(f"validation is a share, or a pair (X, y); it has {given}")
        given_x, given_y = validation
        other_x, other = checked_examples(
            learner,
            given_x,
            given_y,
            classes=targets.classes,
            finite=not isinstance(given_y, Targets),
            name="the validation ",
        )
        return None, Validation(other_x, other.values, metrics)
    learn, hold = validation_split(learner, targets, validation)
    return learn, Validation(x, targets.values, metrics, rows=hold)


def validation_split(
    learner: Learner, targets: Targets, share: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which examples a network learns from, and which are held back for its validation.

    Which ones follows from the network's seed; of classes, the same part of each is held back.
    """
    classified = learner.task.is_classification
    groups = learner.task.places(targets.values) if classified else None
    return split_rows(len(targets.values), share, learner.seed, groups, VALIDATION)


def _require_measurable(stopping: EarlyStopping | None, task: Task) -> None:
    if stopping is not None and stopping.measure == "accuracy" and task is Task.REGRESSION:
        raise ValueError("values have no accuracy; let the early stopping measure the 'loss'")


def _dropout_rates(
    dropout: float | Dropout | None, architecture: Architecture
) -> list[float] | None:
    if dropout is None:
        return None
    given = dropout if isinstance(dropout, Dropout) else Dropout(dropout)
    rates = given.rates(hidden=len(architecture.layers) - 1)
    return rates if any(rates) else None


def _require_type(name: str, value: object, kinds: tuple[type, ...], example: str) -> None:
    if value is not None and not isinstance(value, kinds):
        wanted = kinds[0].__name__
        raise TypeError(f"{name} must be of type {wanted}, like {example}, not {value!r}")
