"""The journal of an estimator's fit: its parameters, its data, and the randomness it began with."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.estimators.initial_weights import numbers_of, own_random, set_numbers
from glassnet.training.fit import Fitting
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.journal.settings import Journal
from glassnet.training.loop import Run

__all__ = ["FitJournal"]

#: Parameters that change no number of a training: how it is watched, and where it is kept.
OF_NO_NUMBER = (
    *("callbacks", "journal", "keep_optimizer_state", "max_iter", "n_jobs", "verbose"),
    "warm_start",
)
# What the state of a random stream is called among the facts of a run.
RANDOM = "random"


class FitJournal:
    """The journal of a fit, if the estimator has one.

    Attributes
    ----------
    random : RandomState
        From which weights, validation split and orders are drawn. Where `random_state` is no
        number, a fit that a journal knows draws once more what it drew the first time.
    """

    def __init__(self, estimator: Any, *, partial: bool = False) -> None:
        if estimator.journal is not None:
            _require_whole(estimator, partial=partial)
        self._estimator = estimator
        self._settings = None if estimator.journal is None else Journal.of(estimator.journal)
        self.random = check_random_state(estimator.random_state)
        self._source: dict[str, Any] = {"estimator": type(estimator).__name__}
        if self._settings is not None and not isinstance(estimator.random_state, Integral):
            self._begin_as_before(self._settings)

    def _begin_as_before(self, settings: Journal) -> None:
        """Take up the random state of the first call; note it for later ones."""
        known = _known_random(settings)
        if known is not None:
            self.random = own_random(self.random)
            set_numbers(self.random, known)
        numbers = numbers_of(self.random.get_state(legacy=False))
        self._source[RANDOM] = numbers | {"key": numbers["key"].tolist()}

    def keeping(
        self, run: Run | FullBatchRun, validation_weight: Array | None = None
    ) -> AbstractContextManager[None]:
        """Keep the journal while the block runs: see :func:`training.journal.journal.keeping`.

        Parameters
        ----------
        run : Run or FullBatchRun
            Before its first step.
        validation_weight : array of shape (examples,), optional
            The weights of the validation examples, by which they are scored.
        """
        if self._settings is None:
            return nullcontext()
        from importlib.metadata import version

        from glassnet.nn.schema import NetworkRecord
        from glassnet.training.journal.journal import keeping, now
        from glassnet.training.journal.records import VERSION, RunRecord

        record = RunRecord(
            version=VERSION,
            glassnet=version("glassnet"),
            started=now(),
            what="estimator",
            networks=[NetworkRecord(**self._estimator.network_.record_fields())],
            options=_options(self._estimator),
            source=self._source | {"arguments": {"estimator": self._source["estimator"]}},
        )
        data = dict(Fitting(run, None).data)
        if validation_weight is not None:
            data["validation sample_weight"] = validation_weight
        return _refused_in_words(keeping(self._settings, record, [run], data))


@contextmanager
def _refused_in_words(kept: AbstractContextManager[None]) -> Iterator[None]:
    """Say of changed data what they are where one journal is given to several fits."""
    from glassnet.training.journal.same_run import changes_told

    remedy = (
        "A journal is of one fit: where there are several, as in cross_val_score or a grid search, "
        "set journal=None. Otherwise give the data as they were"
    )
    with ExitStack() as stack:
        with changes_told(remedy, "gn.Journal(..., allow_changes=True)"):
            stack.enter_context(kept)
        yield


def _require_whole(estimator: Any, *, partial: bool) -> None:
    """Refuse a journal of what is not a whole training from its first step."""
    if partial:
        raise ValueError(
            "a journal is of a whole fit, and partial_fit learns from whatever comes next; set "
            "journal=None"
        )
    if estimator.warm_start:
        raise ValueError(
            "a journal is of one fit from its first step, and warm_start=True goes on from the "
            "fit before; set warm_start=False, or journal=None"
        )


def _known_random(settings: Journal) -> Mapping[str, Any] | None:
    """The random state with which the run of a journal began, where it says so."""
    from glassnet.training.journal.content import read_content
    from glassnet.training.journal.log import without_records

    path = settings.place
    if not path.exists() or (path.is_file() and without_records(path)):
        return None
    run = read_content(path).run
    known = (run.source or {}).get(RANDOM) if run.what == "estimator" else None
    if known is not None and not isinstance(known, dict):
        raise FileFormatError(f"{path}: its random state is none")
    return known


def _options(estimator: Any) -> dict[str, Any]:
    """The parameters that decide the numbers of a training, and how many epochs it has."""
    parameters = estimator.get_params(deep=False)
    parameters["hidden_layer_sizes"] = estimator._hidden()  # noqa: SLF001 - of the same package
    options: dict[str, Any] = {"epochs": int(estimator.max_iter)}
    for name, value in parameters.items():
        if name not in OF_NO_NUMBER:
            options[name] = _written(value)
    return options


def _written(value: Any) -> Any:
    """A parameter as JSON values; what cannot be written down, such as a function, by its name."""
    from glassnet.training.journal.configuration import configured

    if isinstance(value, np.ndarray):
        value = value.tolist()
    try:
        return configured(value)
    except TypeError:
        if isinstance(value, np.random.RandomState):
            return "a RandomState"
        text = repr(value)
        named = getattr(value, "__qualname__", type(value).__qualname__)
        return text if " at 0x" not in text else named
