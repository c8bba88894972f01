"""L-BFGS: large steps by the curvature seen on the way, for full batches."""

from dataclasses import dataclass

from glassnet.core.validation import real_number, whole_number

__all__ = ["LBFGS"]


@dataclass(frozen=True)
class LBFGS:
    """SciPy's L-BFGS-B (Zhu, Byrd, Lu and Nocedal 1997), on all examples at once.

    An epoch is one of its iterations; `batch_size`, schedules, dropout and clipping have no
    meaning for it. Only the L2 penalty is smooth enough for it.

    Parameters
    ----------
    memory : int
        How many past steps tell the curvature.
    tolerance : float
        Ends when no part of the gradient is larger.
    most_evaluations : int
        Ends after so many passes over the data.
    least_improvement : float, optional
        Ends when an iteration lowers the loss by less than this part of it; by less than 64
        roundings of the network's precision, if not given.
    """

    memory: int = 10
    tolerance: float = 1e-5
    most_evaluations: int = 15_000
    least_improvement: float | None = None

    def __post_init__(self) -> None:
        whole_number("memory", self.memory, 1)
        real_number("tolerance", self.tolerance, 0)
        whole_number("most_evaluations", self.most_evaluations, 1)
        if self.least_improvement is not None:
            real_number("least_improvement", self.least_improvement, 0)
