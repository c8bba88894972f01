"""The bits of trainings: one line for each configuration, its name and the hash of what it gives.

python -m benchmarks.bits                 compare with benchmarks/bits.txt; 1 if a line differs
python -m benchmarks.bits --write         write the lines there, as what later runs compare with

A hash covers parameters, predictions and the curves of the history. It depends on no number of
threads and no instruction set; versions of NumPy, SciPy and scikit-learn may change a few lines.
"""

import argparse
import hashlib
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn
from benchmarks.data import digits, tabular
from benchmarks.problem import Array
from glassnet.estimators import MLPClassifier, MLPRegressor

BASELINE = Path(__file__).parent / "bits.txt"
LAYERS = [54, 40, 24, 7]


def main() -> int:
    parser = argparse.ArgumentParser("benchmarks.bits", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--write", action="store_true", help="keep the lines as the baseline")
    write = parser.parse_args().write
    expected = BASELINE.read_text(encoding="utf-8").splitlines() if BASELINE.exists() else []
    lines = []
    for name, numbers in configurations():
        lines.append(f"{name}  {hash_of(numbers)}")
        print(lines[-1], "" if write or lines[-1] in expected else "  differs", flush=True)
    if write:
        BASELINE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    return int(lines != expected)


def hash_of(numbers: list[Any]) -> str:
    """Return the first 16 digits of the SHA-256 of some arrays' bytes."""
    found = hashlib.sha256()
    for array in map(np.asarray, numbers):
        found.update(
            f"{array.dtype.str if array.dtype != object else 'text'} {array.shape} ".encode()
        )
        found.update(repr(array.tolist()).encode() if array.dtype == object else array.tobytes())
    return found.hexdigest()[:16]


def configurations() -> Iterator[tuple[str, list[Any]]]:
    """Return the name of each configuration, and the arrays that it gives."""
    for name, train in (NETWORKS | TABLES | ESTIMATORS).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # few epochs do not converge
            yield name, train()


def of_network(net: gn.Network, X: Array, history: gn.History) -> list[Any]:
    curves = [history.losses, history.validation_losses, history.learning_rates]
    return [net.parameters, net.predict_proba(X), *curves, *history.metrics.values()]


def network(
    layers: list[Any] = LAYERS,
    hidden: str | None = "relu",
    output: str | None = "softmax",
    dtype: str = "float32",
    targets: Callable[[Array, Array], Any] = lambda X, labels: labels,
    **options: Any,
) -> Callable[[], list[Any]]:
    """Return a training of a network on 1,500 rows of a made table."""

    def train() -> list[Any]:
        X, labels = tabular(1500)
        net = gn.Network(layers, hidden=hidden, output=output, dtype=dtype, seed=3)
        chosen = {"epochs": 4, "batch_size": 64, "progress": False} | options
        history = net.fit(X, targets(X, labels), **chosen)
        return of_network(net, X, history)

    return train


def numbers_of(X: Array, labels: Array) -> Array:
    return np.stack([X[:, 0] * X[:, 1], labels / 3, np.abs(X[:, 2]) + 0.1], axis=1)


def several_yes(X: Array, labels: Array) -> Array:
    return np.stack([labels > 2, X[:, 0] > 0, labels % 2 == 0], axis=1).astype(np.float32)


ROW_WEIGHTS = (np.arange(1500) % 4).astype(np.float32)
MIXED = [
    54,
    gn.Scale(weight_rate=6),
    gn.Dense(40, "selu", initial="lecun", initial_bias="lecun", multiplier="ntk", bias_rate=0.1),
    gn.Dense(30, gn.LeakyRelu(0.2), bias=False, weight_rate=0.5),
    gn.Dense(20, gn.Elu(0.7), multiplier=0.7),
    gn.Dense(7, "softmax", initial="zero"),
]
THREE = [54, 32, 3]
NETWORKS: dict[str, Callable[[], list[Any]]] = {
    "sgd": network(optimizer=gn.SGD(0.1)),
    "momentum": network(optimizer=gn.Momentum(0.05), hidden="sigmoid"),
    "nesterov": network(optimizer=gn.Nesterov(0.05), hidden="tanh"),
    "rmsprop": network(optimizer=gn.RMSprop(), hidden="gelu"),
    "adam": network(),
    "adam-float64": network(dtype="float64"),
    "adamw": network(optimizer=gn.AdamW(weight_decay=0.1), hidden="silu"),
    "l-bfgs": network(optimizer=gn.LBFGS(), hidden="softplus", penalties=gn.L2(0.01)),
    "l1-l2-decay": network(
        penalties=[gn.L1(0.001), gn.L2(1, over_examples=True), gn.WeightDecay(0.1)]
    ),
    "weighted": network(
        sample_weight=ROW_WEIGHTS,
        class_weight="balanced",
        penalties=gn.L2(3, biases=True, over_examples=True),
    ),
    "dropout-clipped": network(dropout=gn.Dropout([0.3, 0.2], inputs=0.1), clip_norm=0.5),
    "validation-stopping": network(validation=0.2, stopping=gn.EarlyStopping(2), epochs=12),
    "unshuffled-one-thread": network(shuffle=False, threads=1, batch_size=50),
    "step": network(schedule=gn.StepDecay(2, 0.5)),
    "exponential-rate": network(schedule=gn.ExponentialDecay()),
    "warm-up-cosine": network(schedule=gn.WarmUp(0.2, gn.Cosine())),
    "one-cycle": network(schedule=gn.OneCycle()),
    "inverse-adaptive": network(schedule=gn.InverseScaling(), optimizer=gn.SGD(0.5)),
    "coslog4-mish": network(schedule=gn.CosLog4(), hidden="mish"),
    "smoothed": network(loss=gn.CategoricalCrossentropy(0.1), hidden="elu"),
    "mixed-layers": network(MIXED, None, None),
    "no-hidden-layer": network([54, 7], None),
    "several-labels": network(THREE, output="sigmoid", targets=several_yes),
    "two-classes": network(
        [54, 16, 1], output="sigmoid", targets=lambda X, labels: labels > 2, validation=0.1
    ),
    "squared": network(THREE, output="identity", targets=numbers_of, validation=0.2),
    "absolute": network(THREE, output="identity", loss="mean_absolute_error", targets=numbers_of),
    "huber": network(THREE, output="tanh", loss=gn.Huber(0.3), targets=numbers_of),
    "pinball": network(THREE, output="identity", loss=gn.Pinball(0.9), targets=numbers_of),
    "poisson": network(THREE, output="exponential", targets=numbers_of, optimizer=gn.SGD(0.01)),
    "leaky": network(hidden="leaky_relu", batch_size=1500),
}


def table(rows: int = 400) -> dict[str, Any]:
    """Numbers, some missing; text; yes or no; and what follows from them, with noise."""
    X, labels = tabular(rows)
    size = np.where(np.arange(rows) % 17 == 0, np.nan, X[:, 0].astype(np.float64))
    letters = np.array(list("abcdefg"), dtype=object)[labels]
    return {
        "size": size,
        "width": X[:, 1].astype(np.float64) * 100,
        "letter": np.where(np.arange(rows) % 5 == 0, "other", letters).astype(object),
        "on": X[:, 12] > 0,
        "class": np.array(["low", "middle", "high"], dtype=object)[labels % 3],
        "value": labels * 10.0 + X[:, 1],
    }


def trained(target: str, **choices: Any) -> Callable[[], list[Any]]:
    """Return a training on a table by a recipe."""

    def train() -> list[Any]:
        rows = table()
        other = "value" if target == "class" else "class"
        result = gn.train(
            rows, target, gn.Recipe(**choices), drop=[other], progress=False, on_finding=str
        )
        parameters = [net.parameters for net in result.model.networks]
        predicted = (
            [result.model.predict(rows), result.model.predict_proba(rows)]
            if target == "class"
            else [result.model.predict(rows)]
        )
        return [
            *parameters,
            *predicted,
            result.history.losses,
            list(result.evaluation.scores.values()),
        ]

    return train


def pictures() -> list[Any]:
    X, labels = digits(300)
    images = (X * 255).astype(np.uint8).reshape(-1, 8, 8)
    rows = {"image": images, "digit": labels.astype(str).astype(object)}
    result = gn.train(rows, "digit", gn.Recipe(epochs=3), progress=False, on_finding=str)
    return [result.model.network.parameters, result.model.predict_proba(rows)]


TABLES: dict[str, Callable[[], list[Any]]] = {
    "preset-tabular": trained("class", preset="tabular", epochs=6),
    "preset-tabular-value": trained("value", preset="tabular", epochs=6),
    "preset-realmlp": trained("class", preset="realmlp", epochs=6),
    "preset-realmlp-value": trained("value", preset="realmlp", epochs=6),
    "preset-plain": trained("class", preset="plain", epochs=6, ensemble=2, class_weight="balanced"),
    "preset-plain-calibrated": trained("class", preset="plain", epochs=6, calibrate=True),
    "preset-plain-value": trained("value", preset="plain", epochs=6),
    "preset-images": pictures,
}


def estimator(kind: Any, **options: Any) -> Callable[[], list[Any]]:
    """Return a training of one of scikit-learn's estimators by Glassnet."""

    def train() -> list[Any]:
        X, labels = tabular(600)
        y = labels if kind is MLPClassifier else X[:, 0] * X[:, 1]
        model = kind(hidden_layer_sizes=(20,), max_iter=8, random_state=4, **options).fit(X, y)
        return [*model.coefs_, *model.intercepts_, model.predict(X), model.loss_curve_]

    return train


def minimised() -> list[Any]:
    X, labels = tabular(600)
    model = MLPClassifier((10,), solver="lbfgs", max_iter=15, random_state=4).fit(X, labels)
    return [*model.coefs_, *model.intercepts_, model.predict(X)]


ESTIMATORS: dict[str, Callable[[], list[Any]]] = {
    "classifier-adam": estimator(MLPClassifier),
    "classifier-sgd-adaptive": estimator(MLPClassifier, solver="sgd", learning_rate="adaptive"),
    "classifier-early-stopping": estimator(MLPClassifier, early_stopping=True),
    "classifier-dropout": estimator(MLPClassifier, dropout=0.2, class_weight="balanced"),
    "classifier-l-bfgs": minimised,
    "regressor-adam": estimator(MLPRegressor),
    "regressor-sgd": estimator(MLPRegressor, solver="sgd", learning_rate="invscaling"),
}


if __name__ == "__main__":
    sys.exit(main())
