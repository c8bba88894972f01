"""What each choice of the preset for tables is worth: ``python -m benchmarks.quality.choices``.

The preset, and the preset with one choice undone, on the same splits of the same data sets.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.markdown import table
from benchmarks.quality.__main__ import measure
from benchmarks.quality.models import glassnet
from benchmarks.quality.summary import SHIFT, bootstrapped
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.loss import CategoricalCrossentropy
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.tables.targets.target import Task
from glassnet.training.schedule import Constant, Schedule
from glassnet.training.schedules import Cosine, CosLog4
from glassnet.workflows.presets import OUTPUTS, Tabular

REPORT = Path(__file__).with_name("CHOICES.md")
WHOLE = "the preset"


@dataclass(frozen=True)
class Varied(Tabular):
    """The preset for tables, with each of its choices as a parameter."""

    robust: bool = True
    scale_rate: float | None = 6
    activation: str | None = None
    neural_tangent: bool = True
    random_biases: bool = True
    bias_rate: float = 0.1
    last_from_zero: bool = True
    beta2: float = 0.95
    schedule: Schedule = field(default_factory=CosLog4)
    smoothing: float = 0.1
    best_epoch: bool = True

    def encoder(self, table: Table) -> TableEncoder:
        """Return numbers scaled by quantiles, or standardised."""
        return TableEncoder.fit(table, robust=self.robust)

    def layers(self, outputs: int, task: Task) -> list[Layer]:
        """Return the layers, as varied."""
        multiplier = "ntk" if self.neural_tangent else 1.0
        usual = "lecun" if self.neural_tangent else None

        def dense(units: int, activation: str, initial: str | None) -> Dense:
            return Dense(
                units,
                activation,
                initial=initial,
                initial_bias="lecun" if self.random_biases else None,
                multiplier=multiplier,
                bias_rate=self.bias_rate,
            )

        activation = self.activation or ("mish" if task == "numbers" else "selu")
        hidden = [dense(units, activation, usual) for units in self.hidden]
        last = Dense(
            outputs,
            OUTPUTS[task],
            initial="zero" if self.last_from_zero else usual,
            multiplier=multiplier,
            bias_rate=self.bias_rate,
        )
        before = [] if self.scale_rate is None else [Scale(weight_rate=self.scale_rate)]
        return [*before, *hidden, last]

    def options(self, task: Task, *, probabilities: bool) -> dict[str, Any]:
        """Return the options, as varied."""
        options = super().options(task, probabilities=probabilities)
        options |= {
            "optimizer": replace(options["optimizer"], beta2=self.beta2),
            "schedule": self.schedule,
        }
        if task == "classes":
            options["cost"] = CategoricalCrossentropy(self.smoothing)
        if not self.best_epoch:
            options["stopping"] = None
        return options


# Standard parametrisation learns at another rate: Adam's usual one.
CHOICES: dict[str, dict[str, Any]] = {
    WHOLE: {},
    "standardised inputs, not clipped": {"robust": False},
    "no scale layer": {"scale_rate": None},
    "scale layer at the usual rate": {"scale_rate": 1.0},
    "relu": {"activation": "relu"},
    "standard parametrisation, rate 0.001": {"neural_tangent": False, "learning_rate": 0.001},
    "biases from zero": {"random_biases": False},
    "biases at the usual rate": {"bias_rate": 1.0},
    "last layer from random weights": {"last_from_zero": False},
    "β₂ = 0.999": {"beta2": 0.999},
    "constant learning rate": {"schedule": Constant()},
    "half a cosine": {"schedule": Cosine()},
    "no label smoothing": {"smoothing": 0.0},
    "the last epoch, not the best": {"best_epoch": False},
    "10 % of the rows for validation": {"validation": 0.1},
    "no validation, all rows learned": {"validation": 0.0},
    "64 epochs": {"epochs": 64},
    "one hidden layer of 256": {"hidden": (256,)},
}


def main() -> None:
    """Measure what is not measured yet, and write CHOICES.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("--lines", type=Path, default=Path("build/choices.jsonl"))
    chosen = parser.parse_args()
    models = {name: _with(**changes) for name, changes in CHOICES.items()}
    done = measure(models, chosen.splits, None, chosen.lines)
    REPORT.write_text(_report(done), encoding="utf-8")


def _with(learning_rate: float | None = None, **changes: Any) -> Callable[..., Any]:
    return glassnet(preset=Varied(**changes), learning_rate=learning_rate)


def _report(entries: list[dict[str, Any]]) -> str:
    """Each choice's errors beside the preset's: the geometric mean of the ratios."""
    names = list(CHOICES)
    datasets = list(dict.fromkeys(entry["dataset"] for entry in entries))
    splits = 1 + max(entry["split"] for entry in entries)
    errors = np.full((len(datasets), splits, len(names)), np.nan)
    for entry in entries:
        at = datasets.index(entry["dataset"]), entry["split"], names.index(entry["model"])
        errors[at] = entry["error"] / entry["baseline"]
    logs = np.log(np.nanmean(errors, axis=1) + SHIFT)
    about = (
        f"The preset with one choice undone, on the {len(datasets)} data sets of "
        f"[QUALITY.md](QUALITY.md), {splits} splits: the error as a multiple of the preset's, the "
        "geometric mean over the data sets, with bootstrapped 95 % intervals. Above 1 the choice "
        "helps. Written by `python -m benchmarks.quality.choices`."
    )
    rows = []
    for place, name in enumerate(names[1:], start=1):
        ratios = logs[:, place] - logs[:, 0]
        low, high = np.exp(bootstrapped(ratios))
        worse = f"{int((ratios > 0).sum())} of {len(datasets)}"
        rows.append((name, f"{np.exp(ratios.mean()):.3f} ({low:.3f}–{high:.3f})", worse))
    figures = table(("instead", "error beside the preset's", "worse on"), rows)
    return f"# What each choice of the preset for tables is worth\n\n{about}\n\n{figures}"


if __name__ == "__main__":
    main()
