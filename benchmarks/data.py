"""The examples: XOR, scikit-learn's digits, and synthetic ones shaped like well-known data sets."""

from collections.abc import Callable

import numpy as np

from benchmarks.problem import Array, Problem
from benchmarks.workloads import Training, Workload
from glassnet import Network
from glassnet.core.random import example_orders
from glassnet.tables.samples import digits as handwritten_digits

Examples = tuple[Array, Array]  # inputs, and each row's class index

SEED = 0


def problem_for(work: Workload) -> Problem:
    """Return what every library starts from: examples, their batches, and initial parameters."""
    X, labels = DATASETS[work.dataset]()
    net = Network(list(work.layer_sizes), hidden=work.activation, output="softmax", seed=SEED)
    batches = _batches(work, len(X)) if isinstance(work, Training) else np.empty((0, 0), np.int64)
    return Problem(X, labels, batches, net.parameters)


def _batches(work: Training, rows: int) -> Array:
    if work.batch_size >= rows:  # full batches: nothing to shuffle
        return np.tile(np.arange(rows), (work.epochs, 1))
    return example_orders(SEED, range(work.epochs), rows).reshape(-1, work.batch_size)


def xor() -> Examples:
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0, 1, 1, 0])


def digits(rows: int = 1792) -> Examples:
    table = handwritten_digits()
    pixels = [column for name, column in table.columns.items() if name != "digit"]
    X = (np.stack(pixels, axis=1) / 16).astype(np.float32)
    return X[:rows], table.columns["digit"][:rows].astype(np.int64)


def images(rows: int = 59_968) -> Examples:
    """Ten classes of blocky shapes with noise, pixels from 0 to 1 and about half of them 0.

    One label in ten is wrong, so that the loss has a lower bound above 0.
    """
    random = np.random.default_rng(1)
    shapes = random.normal(size=(10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2).reshape(10, 784)
    labels = random.integers(0, 10, rows)
    X = random.standard_normal((rows, 784), dtype=np.float32)
    X *= 0.5
    X += 0.35 * shapes[labels].astype(np.float32)
    np.clip(X, 0, 1, out=X)
    wrong = random.random(rows) < 0.1
    return X, np.where(wrong, random.integers(0, 10, rows), labels)


def images_centred(rows: int = 59_968) -> Examples:
    X, labels = images(rows)
    return X - X.mean(axis=0), labels


def tabular(rows: int = 199_936) -> Examples:
    """Ten numeric and 44 binary columns, and seven classes sampled from a random network."""
    random = np.random.default_rng(2)
    X = random.standard_normal((rows, 54), dtype=np.float32)
    X[:, 10:] = X[:, 10:] > 1
    teacher = np.tanh(X @ random.normal(size=(54, 16)) / 3) @ random.normal(size=(16, 7))
    return X, (teacher + random.gumbel(size=(rows, 7)) / 2).argmax(axis=1)


DATASETS: dict[str, Callable[[], Examples]] = {
    "xor": xor,
    "digits": digits,
    "images": images,
    "images-centred": images_centred,
    "images-short": lambda: images_centred(25_600),
    "tabular": tabular,
    "one-digit": lambda: digits(1),
    "images-many": lambda: images(100_000),
}
