"""What an estimator is, kept where its training fails."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from glassnet.errors import DivergedError
from glassnet.training.rollback import Rollback

__all__ = ["DIVERGED", "unchanged_if_it_fails"]

#: scikit-learn's words.
DIVERGED = (
    "Solver produced non-finite parameter weights. The input data may contain large values and "
    "need to be preprocessed."
)


@contextmanager
def unchanged_if_it_fails(estimator: Any) -> Iterator[None]:
    """Set an estimator back to what it was, weights too, where the block raises an exception.

    A :class:`DivergedError` begins with scikit-learn's words.
    """
    before: dict[str, Any] = {
        name: value.copy() if isinstance(value, list) else value
        for name, value in vars(estimator).items()
    }
    network = before.get("network_")
    with nullcontext() if network is None else Rollback(network.parameters) as parameters:
        try:
            yield
        except BaseException as error:
            vars(estimator).clear()
            vars(estimator).update(before)
            if parameters is not None:
                parameters.restore()
            if isinstance(error, DivergedError):
                raise DivergedError(f"{DIVERGED} {_advice(estimator)}") from None
            raise


def _advice(estimator: Any) -> str:
    advice = "The estimator is what it was before; scale the inputs"
    if estimator.solver == "lbfgs":
        return advice
    if isinstance(estimator.solver, str):
        return f"{advice}, or try a learning_rate_init below {estimator.learning_rate_init:g}"
    return f"{advice}, or try a learning rate below {estimator.solver.learning_rate:g}"
