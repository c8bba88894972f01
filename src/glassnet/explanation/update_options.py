"""The options of an update: an optimizer, and what acts with it."""

from collections.abc import Sequence

from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.optim.registry import optimizer_named
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

__all__ = ["chosen_optimizer", "chosen_rule", "update_rule"]


def chosen_optimizer(
    learning_rate: float | None, optimizer: str | Optimizer | None
) -> Optimizer | None:
    """Return the optimizer, or SGD at the learning rate; ValueError where both are given.

    With an optimizer's name there may be both.
    """
    named = isinstance(optimizer, str)
    chosen = optimizer_named(optimizer, learning_rate) if isinstance(optimizer, str) else optimizer
    if isinstance(chosen, LBFGS):
        raise TypeError("L-BFGS takes no steps that could be explained one by one; give another")
    if learning_rate is None or named:
        return chosen
    if chosen is not None:
        raise ValueError("give learning_rate or optimizer, not both")
    return SGD(learning_rate)


def chosen_rule(
    optimizer: Optimizer | None, penalties: Penalty | Sequence[Penalty], clip_norm: float | None
) -> UpdateRule | None:
    """Return the rule of an update, None without an optimizer; ValueError where one is missing."""
    if optimizer is not None:
        return update_rule(optimizer, penalties, clip_norm)
    several = bool(penalties) if isinstance(penalties, Sequence) else True
    if several or clip_norm is not None:
        raise ValueError("penalties and clipping act in an update; give an optimizer as well")
    return None


def update_rule(
    optimizer: Optimizer, penalties: Penalty | Sequence[Penalty], clip_norm: float | None
) -> UpdateRule:
    """Return the rule of an update by an optimizer."""
    several = tuple(penalties) if isinstance(penalties, Sequence) else (penalties,)
    return UpdateRule(optimizer, several, clip_norm)
