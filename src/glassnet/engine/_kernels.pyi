# The compiled kernels; see kernels/bindings.cpp.
from typing import Any

from numpy.typing import NDArray

class Layer:
    def __init__(
        self,
        *,
        connection: int,
        from_units: int,
        to_units: int,
        weights: int,
        biases: int,
        activation: int,
        activation_parameter: float,
        multiplier: float,
        weight_rate: float,
        bias_rate: float,
    ) -> None: ...

class Penalty:
    def __init__(
        self,
        weights: float,
        weights_over_examples: float,
        biases: float,
        biases_over_examples: float,
    ) -> None: ...

class Update:
    def __init__(
        self,
        *,
        rule: int,
        momentum: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        l1: Penalty,
        l2: Penalty,
        decay: Penalty,
        clip_norm: float,
    ) -> None: ...

class Program:
    def __init__(self, layers: list[Layer], loss: int, loss_parameter: float, isa: str) -> None: ...

def run(
    program: Program,
    update: Update,
    dropout: list[float] | None,
    seed: int,
    parameters: NDArray[Any],
    state: NDArray[Any],
    steps_before: int,
    x: NDArray[Any],
    targets: NDArray[Any],
    sample_weight: NDArray[Any] | None,
    order: NDArray[Any],
    batch_starts: NDArray[Any],
    learning_rates: NDArray[Any],
    step_losses: NDArray[Any],
    threads: int,
    autotune_threads: bool,
) -> None: ...
def trace(
    program: Program,
    parameters: NDArray[Any],
    x: NDArray[Any],
    targets: NDArray[Any],
    sample_weight: NDArray[Any] | None,
    dropout: list[float] | None,
    seed: int,
    step: int,
    net_inputs: NDArray[Any],
    outputs: NDArray[Any],
    deltas: NDArray[Any],
    gradient: NDArray[Any],
    losses: NDArray[Any],
) -> None: ...
def update(
    program: Program,
    update: Update,
    parameters: NDArray[Any],
    state: NDArray[Any],
    gradient: NDArray[Any],
    batch_weight: float,
    step: int,
    learning_rate: float,
) -> None: ...
def predict(
    program: Program,
    parameters: NDArray[Any],
    x: NDArray[Any],
    targets: NDArray[Any] | None,
    predicted: NDArray[Any],
    losses: NDArray[Any] | None,
    threads: int,
) -> bool: ...
def elementary(isa: str, function: int, x: NDArray[Any], y: NDArray[Any]) -> None: ...
def activate(
    isa: str,
    activation: int,
    parameter: float,
    derivative: bool,
    x: NDArray[Any],
    y: NDArray[Any],
) -> None: ...
def instruction_sets() -> list[str]: ...
def find_instruction_set(name: str) -> None: ...
