"""Scores of an epoch by scikit-learn's scorers, which early stopping looks at."""

from collections.abc import Callable
from math import nan
from numbers import Real
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring, get_scorer_names

from glassnet.core.array import Array
from glassnet.estimators.examples import Examples

__all__ = ["require_scorer", "score_by"]


def require_scorer(scoring: Any) -> None:
    """Refuse what is no scorer.

    Raises
    ------
    ValueError
        If it is neither None, nor the name of a scorer, nor callable.
    """
    if scoring is None or callable(scoring):
        return
    if not isinstance(scoring, str) or scoring not in get_scorer_names():
        raise ValueError(
            "scoring must be a name of sklearn.metrics.get_scorer_names(), or a function of "
            f"estimator, X and y, not {scoring!r}"
        )


def score_by(estimator: Any, scoring: Any, validation: Examples) -> Callable[[Array, Array], float]:
    """Return the function that scores an estimator under training on its validation examples.

    Parameters
    ----------
    estimator : estimator
    scoring : str or callable
        A name of ``sklearn.metrics.get_scorer_names()``, or a function of estimator, X and y (and
        ``sample_weight``, if there are weights); the higher the better.
    validation : Examples

    Returns
    -------
    callable
        Takes the outputs and the targets as the network has them; NaN where outputs are not finite.
    """
    scorer = check_scoring(estimator, scoring)
    weights = {} if validation.weights is None else {"sample_weight": validation.weights}
    targets = validation.targets
    y = targets[:, 0] if targets.shape[1:] == (1,) else targets  # as the estimator predicts it

    def score(outputs: Array, _: Array) -> float:
        if not np.isfinite(outputs).all():
            return nan
        found = scorer(_as_it_is(estimator), validation.x, y, **weights)
        if not isinstance(found, Real):
            raise TypeError(f"scoring must return a number, not {found!r}")
        return float(found)

    return score


def _as_it_is(estimator: Any) -> Any:
    """The estimator for inputs that have been checked, and lost the names of their features."""
    fitted = object.__new__(type(estimator))
    vars(fitted).update(vars(estimator))
    vars(fitted).pop("feature_names_in_", None)
    return fitted
