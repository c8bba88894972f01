"""Run all models on all data sets: ``python -m benchmarks.quality``.

Each split is seeded and the same for every model. The measurements are kept in measured.jsonl;
what is there is not measured again (delete a model's lines after it has changed). Splits are the
outermost loop, so that a run can be stopped, inspected and resumed.
"""

import argparse
import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.quality.datasets import DATASETS, Dataset, load_datasets
from benchmarks.quality.models import MODELS
from benchmarks.quality.summary import summary

HERE = Path(__file__).parent
# A probability counts as this at least in a log-loss, that of scikit-learn for float32.
SMALLEST = float(np.finfo(np.float32).eps)


def main() -> None:
    """Measure what is not measured yet, and write QUALITY.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--datasets", nargs="*", choices=list(DATASETS))
    parser.add_argument("--models", nargs="*", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--measurements", type=Path, default=HERE / "measured.jsonl")
    parser.add_argument("--report", type=Path, default=HERE / "QUALITY.md")
    arguments = parser.parse_args()
    models = {name: MODELS[name] for name in arguments.models}
    entries = measure(models, arguments.splits, arguments.datasets, arguments.measurements)
    arguments.report.write_text(summary(entries), encoding="utf-8")


def measure(
    models: Mapping[str, Callable[..., Any]],
    splits: int,
    datasets: list[str] | None,
    path: Path,
) -> list[dict[str, Any]]:
    """Return all measurements, those that the file holds already and the new ones."""
    _quiet()
    path.parent.mkdir(exist_ok=True)
    entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    measured = {(entry["dataset"], entry["split"], entry["model"]) for entry in entries}
    frames = list(load_datasets(datasets))
    for split in range(splits):
        for dataset in frames:
            for name, model in models.items():
                if (dataset.name, split, name) in measured:
                    continue
                entries.append(evaluate(dataset, split, name, model))
                with path.open("a") as file:
                    file.write(json.dumps(entries[-1]) + "\n")
                print(entries[-1], flush=True)
    return entries


def evaluate(
    dataset: Dataset, split: int, model: str, fit_and_predict: Callable[..., Any]
) -> dict[str, Any]:
    """Fit one model on 80 % of a data set and measure its error and log-loss on the other rows."""
    from sklearn.model_selection import train_test_split

    frame, y = dataset.frame, dataset.target
    groups = y if dataset.classification else None
    train, test, y_train, y_test = train_test_split(
        frame, y, test_size=0.2, random_state=split, stratify=groups
    )
    start = time.perf_counter()
    predicted = fit_and_predict(
        train, y_train, test, classification=dataset.classification, seed=split
    )
    seconds = time.perf_counter() - start
    if dataset.classification:
        names, counts = np.unique(y_train, return_counts=True)
        error = float((predicted.values != y_test).mean())
        baseline = float((y_test != names[counts.argmax()]).mean())
        of_true = predicted.probabilities[np.arange(len(y_test)), np.searchsorted(names, y_test)]
        log_loss = float(-np.log(np.maximum(of_true, SMALLEST)).mean())
    else:
        error = float(np.sqrt(np.mean((predicted.values - y_test) ** 2)))
        baseline = float(np.sqrt(np.mean((y_train.mean() - y_test) ** 2)))
        log_loss = None
    return {
        "dataset": dataset.name,
        "split": split,
        "model": model,
        "error": error,
        "baseline": baseline,
        "log_loss": log_loss,
        "seconds": seconds,
    }


def _quiet() -> None:
    """Keep the libraries' warnings from the terminal."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ.setdefault("PYTHONWARNINGS", "ignore")


if __name__ == "__main__":
    main()
