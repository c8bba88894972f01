"""A summary of all measurements, as a page."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.datasets import MAX_ROWS
from benchmarks.quality.models import MODELS

__all__ = ["SHIFT", "bootstrap_interval", "summary"]

Matrix = NDArray[np.float64]
# The shift of the geometric mean, by which no error and one in a thousand count alike.
SHIFT = 0.005
REFERENCE = "RealMLP-TD-S"
COLUMNS = (
    "model",
    "mean rank",
    "mean error",
    "mean log-loss",
    f"relative to {REFERENCE}",
    "better than scikit-learn's MLP",
    "total seconds",
)


def summary(entries: list[dict[str, Any]]) -> str:
    """Return the report as Markdown, of the splits that are complete."""
    models = [name for name in MODELS if any(entry["model"] == name for entry in entries)]
    datasets = list(dict.fromkeys(entry["dataset"] for entry in entries))
    errors = _measured(entries, datasets, models, lambda one: one["error"] / one["baseline"])
    seconds = _measured(entries, datasets, models, lambda one: one["seconds"] or np.nan)
    log_losses = _measured(entries, datasets, models, lambda one: one["log_loss"] or np.nan)
    complete = ~np.isnan(errors).any(axis=(0, 2))
    errors, seconds, log_losses = (of[:, complete] for of in (errors, seconds, log_losses))
    splits = errors.shape[1]
    means = errors.mean(axis=1)  # (datasets, models)
    ranks = _ranks(means)
    introduction = (
        f"{len(datasets)} real data sets that come with Python packages (at most {MAX_ROWS:,} rows "
        f"of each), {splits} seeded 80/20 train/test splits, every model with its default "
        "hyperparameters. Written by `python -m benchmarks.quality`. An error is the "
        "misclassification rate or the root mean squared error on the held-out test rows, divided "
        "by that of a baseline, which always predicts the most frequent class or the mean. The "
        "log-loss is that of the data sets with classes. "
        "Intervals are 95 %, bootstrapped over the data sets."
    )
    lines = ["# Quality without tuning", "", introduction, "", f"| {' | '.join(COLUMNS)} |"]
    lines.append("| --- |" + " ---: |" * (len(COLUMNS) - 1))
    sklearn_index = models.index("scikit-learn MLP") if "scikit-learn MLP" in models else None
    for index, model in enumerate(models):
        ratio = "" if REFERENCE not in models else _ratio(means, index, models.index(REFERENCE))
        wins = ""
        if sklearn_index is not None and index != sklearn_index:
            better = (means[:, index] < means[:, sklearn_index]).sum()
            ties = (means[:, index] == means[:, sklearn_index]).sum()
            wins = f"{better} of {len(datasets)}" + (f", {ties} ties" if ties else "")
        lines.append(
            f"| {model} | {_interval(ranks[:, index], 2)} | {_interval(means[:, index], 3)} | "
            f"{_number(np.nanmean(log_losses[..., index]), 3)} | {ratio} | {wins} | "
            f"{_number(seconds[..., index].sum(), 0)} |"
        )
    lines += ["", "| data set | " + " | ".join(models) + " |", "| --- |" + " ---: |" * len(models)]
    for row, name in enumerate(datasets):
        best = means[row].min()
        cells = [f"**{e:.3f}**" if e == best else f"{e:.3f}" for e in means[row]]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _measured(
    entries: list[dict[str, Any]],
    datasets: list[str],
    models: list[str],
    value: Callable[[dict[str, Any]], float],
) -> Matrix:
    """Something of each measurement: (datasets, splits, models), NaN where there is none."""
    splits = 1 + max(entry["split"] for entry in entries)
    values = np.full((len(datasets), splits, len(models)), np.nan)
    for entry in entries:
        if entry["model"] in models:
            place = (
                datasets.index(entry["dataset"]),
                entry["split"],
                models.index(entry["model"]),
            )
            values[place] = value(entry)
    return values


def _ranks(means: Matrix) -> Matrix:
    """Rank 1 for the lowest error of a data set; ties share their mean rank."""
    below = (means[:, None, :] < means[:, :, None]).sum(axis=2)
    equal = (means[:, None, :] == means[:, :, None]).sum(axis=2)
    ranks: Matrix = below + (equal + 1) / 2
    return ranks


def bootstrap_interval(values: Matrix) -> tuple[float, float]:
    """Return the bootstrapped 95 % confidence interval of a mean."""
    random = np.random.default_rng(0)
    means = values[random.integers(len(values), size=(2000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _number(value: np.floating[Any], digits: int) -> str:
    """A number, or a dash where it was not measured."""
    return "–" if np.isnan(value) else f"{value:.{digits}f}"


def _interval(values: Matrix, digits: int) -> str:
    low, high = bootstrap_interval(values)
    return f"{values.mean():.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _ratio(means: Matrix, index: int, reference: int) -> str:
    """The shifted geometric mean of the errors' ratios."""
    logs = np.log(means[:, index] + SHIFT) - np.log(means[:, reference] + SHIFT)
    low, high = bootstrap_interval(logs)
    return f"{np.exp(logs.mean()):.3f} ({np.exp(low):.3f}–{np.exp(high):.3f})"
