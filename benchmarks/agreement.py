"""Did they do the same maths? Same start and order, and final errors within a tolerance."""

from collections.abc import Iterator

from benchmarks.interleaved import Measurement
from benchmarks.workloads import Training, Workload

# With two classes scikit-learn has one sigmoid output, a smaller network, which starts with the
# same answers and learns at another pace: its error shall be of the same size, no more.
OTHER_MATHS = {("xor", "sklearn"): 2.0}


def tolerance(work: Workload, peer: str) -> float:
    return OTHER_MATHS.get((work.name, peer), work.tolerance)


def difference(work: Workload, measurement: Measurement, ours: Measurement) -> float:
    """Return the relative difference of errors after a training; a prediction brings its own."""
    if isinstance(work, Training):
        return abs(measurement.error / ours.error - 1)
    return measurement.error


def disagreements(work: Workload, measurements: list[Measurement]) -> Iterator[str]:
    """Say who came to something else than Glassnet."""
    for measurement in measurements:
        found = difference(work, measurement, measurements[0])
        allowed = tolerance(work, measurement.peer)
        if not found <= allowed:  # NaN is no agreement either
            yield f"{work.name}: {measurement.peer} differs by {found:.2g}, more than {allowed:g}"
