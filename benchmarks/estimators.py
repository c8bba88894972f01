"""The same estimator by scikit-learn and by Glassnet: ``python -m benchmarks.estimators``.

Equal parameters, equal random states, 20 data sets (real ones that come with scikit-learn, and its
generated ones), each split five times. Scores are compared in pairs, and the times added up.
"""

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sklearn.neural_network as theirs
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, scale

from glassnet import estimators as ours

__all__ = ["DATASETS", "main"]

SPLITS = 5
Data = tuple[Any, Any]


def _generated(name: str, **options: Any) -> Callable[[], Data]:
    def load() -> Data:
        x, y, *_ = getattr(datasets, f"make_{name}")(random_state=0, **options)
        return x, y

    return load


def _real(name: str) -> Callable[[], Data]:
    def load() -> Data:
        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        return x, y

    return load


CLASSES = {
    "iris": _real("iris"),
    "wine": _real("wine"),
    "breast cancer": _real("breast_cancer"),
    "digits": _real("digits"),
    "classification": _generated("classification", n_samples=1000),
    "classification of 5": _generated(
        "classification", n_samples=2000, n_features=40, n_informative=12, n_classes=5
    ),
    "moons": _generated("moons", n_samples=500, noise=0.25),
    "circles": _generated("circles", n_samples=500, noise=0.15, factor=0.5),
    "blobs": _generated("blobs", n_samples=600, centers=6, cluster_std=2.5),
    "quantiles": _generated("gaussian_quantiles", n_samples=1000, n_features=5, n_classes=3),
    "hastie": _generated("hastie_10_2", n_samples=2000),
    "labels": _generated("multilabel_classification", n_samples=500, n_classes=4),
}
NUMBERS = {
    "diabetes": _real("diabetes"),
    "linnerud": _real("linnerud"),
    "regression": _generated("regression", n_samples=1000, n_features=20, noise=10.0),
    "regression of 3": _generated("regression", n_samples=800, n_targets=3, noise=10.0),
    "friedman 1": _generated("friedman1", n_samples=1000, noise=1.0),
    "friedman 2": _generated("friedman2", n_samples=1000, noise=1.0),
    "friedman 3": _generated("friedman3", n_samples=1000, noise=0.1),
    "swiss roll": _generated("swiss_roll", n_samples=1000, noise=0.5),
}
DATASETS = {**CLASSES, **NUMBERS}


def main() -> None:
    """Print one row for each data set, and the sums; write them to ESTIMATORS.md."""
    warnings.simplefilter("ignore")
    rows, differences = [], []
    total = np.zeros(2)
    for name, load in DATASETS.items():
        scores, seconds = measured(*load(), classes=name in CLASSES)
        differences.append((scores[:, 0] - scores[:, 1]).mean())
        total += seconds
        (own, other), (a, b) = scores.mean(axis=0), seconds
        rows.append(f"| {name} | {own:.4f} | {other:.4f} | {a:.2f} | {b:.2f} | {b / a:.1f} |")
    mean, spread = np.mean(differences), np.std(differences, ddof=1) / len(differences) ** 0.5
    about = (
        "Equal parameters (the defaults) and random states, five splits of 75 and 25 %; accuracy "
        "or R² on the held-out rows, and seconds for all five fits; written by "
        "`python -m benchmarks.estimators`."
    )
    paired = (
        f"Difference of the scores, Glassnet minus scikit-learn: {mean:+.5f} ± {1.96 * spread:.5f} "
        f"(95 %, paired over the data sets); largest {np.abs(differences).max():.5f}."
    )
    report = ["# The same estimator by scikit-learn and by Glassnet", "", about, ""]
    report += ["| data set | Glassnet | scikit-learn | seconds | seconds | times faster |"]
    report += ["| --- | ---: | ---: | ---: | ---: | ---: |", *rows]
    report += [f"| all | | | {total[0]:.1f} | {total[1]:.1f} | {total[1] / total[0]:.1f} |"]
    report += ["", paired]
    text = "\n".join(report) + "\n"
    (Path(__file__).parent / "ESTIMATORS.md").write_text(text, encoding="utf-8")
    print(text)


def measured(x: Any, y: Any, *, classes: bool) -> tuple[Any, Any]:
    """Return the scores of each split, (splits, 2), and the seconds of all, (2,): ours, theirs."""
    kind = "MLPClassifier" if classes else "MLPRegressor"
    if not classes:
        y = scale(y)
    scores, seconds = np.zeros((SPLITS, 2)), np.zeros(2)
    # One library after the other: the threads of the one before keep spinning for a while.
    for place, module in enumerate((ours, theirs)):
        for split in range(SPLITS):
            train, test, y_train, y_test = train_test_split(x, y, random_state=split)
            scaler = StandardScaler().fit(train)
            train, test = scaler.transform(train), scaler.transform(test)
            estimator = getattr(module, kind)(random_state=split)
            start = time.perf_counter()
            estimator.fit(train, y_train)
            seconds[place] += time.perf_counter() - start
            scores[split, place] = estimator.score(test, y_test)
    return scores, seconds


if __name__ == "__main__":
    main()
