"""Random problems for an estimator of Glassnet's and scikit-learn's of the same name."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn.neural_network as theirs
from sklearn.preprocessing import scale

from glassnet import estimators as ours

__all__ = ["Problem", "random_problem"]

CLASSIFIED = ("two classes", "classes", "labels")
NUMBERS = ("number", "numbers", "counts")


@dataclass(frozen=True)
class Problem:
    """Examples, their weights, and the parameters of the estimators."""

    kind: str
    X: Any
    y: Any
    sample_weight: Any
    parameters: dict[str, Any]

    def fitted(self) -> tuple[Any, Any]:
        """Return Glassnet's and scikit-learn's estimator after the same training."""
        name = "MLPClassifier" if self.kind in CLASSIFIED else "MLPRegressor"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            own, other = (
                getattr(each, name)(**self.parameters).fit(self.X, self.y, self.sample_weight)
                for each in (ours, theirs)
            )
        return own, other


def random_problem(solver: str, seed: int) -> Problem:
    """Return the problem of that number, in float64."""
    random = np.random.default_rng(seed)

    def one(*choices: Any) -> Any:
        return choices[random.integers(len(choices))]

    rows, columns = int(random.integers(40, 250)), int(random.integers(2, 10))
    kind = one(*CLASSIFIED, *NUMBERS)
    X = scale(random.normal(size=(rows, columns)))
    parameters = {
        "solver": solver,
        "hidden_layer_sizes": one((), (5,), (12,), (8, 6), 10),
        "activation": one("identity", "logistic", "tanh", "relu"),
        "alpha": one(0.0, 1e-4, 1e-2, 1.0, 10.0),
        "max_iter": int(random.integers(1, 80)),
        "random_state": int(random.integers(1000)),
        "tol": one(1e-4, 1e-3, 1e-2),
    }
    if kind == "counts":
        parameters["loss"] = "poisson"
    if solver != "lbfgs":
        parameters |= {
            "batch_size": one("auto", 16, 32, rows),
            "learning_rate_init": one(1e-3, 0.01, 0.02),
            "shuffle": one(True, True, False),
            "early_stopping": one(False, True),
            "validation_fraction": one(0.1, 0.3),
            "n_iter_no_change": one(1, 3, 10),
        }
    if solver == "sgd":
        parameters |= {
            "learning_rate": one("constant", "invscaling", "adaptive"),
            "power_t": one(0.2, 0.5),
            "momentum": one(0.0, 0.5, 0.9),
            "nesterovs_momentum": one(True, False),
        }
    sample_weight = one(
        None, None, random.uniform(0.1, 3, rows), random.choice([0.0, 1.0, 2.0], rows)
    )
    return Problem(kind, X, _targets(kind, X, random), sample_weight, parameters)


def _targets(kind: str, X: Any, random: np.random.Generator) -> Any:
    outputs = {"classes": 4, "labels": 3, "numbers": 3}.get(kind, 1)
    values = np.tanh(X @ random.normal(size=(X.shape[1], outputs)))
    values += 0.3 * random.normal(size=values.shape)
    if kind == "two classes":
        return np.where(values[:, 0] > 0, "yes", "no")
    if kind == "classes":
        return values.argmax(axis=1)
    if kind == "labels":
        return (values > 0).astype(int)
    if kind == "counts":
        return random.poisson(np.exp(values[:, 0]))
    return values[:, 0] if kind == "number" else values
