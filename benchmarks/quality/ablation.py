"""Ablation study of the preset for tables: ``python -m benchmarks.quality.ablation``.

The preset, and the preset without one of its choices, on the same splits of the same data sets.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.markdown import table
from benchmarks.quality.__main__ import measure
from benchmarks.quality.models import glassnet
from benchmarks.quality.summary import SHIFT, bootstrap_interval
from glassnet.nn.activations.activation import Activation
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.task import Task
from glassnet.training.schedule import ConstantRate
from glassnet.training.schedules import CosLog4
from glassnet.workflows.recipe import Recipe

PAGE = Path(__file__).with_name("ABLATION.md")
FULL_PRESET = "the preset"


@dataclass(frozen=True)
class TabularVariant(Recipe):
    """The preset for tables, with what its parametrisation chooses as options of their own."""

    scale_rate: float | None = 6
    ntk: bool = True
    random_biases: bool = True
    bias_rate: float = 0.1
    zero_last_layer: bool = True
    beta2: float = 0.95
    restore_best: bool = True

    def layers(self, outputs: int, task: Task) -> list[Layer]:
        """Return the layers of this variant."""
        multiplier = "ntk" if self.ntk else 1.0
        initial = "lecun" if self.ntk else None

        def dense(units: int, activation: str | Activation, initial: str | None) -> Dense:
            return Dense(
                units,
                activation,
                initial=initial,
                initial_bias="lecun" if self.random_biases else None,
                multiplier=multiplier,
                bias_rate=self.bias_rate,
            )

        hidden = [dense(units, self.activation or "relu", initial) for units in self.hidden or ()]
        last = Dense(
            outputs,
            task.output_activation,
            initial="zero" if self.zero_last_layer else initial,
            multiplier=multiplier,
            bias_rate=self.bias_rate,
        )
        scale = [] if self.scale_rate is None else [Scale(weight_rate=self.scale_rate)]
        return [*scale, *hidden, last]

    def fit_options(self, task: Task) -> dict[str, Any]:
        """Return the options of this variant."""
        options = super().fit_options(task)
        options["optimizer"] = replace(options["optimizer"], beta2=self.beta2)
        return options if self.restore_best else {**options, "stopping": None}


# Standard parametrisation needs another learning rate: Adam's default.
VARIANTS: dict[str, dict[str, Any]] = {
    FULL_PRESET: {},
    "one network": {"ensemble": 1},
    "four networks": {"ensemble": 4},
    "sixteen networks": {"ensemble": 16},
    "standardised inputs, not clipped": {"scaling": "standard"},
    "no scale layer": {"scale_rate": None},
    "scale layer at the base learning rate": {"scale_rate": 1.0},
    "one hidden layer of 64": {"hidden": (64,)},
    "two hidden layers of 128": {"hidden": (128, 128)},
    "three hidden layers of 64": {"hidden": (64, 64, 64)},
    "relu": {"activation": "relu"},
    "SELU": {"activation": "selu"},
    "standard parametrisation, learning rate 0.001": {"ntk": False, "learning_rate": 0.001},
    "biases initialised to zero": {"random_biases": False},
    "biases at the base learning rate": {"bias_rate": 1.0},
    "last layer initialised randomly": {"zero_last_layer": False},
    "β₂ = 0.999": {"beta2": 0.999},
    "half the learning rate": {"learning_rate": 0.025},
    "twice the learning rate": {"learning_rate": 0.1},
    "constant learning rate": {"schedule": ConstantRate()},
    "coslog4": {"schedule": CosLog4()},
    "batches of 32": {"batch_size": 32},
    "batches of 256": {"batch_size": 256},
    "at most 32 epochs": {"epochs": 32},
    "at most 256 epochs, patience 64": {"epochs": 256, "patience": 64},
    "dropout 0.1": {"dropout": 0.1},
    "label smoothing 0.1": {"label_smoothing": 0.1},
    "the epoch of the best accuracy": {"best_by": "accuracy"},
    "last epoch instead of the best": {"restore_best": False},
    "10 % of the rows for validation": {"validation": 0.1},
    "no validation, training on all rows": {"validation": 0.0},
}


def main() -> None:
    """Measure what is not measured yet, and write ABLATION.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--measurements", type=Path, default=Path("build/ablation.jsonl"))
    arguments = parser.parse_args()
    models = {name: _with(**changes) for name, changes in VARIANTS.items()}
    entries = measure(models, arguments.splits, None, arguments.measurements)
    PAGE.write_text(_page(entries), encoding="utf-8")


def _with(**changes: Any) -> Callable[..., Any]:
    return glassnet(TabularVariant("tabular", held_out=0, **changes))


def _page(entries: list[dict[str, Any]]) -> str:
    """Each variant's errors relative to the preset's: the geometric mean of the ratios."""
    names = list(VARIANTS)
    datasets = list(dict.fromkeys(entry["dataset"] for entry in entries))
    splits = 1 + max(entry["split"] for entry in entries)
    errors = np.full((len(datasets), splits, len(names)), np.nan)
    for entry in entries:
        position = datasets.index(entry["dataset"]), entry["split"], names.index(entry["model"])
        errors[position] = entry["error"] / entry["baseline"]
    logs = np.log(np.nanmean(errors, axis=1) + SHIFT)
    introduction = (
        f"The preset without one of its choices, on the {len(datasets)} data sets of "
        f"[QUALITY.md](QUALITY.md), {splits} splits: the error as a multiple of the preset's, the "
        "geometric mean over the data sets, with bootstrapped 95 % intervals. Above 1 the choice "
        "helps. Written by `python -m benchmarks.quality.ablation`."
    )
    rows = []
    for index, name in enumerate(names[1:], start=1):
        ratios = logs[:, index] - logs[:, 0]
        low, high = np.exp(bootstrap_interval(ratios))
        worse = f"{int((ratios > 0).sum())} of {len(datasets)}"
        rows.append((name, f"{np.exp(ratios.mean()):.3f} ({low:.3f}–{high:.3f})", worse))
    ratios_table = table(("ablation", "error relative to the preset", "worse on"), rows)
    return f"# Ablation study of the preset for tables\n\n{introduction}\n\n{ratios_table}"


if __name__ == "__main__":
    main()
