"""MLPRegressor: regression with one or several outputs."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from scipy.special import xlogy
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d

from glassnet.core.array import Array
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

    A drop-in replacement for scikit-learn's estimator of the same name. With an integer
    `random_state` it starts from the same weights and trains on the same batches.

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
    >>> line = MLPRegressor((4,), "identity", solver="lbfgs", random_state=1).fit(X, 3 * X[:, 0])
    >>> round(float(line.predict([[0.5]])[0]), 2)
    1.5
    """

    _: KW_ONLY
    loss: str | Loss = "squared_error"

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
        return x, numbers

    def _output(self) -> tuple[int, str, Loss]:
        loss = LOSSES.get(self.loss, self.loss) if isinstance(self.loss, str) else self.loss
        activation = "exponential" if self.loss == "poisson" else "identity"
        return self._outputs_known, activation, loss_named(loss)

    def _output_labels(self) -> Array | None:
        return None

    def _target_rows(self, targets: Array) -> Array:
        return targets

    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        return self._sample_weight(sample_weight, x)

    def _sklearn_loss(self, targets: Array, weights: Array | None) -> tuple[float, float]:
        """Factor and offset from Glassnet's loss to scikit-learn's."""
        if self.loss == "poisson":
            least = (xlogy(targets, targets) - targets).sum(axis=1)
            return 1.0, float(np.average(least, weights=weights))
        return (1 / targets.shape[1] if self.loss == "squared_error" else 1.0), 0.0

    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        return float(r2_score(targets, outputs, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the estimator for scikit-learn."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
