"""The native engine: an adapter to the compiled kernels."""

from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.engine import _kernels
from glassnet.engine.interface import DropoutMasks, Engine, StepInfo, Steps, Trace, Training
from glassnet.errors import LimitError, NotFiniteError
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import OutputLoss
from glassnet.optim.adam import Adam, AdamW
from glassnet.optim.momentum import Momentum, Nesterov
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2, Penalty, WeightDecay
from glassnet.optim.rmsprop import RMSprop
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

__all__ = ["Native"]

# The order of these names is the order in kernels/network.h.
CONNECTIONS = ("dense", "scale")
ACTIVATIONS = (
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "exponential",
    "softmax",
)
LOSSES = (
    "categorical_crossentropy",
    "binary_crossentropy",
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "poisson",
    "pinball",
    "half_squared_error",
    "summed_binary_crossentropy",
    "summed_poisson",
)
GRADIENT_ONLY = 0  # the rule that changes nothing and leaves the gradient in the state
RULES: dict[type[Optimizer], int] = {
    SGD: 1,
    Momentum: 2,
    Nesterov: 3,
    RMSprop: 4,
    Adam: 5,
    AdamW: 5,
}

# Below so many multiply-adds a step (or a prediction) a second thread costs more than it saves.
WORTH_A_THREAD = 200_000
# Up to so many it depends on the machine, and is tried.
SURELY_WORTH_A_THREAD = 4_000_000
# A call of fewer in all is over before a second thread has come.
WORTH_A_TEAM = 2_000_000


