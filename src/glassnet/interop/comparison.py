"""The last step of an import: the network's outputs beside those of the model that it came from."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.network import Network

__all__ = ["Outputs", "require_same_outputs", "tolerance_of"]

#: The other library's outputs for rows, (examples, inputs) in the network's precision.
Outputs: TypeAlias = Callable[[Array], Array]

#: Sizes of the inputs, row by row: large ones reach where activations bend and scalers clip.
SIZES = (1, 1, 1, 1, 10, 10, 100, 100)


def tolerance_of(dtype: str) -> float:
    """Return the relative difference that a model computed in this precision may have."""
    return {"float16": 1e-2, "bfloat16": 5e-2}.get(dtype, 1e-5)


def require_same_outputs(
    net: Network,
    outputs: Outputs,
    tolerance: float = 1e-5,
    known: Mapping[int, Array] | None = None,
) -> None:
    """Refuse a network that computes anything but the model that it came from.

    Parameters
    ----------
    net : Network
    outputs : callable
        The model, from rows to outputs.
    tolerance : float
        The largest difference, relative to the largest output of rows of one size. Ten times the
        difference that rounding by a twentieth of it makes in the network itself is added.
    known : mapping, optional
        Inputs for which the model knows only these values.

    Raises
    ------
    LimitError
        If the outputs differ.
    """
    random = np.random.default_rng(0)
    sizes = np.array(SIZES)[:, np.newaxis]
    rows = (random.normal(size=(len(SIZES), net.architecture.inputs)) * sizes).astype(net.dtype)
    for place, values in (known or {}).items():
        rows[:, place] = random.choice(values, size=len(rows))
    with np.errstate(all="ignore"):
        theirs = np.asarray(outputs(rows), dtype=np.float64)
        exact = _outputs(net, rows)
        if theirs.size != exact.size:
            raise LimitError(
                f"the model gives outputs of shape {theirs.shape} for {len(rows)} rows, the "
                f"network made of it {exact.shape}; it is not imported"
            )
        theirs = theirs.reshape(exact.shape)
        largest = _of_one_size(theirs)
        rounding = _of_one_size(_outputs(net, rows, tolerance / 20) - exact)
        # The last: tails of activations, which the other library may round to 0.
        allowed = tolerance * largest + 10 * rounding + tolerance / 100
        apart = np.abs(exact - theirs)
    # A row that overflows in either says nothing.
    usable = np.isfinite(exact) & np.isfinite(theirs) & np.isfinite(allowed)
    wrong = usable & (apart > allowed)
    if wrong.any() or not usable.any():
        raise _refused(exact, theirs, wrong if wrong.any() else ~usable)


def _outputs(net: Network, rows: Array, rounding: float = 0.0) -> Array:
    """The network's outputs in float64, with parameters that are off by so much, up or down."""
    signs = np.random.default_rng(1).choice([-1, 1], size=net.parameters.size)
    exact = Network([net.architecture.inputs, *net.architecture.layers], dtype="float64")
    exact.parameters[...] = net.parameters * (1 + rounding * signs)
    return exact.predict_proba(rows)


def _of_one_size(values: Array) -> Array:
    """The largest value among the rows of one size, for each row."""
    sizes, largest = np.array(SIZES), np.abs(values).max(axis=1)
    return np.array([[largest[sizes == size].max()] for size in SIZES])


def _refused(exact: Array, theirs: Array, wrong: Array) -> LimitError:
    row, output = np.argwhere(wrong)[0]
    return LimitError(
        f"the network made of the model gives {exact[row, output]:.6g} where the model gives "
        f"{theirs[row, output]:.6g} (output {output + 1} of a random row), so that it is another "
        "one and not imported; something in the model has a meaning that Glassnet does not know"
    )
