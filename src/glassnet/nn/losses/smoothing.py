"""Label smoothing: targets drawn a little away from certainty (Szegedy et al. 2016, section 7)."""

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Number, Symbol

__all__ = ["to_half", "to_half_formula", "to_uniform", "to_uniform_formula"]


def to_uniform(target: Array, smoothing: float) -> Array:
    """Return (1 − s) t + s/m, for m classes that exclude each other."""
    return _mixed(target, smoothing, smoothing / target.shape[1])


def to_uniform_formula(target: Symbol, smoothing: float, outputs: int) -> Formula:
    """Return (1 − s) t + s/m; t if nothing is smoothed."""
    if not smoothing:
        return target
    return (1 - smoothing) * target + smoothing / Number(float(outputs))


def to_half(target: Array, smoothing: float) -> Array:
    """Return (1 − s) t + s/2, for one yes or no."""
    return _mixed(target, smoothing, smoothing / 2)


def to_half_formula(target: Symbol, smoothing: float) -> Formula:
    """Return (1 − s) t + s/2; t if nothing is smoothed."""
    if not smoothing:
        return target
    return (1 - smoothing) * target + smoothing / Number(2.0)


def _mixed(target: Array, smoothing: float, added: float) -> Array:
    if not smoothing:
        return target
    number = target.dtype.type
    mixed: Array = number(1 - smoothing) * target + number(added)
    return mixed
