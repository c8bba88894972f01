"""Builds a Network with its weights, layer by layer, from a model of another library."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.core.array import Array
from glassnet.core.record import record_known_as
from glassnet.errors import FileFormatError, LimitError
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.loss import Loss

__all__ = ["NetworkBuilder", "reading", "refuse"]

SUPPORTED = (
    "Supported are sequences of fully connected layers, elementwise activations, softmax, dropout, "
    "flattening, and normalisation layers at inference."
)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn errors while reading a file into a FileFormatError.

    Raises
    ------
    FileFormatError
        In place of the errors that damaged or malicious contents cause.
    """
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError, FileFormatError):
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise FileFormatError(f"{what}: {lines[0]}") from None


def refuse(what: str) -> LimitError:
    """Return the error for a model that is not a sequence of fully connected layers."""
    return LimitError(f"{what} is not supported. {SUPPORTED}")


@dataclass
class NetworkBuilder:
    """A network under construction, layer by layer.

    Attributes
    ----------
    inputs : int
    dtype : {"float32", "float64"}
        The precision of the original model.
    log_probabilities : bool
        Whether the model outputs log-probabilities; no layer may follow then.
    """

    inputs: int
    dtype: str
    log_probabilities: bool = False
    _layers: list[Layer] = field(default_factory=list)
    _weights: list[NDArray[np.float64]] = field(default_factory=list)
    _biases: list[NDArray[np.float64] | None] = field(default_factory=list)

    @property
    def units(self) -> int:
        """Units of the last layer so far."""
        return self._layers[-1].units if self._layers else self.inputs

    def dense(self, weights: ArrayLike, biases: ArrayLike | None) -> None:
        """Add a layer of y_before W + b, W of shape (units before, units).

        Raises
        ------
        ValueError
            If the shapes do not match.
        """
        W = np.asarray(weights, dtype=np.float64)
        if W.ndim != 2 or W.shape[0] != self.units:
            raise ValueError(f"a layer's weights have shape {W.shape} after {self.units} units")
        b = self._vector(biases, W.shape[1])
        self._add(Dense(W.shape[1], "identity", bias=b is not None, initial="zero"), W, b)

    def scale(self, weights: ArrayLike, biases: ArrayLike | None) -> None:
        """Add an elementwise scaling layer: y_before · w + b."""
        w = self._vector(weights, self.units)
        assert w is not None
        b = self._vector(biases, self.units)
        layer = Scale("identity", bias=b is not None).placed_after(self.units)
        self._add(layer, w, b)

    def normalise(
        self,
        gamma: NDArray[Any],
        beta: NDArray[Any],
        mean: NDArray[Any],
        variance: NDArray[Any],
        epsilon: float,
    ) -> None:
        """Add a batch normalisation at inference: γ (y − mean) / √(variance + ε) + β."""
        w = gamma / np.sqrt(variance.astype(np.float64) + epsilon)
        self.scale(w, beta - mean * w)

    def shift(self, biases: ArrayLike) -> None:
        """Add b to the last layer if it is linear and has no bias; otherwise add a layer."""
        last = self._layers[-1] if self._layers else None
        if last is None or last.bias or not isinstance(last.activation, Identity):
            self.scale(1.0, biases)
            return
        self._biases[-1] = self._vector(biases, last.units)
        self._layers[-1] = _rebuilt(last, last.activation, bias=True)

    def activate(self, name: str, **hyper_parameters: float) -> None:
        """Set the activation of the last layer; if it already has one, add a layer."""
        activation = activation_named(name, hyper_parameters)
        if isinstance(activation, Identity):
            return
        self._require_no_log_probabilities()
        if not self._layers or not isinstance(self._layers[-1].activation, Identity):
            self.scale(np.ones(self.units), None)
        last = self._layers[-1]
        self._layers[-1] = _rebuilt(last, activation, bias=last.bias)

    def activate_known_as(self, name: str) -> bool:
        """Set the activation that other libraries call so; return whether there is one.

        One with hyper-parameters is not: libraries have different names and defaults for them.
        """
        found = record_known_as(Activation, name)
        if found is None or found().hyper_parameters:
            return False
        self.activate(found.name)
        return True

    def log_softmax(self) -> None:
        """Add a softmax for a model that outputs log-probabilities."""
        self.activate("softmax")
        self.log_probabilities = True

    @property
    def ends_in(self) -> str:
        """The activation of the last layer."""
        return self._layers[-1].activation.name if self._layers else "identity"

    def network(
        self,
        loss: Loss | None = None,
        classes: Sequence[Any] | Array | None = None,
        features: Sequence[str] | None = None,
        *,
        logits: bool = False,
    ) -> Network:
        """Return the network.

        Parameters
        ----------
        loss : Loss, optional
        classes : array-like, optional
            The labels of the outputs.
        features : sequence of str, optional
            The names of the inputs.
        logits : bool
            Whether the other library's loss takes logits, and makes probabilities of them itself.

        Raises
        ------
        LimitError
            If there is no layer.
        """
        if loss is not None and logits:
            self.activate(loss.made_for)
        if not self._layers:
            raise LimitError("the model has no layer with weights")
        net = Network([self.inputs, *self._layers], dtype=self.dtype)
        net.weights = self._weights
        net.biases = self._biases
        if loss is not None:
            net.loss = loss.paired_with(net.output_activation).loss
        if classes is not None:
            net.classes = np.asarray(classes)
        if features is not None:
            net.feature_names = [str(name) for name in features]
        net.require_finite()
        return net

    def _add(
        self, layer: Layer, weights: NDArray[np.float64], biases: NDArray[np.float64] | None
    ) -> None:
        self._require_no_log_probabilities()
        self._layers.append(layer)
        self._weights.append(weights)
        self._biases.append(biases)

    def _require_no_log_probabilities(self) -> None:
        if self.log_probabilities:
            raise refuse("a LogSoftmax that is not the last layer")

    def _vector(self, values: ArrayLike | None, units: int) -> NDArray[np.float64] | None:
        if values is None:
            return None
        vector = np.asarray(values, dtype=np.float64).reshape(-1)
        if vector.size not in (1, units):
            raise ValueError(f"got {vector.size} values for {units} units")
        return np.broadcast_to(vector, (units,)).copy()


def _rebuilt(layer: Layer, activation: Activation, *, bias: bool) -> Layer:
    """The layer with another activation, or with a bias."""
    if isinstance(layer, Scale):
        return Scale(activation, bias=bias).placed_after(layer.units)
    return Dense(layer.units, activation, bias=bias, initial="zero")
