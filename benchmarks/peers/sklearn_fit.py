"""scikit-learn's MLPClassifier.

It takes initial weights through `warm_start`, and the order of examples as one epoch, not
shuffled, over the rows of all epochs. With two classes it insists on one sigmoid output: XOR is
2-2-1 here.
"""

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, flatten, layer_views
from benchmarks.workloads import Prediction, Training, Workload

# It warns that it stopped after one epoch, which is what it was told to do.
warnings.filterwarnings("ignore", category=ConvergenceWarning)


def network(work: Workload, parameters: Array, **options: Any) -> MLPClassifier:
    """Return a classifier with these weights; one step on a row of each class initialises it."""
    model = MLPClassifier(
        work.layer_sizes[1:-1],
        activation="relu" if work.activation == "relu" else "logistic",
        alpha=0,
        max_iter=1,
        shuffle=False,
        warm_start=True,
        **options,
    )
    classes = np.arange(work.layer_sizes[-1])
    model.fit(np.zeros((len(classes), work.layer_sizes[0]), np.float32), classes)
    model.set_params(**options)
    weights, biases = layer_views(parameters.copy(), work.layer_sizes)
    if work.layer_sizes[-1] == 2:  # the difference of two softmax inputs is the sigmoid's
        weights[-1] = weights[-1][:, 1:] - weights[-1][:, :1]
        biases[-1] = biases[-1][1:] - biases[-1][:1]
    model.coefs_, model.intercepts_ = weights, biases
    return model


class SklearnTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.X, self.labels = problem.in_training_order()

    def reset(self) -> None:
        work = self.work
        momentum = {"momentum": 0, "nesterovs_momentum": False} if work.optimizer == "sgd" else {}
        self.model = network(
            work,
            self.problem.parameters,
            solver=work.optimizer,
            learning_rate_init=work.learning_rate,
            batch_size=work.layer_sizes[-1],
            **momentum,
        )
        self.model.set_params(batch_size=self.problem.batches.shape[1])

    def run(self) -> None:
        self.model.fit(self.X, self.labels)

    def parameters(self) -> Array:
        weights, biases = list(self.model.coefs_), list(self.model.intercepts_)
        if self.work.layer_sizes[-1] == 2:
            weights[-1] = np.hstack([np.zeros_like(weights[-1]), weights[-1]])
            biases[-1] = np.hstack([np.zeros_like(biases[-1]), biases[-1]])
        return flatten(weights, biases)


class SklearnPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.model = network(work, problem.parameters)
        self.predictions = np.empty(0)

    def run(self) -> None:
        for _ in range(self.work.calls):
            self.predictions = self.model.predict_proba(self.problem.X)

    def probabilities(self) -> Array:
        return self.predictions
