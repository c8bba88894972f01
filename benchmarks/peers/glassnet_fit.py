"""Glassnet through its public calls."""

import numpy as np

import glassnet as gn
from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem
from benchmarks.workloads import Prediction, Training, Workload

# Compiled kernels are imported when first used; here, so that they count as import time.
gn.info()


def network(work: Workload) -> gn.Network:
    return gn.Network(list(work.layers), hidden=work.hidden, output="softmax", seed=0)


class GlassnetTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        rules = {"sgd": gn.SGD, "adam": gn.Adam}
        self.optimizer = rules[work.optimizer](work.learning_rate)
        self.desired = problem.one_hot(work.layers[-1])

    def restart(self) -> None:
        self.net = network(self.work)

    def run(self) -> None:
        # The environment says how many threads; where it is doubtful, `fit` finds out.
        self.net.fit(
            self.problem.X,
            self.desired,
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
        self.predicted = np.empty(0)

    def run(self) -> None:
        X, threads = self.problem.X, self.threads
        for _ in range(self.work.calls):
            self.predicted = self.net.predict_proba(X, threads=threads)

    def probabilities(self) -> Array:
        return self.predicted
