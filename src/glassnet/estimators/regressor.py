"""MLPRegressor: regression with one or several outputs."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if

from glassnet.core.array import Array
from glassnet.core.elementary import log
from glassnet.estimators.epoch_loss import LossScale
from glassnet.estimators.parameters import takes_steps
from glassnet.estimators.perceptron import MultilayerPerceptron
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["MLPRegressor"]

LOSSES = {
    "squared_error": "half_squared_error",
    "poisson": "summed_poisson",
    "absolute_error": "mean_absolute_error",
    "quantile": "pinball",
}


@dataclass(eq=False, repr=False)
class MLPRegressor(RegressorMixin, MultilayerPerceptron):  # type: ignore[misc]  # no types
    """A multilayer perceptron for regression, with scikit-learn's parameters and more.

    A drop-in replacement for scikit-learn's estimator of the same name. With the same
    `random_state` it starts from the same weights, takes the same steps and stops after the same
    epoch, but for what the notes of :class:`MLPClassifier` say.

    Parameters
    ----------
    loss : str or Loss
        ``"squared_error"`` (half of it) or ``"poisson"`` (with exponential outputs), as in
        scikit-learn; ``"absolute_error"``, ``"quantile"`` (the median), the name of another loss,
        or one with a number of its own such as ``Pinball(0.9)``.
    hidden_layer_sizes, activation, solver, ... : see :class:`MLPClassifier`

    Attributes
    ----------
    validation_scores_, best_validation_score_ : list of float, float
        R² after each epoch; None without validation data.
    network_, coefs_, loss_curve_, ... : see :class:`MLPClassifier`

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0, 1, 50)[:, np.newaxis]
    >>> line = MLPRegressor("squared_error", (4,), "identity", solver="lbfgs", random_state=1)
    >>> round(float(line.fit(X, 3 * X[:, 0]).predict([[0.5]])[0]), 2)
    1.5
    """

    loss: str | Loss = "squared_error"
    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"

    @available_if(takes_steps)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from some more examples for one epoch; the optimizer goes on where it was.

        Parameters
        ----------
        X, y, sample_weight
            As of :meth:`fit`.
        """
        return self._learn_on(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """Return the predicted numbers, (examples,) or (examples, outputs)."""
        outputs = self._outputs(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def _checked(
        self, X: Any, y: Any, *, first: bool, classes: Any, partial: bool = False
    ) -> tuple[Array, Array]:
        x, y = self._checked_arrays(X, y, first=first, numbers=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        numbers: Array = y.reshape(len(y), -1).astype(x.dtype)
        if self.loss == "poisson" and numbers.min() < 0:
            raise ValueError(
                f"y holds {numbers.min():g}; loss='poisson' needs targets of at least 0"
            )
        if first:
            self._outputs_known = numbers.shape[1]
        elif numbers.shape[1] != self._outputs_known:
            raise ValueError(
                f"y has {numbers.shape[1]} outputs; the estimator was fitted to "
                f"{self._outputs_known}"
            )
        return x, numbers

    def _output(self) -> tuple[int, str, Loss]:
        loss = LOSSES.get(self.loss, self.loss) if isinstance(self.loss, str) else self.loss
        activation = "exponential" if self.loss == "poisson" else "identity"
        return self._outputs_known, activation, loss_named(loss)

    def _know_outputs(self, outputs: int) -> None:
        self._outputs_known = outputs

    def _output_labels(self) -> Array | None:
        return None

    def _target_rows(self, targets: Array) -> Array:
        return targets

    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        return self._sample_weight(sample_weight, x)

    def _loss_scale(self, targets: Array) -> LossScale:
        if self.loss == "poisson":
            logarithms = log(np.where(targets == 0, 1, targets))  # 0 log 0 is 0
            return LossScale(1.0, (targets * logarithms - targets).sum(axis=1))
        return LossScale(1 / targets.shape[1] if self.loss == "squared_error" else 1.0)

    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        return float(r2_score(targets, outputs, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the estimator for scikit-learn."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
