"""Initial weights and order of the examples, as in scikit-learn.

With the same ``random_state``, both libraries draw the same numbers from NumPy's RandomState, so
that they start from the same weights and train on the same batches, and differ only by rounding.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from glassnet.errors import FileFormatError
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.sigmoid import Sigmoid

__all__ = [
    "InSequence",
    "draw_parameters",
    "hidden_activations",
    "numbers_of",
    "own_random",
    "set_numbers",
]


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
    """Orders of the examples: each epoch shuffles the order of the previous epoch.

    Its state is that before the last epoch was drawn, which is drawn once more from it: a training
    may go on within that epoch, or after it.
    """

    def __init__(self, random: np.random.RandomState, rows: int) -> None:
        self._random, self._rows = random, rows
        self._order: NDArray[np.int64] | None = None
        self._epoch: int | None = None
        # Of the last epoch: the random state and the order from which it was drawn.
        self._before: tuple[Any, NDArray[np.int64] | None] | None = None

    @property
    def last(self) -> NDArray[np.int64]:
        """The order of the last epoch."""
        assert self._order is not None
        return self._order

    def __call__(self, epochs: range, rows: int) -> NDArray[np.int64]:
        """Return the orders of the next epochs, or of the last one again, concatenated."""
        return np.concatenate([self._of(epoch) for epoch in epochs])

    def _of(self, epoch: int) -> NDArray[np.int64]:
        if epoch != self._epoch:
            self._before, self._epoch = (self._random.get_state(legacy=False), self._order), epoch
            chosen = np.arange(self._rows)
            self._random.shuffle(chosen)
            self._order = chosen if self._order is None else self._order[chosen]
        return self.last

    def state(self) -> dict[str, Any]:
        """Return what the last epoch was drawn from; before the first, what that will be."""
        random, order = self._before or (self._random.get_state(legacy=False), None)
        own = numbers_of(random)
        if self._epoch is not None:
            own["epoch"] = self._epoch
        return own if order is None else own | {"order": order}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`state` returned.

        Raises
        ------
        FileFormatError
            If it is no such state.
        """
        epoch, order = state.get("epoch"), state.get("order")
        known = epoch is None or isinstance(epoch, int)
        if not known or not (order is None or self._has_all(order)):
            raise FileFormatError("the journal's order of examples does not fit them")
        self._random = own_random(self._random)
        set_numbers(self._random, state)
        self._order, self._epoch, self._before = order, None, None
        if epoch is not None:
            self._of(epoch)

    def _has_all(self, order: Any) -> bool:
        """Whether an order has each example once."""
        return (
            isinstance(order, np.ndarray)
            and order.dtype == np.int64
            and np.array_equal(np.sort(order), np.arange(self._rows))
        )


def own_random(random: np.random.RandomState) -> np.random.RandomState:
    """Return a random stream that may be set: another one in the place of NumPy's global one."""
    return np.random.RandomState() if random is check_random_state(None) else random


def numbers_of(state: Any) -> dict[str, Any]:
    """Return the state of a random stream, as ``get_state(legacy=False)`` has it, without levels.

    Raises
    ------
    TypeError
        If it is not that of NumPy's usual one, the Mersenne Twister.
    """
    if state["bit_generator"] != "MT19937":
        raise TypeError(
            f"random_state draws by {state['bit_generator']}, whose state a journal cannot hold; "
            "expected a number, or np.random.RandomState(number)"
        )
    return {**state["state"], "has_gauss": state["has_gauss"], "gauss": state["gauss"]}


def set_numbers(random: np.random.RandomState, numbers: Mapping[str, Any]) -> None:
    """Set a random stream to what :func:`numbers_of` returned; ``key`` may be a list.

    Raises
    ------
    FileFormatError
        If it is no such state.
    """
    try:
        key = np.asarray(numbers["key"], dtype=np.uint32)
        rest = numbers["pos"], numbers["has_gauss"], numbers["gauss"]
        random.set_state(("MT19937", key, *rest))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FileFormatError("the journal's random state is none") from None
