"""Callbacks during a fit: functions of the estimator, and those of ``sklearn.callback``."""

from contextlib import AbstractContextManager
from typing import Any, Self

from glassnet.training.loop import requests_stop

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before scikit-learn 1.9 there are none

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing."""

    def with_callbacks(method: Any) -> Any:
        """Return the method as it is."""
        return method


__all__ = ["CallbackSupportMixin", "FitTasks", "ask_callbacks", "several", "with_callbacks"]


class FitTasks(AbstractContextManager["FitTasks"]):
    """A fit, and in it each epoch (of L-BFGS, each iteration), as scikit-learn's callbacks see it.

    Parameters
    ----------
    estimator : estimator
    X, y : array-like
        What it is fitted to.
    sample_weight : array-like, optional
    """

    def __init__(self, estimator: Any, X: Any, y: Any, sample_weight: Any) -> None:
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._estimator = estimator
        self._given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._fit: Any = None
        self._epoch: Any = None

    def __enter__(self) -> Self:
        """Tell that the fit begins, and its first epoch, if there is anyone to tell."""
        estimator = self._estimator
        if any(hasattr(estimator, name) for name in ("_skl_callbacks", "_parent_callback_ctx")):
            # scikit-learn gives this name to estimators, not to their users.
            self._fit = estimator._init_callback_context(max_subtasks=estimator.max_iter)  # noqa: SLF001
            self._fit.call_on_fit_task_begin(**self._given)
            self._begin_epoch()
            vars(estimator)["_fit_tasks"] = self
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Tell that the fit has ended, unless it failed."""
        if self._fit is None:
            return
        vars(self._estimator).pop("_fit_tasks", None)
        if kind is None:
            if self._epoch is not None:  # it began, but the training ended
                self._epoch.call_on_fit_task_end(estimator=self._estimator)
            self._fit.call_on_fit_task_end(**self._given, reconstruction_attributes={})

    def end_epoch(self) -> bool:
        """Tell that an epoch has ended and the next begins; return whether one asks to stop."""
        # A copy of the estimator has the weights of now.
        stop = self._epoch.call_on_fit_task_end(**self._given, reconstruction_attributes={})
        self._epoch = None
        if not stop and self._estimator.n_iter_ < self._estimator.max_iter:
            self._begin_epoch()
        return bool(stop)

    def _begin_epoch(self) -> None:
        self._epoch = self._fit.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._given)


def ask_callbacks(estimator: Any) -> bool:
    """Call all callbacks after an epoch; return whether one asks to stop."""
    answers = [requests_stop(callback(estimator)) for callback in several(estimator.callbacks)]
    tasks = vars(estimator).get("_fit_tasks")
    if tasks is not None:
        answers.append(tasks.end_epoch())
    return any(answers)


def several(callbacks: Any) -> list[Any]:
    """Return callbacks as a list, given none, one, or several."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
