# The compiled kernels; see kernels/bindings.cpp.
from typing import Any, TypeAlias

from numpy.typing import NDArray

Rule: TypeAlias = tuple[int, float, float, float, float]

class Program:
    def __init__(
        self, layers: list[tuple[int, int, int, int, int]], cost: int, isa: str
    ) -> None: ...

def run(
    program: Program,
    optimizer: Rule,
    parameters: NDArray[Any],
    state: NDArray[Any],
    steps_before: int,
    x: NDArray[Any],
    desired: NDArray[Any],
    order: NDArray[Any],
    batch_starts: NDArray[Any],
    learning_rates: NDArray[Any],
    step_costs: NDArray[Any],
    threads: int,
) -> None: ...
def trace(
    program: Program,
    parameters: NDArray[Any],
    x: NDArray[Any],
    desired: NDArray[Any],
    net_inputs: NDArray[Any],
    outputs: NDArray[Any],
    deltas: NDArray[Any],
    gradient: NDArray[Any],
    costs: NDArray[Any],
) -> None: ...
def update(
    isa: str,
    optimizer: Rule,
    parameters: NDArray[Any],
    state: NDArray[Any],
    gradient: NDArray[Any],
    steps_before: int,
    learning_rate: float,
) -> None: ...
def predict(
    program: Program,
    parameters: NDArray[Any],
    x: NDArray[Any],
    desired: NDArray[Any] | None,
    predicted: NDArray[Any],
    costs: NDArray[Any],
    threads: int,
) -> None: ...
def elementary(isa: str, function: int, x: NDArray[Any], y: NDArray[Any]) -> None: ...
def instruction_sets() -> list[str]: ...
def find_instruction_set(name: str) -> None: ...
