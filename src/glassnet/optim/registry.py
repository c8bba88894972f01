"""Optimizers by name."""

from glassnet.core.record import did_you_mean, record_named, records
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer

__all__ = ["optimizer_named"]


def optimizer_named(name: str, learning_rate: float | None = None) -> Optimizer | LBFGS:
    """Return the optimizer of that name, in whatever case.

    Parameters
    ----------
    name : str
    learning_rate : float, optional
        Its own default if not given.

    Raises
    ------
    ValueError
        If there is no optimizer of that name, with all that there are; or if the learning rate is
        none.

    Examples
    --------
    >>> optimizer_named("SGD"), optimizer_named("adamw", 0.002).learning_rate
    (SGD(learning_rate=0.01), 0.002)
    """
    known = records(Optimizer)
    rate = {} if learning_rate is None else {"learning_rate": learning_rate}
    if name in known:
        return record_named(Optimizer, name, rate)
    for own in known:
        if _plain(own) == _plain(name):
            return record_named(Optimizer, own, rate)
    if _plain(name) == "lbfgs":
        return LBFGS()
    all_names = (*known, "lbfgs")
    like = did_you_mean(name, all_names)
    raise ValueError(f"unknown optimizer {name!r}; known are: {', '.join(all_names)}.{like}")


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
