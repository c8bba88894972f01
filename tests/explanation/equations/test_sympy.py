"""∂E/∂w derived by SymPy from the network's formula alone, beside the chain that is shown."""

from typing import Any

import numpy as np
import pytest
import sympy

import glassnet as gn
from glassnet.explanation.places import place_at
from glassnet.formula.document import Equation, Section
from glassnet.formula.tree import Partial
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

# Smooth everywhere, so that there is one derivative.
ACTIVATIONS = ("identity", "sigmoid", "tanh", "gelu", "silu", "softplus", "exponential", "softmax")
ENDS = (
    ("softmax", "categorical_crossentropy"),
    ("sigmoid", "binary_crossentropy"),
    ("identity", "mean_squared_error"),
    ("softplus", "poisson"),
    ("identity", "half_squared_error"),
    ("sigmoid", "summed_binary_crossentropy"),
    ("exponential", "summed_poisson"),
)


def activated(name: str, x: list[Any]) -> list[Any]:
    one: dict[str, Any] = {
        "identity": lambda x: x,
        "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
        "tanh": sympy.tanh,
        "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        "silu": lambda x: x / (1 + sympy.exp(-x)),
        "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
        "exponential": sympy.exp,
    }
    if name == "softmax":
        total = sum(sympy.exp(value) for value in x)
        return [sympy.exp(value) / total for value in x]
    return [one[name](value) for value in x]


def error(loss: Loss, p: list[Any], d: list[float]) -> Any:
    pairs = list(zip(p, d, strict=True))
    terms: dict[str, Any] = {
        "categorical_crossentropy": lambda p, d: -d * sympy.log(p),
        "binary_crossentropy": lambda p, d: -d * sympy.log(p) - (1 - d) * sympy.log(1 - p),
        "mean_squared_error": lambda p, d: (p - d) ** 2,
        "poisson": lambda p, d: p - d * sympy.log(p),
        "half_squared_error": lambda p, d: (p - d) ** 2 / 2,
    }
    total = sum(terms[loss.name.removeprefix("summed_")](*pair) for pair in pairs)
    return total / len(pairs) if loss.divisor(len(pairs)) > 1 else total


def derived(
    net: gn.Network, loss: Loss, x: list[float], target: list[float]
) -> tuple[Any, list[Any]]:
    """E as a formula of all parameters, and their symbols."""
    symbols = list(sympy.symbols(f"w:{net.parameters.size}"))
    y: list[Any] = [sympy.Float(value, 30) for value in x]
    for layer, place in zip(net.architecture.layers, net.architecture.places, strict=True):
        in_ = []
        for j in range(place.to_units):
            rows = range(place.from_units)
            first = place.weights.start
            total = sum(symbols[first + i * place.to_units + j] * y[i] for i in rows)
            in_.append(total if place.biases is None else total + symbols[place.biases.start + j])
        y = activated(layer.activation.name, in_)
    return error(loss, y, target), symbols


def chain_of(story: gn.Explanation) -> Equation:
    """The equation ∂E/∂w of the chain rule."""
    section: Section = next(
        s for s in story.document.sections if s.title.startswith("Backward pass")
    )
    equations = [block for block in section.blocks if isinstance(block, Equation)]
    assert isinstance(equations[-1].left, Partial)
    return equations[-1]


@pytest.mark.parametrize("seed", range(20))
def test_the_shown_chain_is_what_sympy_derives(seed: int) -> None:
    random = np.random.default_rng(seed)
    output, loss = ENDS[seed % len(ENDS)]
    hidden = [
        gn.Dense(int(random.integers(1, 4)), ACTIVATIONS[random.integers(len(ACTIVATIONS))])
        for _ in range(random.integers(1, 3))
    ]
    net = gn.Network([2, *hidden, gn.Dense(2, output)], dtype="float64", seed=seed)
    net.parameters[...] = random.normal(size=net.parameters.size)
    x, target = random.normal(size=2).tolist(), [0.0, 1.0]
    formula, symbols = derived(net, loss_named(loss), x, target)
    parameters = net.parameters.tolist()

    def value(expression: Any) -> float:
        return float(sympy.lambdify(symbols, expression, "mpmath", cse=True)(*parameters))

    explanation = gn.explain(net, x, target, loss=loss)
    assert explanation.step.loss == pytest.approx(value(formula), rel=1e-9)
    for index in random.choice(net.parameters.size, size=2, replace=False).tolist():
        independent = value(sympy.diff(formula, symbols[index]))
        place = place_at(net.architecture, index)
        source = "bias" if place.source is None else place.source
        story = explanation.weight(layer=place.layer, source=source, unit=place.unit)
        chain = chain_of(story)
        for stage in chain.steps:
            assert stage.evaluate() == pytest.approx(independent, rel=1e-7, abs=1e-12)
