"""What scikit-learn's estimators are trained with: their loss, and their penalty in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.pinball import Pinball
from glassnet.nn.losses.registry import loss_named

__all__ = ["loss_of", "not_imported"]

# Linear regressors that minimise squared errors.
SQUARED = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "ElasticNet",
    "ElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
)
LOSSES = {"squared_error": "mean_squared_error", "poisson": "poisson"}


def loss_of(estimator: Any) -> Loss | None:
    """Return the loss of an estimator; None if it follows from the outputs, or is not known."""
    kind, loss = type(estimator).__name__, getattr(estimator, "loss", "")
    if kind in SQUARED:
        return loss_named("mean_squared_error")
    if kind == "PoissonRegressor":
        return loss_named("poisson")
    if kind == "QuantileRegressor":
        return Pinball(estimator.quantile)
    if kind == "SGDRegressor" and loss == "huber":
        return Huber(estimator.epsilon)
    if kind in ("MLPRegressor", "SGDRegressor") and loss in LOSSES:
        return loss_named(LOSSES[loss])
    return None


def not_imported(estimator: Any) -> tuple[str, ...]:
    """Return what an estimator is trained with and its network does not hold, in words."""
    kind = type(estimator).__name__
    logistic = kind.startswith("LogisticRegression") or getattr(estimator, "loss", "") == "log_loss"
    if not logistic and kind != "MLPClassifier" and loss_of(estimator) is None:
        loss = getattr(estimator, "loss", None)
        return (f"the loss {loss!r} of the {kind}" if loss else f"the loss of the {kind}",)
    penalty = _penalty(estimator)
    return () if penalty is None else penalty.words()


@dataclass(frozen=True)
class _Penalty:
    """A penalty as scikit-learn's setting, and as Glassnet has it."""

    setting: str
    strength: float
    ratio: float  # the part that is L1
    over_examples: bool = False

    def words(self) -> tuple[str, ...]:
        """Return how to give it, or nothing if it is 0."""
        end = ", over_examples=True)" if self.over_examples else ")"
        if np.isnan(self.strength):
            return (f"the {self.setting} of scikit-learn",)
        strengths = {"L1": self.strength * self.ratio, "L2": self.strength * (1 - self.ratio)}
        shown = [f"gn.{name}({value:.6g}{end}" for name, value in strengths.items() if value]
        if not shown:
            return ()
        given = shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"
        return (f"the {self.setting} of scikit-learn: give explain and fit penalties={given}",)


def _penalty(estimator: Any) -> _Penalty | None:
    """The penalty of an estimator, if it has one.

    Glassnet's squared error is twice that of scikit-learn, so that λ is, too; where the gradients
    of scikit-learn are of a sum over the outputs, Glassnet's are of the mean.
    """
    kind, loss = type(estimator).__name__, loss_of(estimator)
    ratio = _ratio(estimator)
    if kind.startswith("LogisticRegression"):  # the loss is summed there, and multiplied by C
        C = float(np.mean(estimator.C_ if hasattr(estimator, "C_") else estimator.C))
        none = getattr(estimator, "penalty", "l2") is None
        return None if none else _Penalty(f"penalty of C={C:.6g}", 1 / C, ratio, True)
    alphas = np.unique(getattr(estimator, "alpha_", getattr(estimator, "alpha", 0.0)))
    if kind == "LinearRegression" or getattr(estimator, "penalty", "") is None:
        return None
    if len(alphas) > 1 or kind.startswith("MultiTask"):
        return _Penalty(f"penalty of the {kind}", float("nan"), ratio)
    squared = loss is not None and loss.name == "mean_squared_error"
    strength = float(alphas[0]) * (2 if squared else 1)
    if kind in SQUARED:
        strength /= np.atleast_2d(estimator.coef_).shape[0]
    if kind == "MLPRegressor":
        strength /= estimator.n_outputs_
    summed = kind.startswith(("MLP", "Ridge"))
    return _Penalty(f"alpha={float(alphas[0]):.6g}", strength, ratio, summed)


def _ratio(estimator: Any) -> float:
    """The part of a penalty that is L1."""
    kind, penalty = type(estimator).__name__, getattr(estimator, "penalty", "")
    if kind.startswith("Lasso") or kind == "QuantileRegressor" or penalty == "l1":
        return 1.0
    if penalty == "l2":
        return 0.0
    given: Any = getattr(estimator, "l1_ratio_", getattr(estimator, "l1_ratio", None))
    ratios = np.unique(given)
    return 0.0 if None in ratios else float(ratios.mean())
