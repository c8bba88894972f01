"""Random networks with data and objectives that fit them."""

from dataclasses import dataclass, replace

import numpy as np

from glassnet.engine.reference import Reference
from glassnet.network import Network
from glassnet.structure.activation import ACTIVATIONS, Array
from glassnet.structure.cost import COSTS, Objective
from glassnet.structure.layer import Dense
from glassnet.update.optimizer import SGD, Adam, Momentum, Optimizer

OPTIMIZERS: tuple[Optimizer, ...] = (SGD(0.1), Momentum(0.05, 0.8), Adam(0.01))

__all__ = ["OPTIMIZERS", "Case", "away_from_kinks", "random_case"]


@dataclass(frozen=True)
class Case:
    """A network with examples, desired outputs, an objective and an optimizer."""

    net: Network
    x: Array
    desired: Array
    objective: Objective
    optimizer: Optimizer

    def __repr__(self) -> str:
        return f"{self.net!r}, {len(self.x)} examples, {self.objective.cost}, {self.optimizer}"


def random_case(
    seed: int,
    *,
    dtype: str | None = None,
    most_hidden: int = 4,
    widest: int = 200,
    most_rows: int = 700,
) -> Case:
    """Return the case of that number: any depth, width, activation, cost, optimizer, precision."""
    random = np.random.default_rng(seed)
    names = list(ACTIVATIONS)
    units = [
        int(random.integers(1, widest + 1)) for _ in range(random.integers(2, most_hidden + 3))
    ]
    cost = list(COSTS.values())[random.integers(len(COSTS))]
    output = {"categorical_crossentropy": "softmax", "binary_crossentropy": "sigmoid"}.get(
        cost.name, names[random.integers(len(names))]
    )
    hidden = [
        Dense(count, names[random.integers(len(names))], bias=bool(random.integers(2)))
        for count in units[1:-1]
    ]
    last = Dense(units[-1], output, bias=bool(random.integers(2)))
    precision = dtype or ("float32", "float64")[random.integers(2)]
    net = Network([units[0], *hidden, last], dtype=precision, seed=seed)
    for b in net.biases:
        if b is not None:
            b[...] = random.normal(scale=0.1, size=b.shape)
    rows = int(random.integers(1, most_rows + 1))
    x = random.normal(size=(rows, units[0])).astype(precision)
    desired = _desired(output, rows, units[-1], random).astype(precision)
    objective = cost.paired_with(net.output_activation)
    return Case(net, x, desired, objective, OPTIMIZERS[random.integers(len(OPTIMIZERS))])


def away_from_kinks(case: Case, distance: float) -> Case:
    """Return the case without the examples that bring a relu's net input that near to 0.

    On which side of 0 such a net input lies is a matter of rounding; the derivative jumps there.
    """
    arguments = (case.net.architecture, case.objective, case.net.parameters, case.x, case.desired)
    near = np.zeros(len(case.x), dtype=np.bool_)
    trace = Reference().trace(*arguments)
    for layer, net_input in zip(case.net.architecture.layers, trace.net_inputs, strict=True):
        if layer.activation.name == "relu":
            near |= (np.abs(net_input) < distance).any(axis=1)
    return replace(case, x=case.x[~near], desired=case.desired[~near])


def _desired(output: str, rows: int, outputs: int, random: np.random.Generator) -> Array:
    if output == "softmax":
        one_hot: Array = np.eye(outputs)[random.integers(outputs, size=rows)]
        return one_hot
    if output == "sigmoid":
        return random.integers(0, 2, size=(rows, outputs))
    return random.normal(size=(rows, outputs))
