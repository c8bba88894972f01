"""From single errors to what they say together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.datasets import MOST_ROWS
from benchmarks.quality.models import MODELS

__all__ = ["SHIFT", "bootstrapped", "summary"]

Matrix = NDArray[np.float64]
# Added to errors before they are divided, so that none and one mistake in a thousand are alike.
SHIFT = 0.005
PEER = "RealMLP-TD-S"
COLUMNS = (
    "model",
    "mean rank",
    "mean error",
    f"beside {PEER}",
    "better than scikit-learn's MLP",
    "seconds, all",
)


def summary(entries: list[dict[str, Any]]) -> str:
    """Return the report as Markdown, of the splits that are complete."""
    models = [name for name in MODELS if any(entry["model"] == name for entry in entries)]
    datasets = list(dict.fromkeys(entry["dataset"] for entry in entries))
    errors, seconds = _cubes(entries, datasets, models)
    splits = errors.shape[1]
    means = errors.mean(axis=1)  # (datasets, models)
    ranks = _ranks(means)
    about = (
        f"{len(datasets)} real data sets that packages carry (at most {MOST_ROWS:,} rows of "
        f"each), {splits} seeded splits of 80 and 20 %, every model at its defaults; written by "
        "`python -m benchmarks.quality`. An error is the part of wrong classes, or the root mean "
        "squared error, divided by that of always answering the most frequent class or the "
        "mean. Intervals are 95 %, bootstrapped over the data sets."
    )
    lines = ["# Quality without tuning", "", about, "", f"| {' | '.join(COLUMNS)} |"]
    lines.append("| --- |" + " ---: |" * (len(COLUMNS) - 1))
    against = models.index("scikit-learn MLP") if "scikit-learn MLP" in models else None
    for place, model in enumerate(models):
        ratio = "" if PEER not in models else _ratio(means, place, models.index(PEER))
        wins = ""
        if against is not None and place != against:
            better = (means[:, place] < means[:, against]).sum()
            ties = (means[:, place] == means[:, against]).sum()
            wins = f"{better} of {len(datasets)}" + (f", {ties} ties" if ties else "")
        lines.append(
            f"| {model} | {_interval(ranks[:, place], 2)} | {_interval(means[:, place], 3)} | "
            f"{ratio} | {wins} | {seconds[..., place].sum():.0f} |"
        )
    lines += ["", "| data set | " + " | ".join(models) + " |", "| --- |" + " ---: |" * len(models)]
    for row, name in enumerate(datasets):
        best = means[row].min()
        cells = [f"**{e:.3f}**" if e == best else f"{e:.3f}" for e in means[row]]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cubes(
    entries: list[dict[str, Any]], datasets: list[str], models: list[str]
) -> tuple[Matrix, Matrix]:
    """Errors beside the baseline and seconds, (datasets, complete splits, models)."""
    splits = 1 + max(entry["split"] for entry in entries)
    errors = np.full((len(datasets), splits, len(models)), np.nan)
    seconds = errors.copy()
    for entry in entries:
        if entry["model"] in models:
            at = datasets.index(entry["dataset"]), entry["split"], models.index(entry["model"])
            errors[at] = entry["error"] / entry["baseline"]
            seconds[at] = entry["seconds"]
    complete = ~np.isnan(errors).any(axis=(0, 2))
    return errors[:, complete], seconds[:, complete]


def _ranks(means: Matrix) -> Matrix:
    """1 for the lowest error of a data set; equal ones share their places."""
    below = (means[:, None, :] < means[:, :, None]).sum(axis=2)
    equal = (means[:, None, :] == means[:, :, None]).sum(axis=2)
    ranks: Matrix = below + (equal + 1) / 2
    return ranks


def bootstrapped(values: Matrix) -> tuple[float, float]:
    """Return the 95 % interval of a mean."""
    random = np.random.default_rng(0)
    means = values[random.integers(len(values), size=(2000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _interval(values: Matrix, digits: int) -> str:
    low, high = bootstrapped(values)
    return f"{values.mean():.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _ratio(means: Matrix, place: int, peer: int) -> str:
    """The geometric mean of the errors' ratios."""
    logs = np.log(means[:, place] + SHIFT) - np.log(means[:, peer] + SHIFT)
    low, high = bootstrapped(logs)
    return f"{np.exp(logs.mean()):.3f} ({np.exp(low):.3f}–{np.exp(high):.3f})"
