"""What is trained: each a function that trains with a journal and saves what was learned."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, cast
from warnings import catch_warnings, simplefilter

import numpy as np
from scipy.sparse import csr_array

import glassnet as gn
from glassnet.arrays.sparse import SparseRows
from glassnet.ensemble import fit_many
from glassnet.estimators import MLPClassifier
from glassnet.training.history import History

__all__ = ["CONFIGURATIONS", "Configuration", "InterruptedTrainingError"]

#: Trains, keeps the journal, saves files in the folder, and returns what else has to be the same.
Configuration: TypeAlias = Callable[[gn.Journal, Path], Any]

ROWS = 6000


class InterruptedTrainingError(Exception):
    """A training ended before its last epoch, as it was asked to."""


def examples() -> tuple[Any, Any]:
    """Return inputs and classes, some of them wrong."""
    random = np.random.default_rng(4)
    X = random.normal(size=(ROWS, 12)).astype(np.float32)
    classes = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
    wrong = random.random(ROWS) < 0.1
    return X, np.where(wrong, random.integers(0, 3, ROWS), classes)


def network(seed: int = 7, **options: Any) -> gn.Network:
    """Return a network for these examples."""
    own = {"hidden": "tanh", "output": "softmax", "dtype": "float32", "seed": seed, **options}
    return gn.Network([12, 24, 16, 3], **own)


def numbers_of(history: History) -> dict[str, Any]:
    """Return what of a history does not depend on the time."""
    if history.interrupted:
        raise InterruptedTrainingError
    return {
        "losses": history.losses,
        "rates": history.learning_rates,
        "validation": history.validation_losses,
        "metrics": history.metrics,
        "best": history.best_epoch,
        "stopped": history.stopped_early,
        "steps": {
            number: [float(step.parameters.sum()), step.learning_rate]
            for number, step in history.steps.items()
        },
    }


def fitted(
    options: Mapping[str, Any], journal: gn.Journal, folder: Path, **network_options: Any
) -> Any:
    """Train one network."""
    net = network(**network_options)
    given = {name: one() if name == "callbacks" else one for name, one in options.items()}
    history = net.fit(*examples(), journal=journal, progress=False, **given)
    net.save(folder / "network.safetensors")
    return numbers_of(history)


def sparse(journal: gn.Journal, folder: Path) -> Any:
    """Train on sparse rows."""
    X, classes = examples()
    X[np.abs(X) < 1] = 0
    net, rows = network(), cast("Any", SparseRows(csr_array(X)))
    history = net.fit(rows, classes, epochs=60, journal=journal, progress=False)
    net.save(folder / "network.safetensors")
    return numbers_of(history)


def mapped(journal: gn.Journal, folder: Path) -> Any:
    """Train on a file that is larger than what may be read at once; its data are not kept."""
    X, classes = examples()
    path = folder / "x.npy"
    if not path.exists():
        np.save(folder / "new.npy", X)
        (folder / "new.npy").rename(path)
    net = network()
    journal = gn.Journal(journal.path, journal.most_bytes, kept_data=0)
    learned = np.load(path, mmap_mode="r")
    history = net.fit(learned, classes, epochs=60, journal=journal, progress=False)
    net.save(folder / "network.safetensors")
    return numbers_of(history)


def several(journal: gn.Journal, folder: Path) -> Any:
    """Train three networks at once."""
    networks = [network(seed) for seed in range(3)]
    options: dict[str, Any] = {"epochs": 60, "validation": 0.2, "stopping": gn.EarlyStopping(40)}
    histories = fit_many(networks, *examples(), journal=journal, progress=False, **options)
    for number, net in enumerate(networks):
        net.save(folder / f"network{number}.safetensors")
    return [numbers_of(history) for history in histories]


def twice(journal: gn.Journal, folder: Path) -> Any:
    """Go on with a network that was trained before."""
    net = network()
    net.fit(*examples(), epochs=3, progress=False)
    history = net.fit(*examples(), epochs=80, dropout=0.1, journal=journal, progress=False)
    net.save(folder / "network.safetensors")
    return numbers_of(history)


def wide(journal: gn.Journal, folder: Path) -> Any:
    """Train a network whose checkpoints take a while."""
    X, classes = examples()
    net = gn.Network([12, 400, 400, 3], hidden="relu", output="softmax", seed=3)
    journal = gn.Journal(journal.path, 6 * 2**20)
    history = net.fit(X[:600], classes[:600], epochs=150, journal=journal, progress=False)
    net.save(folder / "network.safetensors")
    return numbers_of(history)


class Mean:
    """A callback that remembers something: the mean of all losses; it ends the training by it."""

    def __init__(self) -> None:
        self.sum, self.lowest = 0.0, float("inf")

    def __call__(self, history: History) -> bool:
        self.sum += history.losses[-1]
        self.lowest = min(self.lowest, history.losses[-1])
        return history.epochs > 100 and self.sum / history.epochs < 1.2 * self.lowest

    def state(self) -> dict[str, Any]:
        """Return what it remembers."""
        return {"sum": self.sum, "lowest": self.lowest}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take it over."""
        self.sum, self.lowest = state["sum"], state["lowest"]


