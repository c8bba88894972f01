"""Random networks with data, losses that fit them, and every option of a training.

What has a name is drawn by its name: a new activation, loss, optimizer or penalty takes part in
draws of its own, and changes no other.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import Record, record_named, records
from glassnet.engine.interface import DropoutMasks, Engine, Program, Trace, Training
from glassnet.engine.reference import Reference
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.loss import Loss
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.optim.update_rule import UpdateRule

# Exponentials of exponentials leave the numbers of this world; as outputs they come with Poisson.
NEVER_HIDDEN = ("exponential",)
POSITIVE = ("exponential", "softplus", "sigmoid", "softmax")

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def built_in(kind: type[R]) -> list[str]:
    """The names of Glassnet's own records of a kind."""
    return [
        name for name, record in records(kind).items() if record.__module__.startswith("glassnet.")
    ]


OPTIMIZERS: tuple[Optimizer, ...] = tuple(
    record_named(Optimizer, name, {"learning_rate": 0.05}) for name in built_in(Optimizer)
)
PENALTIES: tuple[Penalty, ...] = tuple(
    record_named(Penalty, name, options)
    for name in built_in(Penalty)
    for options in ({"strength": 0.05, "biases": True}, {"strength": 1.0, "over_examples": True})
)

__all__ = [
    "OPTIMIZERS",
    "PENALTIES",
    "Case",
    "away_from_kinks",
    "built_in",
    "drawn",
    "random_case",
    "random_record",
]


@dataclass(frozen=True)
class Case:
    """A network with examples, targets, a loss and how it shall learn."""

    net: Network
    x: Array
    targets: Array
    loss: Loss
    rule: UpdateRule
    sample_weight: Array | None
    dropout: list[float] | None

    def __repr__(self) -> str:
        options = f"{len(self.x)} examples, {self.loss}, {self.rule}"
        weighted = "" if self.sample_weight is None else ", weighted"
        return f"{self.net!r}, {options}{weighted}, dropout {self.dropout}"

    def training(self, threads: int | None = None) -> Training:
        """A training of a copy of the network's parameters."""
        return Training(
            self.rule,
            self.net.parameters.copy(),
            self.x,
            self.targets,
            self.sample_weight,
            self.dropout,
            self.net.seed,
            threads,
        )

    def program(self, engine: Engine) -> Program:
        """The network and its loss, compiled by an engine."""
        return engine.compile(self.net.architecture, self.loss, self.rule)

    def trace(self, engine: Engine, step: int = 1) -> Trace:
        """All numbers of all examples, with the dropout of a step."""
        masks = DropoutMasks(self.dropout, self.net.seed, step) if self.dropout else None
        return self.program(engine).trace(
            self.net.parameters, self.x, self.targets, self.sample_weight, masks
        )


def drawn(random: np.random.Generator, choices: Mapping[str, T]) -> T:
    """One of some things by name; further names change a draw only where they are drawn."""
    salt = random.integers(2**32)
    return choices[min(choices, key=lambda name: crc32(f"{salt} {name}".encode()))]


def random_record(random: np.random.Generator, kind: type[R], without: tuple[str, ...] = ()) -> R:
    """A built-in record by name, half of the time with hyper-parameters other than the usual."""
    name = drawn(random, {one: one for one in built_in(kind) if one not in without})
    unusual = random.random() < 0.5
    draws = np.random.default_rng(random.integers(2**32))
    record: Any = records(kind)[name]
    own = [each for each in fields(record) if each.metadata] if is_dataclass(record) else []
    numbers = {
        # A minimum is below the maximum that comes with it.
        each.name: float(draws.uniform(0.05, 0.95)) * (-1 if each.name == "minimum" else 1)
        for each in own
        if unusual or each.default is MISSING
    }
    if kind is Optimizer:
        numbers["learning_rate"] = float(draws.uniform(0.01, 0.1))
        numbers["epsilon"] = 1e-8
    names = [each.name for each in own]
    return record_named(kind, name, {one: numbers[one] for one in names if one in numbers})


