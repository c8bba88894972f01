"""Numerical agreement: from equal weights and batches, final losses within a tolerance."""

from collections.abc import Iterator

from benchmarks.interleaved import Measurement
from benchmarks.workloads import Training, Workload

# With two classes scikit-learn has one sigmoid output: a smaller network, which starts with the
# same predictions and learns at another pace. Its loss need only have the same magnitude.
TOLERANCE_OVERRIDES = {("xor", "sklearn"): 2.0}


def tolerance(work: Workload, peer: str) -> float:
    return TOLERANCE_OVERRIDES.get((work.name, peer), work.tolerance)


def difference(work: Workload, measurement: Measurement, glassnet: Measurement) -> float:
    """Return the relative difference of final losses, or a prediction's absolute difference."""
    if isinstance(work, Training):
        return abs(measurement.final_loss / glassnet.final_loss - 1)
    return measurement.max_abs_difference


def disagreements(work: Workload, measurements: list[Measurement]) -> Iterator[str]:
    """Yield a text for each library whose results differ from Glassnet's."""
    for measurement in measurements:
        found = difference(work, measurement, measurements[0])
        limit = tolerance(work, measurement.peer)
        if not found <= limit:  # NaN is no agreement either
            yield f"{work.name}: {measurement.peer} differs by {found:.2g}, more than {limit:g}"
