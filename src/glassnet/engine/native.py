"""The native engine: an adapter to the compiled kernels."""

from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import Inputs, SparseRows
from glassnet.core.array import Array
from glassnet.core.record import Record
from glassnet.engine import _kernels
from glassnet.engine.interface import DropoutMasks, Engine, Program, Steps, Trace, Training
from glassnet.errors import LimitError, NotFiniteError
from glassnet.nn.architecture import Architecture, Place
from glassnet.nn.layers import Layer
from glassnet.nn.losses.loss import Loss
from glassnet.optim.penalties import L1, L2, Penalty, WeightDecay
from glassnet.optim.update_rule import StepInfo, UpdateRule

__all__ = ["Native"]

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

    def compile(
        self, architecture: Architecture, loss: Loss, rule: UpdateRule | None = None
    ) -> "NativeProgram":
        """Return the program of the kernels."""
        if rule is not None:
            _update(rule)
        return NativeProgram(architecture, loss, self.instruction_set, self.threads)


class NativeProgram(Program):
    """A network in the kernels' own records, on at most `most_threads` threads."""

    def __init__(
        self, architecture: Architecture, loss: Loss, instruction_set: str, most_threads: int
    ) -> None:
        super().__init__(architecture, loss)
        self.instruction_set, self.most_threads = instruction_set, most_threads
        self._program = _kernels.Program(
            [_layer(*both) for both in zip(architecture.places, architecture.layers, strict=True)],
            _kernel_of(_kernels.Loss, self.loss),
            self.loss.hyper_parameters,
            instruction_set,
        )

    def __reduce__(self) -> Any:
        from glassnet import engine

        # Another process may have other kernels.
        return engine.compile, (self.architecture, self.loss)

    def predict(self, parameters: Array, x: Inputs, threads: int | None = None) -> Array:
        """Return y(L)."""
        predicted = np.empty((len(x), self.architecture.outputs), dtype=x.dtype)
        team = self._team(threads, len(x) * self.architecture.parameter_count)
        if not _kernels.predict(self._program, parameters, _arrays(x), None, predicted, None, team):
            raise NotFiniteError("x")
        return predicted

    def evaluate(
        self, parameters: Array, x: Inputs, targets: Array, threads: int | None = None
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return y(L) and E of each example."""
        predicted = np.empty((len(x), self.architecture.outputs), dtype=x.dtype)
        losses = np.empty(len(x))
        team = self._team(threads, len(x) * self.architecture.parameter_count)
        _kernels.predict(self._program, parameters, _arrays(x), targets, predicted, losses, team)
        return predicted, losses

    def trace(
        self,
        parameters: Array,
        x: Array,
        targets: Array,
        sample_weight: Array | None = None,
        masks: DropoutMasks | None = None,
    ) -> Trace:
        """Return in(l), y(l), δ(l) and the gradient of the mean loss, by the kernels of `run`."""
        units, rows = self.architecture.units[1:], len(x)
        net_inputs, outputs, deltas = (np.empty(rows * sum(units), dtype=x.dtype) for _ in range(3))
        gradient, losses = np.empty_like(parameters), np.empty(rows)
        x = np.ascontiguousarray(x)
        _kernels.trace(
            self._program,
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
        self, rule: UpdateRule, parameters: Array, state: Array, gradient: Array, info: StepInfo
    ) -> None:
        """Take the rule's step, by the kernel of `run`."""
        _kernels.update(
            self._program,
            _update(rule),
            parameters,
            state,
            gradient,
            info.batch_weight,
            info.number,
            info.learning_rate,
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
        (total,) = self._run(training, GRADIENT_ONLY, gradient[np.newaxis], steps)
        return float(total) / training.batch_weight(rows), gradient

    def _run(
        self, training: Training, update: _kernels.Update, state: Array, steps: Steps
    ) -> NDArray[np.float64]:
        losses = np.empty(len(steps))
        largest_batch = int(np.diff(steps.batch_starts).max(initial=0))
        multiply_adds = 3 * largest_batch * self.architecture.parameter_count
        threads = training.threads
        if threads is None and multiply_adds * len(steps) < WORTH_A_TEAM:
            threads = 1
        _kernels.run(
            self._program,
            update,
            training.dropout,
            training.seed,
            training.parameters,
            state,
            training.steps_done,
            _arrays(training.x),
            training.targets,
            training.sample_weight,
            steps.order,
            steps.batch_starts,
            steps.learning_rates,
            losses,
            steps.squared_weights,
            training.largest_term,
            self._team(threads, multiply_adds),
            training.threads is None and multiply_adds < SURELY_WORTH_A_THREAD,
        )
        return losses

    def _team(self, threads: int | None, multiply_adds: int) -> int:
        if threads is not None:
            return threads
        return self.most_threads if multiply_adds >= WORTH_A_THREAD else 1


def _arrays(x: Inputs) -> Any:
    """Return inputs as the kernels take them."""
    return (x.starts, x.columns, x.values) if isinstance(x, SparseRows) else x


def _by_layer(array: Array, units: tuple[int, ...], rows: int) -> list[Array]:
    ends = list(accumulate(rows * count for count in units))[:-1]
    return [part.reshape(rows, -1) for part in np.split(array, ends)]


def _layer(place: Place, layer: Layer) -> _kernels.Layer:
    return _kernels.Layer(
        connection=_kernels.Connection[layer.connection],
        from_units=place.from_units,
        to_units=place.to_units,
        weights=place.weights.start,
        biases=place.biases.start if place.biases else -1,
        activation=_kernel_of(_kernels.Activation, layer.activation),
        hyper_parameters=layer.activation.hyper_parameters,
        multiplier=place.multiplier,
        weight_rate=layer.weight_rate,
        bias_rate=layer.bias_rate,
    )


def _kernel_of(kernels: Any, record: Record) -> Any:
    """Return the kernels' member for an activation, a loss or an optimizer.

    Raises
    ------
    LimitError
        If they have none, as for a user's own, or for a subclass of a built-in one.
    """
    own = vars(type(record))
    name = own.get("kernel", own.get("name", ""))
    if not record.is_built_in or name not in kernels.__members__:
        raise _lacking(record)
    return kernels[name]


def _lacking(record: Record) -> LimitError:
    return LimitError(
        f"the compiled kernels do not have {type(record).__name__}; the reference engine takes it: "
        "leave GLASSNET_ENGINE unset, or set it to 'reference'"
    )


def _update(rule: UpdateRule) -> _kernels.Update:
    """Return the kernels' record of a rule."""
    optimizer = rule.optimizer
    for penalty in rule.penalties:
        if type(penalty) not in (L1, L2, WeightDecay):
            raise _lacking(penalty)
    numbers = optimizer.hyper_parameters
    for own in ("learning_rate", "weight_decay"):  # which change with the step, or join the others
        numbers.pop(own, None)
    return _kernels.Update(
        rule=_kernel_of(_kernels.Rule, optimizer),
        hyper_parameters=numbers,
        l1=_penalty(rule, L1),
        l2=_penalty(rule, L2),
        decay=_penalty(rule, WeightDecay, optimizer.weight_decay),
        clip_norm=rule.clip_norm or 0.0,
    )


def _penalty(rule: UpdateRule, kind: type[Penalty], of_optimizer: float = 0.0) -> _kernels.Penalty:
    """Return λ of all penalties of a kind: for weights and biases, fixed and over the examples."""
    penalties = [penalty for penalty in rule.penalties if type(penalty) is kind]

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


NO_PENALTY = _kernels.Penalty(0.0, 0.0, 0.0, 0.0)
# The rule that changes nothing and leaves the gradient in the state.
GRADIENT_ONLY = _kernels.Update(
    rule=_kernels.Rule["gradient_only"],
    hyper_parameters={},
    l1=NO_PENALTY,
    l2=NO_PENALTY,
    decay=NO_PENALTY,
    clip_norm=0.0,
)
