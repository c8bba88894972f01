"""JAX: the whole training is one compiled program, a scan over the batches."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, flatten, layer_views
from benchmarks.workloads import Prediction, Training

Layers = list[tuple[jax.Array, jax.Array]]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def layers_of(parameters: Array, layer_sizes: tuple[int, ...]) -> Layers:
    pairs = zip(*layer_views(parameters, layer_sizes), strict=True)
    return [(jnp.array(W), jnp.array(b)) for W, b in pairs]


def logits(layers: Layers, x: jax.Array, activation: str) -> jax.Array:
    function = jax.nn.relu if activation == "relu" else jax.nn.sigmoid
    for W, b in layers[:-1]:
        x = function(x @ W + b)
    W, b = layers[-1]
    return x @ W + b


class JaxTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.data = jnp.array(problem.X), jnp.array(problem.one_hot(work.layer_sizes[-1]))
        self.batches = jnp.array(problem.batches.astype(np.int32))
        self.train = jax.jit(self.scan)

    def reset(self) -> None:
        self.layers = layers_of(self.problem.parameters, self.work.layer_sizes)
        jax.block_until_ready(self.layers)

    def run(self) -> None:
        self.layers = jax.block_until_ready(self.train(self.layers, *self.data, self.batches))

    def scan(self, layers: Layers, X: jax.Array, targets: jax.Array, batches: jax.Array) -> Layers:
        full_batch = self.work.batch_size >= len(X)  # then no step has to gather its batch

        def loss(layers: Layers, rows: jax.Array) -> jax.Array:
            x, t = X, targets
            if not full_batch:
                x, t = (a.at[rows].get(mode="promise_in_bounds") for a in (X, targets))
            log_p = jax.nn.log_softmax(logits(layers, x, self.work.activation))
            return -(t * log_p).sum() / len(rows)

        def step(carry: Any, rows: jax.Array) -> tuple[Any, None]:
            layers, state, step_count = carry
            gradient = jax.grad(loss)(layers, rows)
            return (*self.update(layers, gradient, state, step_count + 1), step_count + 1), None

        zeros = jax.tree.map(jnp.zeros_like, layers)
        state = () if self.work.optimizer == "sgd" else (zeros, zeros)
        (layers, _, _), _ = jax.lax.scan(step, (layers, state, 0), batches)
        return layers

    def update(self, w: Any, g: Any, state: Any, step_count: jax.Array) -> tuple[Any, Any]:
        rate = self.work.learning_rate
        if not state:
            return jax.tree.map(lambda w, g: w - rate * g, w, g), state
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, state[0], g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, state[1], g)
        m_scale, v_scale = 1 / (1 - BETA1**step_count), 1 / (1 - BETA2**step_count)
        return jax.tree.map(
            lambda w, m, v: w - rate * (m * m_scale) / (jnp.sqrt(v * v_scale) + EPSILON), w, m, v
        ), (m, v)

    def parameters(self) -> Array:
        weights, biases = zip(*self.layers, strict=True)
        return flatten([np.asarray(W) for W in weights], [np.asarray(b) for b in biases])


class JaxPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.X = jnp.array(problem.X)
        self.layers = layers_of(problem.parameters, work.layer_sizes)
        self.predict = jax.jit(lambda layers, x: jax.nn.softmax(logits(layers, x, work.activation)))

    def run(self) -> None:
        for _ in range(self.work.calls):
            self.predictions = self.predict(self.layers, self.X).block_until_ready()

    def probabilities(self) -> Array:
        return np.asarray(self.predictions)
