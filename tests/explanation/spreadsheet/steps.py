"""Steps of all kinds: random networks, each activation, loss and optimizer, and extremes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named
from tests.random_networks import NEVER_HIDDEN, OPTIMIZERS, PENALTIES, built_in

__all__ = ["CASES"]

RULES = (gn.SGD(0.3), gn.Adam(0.05))


def random_step(seed: int, rule: Any) -> Explanation:
    """A network of any small size, and a batch of one to five examples."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 9, size=random.integers(3, 5)).tolist()
    output = str(random.choice(["softmax", "sigmoid", "identity"]))
    hidden = str(random.choice(["sigmoid", "tanh", "relu", "silu"]))
    net = gn.Network(sizes, hidden=hidden, output=output, dtype="float64", seed=seed)
    net.biases = [random.normal(size=layer.shape) for layer in net.biases if layer is not None]
    count = int(random.integers(1, 6))
    x = random.normal(size=(count, sizes[0]))
    targets = random.uniform(size=(count, sizes[-1]))
    if output == "softmax":
        targets = np.eye(sizes[-1])[random.integers(0, sizes[-1], size=count)]
    weight = random.uniform(0.5, 2, size=count) if seed % 2 else None
    return gn.explain(net, x, targets, optimizer=rule, sample_weight=weight)


def with_activation(name: str) -> Explanation:
    """Two hidden layers of an activation, and a batch."""
    net = gn.Network([3, 4, 3, 2], hidden=name, output="identity", dtype="float64", seed=4)
    random = np.random.default_rng(1)
    return gn.explain(
        net, random.normal(size=(3, 3)), random.normal(size=(3, 2)), learning_rate=0.1
    )


def with_loss(name: str) -> Explanation:
    """A network that the loss fits, with targets 0 and 1."""
    loss = loss_named(name)
    output = loss.made_for or ("softplus" if name in NEEDS_POSITIVE else "identity")
    net = gn.Network([2, 3, 3], hidden="tanh", output=output, dtype="float64", seed=5)
    x = np.random.default_rng(7).normal(size=(3, 2))
    # Relative to a target of 0, gradients are so large that their mean has no digits left.
    targets = np.eye(3) + (name == "mean_absolute_percentage_error")
    return gn.explain(net, x, targets, learning_rate=0.1, loss=loss)


NEEDS_POSITIVE = ("poisson", "summed_poisson", "mean_squared_logarithmic_error")


def recorded_step(optimizer: Any, **options: Any) -> Explanation:
    """The fifth step of a training, with everything that a training has."""
    random = np.random.default_rng(0)
    net = gn.Network([4, 5, 3], hidden="tanh", output="softmax", dtype="float64", seed=3)
    history = net.fit(
        random.normal(size=(13, 4)),
        random.integers(0, 3, size=13),
        epochs=3,
        batch_size=5,
        record=[4],
        optimizer=optimizer,
        **options,
    )
    return gn.explain(history.steps[4])


def extreme_step(target: int, output: str) -> Explanation:
    """Net inputs of some hundreds, at which exponentials overflow."""
    net = gn.Network(
        [1, 2, 2 if output == "softmax" else 1], hidden="identity", output=output, dtype="float64"
    )
    onward = 300.0 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    net.weights = [[[400.0, -400.0]], onward if output == "softmax" else onward[:, :1]]
    return gn.explain(net, x=[2.0], target=target, learning_rate=0.001)


def scale_step() -> Explanation:
    """A scale layer, a layer without bias, and names that are no letters."""
    net = gn.Network(
        [3, gn.Scale(), gn.Dense(2, "tanh", bias=False), gn.Dense(2, "softmax")], dtype="float64"
    )
    net.feature_names = ["=1+1", "a b", "ü'\"!"]
    return gn.explain(net, x=[0.5, -1.0, 2.0], target=1, learning_rate=0.5)


def wide_step() -> Explanation:
    """Sums too long to be written term by term."""
    net = gn.Network([100, 20, 12], hidden="sigmoid", output="softmax", dtype="float64", seed=1)
    return gn.explain(net, x=np.linspace(-1, 1, 100), target=3, learning_rate=0.5)


def other_letters() -> Explanation:
    """z, a, and weights that name the unit first that they lead to; a rate for each layer."""
    layers = [gn.Dense(3, "sigmoid", weight_rate=0.5, bias_rate=2.0), gn.Dense(2, "softmax")]
    net = gn.Network([2, *layers], dtype="float64", seed=2)
    return gn.explain(net, [0.5, 2.0], 1, optimizer=gn.Adam(0.1), notation="z-a", decimals=4)


CASES: dict[str, Callable[[], Explanation]] = {
    **{
        f"random {seed}, {type(rule).__name__}": partial(random_step, seed, rule)
        for seed in range(10)
        for rule in RULES
    },
    **{
        f"activation {name}": partial(with_activation, name)
        for name in built_in(Activation)
        if name not in NEVER_HIDDEN
    },
    **{f"loss {name}": partial(with_loss, name) for name in built_in(Loss)},
    **{f"recorded, {type(rule).__name__}": partial(recorded_step, rule) for rule in OPTIMIZERS},
    "recorded, penalties": partial(recorded_step, gn.Adam(0.05), penalties=PENALTIES),
    "recorded, clipping and dropout": partial(
        recorded_step, gn.SGD(0.5), clip_norm=0.1, dropout=gn.Dropout(0.3, inputs=0.2)
    ),
    "recorded, clipping without effect": partial(recorded_step, gn.SGD(0.5), clip_norm=100.0),
    "recorded, weights of examples": partial(
        recorded_step, gn.SGD(0.5), sample_weight=np.arange(13) % 4, penalties=PENALTIES
    ),
    "extreme, right": partial(extreme_step, 0, "softmax"),
    "extreme, wrong": partial(extreme_step, 1, "softmax"),
    "extreme, yes": partial(extreme_step, 1, "sigmoid"),
    "extreme, no": partial(extreme_step, 0, "sigmoid"),
    "scale layer": scale_step,
    "wide": wide_step,
    "other letters": other_letters,
}