def random_case(
    seed: int,
    *,
    dtype: str | None = None,
    most_hidden: int = 4,
    widest: int = 200,
    most_rows: int = 700,
    plain: bool = False,
) -> Case:
    """Return the case of that number: any depth, width, activation, loss, option, precision.

    With `plain`, all layers are dense and the options left out.
    """
    random = np.random.default_rng(seed)
    units = [
        int(random.integers(1, widest + 1)) for _ in range(random.integers(2, most_hidden + 3))
    ]
    loss: Loss = random_record(random, Loss)
    output = _output_activation(loss, random)
    layers: list[Layer] = []
    for count in units[1:-1]:
        if not plain and random.random() < 0.2:
            layers.append(Scale(_activation(random), bias=bool(random.integers(2))))
        layers.append(Dense(count, _activation(random), **_layer_options(random, plain=plain)))
    last = Dense(units[-1], output, **_layer_options(random, plain=plain))
    precision = dtype or ("float32", "float64")[random.integers(2)]
    net = Network([units[0], *layers, last], dtype=precision, seed=seed)
    for b in net.biases:
        if b is not None:
            b[...] = random.normal(scale=0.1, size=b.shape)
    rows = int(random.integers(1, most_rows + 1))
    x = random.normal(size=(rows, units[0])).astype(precision)
    targets = _targets(loss, output, rows, units[-1], random).astype(precision)
    optimizer: Optimizer = random_record(random, Optimizer)
    if plain:
        return Case(net, x, targets, loss, UpdateRule(optimizer), None, None)
    some = tuple(_penalty(random) for _ in range(random.integers(3)))
    rule = UpdateRule(optimizer, some, 0.1 if random.random() < 0.3 else None)
    weights = random.integers(0, 4, size=rows).astype(precision) if random.random() < 0.4 else None
    if weights is not None:
        weights[0] = 1
    hidden = len(net.architecture.layers) - 1
    dropout = [0.1, *random.uniform(0, 0.6, size=hidden)] if random.random() < 0.4 else None
    return Case(net, x, targets, loss, rule, weights, dropout)


def away_from_kinks(case: Case, distance: float) -> Case:
    """Return the case with weight 0 for the examples that come that near to where a slope jumps.

    On which side such a net input (or a difference in a loss with a kink) lies is a matter of
    rounding.
    """
    near = np.zeros(len(case.x), dtype=np.bool_)
    trace = case.trace(Reference())
    for layer, net_input in zip(case.net.architecture.layers, trace.net_inputs, strict=True):
        for kink in layer.activation.kinks:
            near |= (np.abs(net_input - kink) < distance).any(axis=1)
    for kinks in case.loss.kinks(case.targets):
        near |= (np.abs(trace.predicted - kinks) < distance).any(axis=1)
    # Dropout goes by the example's place in the batch, so that examples count 0 instead.
    weights = (
        np.ones(len(near), dtype=case.x.dtype) if case.sample_weight is None else case.sample_weight
    )
    return replace(case, sample_weight=np.where(near, 0, weights).astype(case.x.dtype))


def _activation(random: np.random.Generator) -> Activation:
    return random_record(random, Activation, without=NEVER_HIDDEN)


def _penalty(random: np.random.Generator) -> Penalty:
    name = drawn(random, {name: name for name in built_in(Penalty)})
    biases, over_examples = bool(random.integers(2)), bool(random.integers(2))
    strength = float(random.choice([0.01, 0.1, 0.2])) * (10 if over_examples else 1)
    options = {"strength": strength, "biases": biases, "over_examples": over_examples}
    return record_named(Penalty, name, options)


def _layer_options(random: np.random.Generator, *, plain: bool) -> dict[str, Any]:
    bias = bool(random.integers(2))
    if plain or random.random() < 0.5:
        return {"bias": bias}
    rates = {"weight_rate": 0.5, "bias_rate": float(random.integers(0, 2)) * 0.1}
    return {"bias": bias, "multiplier": "ntk" if random.random() < 0.5 else 0.7, **rates}


def _output_activation(loss: Loss, random: np.random.Generator) -> Activation:
    if loss.made_for:
        return activation_named(loss.made_for)
    if loss.name.endswith("poisson"):
        return activation_named(POSITIVE[random.integers(len(POSITIVE))])
    activation = _activation(random)
    while not _fit(loss, activation):
        activation = _activation(random)
    return activation


def _fit(loss: Loss, activation: Activation) -> bool:
    try:
        loss.paired_with(activation)
    except ValueError:
        return False
    return True


def _targets(
    loss: Loss, output: Activation, rows: int, outputs: int, random: np.random.Generator
) -> Array:
    if loss.name == "mean_absolute_percentage_error":  # of what is not nearly nothing
        signs = random.choice([-1, 1], size=(rows, outputs))
        sized: Array = signs * random.uniform(0.5, 3, size=(rows, outputs))
        return sized
    if output.name == "softmax":
        one_hot: Array = np.eye(outputs)[random.integers(outputs, size=rows)]
        return one_hot
    if output.name == "sigmoid":
        return random.integers(0, 2, size=(rows, outputs))
    if loss.name.endswith("poisson"):
        return random.poisson(2.0, size=(rows, outputs))
    return random.normal(size=(rows, outputs))
