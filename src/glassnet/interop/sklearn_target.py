"""The inverse of what scikit-learn made of the targets, as layers behind an estimator."""

from typing import Any

import numpy as np
from scipy.special import expit

from glassnet.errors import LimitError
from glassnet.interop.network_builder import NetworkBuilder
from glassnet.interop.sklearn_columns import Columns, transformed

__all__ = ["add_inverse"]

# Functions back to the targets: the activation, and what is added to it.
FUNCTIONS = {np.exp: ("exponential", 0.0), np.expm1: ("exponential", -1.0), np.tanh: ("tanh", 0.0)}
FUNCTIONS[expit] = ("sigmoid", 0.0)


def add_inverse(builder: NetworkBuilder, transformer: Any) -> None:
    """Add what brings outputs back to targets that a transformer was applied to.

    Raises
    ------
    LimitError
        If layers cannot do it.
    """
    function = getattr(transformer, "inverse_func", None)
    if function is not None:
        if function not in FUNCTIONS:
            name = getattr(function, "__name__", "?")
            raise _refused(f"targets that {name} brings back (known are exp and expm1 of NumPy)")
        activation, shift = FUNCTIONS[function]
        builder.activate(activation)
        if shift:
            builder.scale(1.0, shift)
        return
    try:
        forth = transformed(Columns.of(builder.units), transformer)
    except LimitError:
        raise _refused(f"targets transformed by a {type(transformer).__name__}") from None
    factor = np.diagonal(forth.linear) if forth.count == builder.units else np.zeros(1)
    if forth.bends.size or not factor.all() or np.count_nonzero(forth.linear) != forth.count:
        raise _refused(f"targets transformed by a {type(transformer).__name__}")
    back = Columns.of(builder.units).scaled(1 / factor, -forth.constant / factor)
    back.add_to(builder)


def _refused(what: str) -> LimitError:
    return LimitError(
        f"{what} are not supported; give from_sklearn the regressor_ of the "
        "TransformedTargetRegressor, whose outputs are the transformed targets"
    )
