"""The page of results: what was measured, as tables."""

import os
import statistics
from dataclasses import dataclass, field

from benchmarks.agreement import TOLERANCE_OVERRIDES, difference, disagreements, tolerance
from benchmarks.cold_start import WORKLOAD as COLD_START
from benchmarks.interleaved import Measurement
from benchmarks.machine import description
from benchmarks.markdown import duration, section, table
from benchmarks.peak import MatmulPeak
from benchmarks.peers import PREDICTORS, TRAINERS
from benchmarks.workloads import WORKLOADS, Prediction, Training

# Medians on a machine that others use as well do not tell smaller differences.
TIE = 1.15

# Whose first call, memory and import stand for all workloads.
TYPICAL = "image-sgd"

INTRODUCTION = f"""\
Medians over interleaved rounds: in each round the libraries run one after the other, each in a
process of its own and on one or two threads, whichever is faster for it (1t, 2t). The time in a
round is the median of as many runs as fit into 50 ms. A ratio is the library's time over
Glassnet's: above 1 Glassnet is faster. Differences below {TIE - 1:.0%} are marked as a tie. Only
the training loop is timed: data, initial weights and the order of examples are prepared before, and
compilation is over. Glassnet is timed through `fit` and `predict_proba`, including checks of the
data. `torch-by-hand` and `numpy` write out backpropagation and do not compute the loss;
Glassnet, `torch`, `keras` and `sklearn` do."""


@dataclass
class Results:
    """All that a run found, by workload."""

    rounds: int
    measurements: dict[str, list[Measurement]] = field(default_factory=dict)
    cold_start: list[Measurement] = field(default_factory=list)
    scaling: list[tuple[int, int, float]] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    parallel: dict[str, float] = field(default_factory=dict)
    peak: MatmulPeak = field(default_factory=MatmulPeak)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def disagreements(self) -> list[str]:
        return [
            text
            for name, measurements in (*self.measurements.items(), (COLD_START, self.cold_start))
            for text in disagreements(WORKLOADS[name], measurements)
        ]

    def page(self) -> str:
        parts = [f"# Glassnet beside others\n\n{INTRODUCTION}\n"]
        parts.append(section("Machine", *(f"{line}\n" for line in description())))
        if any(self.peak.measured.values()):
            parts.append(section("Peak matrix multiplication speed", _peak(self.peak)))
        trained = self._of_kind(Training)
        if trained:
            parts.append(section("Training", _ratios(trained, tuple(TRAINERS))))
            parts.append(section("Glassnet's training", _speeds(trained, self.peak)))
        predicted = self._of_kind(Prediction)
        if predicted:
            parts.append(section("Prediction", _ratios(predicted, tuple(PREDICTORS))))
        if self.cold_start:
            parts.append(
                section(
                    "Cold start: from the shell to trained digits", _cold_start(self.cold_start)
                )
            )
        if self.scaling or self.memory or self.parallel:
            parts.append(section("Glassnet only", *self._alone()))
        if self.measurements:
            parts.append(section("Numerical agreement", _agreement(self.measurements)))
            parts.append(section("Import, first call, memory", *_costs(self.measurements)))
        parts.append(f"{self.rounds} rounds. Load of the machine before them: {self.load:.2f}.")
        return "\n".join(parts) + "\n"

    def _of_kind(self, kind: type) -> dict[str, list[Measurement]]:
        found = self.measurements.items()
        return {
            name: measurements for name, measurements in found if isinstance(WORKLOADS[name], kind)
        }

    def _alone(self) -> list[str]:
        blocks = []
        if self.scaling:
            blocks.append(_scaling(self.scaling))
        if self.memory:
            each = ", ".join(f"{times:.2f} with {rule}" for rule, times in self.memory.items())
            blocks.append(f"Peak memory of training 5e7 weights, in their own size: {each}.\n")
        if self.parallel:
            alone, together = self.parallel["alone"], self.parallel["together"]
            blocks.append(
                f"Two trainings at once, from two Python threads: {duration(together)}; one alone: "
                f"{duration(alone)}; ratio {together / alone:.2f}.\n"
            )
        return blocks


def ratio_text(ratio: float) -> str:
    tie = " tie" if 1 / TIE < ratio < TIE else ""
    return f"{ratio:.2f}×{tie}"


def _seconds_of_call(name: str, measurement: Measurement) -> float:
    work = WORKLOADS[name]
    return measurement.median_seconds / (work.calls if isinstance(work, Prediction) else 1)


