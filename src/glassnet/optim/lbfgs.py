"""L-BFGS: large steps by an estimate of the curvature, for full batches."""

from dataclasses import dataclass

from glassnet.core.validation import real_number, whole_number

__all__ = ["LBFGS"]


@dataclass(frozen=True)
class LBFGS:
    """SciPy's L-BFGS-B (Zhu, Byrd, Lu and Nocedal 1997), on all examples at once.

    An epoch is one iteration; `batch_size`, schedules, dropout and clipping do not apply. Of the
    penalties only L2 is possible. The gradient has the same bits on every machine, but SciPy's own
    sums do not: they are BLAS's, which adds in another order on other processors.

    Parameters
    ----------
    memory : int
        The number of past steps from which the curvature is estimated.
    tolerance : float
        Stops when no component of the gradient is larger than this.
    most_evaluations : int
        Stops after this many passes over the data.
    min_improvement : float, optional
        Stops when an iteration lowers the loss by less than this fraction of it; if not given, 64
        times the machine epsilon of the network's precision.
    """

    memory: int = 10
    tolerance: float = 1e-5
    most_evaluations: int = 15_000
    min_improvement: float | None = None

    def __post_init__(self) -> None:
        whole_number("memory", self.memory, 1)
        real_number("tolerance", self.tolerance, 0)
        whole_number("most_evaluations", self.most_evaluations, 1)
        if self.min_improvement is not None:
            real_number("min_improvement", self.min_improvement, 0)
