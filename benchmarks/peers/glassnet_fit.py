"""Glassnet through its public API."""

import numpy as np

import glassnet as gn
from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem
from benchmarks.workloads import Prediction, Training, Workload

# Compiled kernels are imported on first use: use them here, so that they count as import time.
gn.info()


def network(work: Workload) -> gn.Network:
    return gn.Network(list(work.layer_sizes), hidden=work.activation, output="softmax", seed=0)


class GlassnetTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        optimizers = {"sgd": gn.SGD, "adam": gn.Adam}
        self.optimizer = optimizers[work.optimizer](work.learning_rate)
        self.targets = problem.one_hot(work.layer_sizes[-1])

    def reset(self) -> None:
        self.net = network(self.work)

    def run(self) -> None:
        # Threads come from the environment; where a second may not help, `fit` tries.
        self.net.fit(
            self.problem.X,
            self.targets,
            optimizer=self.optimizer,
            epochs=self.work.epochs,
            batch_size=self.work.batch_size,
            progress=False,
        )

    def parameters(self) -> Array:
        return self.net.parameters


class GlassnetPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.net = network(work)
        self.predictions = np.empty(0)

    def run(self) -> None:
        X, threads = self.problem.X, self.threads
        for _ in range(self.work.calls):
            self.predictions = self.net.predict_proba(X, threads=threads)

    def probabilities(self) -> Array:
        return self.predictions