class Native(Engine):
    """The compiled kernels of one instruction set, on at most `threads` threads."""

    name = "native"

    def __init__(self, instruction_set: str, threads: int) -> None:
        self.instruction_set = instruction_set
        self.threads = threads

    def info(self) -> dict[str, str | int | list[str]]:
        """Return the instruction set and those available, and the threads."""
        return {
            **super().info(),
            "instruction set": self.instruction_set,
            "instruction sets available": _kernels.instruction_sets(),
            "threads": self.threads,
        }

    def predict(
        self, architecture: Architecture, parameters: Array, x: Array, threads: int | None = None
    ) -> Array:
        """Return y(L)."""
        program = self._program(architecture, None)
        predicted = np.empty((len(x), architecture.outputs), dtype=x.dtype)
        team = self._team(threads, len(x) * architecture.parameter_count)
        if not _kernels.predict(program, parameters, x, None, predicted, None, team):
            raise NotFiniteError("x")
        return predicted

    def evaluate(
        self,
        architecture: Architecture,
        output_loss: OutputLoss,
        parameters: Array,
        x: Array,
        targets: Array,
        threads: int | None = None,
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return y(L) and E of each example."""
        program = self._program(architecture, output_loss)
        predicted = np.empty((len(x), architecture.outputs), dtype=x.dtype)
        losses = np.empty(len(x))
        team = self._team(threads, len(x) * architecture.parameter_count)
        _kernels.predict(program, parameters, x, targets, predicted, losses, team)
        return predicted, losses

    def trace(
        self,
        architecture: Architecture,
        output_loss: OutputLoss,
        parameters: Array,
        x: Array,
        targets: Array,
        sample_weight: Array | None = None,
        masks: DropoutMasks | None = None,
    ) -> Trace:
        """Return in(l), y(l), δ(l) and the gradient of the mean loss, by the kernels of `run`."""
        units, rows = architecture.units[1:], len(x)
        net_inputs, outputs, deltas = (np.empty(rows * sum(units), dtype=x.dtype) for _ in range(3))
        gradient, losses = np.empty_like(parameters), np.empty(rows)
        x = np.ascontiguousarray(x)
        _kernels.trace(
            self._program(architecture, output_loss),
            parameters,
            x,
            np.ascontiguousarray(targets),
            sample_weight,
            masks.rates if masks else None,
            masks.seed if masks else 0,
            masks.step if masks else 0,
            net_inputs,
            outputs,
            deltas,
            gradient,
            losses,
        )
        return Trace(
            x,
            _by_layer(net_inputs, units, rows),
            _by_layer(outputs, units, rows),
            _by_layer(deltas, units, rows),
            gradient,
            losses,
        )

    def update(
        self,
        architecture: Architecture,
        rule: UpdateRule,
        parameters: Array,
        state: Array,
        gradient: Array,
        size: StepInfo,
    ) -> None:
        """Take the rule's step, by the kernel of `run`."""
        _kernels.update(
            self._program(architecture, None),
            _update(rule),
            parameters,
            state,
            gradient,
            size.batch_weight,
            size.number,
            size.learning_rate,
        )

    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Take the steps inside compiled code, without the interpreter lock."""
        losses = self._run(training, _update(training.rule), training.state, steps)
        training.steps_done += len(steps)
        return losses

    def gradient(self, training: Training) -> tuple[float, Array]:
        """Return the mean loss over all examples, and its gradient."""
        rows = np.arange(len(training.x))
        steps = Steps(rows, np.array([0, len(rows)]), np.zeros(1))
        gradient = np.empty_like(training.parameters)
        (total,) = self._run(training, _update(None), gradient[np.newaxis], steps)
        return float(total) / training.batch_weight(rows), gradient

    def _run(
        self, training: Training, update: Any, state: Array, steps: Steps
    ) -> NDArray[np.float64]:
        losses = np.empty(len(steps))
        largest_batch = int(np.diff(steps.batch_starts).max(initial=0))
        multiply_adds = 3 * largest_batch * training.architecture.parameter_count
        threads = training.threads
        if threads is None and multiply_adds * len(steps) < WORTH_A_TEAM:
            threads = 1
        _kernels.run(
            self._program(training.architecture, training.output_loss),
            update,
            training.dropout,
            training.seed,
            training.parameters,
            state,
            training.steps_done,
            training.x,
            training.targets,
            training.sample_weight,
            steps.order,
            steps.batch_starts,
            steps.learning_rates,
            losses,
            self._team(threads, multiply_adds),
            training.threads is None and multiply_adds < SURELY_WORTH_A_THREAD,
        )
        return losses

    def _program(self, architecture: Architecture, output_loss: OutputLoss | None) -> Any:
        if output_loss is None:  # no loss is asked for
            return _compiled_program(architecture, 0, 0.0, self.instruction_set)
        loss = output_loss.loss
        if loss.name not in LOSSES:
            raise _unknown("loss", loss.name)
        return _compiled_program(
            architecture, LOSSES.index(loss.name), loss.parameter, self.instruction_set
        )

    def _team(self, threads: int | None, multiply_adds: int) -> int:
        if threads is not None:
            return threads
        return self.threads if multiply_adds >= WORTH_A_THREAD else 1


def _by_layer(array: Array, units: tuple[int, ...], rows: int) -> list[Array]:
    ends = list(accumulate(rows * count for count in units))[:-1]
    return [part.reshape(rows, -1) for part in np.split(array, ends)]


@lru_cache(maxsize=256)
def _compiled_program(
    architecture: Architecture, loss: int, loss_parameter: float, instruction_set: str
) -> Any:
    layers = [
        _kernels.Layer(
            connection=CONNECTIONS.index(layer.connection),
            from_units=place.from_units,
            to_units=place.to_units,
            weights=place.weights.start,
            biases=place.biases.start if place.biases else -1,
            activation=_number_of(layer.activation.name),
            activation_parameter=layer.activation.parameter,
            multiplier=place.multiplier,
            weight_rate=layer.weight_rate,
            bias_rate=layer.bias_rate,
        )
        for place, layer in zip(architecture.places, architecture.layers, strict=True)
    ]
    return _kernels.Program(layers, loss, loss_parameter, instruction_set)


def _number_of(activation: str) -> int:
    if activation not in ACTIVATIONS:
        raise _unknown("activation", activation)
    return ACTIVATIONS.index(activation)


def _unknown(what: str, name: str) -> LimitError:
    return LimitError(
        f"the compiled kernels do not have the {what} {name!r}; the reference engine trains with "
        "it: set GLASSNET_ENGINE=reference before the first network is used"
    )


@lru_cache(maxsize=256)
def _update(rule: UpdateRule | None) -> Any:
    """Return the kernels' record of a rule; of None, the one that only keeps the gradient."""
    optimizer = rule.optimizer if rule else None
    if optimizer is not None and type(optimizer) not in RULES:
        raise _unknown("optimizer", type(optimizer).__name__)
    decay = optimizer.weight_decay if optimizer else 0.0
    return _kernels.Update(
        rule=RULES[type(optimizer)] if optimizer else GRADIENT_ONLY,
        momentum=getattr(optimizer, "momentum", getattr(optimizer, "rho", 0.0)),
        beta1=getattr(optimizer, "beta1", 0.0),
        beta2=getattr(optimizer, "beta2", 0.0),
        epsilon=getattr(optimizer, "epsilon", 0.0),
        l1=_penalty(rule, L1),
        l2=_penalty(rule, L2),
        decay=_penalty(rule, WeightDecay, decay),
        clip_norm=(rule.clip_norm if rule else None) or 0.0,
    )


def _penalty(rule: UpdateRule | None, kind: type[Penalty], of_optimizer: float = 0.0) -> Any:
    """Return λ of all penalties of a kind: for weights and biases, fixed and over the examples."""
    penalties = [penalty for penalty in rule.penalties if isinstance(penalty, kind)] if rule else []

    def total(*, biases: bool, over_examples: bool) -> float:
        return sum(
            penalty.strength
            for penalty in penalties
            if penalty.over_examples == over_examples and (penalty.biases or not biases)
        )

    return _kernels.Penalty(
        total(biases=False, over_examples=False) + of_optimizer,
        total(biases=False, over_examples=True),
        total(biases=True, over_examples=False) + of_optimizer,
        total(biases=True, over_examples=True),
    )
