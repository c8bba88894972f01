"""The reference engine: the equations, one readable line each, in NumPy.

It is the specification that the native engine is held to. What it deliberately does not do: be
fast, share work between threads, or promise the same bits on every machine (its sums are NumPy's).
"""

import numpy as np
from numpy.typing import NDArray

from glassnet.engine.interface import Engine, Steps, Trace, Training
from glassnet.structure.activation import Array
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import Objective
from glassnet.update.optimizer import Optimizer

__all__ = ["Reference"]


class Reference(Engine):
    """Forward pass, backpropagation and update as they stand in a textbook."""

    name = "reference"

    def predict(
        self, architecture: Architecture, parameters: Array, x: Array, threads: int | None = None
    ) -> Array:
        """Return y(L)."""
        return _forward(architecture, parameters, x)[1][-1]

    def evaluate(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
        threads: int | None = None,
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return y(L) and E of each example."""
        net_inputs, outputs = _forward(architecture, parameters, x)
        return outputs[-1], objective.errors(net_inputs[-1], desired)

    def trace(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
    ) -> Trace:
        """Return in(l), y(l), δ(l) and the gradient of the mean error."""
        net_inputs, outputs = _forward(architecture, parameters, x)
        deltas = _backward(architecture, objective, parameters, net_inputs, desired)
        gradient = _gradient(architecture, x, outputs, deltas)
        return Trace(
            x, net_inputs, outputs, deltas, gradient, objective.errors(net_inputs[-1], desired)
        )

    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        state: Array,
        gradient: Array,
        number: int,
        learning_rate: float,
    ) -> None:
        """Let the optimizer take its step."""
        optimizer.step(parameters, state, gradient, number, learning_rate)

    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Repeat: forward, backward, update.

        Numbers that overflow become infinite without a warning, as in the native engine; who
        trains looks at the errors.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self._run(training, steps)

    def _run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        errors = np.empty(len(steps), dtype=np.float64)
        for step, learning_rate in enumerate(steps.learning_rates):
            batch = steps.order[steps.batch_starts[step] : steps.batch_starts[step + 1]]
            trace = self.trace(
                training.architecture,
                training.objective,
                training.parameters,
                training.x[batch],
                training.desired[batch],
            )
            training.steps_done += 1
            training.optimizer.step(
                training.parameters,
                training.state,
                trace.gradient,
                training.steps_done,
                float(learning_rate),
            )
            errors[step] = trace.errors.sum()
        return errors


def _forward(
    architecture: Architecture, parameters: Array, x: Array
) -> tuple[list[Array], list[Array]]:
    weights, biases = architecture.weights(parameters), architecture.biases(parameters)
    net_inputs, outputs, y = [], [], x
    for layer, W, b in zip(architecture.layers, weights, biases, strict=True):
        net_input = y @ W if b is None else y @ W + b  # in(l) = y(l-1) W(l) + b(l)
        y = layer.activation.value(net_input)  #         y(l) = g(in(l))
        net_inputs.append(net_input)
        outputs.append(y)
    return net_inputs, outputs


def _backward(
    architecture: Architecture,
    objective: Objective,
    parameters: Array,
    net_inputs: list[Array],
    desired: Array,
) -> list[Array]:
    weights = architecture.weights(parameters)
    delta = objective.delta(net_inputs[-1], desired)  # δ(L) = ∂E/∂in(L)
    deltas = [delta]
    for l in range(len(architecture.layers) - 1, 0, -1):
        d_output = delta @ weights[l].T  #                ∂E/∂y(l) = δ(l+1) W(l+1)ᵀ
        activation = architecture.layers[l - 1].activation
        delta = activation.backward(net_inputs[l - 1], d_output)  # δ(l) = ∂E/∂y(l) · g′(in(l))
        deltas.insert(0, delta)
    return deltas


def _gradient(
    architecture: Architecture, x: Array, outputs: list[Array], deltas: list[Array]
) -> Array:
    gradient = np.empty(architecture.parameter_count, dtype=x.dtype)
    d_weights, d_biases = architecture.weights(gradient), architecture.biases(gradient)
    for y, delta, d_W, d_b in zip([x, *outputs[:-1]], deltas, d_weights, d_biases, strict=True):
        d_W[...] = y.T @ delta / len(x)  # ∂E/∂W(l) = y(l-1)ᵀ δ(l), mean over the batch
        if d_b is not None:
            d_b[...] = delta.mean(axis=0)  # the bias unit's output is 1
    return gradient