def _ratios(found: dict[str, list[Measurement]], peers: tuple[str, ...]) -> str:
    """One row for each workload, one column for each library that took part."""
    took_part = {o.peer for measurements in found.values() for o in measurements}
    present = [peer for peer in peers if peer in took_part]
    rows = []
    for name, measurements in found.items():
        ours, cells = measurements[0].median_seconds, dict.fromkeys(present, "")
        for o in measurements:
            took = f"{duration(_seconds_of_call(name, o))}, {o.threads}t"
            head = "" if o is measurements[0] else f"{ratio_text(o.median_seconds / ours)} "
            cells[o.peer] = f"{head}({took})" if head else took
        rows.append([name, *cells.values()])
    return table(["workload", *present], rows)


def _speeds(found: dict[str, list[Measurement]], peak: MatmulPeak) -> str:
    rows = []
    for name, (ours, *_) in found.items():
        work = WORKLOADS[name]
        assert isinstance(work, Training)
        steps, median = ours.steps, ours.median_seconds
        speed = work.flops(steps * work.batch_size) / median / 1e9
        share = f"{speed / peak.best(ours.threads)[0]:.0%}" if peak.measured[ours.threads] else ""
        per_step = duration(median / steps)
        spread = f"{min(ours.round_seconds) / median:.2f} to {max(ours.round_seconds) / median:.2f}"
        rows.append([name, f"{steps:,}", per_step, f"{speed:.1f}", share, spread])
    columns = ["workload", "steps", "a step", "GFLOP/s", "of peak", "rounds / median"]
    return table(columns, rows)


def _peak(peak: MatmulPeak) -> str:
    rows = []
    for threads, products in peak.measured.items():
        speed, library, size = peak.best(threads)
        repeated = [s for s, other, n in products if (other, n) == (library, size)]
        rows.append(
            [
                f"{threads}",
                f"{speed:.1f}",
                f"{library}, {size} × {size}",
                f"{statistics.median(repeated):.1f}",
                f"{min(repeated):.1f}",
            ]
        )
    columns = ["threads", "peak GFLOP/s", "library, size", "median over the run", "minimum"]
    return table(columns, rows)


def _cold_start(measurements: list[Measurement]) -> str:
    ours = measurements[0].median_seconds
    rows = []
    for o in measurements:
        ratio = "" if o is measurements[0] else ratio_text(o.median_seconds / ours)
        rows.append(
            [o.peer, duration(o.median_seconds), f"{o.threads}", ratio, f"{o.final_loss:.4f}"]
        )
    return table(["library", "whole process", "threads", "ratio", "final loss"], rows)


def _scaling(measured: list[tuple[int, int, float]]) -> str:
    median = statistics.median(seconds / weights for weights, _, seconds in measured)
    rows = [
        [
            f"{weights:,}",
            f"{threads}",
            duration(seconds),
            f"{seconds / weights * 1e9:.2f} ns",
            f"{seconds / weights / median:.2f}",
        ]
        for weights, threads, seconds in measured
    ]
    columns = ["weights", "threads", "step of 256", "time per weight", "relative to median"]
    return table(columns, rows)


def _agreement(found: dict[str, list[Measurement]]) -> str:
    rows = []
    for name, measurements in found.items():
        work, ours = WORKLOADS[name], measurements[0]
        same = [o for o in measurements if (name, o.peer) not in TOLERANCE_OVERRIDES]
        largest = max(same, key=lambda o: difference(work, o, ours))
        found_text = f"{difference(work, largest, ours):.1e} ({largest.peer})"
        loss = f"{ours.final_loss:.6g}" if isinstance(work, Training) else ""
        limit = f"{tolerance(work, largest.peer):g}"
        all_agree = "no" if list(disagreements(work, measurements)) else "yes"
        rows.append([name, loss, found_text, limit, all_agree])
    columns = ["workload", "Glassnet's final loss", "largest difference", "tolerance", "agree"]
    return table(columns, rows)


def _costs(found: dict[str, list[Measurement]]) -> list[str]:
    name = TYPICAL if TYPICAL in found else next(iter(found))
    rows = [
        [
            o.peer,
            duration(o.import_seconds),
            duration(max(o.first_run_seconds - o.round_seconds[0], 0)),
            f"{o.peak_memory_bytes / 1e6:.0f} MB",
        ]
        for o in found[name]
    ]
    text = (
        f"Of {name}. The import includes NumPy's; the first call less the second is compilation, "
        "where there is one; peak memory is of the whole process, with the data.\n"
    )
    return [text, table(["library", "import", "first call − second", "peak memory"], rows)]
