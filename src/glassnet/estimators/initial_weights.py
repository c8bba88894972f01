"""Initial weights and order of the examples, as in scikit-learn.

With the same ``random_state``, both libraries draw the same numbers from NumPy's RandomState, so
that they start from the same weights and train on the same batches, and differ only by rounding.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid

__all__ = ["InSequence", "draw_parameters", "hidden_activations"]


def hidden_activations(
    activation: str | Activation | Sequence[str | Activation], layers: int
) -> list[str | Activation]:
    """Return each hidden layer's activation; "logistic" is the sigmoid.

    Raises
    ------
    ValueError
        If there are not as many as hidden layers.

    Examples
    --------
    >>> hidden_activations("logistic", 2), hidden_activations(["relu", "tanh"], 2)
    (['sigmoid', 'sigmoid'], ['relu', 'tanh'])
    """
    if isinstance(activation, str | Activation):
        activation = [activation] * layers
    names = list(activation)
    if len(names) != layers:
        raise ValueError(
            f"activation names {len(names)} activations; there are {layers} hidden layers"
        )
    return ["sigmoid" if name == "logistic" else name for name in names]


def draw_parameters(
    network: Network,
    activation: str | Activation | Sequence[str | Activation],
    random: np.random.RandomState,
) -> None:
    """Set the initial weights and biases of a network, layer by layer.

    Uniform within ± √(6 / (from + to)), Glorot and Bengio 2010, equation 16; ± √(2 / (from + to))
    for the sigmoid. The output layer uses the bound of the hidden layer before it.

    Parameters
    ----------
    network : Network
    activation : str, Activation or sequence of them
        Of all hidden layers, or of each; one that is given for all also sets the bound where
        there are none.
    random : RandomState
    """
    biases = [b for b in network.biases if b is not None]
    if isinstance(activation, str | Activation):
        names = [activation] * len(biases)
    else:
        names = [*activation, *activation[-1:]] or [""]
    for name, w, b in zip(names, network.weights, biases, strict=True):
        assert w is not None
        sigmoid = name in ("sigmoid", "logistic") or isinstance(name, Sigmoid)
        bound = math.sqrt((2 if sigmoid else 6) / sum(w.shape))
        w[...] = random.uniform(-bound, bound, w.shape)
        b[...] = random.uniform(-bound, bound, b.shape)


class InSequence:
    """Orders of the examples: each epoch shuffles the order of the previous epoch."""

    def __init__(self, random: np.random.RandomState) -> None:
        self._random = random
        self._order: NDArray[np.int64] | None = None

    @property
    def last(self) -> NDArray[np.int64]:
        """The order of the last epoch."""
        assert self._order is not None
        return self._order

    def __call__(self, epochs: range, rows: int) -> NDArray[np.int64]:
        """Return the orders of the next epochs, concatenated."""
        orders = np.empty((len(epochs), rows), dtype=np.int64)
        order = np.arange(rows) if self._order is None else self._order
        for place in orders:
            chosen = np.arange(rows)
            self._random.shuffle(chosen)
            place[:] = order = order[chosen]
        self._order = order
        return orders.reshape(-1)