def on_table(recipe: gn.Recipe, journal: gn.Journal, folder: Path) -> Any:
    """Train on a table: scores, warnings and findings have to be the same, too."""
    X, classes = examples()
    table = {f"x{number}": column for number, column in enumerate(X.T)}
    table["kind"] = np.array(["low", "middle", "high"])[classes]
    trained = gn.train(table, "kind", recipe, journal=journal, progress=False)
    trained.model.save(folder / "model.safetensors")
    told = [trained.evaluation.scores, trained.warnings, [*map(str, trained.findings)]]
    return numbers_of(trained.history), told


def estimator(options: Mapping[str, Any], journal: gn.Journal, folder: Path) -> Any:
    """Fit an estimator of scikit-learn's kind."""
    fitted = MLPClassifier((24,), random_state=3, journal=journal, **options)
    with catch_warnings(record=True) as caught:
        simplefilter("always")
        fitted.fit(*examples())
    if any("interrupted by user" in str(one.message) for one in caught):
        raise InterruptedTrainingError
    fitted.network_.save(folder / "network.safetensors")
    told = [str(one.message) for one in caught]
    return fitted.loss_curve_, fitted.validation_scores_, fitted.n_iter_, fitted.t_, told


def sample_weight() -> Any:
    """Return how much each example counts."""
    return np.random.default_rng(2).random(ROWS) + 0.1


FITTED: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": gn.SGD(0.05), "epochs": 100},
    "momentum, penalties": {
        "optimizer": gn.Momentum(0.02),
        "penalties": [gn.L1(1e-5), gn.L2(1e-4)],
        "epochs": 120,
    },
    "adam, dropout": {"dropout": gn.Dropout(0.2, inputs=0.1), "epochs": 60},
    "rmsprop, clipped": {"optimizer": "rmsprop", "clip_norm": 0.5, "epochs": 60},
    "early stopping": {
        "validation": 0.2,
        "stopping": gn.EarlyStopping(30, measure="accuracy"),
        "optimizer": gn.Adam(0.003),
        "epochs": 300,
    },
    "warm-up, cosine": {"schedule": gn.WarmUp(0.1, gn.Cosine(0.01)), "epochs": 110},
    "adaptive": {
        "optimizer": gn.SGD(0.3),
        "schedule": gn.Adaptive(patience=3),
        "epochs": 120,
    },
    "weighted": {
        "sample_weight": sample_weight(),
        "class_weight": {0: 1.0, 1: 2.0, 2: 3.0},
        "epochs": 60,
    },
    "recorded steps": {"record": [0, 100, 2345, 9000], "dropout": 0.1, "epochs": 60},
    "callback": {"callbacks": Mean, "optimizer": gn.SGD(0.05), "epochs": 120},
    "odd batches": {"batch_size": 7, "shuffle": False, "validation": 0.1, "epochs": 35},
    "l-bfgs": {"optimizer": gn.LBFGS(), "epochs": 60},
}

#: By their names; each takes one or two seconds.
CONFIGURATIONS: dict[str, Configuration] = {
    **{name: partial(fitted, options) for name, options in FITTED.items()},
    "float64": partial(fitted, {"epochs": 60}, dtype="float64"),
    "several networks": several,
    "trained before": twice,
    "sparse rows": sparse,
    "mapped inputs": mapped,
    "wide": wide,
    "table": partial(on_table, gn.Recipe("plain", epochs=60, calibrate=True)),
    "tabular preset": partial(on_table, gn.Recipe(epochs=12, ensemble=3)),
    "estimator, adam": partial(
        estimator, {"early_stopping": True, "max_iter": 60, "dropout": 0.1, "batch_size": 50}
    ),
    "estimator, adaptive": partial(
        estimator,
        {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.1, "max_iter": 150},
    ),
}
