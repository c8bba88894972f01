"""The page of results, as Markdown tables."""

import os
import statistics
from dataclasses import dataclass, field

from benchmarks.agreement import TOLERANCE_OVERRIDES, difference, disagreements, tolerance
from benchmarks.cold_start import WORKLOAD as COLD_START
from benchmarks.interleaved import Measurement
from benchmarks.machine import description
from benchmarks.markdown import format_duration, section, table
from benchmarks.peak import MatmulPeak
from benchmarks.peers import PREDICTORS, TRAINERS
from benchmarks.workloads import WORKLOADS, Prediction, Training

# Medians measured on a shared machine cannot resolve smaller differences.
TIE = 1.15

# The workload whose import, first call and memory stand for all.
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
    """Everything that a run measured, by workload."""

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
        parts = [f"# Glassnet compared with other libraries\n\n{INTRODUCTION}\n"]
        parts.append(section("Machine", *(f"{line}\n" for line in description())))
        if any(self.peak.measured.values()):
            parts.append(section("Peak matrix multiplication speed", _peak_table(self.peak)))
        trained = self._of_kind(Training)
        if trained:
            parts.append(section("Training", _ratio_table(trained, tuple(TRAINERS))))
            parts.append(section("Glassnet's training speed", _speed_table(trained, self.peak)))
        predicted = self._of_kind(Prediction)
        if predicted:
            parts.append(section("Prediction", _ratio_table(predicted, tuple(PREDICTORS))))
        if self.cold_start:
            title = "Cold start: from the shell to trained digits"
            parts.append(section(title, _cold_start_table(self.cold_start)))
        if self.scaling or self.memory or self.parallel:
            parts.append(section("Glassnet only", *self._glassnet_only()))
        if self.measurements:
            parts.append(section("Numerical agreement", _agreement_table(self.measurements)))
            parts.append(section("Import, first call, memory", *_overheads(self.measurements)))
        parts.append(f"{self.rounds} rounds. Load average before them: {self.load:.2f}.")
        return "\n".join(parts) + "\n"

    def _of_kind(self, kind: type) -> dict[str, list[Measurement]]:
        return {
            name: measurements
            for name, measurements in self.measurements.items()
            if isinstance(WORKLOADS[name], kind)
        }

    def _glassnet_only(self) -> list[str]:
        blocks = []
        if self.scaling:
            blocks.append(_scaling_table(self.scaling))
        if self.memory:
            ratios = ", ".join(f"{ratio:.2f} with {name}" for name, ratio in self.memory.items())
            blocks.append(
                "Peak memory of training 5e7 weights, as a multiple of the size of the weights: "
                f"{ratios}.\n"
            )
        if self.parallel:
            single, concurrent = self.parallel["single"], self.parallel["concurrent"]
            blocks.append(
                "Two concurrent trainings in two Python threads: "
                f"{format_duration(concurrent)}; a single one: {format_duration(single)}; "
                f"ratio {concurrent / single:.2f}.\n"
            )
        return blocks


def format_ratio(ratio: float) -> str:
    tie = " tie" if 1 / TIE < ratio < TIE else ""
    return f"{ratio:.2f}×{tie}"


def _seconds_per_call(name: str, measurement: Measurement) -> float:
    work = WORKLOADS[name]
    return measurement.median_seconds / (work.calls if isinstance(work, Prediction) else 1)


def _ratio_table(by_workload: dict[str, list[Measurement]], peers: tuple[str, ...]) -> str:
    """One row for each workload, one column for each library that was measured."""
    measured_peers = {m.peer for measurements in by_workload.values() for m in measurements}
    present = [peer for peer in peers if peer in measured_peers]
    rows = []
    for name, measurements in by_workload.items():
        glassnet, cells = measurements[0].median_seconds, dict.fromkeys(present, "")
        for m in measurements:
            time = f"{format_duration(_seconds_per_call(name, m))}, {m.threads}t"
            ratio = format_ratio(m.median_seconds / glassnet)
            cells[m.peer] = time if m is measurements[0] else f"{ratio} ({time})"
        rows.append([name, *cells.values()])
    return table(["workload", *present], rows)


def _speed_table(by_workload: dict[str, list[Measurement]], peak: MatmulPeak) -> str:
    rows = []
    for name, (glassnet, *_) in by_workload.items():
        work = WORKLOADS[name]
        assert isinstance(work, Training)
        steps, median, threads = glassnet.steps, glassnet.median_seconds, glassnet.threads
        speed = work.flops(steps * work.batch_size) / median / 1e9
        share = f"{speed / peak.best(threads)[0]:.0%}" if peak.measured[threads] else ""
        per_step = format_duration(median / steps)
        ratios = [seconds / median for seconds in glassnet.round_seconds]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        rows.append([name, f"{steps:,}", per_step, f"{speed:.1f}", share, spread])
    columns = ["workload", "steps", "time per step", "GFLOP/s", "of peak", "rounds / median"]
    return table(columns, rows)


def _peak_table(peak: MatmulPeak) -> str:
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


def _cold_start_table(measurements: list[Measurement]) -> str:
    glassnet = measurements[0].median_seconds
    rows = []
    for m in measurements:
        seconds = m.median_seconds
        ratio = "" if m is measurements[0] else format_ratio(seconds / glassnet)
        rows.append(
            [m.peer, format_duration(seconds), f"{m.threads}", ratio, f"{m.final_loss:.4f}"]
        )
    return table(["library", "whole process", "threads", "ratio", "final loss"], rows)


def _scaling_table(measured: list[tuple[int, int, float]]) -> str:
    median = statistics.median(seconds / weights for weights, _, seconds in measured)
    rows = [
        [
            f"{weights:,}",
            f"{threads}",
            format_duration(seconds),
            f"{seconds / weights * 1e9:.2f} ns",
            f"{seconds / weights / median:.2f}",
        ]
        for weights, threads, seconds in measured
    ]
    columns = ["weights", "threads", "step of 256", "time per weight", "relative to median"]
    return table(columns, rows)


def _agreement_table(by_workload: dict[str, list[Measurement]]) -> str:
    rows = []
    for name, measurements in by_workload.items():
        work, glassnet = WORKLOADS[name], measurements[0]
        same = [m for m in measurements if (name, m.peer) not in TOLERANCE_OVERRIDES]
        largest = max(same, key=lambda m: difference(work, m, glassnet))
        largest_text = f"{difference(work, largest, glassnet):.1e} ({largest.peer})"
        loss = f"{glassnet.final_loss:.6g}" if isinstance(work, Training) else ""
        limit = f"{tolerance(work, largest.peer):g}"
        all_agree = "no" if list(disagreements(work, measurements)) else "yes"
        rows.append([name, loss, largest_text, limit, all_agree])
    columns = ["workload", "Glassnet's final loss", "largest difference", "tolerance", "agree"]
    return table(columns, rows)


def _overheads(by_workload: dict[str, list[Measurement]]) -> list[str]:
    name = TYPICAL if TYPICAL in by_workload else next(iter(by_workload))
    rows = [
        [
            m.peer,
            format_duration(m.import_seconds),
            format_duration(max(m.first_run_seconds - m.round_seconds[0], 0)),
            f"{m.peak_memory_bytes / 1e6:.0f} MB",
        ]
        for m in by_workload[name]
    ]
    text = (
        f"For {name}. The import includes NumPy's; the first call minus the second is compilation, "
        "where there is any; peak memory is that of the whole process, including the data.\n"
    )
    return [text, table(["library", "import", "first call − second", "peak memory"], rows)]
