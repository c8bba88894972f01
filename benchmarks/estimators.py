"""The same estimator in scikit-learn and in Glassnet: ``python -m benchmarks.estimators``.

Equal hyperparameters, equal random states, 20 data sets (real ones that come with scikit-learn, and
ones that it generates), each split five times. Score differences are paired, and times added up.
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
PAGE = Path(__file__).with_name("ESTIMATORS.md")
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


CLASSIFICATION = {
    "iris": _real("iris"),
    "wine": _real("wine"),
    "breast cancer": _real("breast_cancer"),
    "digits": _real("digits"),
    "classification": _generated("classification", n_samples=1000),
    "classification, 5 classes": _generated(
        "classification", n_samples=2000, n_features=40, n_informative=12, n_classes=5
    ),
    "moons": _generated("moons", n_samples=500, noise=0.25),
    "circles": _generated("circles", n_samples=500, noise=0.15, factor=0.5),
    "blobs": _generated("blobs", n_samples=600, centers=6, cluster_std=2.5),
    "quantiles": _generated("gaussian_quantiles", n_samples=1000, n_features=5, n_classes=3),
    "hastie": _generated("hastie_10_2", n_samples=2000),
    "multilabel": _generated("multilabel_classification", n_samples=500, n_classes=4),
}
REGRESSION = {
    "diabetes": _real("diabetes"),
    "linnerud": _real("linnerud"),
    "regression": _generated("regression", n_samples=1000, n_features=20, noise=10.0),
    "regression, 3 targets": _generated("regression", n_samples=800, n_targets=3, noise=10.0),
    "friedman 1": _generated("friedman1", n_samples=1000, noise=1.0),
    "friedman 2": _generated("friedman2", n_samples=1000, noise=1.0),
    "friedman 3": _generated("friedman3", n_samples=1000, noise=0.1),
    "swiss roll": _generated("swiss_roll", n_samples=1000, noise=0.5),
}
DATASETS = {**CLASSIFICATION, **REGRESSION}


def main() -> None:
    """Print one row for each data set, and the totals; write them to ESTIMATORS.md."""
    warnings.simplefilter("ignore")
    rows, differences = [], []
    total = np.zeros(2)
    for name, load in DATASETS.items():
        scores, seconds = compare(*load(), classification=name in CLASSIFICATION)
        differences.append((scores[:, 0] - scores[:, 1]).mean())
        total += seconds
        rows.append(_row(name, scores.mean(axis=0), seconds))
    page = _page([*rows, _row("total", None, total)], np.array(differences))
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def _row(name: str, scores: Any, seconds: Any) -> str:
    """Return a table row; scores and seconds are Glassnet's and scikit-learn's."""
    means = "|" if scores is None else " | ".join(f"{score:.4f}" for score in scores)
    glassnet, sklearn = seconds
    digits = 1 if scores is None else 2
    return (
        f"| {name} | {means} | {glassnet:.{digits}f} | {sklearn:.{digits}f} | "
        f"{sklearn / glassnet:.1f} |"
    )


def _page(rows: list[str], differences: Any) -> str:
    introduction = (
        "Equal hyperparameters (the defaults) and random states, five 75/25 train/test splits; "
        "accuracy or R² on the held-out test rows, and seconds for all five fits. Written by "
        "`python -m benchmarks.estimators`."
    )
    standard_error = np.std(differences, ddof=1) / len(differences) ** 0.5
    paired = (
        f"Difference in score, Glassnet minus scikit-learn: {np.mean(differences):+.5f} ± "
        f"{1.96 * standard_error:.5f} (95 %, paired over the data sets); "
        f"largest {np.abs(differences).max():.5f}."
    )
    lines = ["# The same estimator in scikit-learn and in Glassnet", "", introduction, ""]
    lines += ["| data set | Glassnet | scikit-learn | seconds | seconds | speed-up |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | ---: |", *rows, "", paired]
    return "\n".join(lines) + "\n"


def compare(x: Any, y: Any, *, classification: bool) -> tuple[Any, Any]:
    """Return the scores of each split, (splits, 2), and total seconds, (2,): Glassnet's first."""
    class_name = "MLPClassifier" if classification else "MLPRegressor"
    if not classification:
        y = scale(y)
    scores, seconds = np.zeros((SPLITS, 2)), np.zeros(2)
    # Not interleaved: the threads of the library before keep spinning for a while.
    for index, module in enumerate((ours, theirs)):
        for split in range(SPLITS):
            train, test, y_train, y_test = train_test_split(x, y, random_state=split)
            scaler = StandardScaler().fit(train)
            train, test = scaler.transform(train), scaler.transform(test)
            estimator = getattr(module, class_name)(random_state=split)
            start = time.perf_counter()
            estimator.fit(train, y_train)
            seconds[index] += time.perf_counter() - start
            scores[split, index] = estimator.score(test, y_test)
    return scores, seconds


if __name__ == "__main__":
    main()
