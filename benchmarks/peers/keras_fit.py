"""Keras 3 on JAX: compile and fit, on rows stored in training order."""

import keras
import numpy as np

from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, flatten, layer_views
from benchmarks.workloads import Prediction, Training, Workload


def network(work: Workload, parameters: Array, output: str) -> keras.Model:
    units = work.layer_sizes[1:]
    activations = [work.activation] * (len(units) - 1) + [output]
    dense = [keras.layers.Dense(n, a) for n, a in zip(units, activations, strict=True)]
    model = keras.Sequential([keras.Input((work.layer_sizes[0],)), *dense])
    pairs = zip(*layer_views(parameters, work.layer_sizes), strict=True)
    model.set_weights([array for pair in pairs for array in pair])
    return model


class KerasTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        # One epoch over the rows of all epochs, in their order, is the same training.
        self.X, self.labels = problem.in_training_order()
        self.model = network(work, problem.parameters, "linear")
        optimizers = {
            "sgd": keras.optimizers.SGD(work.learning_rate),
            "adam": keras.optimizers.Adam(work.learning_rate, epsilon=1e-8),
        }
        self.optimizer = optimizers[work.optimizer]
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(self.optimizer, loss, jit_compile=True)
        self.optimizer.build(self.model.trainable_variables)
        self.initial_weights = self.model.get_weights()
        self.initial_state = [np.array(variable) for variable in self.optimizer.variables]

    def reset(self) -> None:
        self.model.set_weights(self.initial_weights)
        for variable, value in zip(self.optimizer.variables, self.initial_state, strict=True):
            variable.assign(value)

    def run(self) -> None:
        batch_size = self.problem.batches.shape[1]
        self.model.fit(self.X, self.labels, batch_size, epochs=1, shuffle=False, verbose=0)

    def parameters(self) -> Array:
        arrays = self.model.get_weights()
        return flatten(arrays[::2], arrays[1::2])


class KerasPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.model = network(work, problem.parameters, "softmax")
        self.model.compile(jit_compile=True)
        self.predictions = np.empty(0)

    def run(self) -> None:
        X = self.problem.X
        for _ in range(self.work.calls):
            if len(X) == 1:
                self.predictions = self.model.predict_on_batch(X)  # without the data pipeline
            else:
                self.predictions = self.model.predict(X, batch_size=5000, verbose=0)

    def probabilities(self) -> Array:
        return self.predictions
