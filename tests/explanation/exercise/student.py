"""A student who computes a step by hand: rounds each line, carries it on, and may slip once.

Everything here is computed with plain floats, from textbook formulas of its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import WeightPlace

Function = Callable[[float], float]

# Value, and derivative from in and y.
ACTIVATIONS: dict[str, tuple[Function, Callable[[float, float], float]]] = {
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z, y: y * (1 - y)),
    "tanh": (math.tanh, lambda z, y: 1 - y * y),
    "relu": (lambda z: max(z, 0.0), lambda z, y: 1.0 if z > 0 else 0.0),
    "softplus": (lambda z: math.log(1 + math.exp(z)), lambda z, y: 1 / (1 + math.exp(-z))),
    "identity": (lambda z: z, lambda z, y: 1.0),
}
PAIRS = [
    ("sigmoid", "half_squared_error"),
    ("sigmoid", "mean_squared_error"),
    ("identity", "half_squared_error"),
    ("identity", "mean_squared_error"),
    ("tanh", "mean_squared_error"),
    ("sigmoid", "binary_crossentropy"),
    ("softmax", "categorical_crossentropy"),
]
HIDDEN = ["sigmoid", "tanh", "relu", "softplus"]


@dataclass
class Homework:
    """A random network with an example, and everything that a student is given."""

    net: gn.Network
    x: NDArray[np.float64]
    target: NDArray[np.float64]
    output: str
    loss: str
    rate: float
    adam: bool
    units: list[int]
    hidden: str
    step: Explanation

    @classmethod
    def random(cls, seed: int, batch: bool = False, adam: bool = False) -> "Homework":
        rng = np.random.default_rng(seed)
        output, loss = PAIRS[int(rng.integers(len(PAIRS)))]
        hidden = HIDDEN[int(rng.integers(len(HIDDEN)))]
        units = [int(n) for n in rng.integers(2, 4, size=int(rng.integers(2, 4)))]
        if output == "softmax":
            units[-1] = max(units[-1], 2)
        activation = None if output == "identity" else output
        net = gn.Network(
            units, hidden=hidden, output=activation or "identity", dtype="float64", seed=seed
        )
        for W, b in zip(*arrays_of(net), strict=True):
            W[...] = np.round(rng.uniform(-1.5, 1.5, W.shape), 2)
            b[...] = np.round(rng.uniform(-1, 1, b.shape), 2)
        examples = 3 if batch else 1
        x = np.round(rng.uniform(-2, 2, (examples, units[0])), 1)
        target = np.round(rng.uniform(0.05, 0.95, (examples, units[-1])), 2)
        if output == "softmax":
            target = np.eye(units[-1])[rng.integers(units[-1], size=examples)]
        elif loss == "binary_crossentropy":
            target = rng.integers(2, size=(examples, units[-1])).astype(float)
        rate = float(np.round(rng.uniform(0.1, 0.9), 1))
        optimizer = gn.Adam(rate) if adam else gn.SGD(rate)
        given: Any = (x, target) if batch else (x[0], target[0])
        step = gn.explain(net, *given, optimizer=optimizer, loss=loss)
        return cls(net, x[0], target[0], output, loss, rate, adam, units, hidden, step)

    @property
    def examples(self) -> int:
        return len(self.step.step.batch)


@dataclass
class Student:
    """Fills in the sheet of a homework.

    With `inside`, each product, exponential and difference inside a line is rounded as well.
    `digits` are significant digits, or decimals where `fixed`. `memory` is how often a number is
    carried on as the calculator shows it. The slip is a kind and the name of a line.
    """

    homework: Homework
    digits: int
    fixed: bool = False
    memory: float = 0.0
    inside: bool = False
    slip: tuple[str, str] | None = None
    seed: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    possible: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def put(self, name: str, value: float, **slipped: float) -> float:
        """Write a line; return the number that is used from here on."""
        for kind, other in slipped.items():
            self.possible[kind, name] = (value, other)
            if self.slip == (kind, name):
                value = other
        text = self.text(value)
        self.answers[name] = text
        return value if self.rng.random() < self.memory else float(text)

    def text(self, value: float) -> str:
        return f"{value:.{self.digits}f}" if self.fixed else f"{value:#.{self.digits}g}"

    def on_the_way(self, value: float) -> float:
        """A number inside a line."""
        return float(self.text(value)) if self.inside else value

    def dot(self, left: Any, right: Any) -> float:
        return sum(self.on_the_way(float(a * b)) for a, b in zip(left, right, strict=True))

    def fill_in(self) -> "Student":
        given = self.homework
        y = [list(map(float, given.x))]
        net_inputs: list[list[float]] = [[]]
        for layer in range(1, len(given.units)):
            net_inputs.append(self._net_inputs(layer, y[-1]))
            y.append(self._outputs(layer, net_inputs[-1]))
        self._loss(y[-1])
        last = len(given.units) - 1
        delta = self._output_delta(last, net_inputs[last], y[last])
        for layer in range(last, 0, -1):
            new = self._update(layer, delta, y[layer - 1])
            if layer > 1:
                delta = self._hidden_delta(layer - 1, delta, new, net_inputs[layer - 1], y)
        return self

    @property
    def loss_name(self) -> str:
        return "E" if self.homework.examples == 1 else "E[1]"

    def _net_inputs(self, layer: int, y: list[float]) -> list[float]:
        W, b = (arrays[layer - 1] for arrays in arrays_of(self.homework.net))
        found = []
        for j in range(W.shape[1]):
            total = self.dot(W[:, j], y) + float(b[j])
            slips = {"forgotten bias": float(W[:, j] @ y)}
            slips["sign"] = total - 2 * float(W[0, j]) * y[0]
            if W.shape[0] == W.shape[1]:
                slips["transposed weight"] = float(W[j, :] @ y + b[j])
            found.append(self.put(f"in{layer}[{j + 1}]", total, **slips))
        return found

    def _outputs(self, layer: int, net_inputs: list[float]) -> list[float]:
        last = layer == len(self.homework.units) - 1
        activation = self.homework.output if last else self.homework.hidden
        if activation == "softmax":
            powers = [self.on_the_way(math.exp(z)) for z in net_inputs]
            values = [power / sum(powers) for power in powers]
        elif activation == "sigmoid":
            values = [1 / (1 + self.on_the_way(math.exp(-z))) for z in net_inputs]
        else:
            values = [ACTIVATIONS[activation][0](z) for z in net_inputs]
        letter = "p" if last else f"y{layer}"
        return [self.put(f"{letter}[{j + 1}]", value) for j, value in enumerate(values)]

    def _loss(self, p: list[float]) -> None:
        t, loss, m = self.homework.target, self.homework.loss, len(p)
        squares = sum(self.on_the_way((a - b) ** 2) for a, b in zip(p, t, strict=True))
        if loss == "half_squared_error":
            self.put(self.loss_name, squares / 2, **{"missing half": squares})
        elif loss == "mean_squared_error":
            self.put(self.loss_name, squares / m, **({"sum for mean": squares} if m > 1 else {}))
        else:
            self.put(self.loss_name, self._cross_entropy(p), sign=-self._cross_entropy(p))

    def _cross_entropy(self, p: list[float]) -> float:
        t, binary = self.homework.target, self.homework.loss == "binary_crossentropy"
        total = 0.0
        for a, b in zip(p, t, strict=True):
            total -= b * _ln(a) if b else 0.0
            total -= (1 - b) * _ln(1 - a) if binary and b != 1 else 0.0
        return total / len(p) if binary else total

    def _output_delta(self, layer: int, net_inputs: list[float], p: list[float]) -> list[float]:
        given, m = self.homework, len(p)
        t = [float(value) for value in given.target]
        deltas = []
        for j in range(m):
            if given.output == "softmax":
                value = p[j] - t[j]
                deltas.append(self.put(f"δ{layer}[{j + 1}]", value, sign=-value))
                continue
            name = f"∂{self.loss_name}/∂p[{j + 1}]"
            difference = p[j] - t[j]
            if given.loss == "half_squared_error":
                of_p = self.put(
                    name, difference, sign=-difference, **{"missing half": 2 * difference}
                )
            elif given.loss == "mean_squared_error":
                slips = {"sign": -2 * difference / m, "missing half": difference / m}
                if m > 1:
                    slips["sum for mean"] = 2 * difference
                of_p = self.put(name, 2 * difference / m, **slips)
            else:
                value = difference / m
                deltas.append(self.put(f"δ{layer}[{j + 1}]", value, sign=-value))
                continue
            deltas.append(self._delta(layer, j, of_p, net_inputs[j], p[j], given.output, "p"))
        return deltas

    def _delta(
        self, layer: int, j: int, of_y: float, net_input: float, y: float, g: str, letter: str
    ) -> float:
        slope = ACTIVATIONS[g][1](net_input, y)
        if g != "identity":
            name = f"∂{letter}[{j + 1}]/∂in{layer}[{j + 1}]"
            slope = self.put(name, slope)
        slips = {"derivative left out": of_y, "sign": -of_y * slope}
        return self.put(f"δ{layer}[{j + 1}]", of_y * slope, **slips)

    def _hidden_delta(
        self,
        layer: int,
        delta: list[float],
        new: NDArray[np.float64],
        net_inputs: list[float],
        y: list[list[float]],
    ) -> list[float]:
        W, found = arrays_of(self.homework.net)[0][layer], []
        for i in range(W.shape[0]):
            total = self.dot(W[i], delta)
            slips = {"updated weight": float(new[i] @ delta)}
            if len(delta) > 1:
                slips["sign"] = total - 2 * float(W[i, 0]) * delta[0]
            if W.shape[0] == W.shape[1]:
                slips["transposed weight"] = float(W[:, i] @ delta)
            of_y = self.put(f"∂{self.loss_name}/∂y{layer}[{i + 1}]", total, **slips)
            values = net_inputs[i], y[layer][i]
            found.append(self._delta(layer, i, of_y, *values, self.homework.hidden, f"y{layer}"))
        return found

    def _update(self, layer: int, delta: list[float], y: list[float]) -> NDArray[np.float64]:
        new = np.empty((len(y), len(delta)))
        for j, d in enumerate(delta):
            for i, source in enumerate(y):
                name = f"w{layer}[{i + 1},{j + 1}]"
                new[i, j] = self._new_weight(name, WeightPlace(layer, i, j), d * source)
            self._new_weight(f"b{layer}[{j + 1}]", WeightPlace(layer, None, j), d)
        return new

    def _new_weight(self, name: str, place: WeightPlace, gradient: float) -> float:
        given, step = self.homework, self.homework.step.step
        gradient = self.put(f"∂{self.loss_name}/∂{name}", gradient, sign=-gradient)
        if given.examples > 1:
            others = float(step.example_gradients(place)[1:].sum())
            total = gradient + others
            slips = {"sum for mean": total}
            gradient = self.put(f"∂E/∂{name}", total / given.examples, **slips)
        w, rate = step.weight(place), given.rate
        if given.adam:
            m = self.put(f"new m[{name}]", 0.1 * gradient)
            v = self.put(f"new v[{name}]", 0.001 * gradient**2)
            m_hat = self.put(f"m̂[{name}]", m / (1 - 0.9))
            v_hat = self.put(f"v̂[{name}]", v / (1 - 0.999))
            change = m_hat / (self.on_the_way(math.sqrt(v_hat)) + 1e-8)
        else:
            change = gradient
        slips = {
            "rate left out": w - change,
            "rate taken twice": w - rate**2 * change,
            "ascent": w + rate * change,
        }
        return self.put(f"new {name}", w - self.on_the_way(rate * change), **slips)


def arrays_of(net: gn.Network) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """The weights and the biases of a network that has both."""
    return [W for W in net.weights if W is not None], [b for b in net.biases if b is not None]


def _ln(value: float) -> float:
    return math.log(value) if value > 0 else -700.0
