"""Glassnet's compiled kernels."""

from collections.abc import Mapping, Sequence
import enum
from enum import Enum
from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


class Activation(Enum): ...  # type: ignore[misc]  # its members are in the kernels

class Loss(Enum): ...  # type: ignore[misc]  # its members are in the kernels

class Rule(Enum): ...  # type: ignore[misc]  # its members are in the kernels

class Elementary(Enum): ...  # type: ignore[misc]  # its members are in the kernels

class Connection(enum.Enum):
    dense = 0

    scale = 1

class Layer:
    def __init__(self, *, connection: Connection, from_units: int, to_units: int, weights: int, biases: int, activation: Activation, hyper_parameters: Mapping[str, float], multiplier: float, weight_rate: float, bias_rate: float) -> None: ...

class Penalty:
    def __init__(self, weights: float, weights_over_examples: float, biases: float, biases_over_examples: float) -> None: ...

class Update:
    def __init__(self, *, rule: Rule, hyper_parameters: Mapping[str, float], l1: Penalty, l2: Penalty, decay: Penalty, clip_norm: float) -> None: ...

class Program:
    def __init__(self, layers: Sequence[Layer], loss: Loss, hyper_parameters: Mapping[str, float], isa: str) -> None: ...

@overload
def run(program: Program, update: Update, dropout: Sequence[float] | None, seed: int, parameters: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], state: Annotated[NDArray[numpy.float32], dict(shape=(None, None), device='cpu')], steps_before: int, x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | tuple[Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]], targets: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], sample_weight: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, order: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], batch_starts: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], learning_rates: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], step_losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], step_squares: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, largest_term: float, threads: int, autotune_threads: bool) -> None: ...

@overload
def run(program: Program, update: Update, dropout: Sequence[float] | None, seed: int, parameters: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], state: Annotated[NDArray[numpy.float64], dict(shape=(None, None), device='cpu')], steps_before: int, x: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | tuple[Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]], targets: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], sample_weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, order: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], batch_starts: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], learning_rates: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], step_losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], step_squares: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, largest_term: float, threads: int, autotune_threads: bool) -> None: ...

@overload
def trace(program: Program, parameters: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], targets: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], sample_weight: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, dropout: Sequence[float] | None, seed: int, step: int, net_inputs: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], outputs: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], deltas: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], gradient: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

@overload
def trace(program: Program, parameters: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], x: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], targets: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], sample_weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, dropout: Sequence[float] | None, seed: int, step: int, net_inputs: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], outputs: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], deltas: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], gradient: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

@overload
def update(program: Program, update: Update, parameters: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], state: Annotated[NDArray[numpy.float32], dict(shape=(None, None), device='cpu')], gradient: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], batch_weight: float, step: int, learning_rate: float) -> None: ...

@overload
def update(program: Program, update: Update, parameters: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')], state: Annotated[NDArray[numpy.float64], dict(shape=(None, None), device='cpu')], gradient: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], batch_weight: float, step: int, learning_rate: float) -> None: ...

@overload
def predict(program: Program, parameters: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | tuple[Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]], targets: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, predicted: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu')], losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, threads: int) -> bool: ...

@overload
def predict(program: Program, parameters: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], x: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | tuple[Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]], targets: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, predicted: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu')], losses: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, threads: int) -> bool: ...

@overload
def elementary(isa: str, function: Elementary, x: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

@overload
def elementary(isa: str, function: Elementary, x: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

@overload
def activate(isa: str, activation: Activation, hyper_parameters: Mapping[str, float], derivative: bool, x: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

@overload
def activate(isa: str, activation: Activation, hyper_parameters: Mapping[str, float], derivative: bool, x: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> None: ...

def instruction_sets() -> list[str]: ...

def find_instruction_set(name: str) -> None: ...
