"""Print a hash of what each of some small trainings gives, to be compared between processors."""

import hashlib
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.core import elementary
from glassnet.estimators import MLPClassifier, MLPRegressor
from glassnet.training.schedule import Schedule, UpcomingSteps
from glassnet.training.schedules import InverseScaling

SCHEDULES: list[Schedule] = [
    gn.StepDecay(1, 0.3),
    gn.ExponentialDecay(1e-3),
    gn.Cosine(0.01),
    gn.OneCycle(0.4),
    gn.WarmUp(0.1, gn.ExponentialDecay(0.02)),
    gn.CosLog4(),
    InverseScaling(0.7),
]
RANDOM = np.random.default_rng(8)
X = RANDOM.normal(size=(300, 6))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
NUMBERS = np.abs(X[:, 0] * X[:, 1])


def main() -> None:
    """Print a line for each: a name, and a hash of all its numbers."""
    warnings.simplefilter("ignore")  # short trainings do not converge
    for name, numbers in results():
        found = hashlib.sha256()
        for array in numbers:
            found.update(np.asarray(array, dtype=np.float64).tobytes())
        sys.stdout.write(f"{name}: {found.hexdigest()[:16]}\n")


def results() -> Iterator[tuple[str, list[Any]]]:
    """Return each name with its numbers."""
    yield "functions", list(functions())
    steps = UpcomingSteps(np.arange(30_000) / 30_000, np.arange(30_000) // 100, rows=777)
    for schedule in SCHEDULES:
        name = type(schedule).__name__
        yield f"factors of {name}", [schedule.factors(steps)]
        yield f"weights after {name}", network(schedule)
    for target, choices in (("class", {"calibrate": True}), ("value", {}), ("images", {})):
        yield f"table: {target}", list(table(target, **choices))
    yield from estimators()


def functions() -> Iterator[Any]:
    """Return each elementary function of many numbers."""
    x = np.linspace(0.001, 30, 20_000)
    for name in elementary.__all__:
        yield getattr(elementary, name)(*((x, -0.37) if name == "power" else (x,)))


def network(schedule: Schedule) -> list[Any]:
    """Return weights and losses of a training by a schedule."""
    net = gn.Network([6, 16, 3], hidden="selu", output="softmax", dtype="float64", seed=2)
    history = net.fit(
        X, LABELS, epochs=5, batch_size=20, schedule=schedule, validation=0.2, progress=False
    )
    return [net.parameters, history.losses, history.validation_losses, history.learning_rates]


def table(target: str, **choices: Any) -> Iterator[Any]:
    """Return what is learned from numbers, text, dates and gaps, or from pictures."""
    dates = np.datetime64("2020-01-01T00", "us") + np.arange(300) * np.timedelta64(37, "h")
    rows = {
        "size": np.where(np.arange(300) % 11 == 0, np.nan, 1e3 * X[:, 0] ** 3),
        "colour": np.array(["red", "green", "blue"], dtype=object)[(X[:, 3] > 0) + LABELS // 2],
        "when": dates,
        "class": np.array(["low", "middle", "high"], dtype=object)[LABELS],
        "value": NUMBERS * 12.3 + 4.5,
        "images": LABELS.astype(str).astype(object),
    }
    wanted = {"size", "colour", "when", target}
    rows = {name: column for name, column in rows.items() if name in wanted}
    if target == "images":
        pixels = np.clip(X[:, :, None] * X[:, None, :] * 60 + 90, 0, 255).astype(np.uint8)
        rows = {"pixels": pixels, target: rows[target]}
    recipe = gn.Recipe(epochs=5, **({"preset": "tabular"} | choices))
    trained = gn.train(rows, target, recipe, progress=False, on_finding=str)
    yield from (trained.model.network.parameters, trained.history.losses)
    yield trained.model.provenance.get("temperatures", [])
    yield list(trained.evaluation.scores.values())
    yield trained.model.predict_proba(rows) if target != "value" else trained.model.predict(rows)


def estimators() -> Iterator[tuple[str, list[Any]]]:
    """Return weights, loss curves and predictions of scikit-learn's estimators by Glassnet."""
    usual: dict[str, Any] = {"hidden_layer_sizes": (12,), "max_iter": 12, "random_state": 4}
    kinds: dict[str, Any] = {
        "adaptive": MLPClassifier(**usual, solver="sgd", learning_rate="adaptive", tol=0.05),
        "early stopping": MLPClassifier(**usual, early_stopping=True, class_weight="balanced"),
        "invscaling": MLPRegressor(
            **usual, solver="sgd", learning_rate="invscaling", learning_rate_init=0.1, power_t=0.3
        ),
        "poisson": MLPRegressor(**usual, loss="poisson", early_stopping=True, alpha=0.1),
    }
    for name, model in kinds.items():
        model.fit(X, LABELS if isinstance(model, MLPClassifier) else NUMBERS)
        yield (
            f"estimator: {name}",
            [*model.coefs_, *model.intercepts_, model.loss_curve_, model.predict(X)],
        )


if __name__ == "__main__":
    main()
