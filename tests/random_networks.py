"""Random networks with data, output losses that fit them, and every option of a training."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.engine.interface import DropoutMasks, Engine, Trace, Training
from glassnet.engine.reference import Reference
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.elu import Elu
from glassnet.nn.activations.leaky_relu import LeakyRelu
from glassnet.nn.activations.registry import ACTIVATIONS
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss, OutputLoss
from glassnet.nn.losses.pinball import Pinball
from glassnet.nn.losses.registry import LOSSES
from glassnet.optim.adam import Adam, AdamW
from glassnet.optim.momentum import Momentum, Nesterov
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2, Penalty, WeightDecay
from glassnet.optim.rmsprop import RMSprop
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(0.1),
    Momentum(0.05, 0.8),
    Nesterov(0.05, 0.8),
    RMSprop(0.01),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
)
PENALTIES: tuple[Penalty, ...] = (
    L1(0.01),
    L2(0.1, biases=True),
    L2(3.0, over_examples=True),
    WeightDecay(0.2),
)
# Exponentials of exponentials leave the numbers of this world; as outputs they come with Poisson.
PARAMETRISED: tuple[Activation, ...] = (
    *(activation for activation in ACTIVATIONS.values() if activation.name != "exponential"),
    LeakyRelu(0.3),
    Elu(0.5),
)
PARAMETRISED_LOSSES: tuple[Loss, ...] = (
    *LOSSES.values(),
    CategoricalCrossentropy(0.1),
    Huber(0.3),
    Pinball(0.9),
)

__all__ = ["OPTIMIZERS", "Case", "away_from_kinks", "random_case"]


@dataclass(frozen=True)
class Case:
    """A network with examples, targets, an output loss and how it shall learn."""

    net: Network
    x: Array
    targets: Array
    output_loss: OutputLoss
    rule: UpdateRule
    sample_weight: Array | None
    dropout: list[float] | None

    def __repr__(self) -> str:
        options = f"{len(self.x)} examples, {self.output_loss.loss}, {self.rule}"
        weighted = "" if self.sample_weight is None else ", weighted"
        return f"{self.net!r}, {options}{weighted}, dropout {self.dropout}"

    def training(self, threads: int | None = None) -> Training:
        """A training of a copy of the network's parameters."""
        return Training(
            self.net.architecture,
            self.output_loss,
            self.rule,
            self.net.parameters.copy(),
            self.x,
            self.targets,
            self.sample_weight,
            self.dropout,
            self.net.seed,
            threads,
        )

    def trace(self, engine: Engine, step: int = 1) -> Trace:
        """All numbers of all examples, with the dropout of a step."""
        masks = DropoutMasks(self.dropout, self.net.seed, step) if self.dropout else None
        return engine.trace(
            self.net.architecture,
            self.output_loss,
            self.net.parameters,
            self.x,
            self.targets,
            self.sample_weight,
            masks,
        )


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
    loss = PARAMETRISED_LOSSES[random.integers(len(PARAMETRISED_LOSSES))]
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
    output_loss = loss.paired_with(net.output_activation)
    optimizer = OPTIMIZERS[random.integers(len(OPTIMIZERS))]
    if plain:
        return Case(net, x, targets, output_loss, UpdateRule(optimizer), None, None)
    some = tuple(penalty for penalty in PENALTIES if random.random() < 0.25)
    rule = UpdateRule(optimizer, some, 0.1 if random.random() < 0.3 else None)
    weights = random.integers(0, 4, size=rows).astype(precision) if random.random() < 0.4 else None
    if weights is not None:
        weights[0] = 1
    hidden = len(net.architecture.layers) - 1
    dropout = [0.1, *random.uniform(0, 0.6, size=hidden)] if random.random() < 0.4 else None
    return Case(net, x, targets, output_loss, rule, weights, dropout)


def away_from_kinks(case: Case, distance: float) -> Case:
    """Return the case with weight 0 for the examples that come that near to where a slope jumps.

    On which side such a net input (or a difference in a loss with a kink) lies is a matter of
    rounding.
    """
    near = np.zeros(len(case.x), dtype=np.bool_)
    trace = case.trace(Reference())
    for layer, net_input in zip(case.net.architecture.layers, trace.net_inputs, strict=True):
        if layer.activation.has_kink:
            near |= (np.abs(net_input) < distance).any(axis=1)
    if case.output_loss.loss.name in ("mean_absolute_error", "pinball"):
        near |= (np.abs(trace.predicted - case.targets) < distance).any(axis=1)
    # Dropout goes by the example's place in the batch, so that examples count 0 instead.
    weights = (
        np.ones(len(near), dtype=case.x.dtype) if case.sample_weight is None else case.sample_weight
    )
    return replace(case, sample_weight=np.where(near, 0, weights).astype(case.x.dtype))


def _activation(random: np.random.Generator) -> Activation:
    return PARAMETRISED[random.integers(len(PARAMETRISED))]


def _layer_options(random: np.random.Generator, *, plain: bool) -> dict[str, Any]:
    bias = bool(random.integers(2))
    if plain or random.random() < 0.5:
        return {"bias": bias}
    rates = {"weight_rate": 0.5, "bias_rate": float(random.integers(0, 2)) * 0.1}
    return {"bias": bias, "multiplier": "ntk" if random.random() < 0.5 else 0.7, **rates}


def _output_activation(loss: Loss, random: np.random.Generator) -> Activation:
    if loss.name == "categorical_crossentropy":
        return ACTIVATIONS["softmax"]
    if loss.name.endswith("binary_crossentropy"):
        return ACTIVATIONS["sigmoid"]
    if loss.name.endswith("poisson"):
        return ACTIVATIONS[("exponential", "softplus", "sigmoid", "softmax")[random.integers(4)]]
    return _activation(random)


def _targets(
    loss: Loss, output: Activation, rows: int, outputs: int, random: np.random.Generator
) -> Array:
    if output.name == "softmax":
        one_hot: Array = np.eye(outputs)[random.integers(outputs, size=rows)]
        return one_hot
    if output.name == "sigmoid":
        return random.integers(0, 2, size=(rows, outputs))
    if loss.name.endswith("poisson"):
        return random.poisson(2.0, size=(rows, outputs))
    return random.normal(size=(rows, outputs))
