"""Builds a Network with its weights, layer by layer, from a model of another library."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.core.array import Array
from glassnet.core.record import record_known_as
from glassnet.errors import LimitError, PartialImportWarning
from glassnet.interop.comparison import Outputs, require_same_outputs
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named
from glassnet.nn.losses.unknown_loss import UnknownLoss

__all__ = ["NetworkBuilder", "fitting_loss", "note_not_imported", "refuse", "shared"]

SUPPORTED = (
    "Supported are sequences of fully connected layers, elementwise activations, softmax, dropout, "
    "flattening, and normalisation layers at inference."
)

#: A small file may announce any number of inputs, and layers that need no array of that size.
MOST_UNITS = 20_000_000


def refuse(what: str) -> LimitError:
    """Return the error for a model that is not a sequence of fully connected layers."""
    return LimitError(f"{what} is not supported. {SUPPORTED}")


def shared(what: str, other: str) -> LimitError:
    """Return the error for weights that are used in two places."""
    return LimitError(
        f"{what} has the same weights as {other}. In Glassnet each layer has weights of its own, "
        "so that gradients and steps would be others than the model's; give each its own copy "
        "of the weights, if they need not stay equal"
    )


def note_not_imported(net: Network, parts: Sequence[str]) -> None:
    """Warn of what acts on a model's training and is not in the network, and keep it there."""
    net.not_imported = tuple(parts)
    if parts:
        warnings.warn(
            "the outputs are those of the model, but losses and steps that Glassnet shows are "
            f"without a part of its training: {'; '.join(parts)}",
            PartialImportWarning,
            stacklevel=3,
        )


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
    _units_of_all: int = 0

    def __post_init__(self) -> None:
        self._count(self.inputs)

    @property
    def units(self) -> int:
        """Units of the last layer so far."""
        return self._layers[-1].units if self._layers else self.inputs

    def dense(
        self,
        weights: ArrayLike,
        biases: ArrayLike | None,
        *,
        learns: bool = True,
        bias_learns: bool = True,
    ) -> None:
        """Add a layer of y_before W + b, W of shape (units before, units).

        What does not learn is frozen in the model: a training leaves it as it is.

        Raises
        ------
        ValueError
            If the shapes do not match.
        """
        W = np.asarray(weights, dtype=np.float64)
        if W.ndim != 2 or W.shape[0] != self.units:
            raise ValueError(f"a layer's weights have shape {W.shape} after {self.units} units")
        b = self._vector(biases, W.shape[1])
        layer = Dense(
            W.shape[1],
            "identity",
            bias=b is not None,
            initial="zero",
            weight_rate=float(learns),
            bias_rate=float(bias_learns or b is None),
        )
        self._add(layer, W, b)

    def scale(
        self,
        weights: ArrayLike,
        biases: ArrayLike | None,
        *,
        learns: bool = False,
        bias_learns: bool = False,
    ) -> None:
        """Add an elementwise scaling layer: y_before · w + b, which does not learn by itself."""
        w = self._vector(weights, self.units)
        assert w is not None
        b = self._vector(biases, self.units)
        layer = Scale(
            "identity",
            bias=b is not None,
            weight_rate=float(learns),
            bias_rate=float(bias_learns or b is None),
        )
        self._add(layer.placed_after(self.units), w, b)

    def normalise(
        self,
        gamma: NDArray[Any] | None,
        beta: NDArray[Any] | None,
        mean: NDArray[Any],
        variance: NDArray[Any],
        epsilon: float,
        *,
        learns: tuple[bool, bool] = (True, True),
    ) -> None:
        """Add a batch normalisation at inference: γ (y − mean) / √(variance + ε) + β.

        Two layers: one that standardises and does not learn, and γ and β, which may (`learns`).
        """
        w = 1 / np.sqrt(variance.astype(np.float64) + epsilon)
        self.scale(w, -mean.astype(np.float64) * w)
        if gamma is not None or beta is not None:
            factor = 1.0 if gamma is None else gamma
            gamma_learns = learns[0] and gamma is not None
            self.scale(factor, beta, learns=gamma_learns, bias_learns=learns[1])

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
            self.scale(1.0, None)
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

    def keep_one_of_pair(self) -> None:
        """Keep p of 1 − p and p, the outputs of two sigmoid units whose weights are opposite."""
        if self.output_activation.name != "sigmoid" or not isinstance(self._layers[-1], Dense):
            return
        W, b = self._weights[-1], self._biases[-1]
        if W.shape[1] != 2 or np.any(W[:, 0] + W[:, 1]) or (b is not None and b[0] + b[1] != 0):
            return
        del self._layers[-1], self._weights[-1], self._biases[-1]
        self.dense(W[:, 1:], None if b is None else b[1:])
        self.activate("sigmoid")

    def log_softmax(self) -> None:
        """Add a softmax for a model that outputs log-probabilities."""
        self.activate("softmax")
        self.log_probabilities = True

    @property
    def output_activation(self) -> Activation:
        """The activation of the last layer so far."""
        return self._layers[-1].activation if self._layers else Identity()

    def network(
        self,
        loss: Loss | UnknownLoss | None = None,
        classes: Sequence[Any] | Array | None = None,
        features: Sequence[str] | None = None,
        *,
        logits: bool = False,
        outputs: Outputs | None = None,
        tolerance: float = 1e-5,
        known: Mapping[int, Array] | None = None,
    ) -> Network:
        """Return the network.

        Parameters
        ----------
        loss : Loss or UnknownLoss, optional
        classes : array-like, optional
            The labels of the outputs.
        features : sequence of str, optional
            The names of the inputs.
        logits : bool
            Whether the other library's loss takes logits, and makes probabilities of them itself.
        outputs : callable, optional
            The model itself, from rows to outputs, with which the network is compared.
        tolerance : float
            How much the two may differ.
        known : mapping, optional
            Inputs for which the model knows only these values.

        Raises
        ------
        LimitError
            If there is no layer, or the outputs are others.
        """
        if not self._layers:
            raise LimitError("the model has no layer with weights")
        if outputs is not None:
            require_same_outputs(self._built(), self._probabilities_of(outputs), tolerance, known)
        if isinstance(loss, Loss) and logits:
            self.activate(loss.made_for)
        net = self._built()
        if loss is not None:
            net.loss = loss
        if isinstance(loss, Loss):
            loss.paired_with(net.output_activation)
        if classes is not None:
            net.classes = np.asarray(classes)
        if features is not None:
            net.feature_names = [str(name) for name in features]
        return net

    def _built(self) -> Network:
        net = Network([self.inputs, *self._layers], dtype=self.dtype)
        net.weights = self._weights
        net.biases = self._biases
        net.require_finite()
        return net

    def _probabilities_of(self, outputs: Outputs) -> Outputs:
        if self.log_probabilities:
            return lambda rows: np.exp(outputs(rows))
        return outputs

    def _add(
        self, layer: Layer, weights: NDArray[np.float64], biases: NDArray[np.float64] | None
    ) -> None:
        self._require_no_log_probabilities()
        self._count(layer.units)
        self._layers.append(layer)
        self._weights.append(weights)
        self._biases.append(biases)

    def _count(self, units: int) -> None:
        self._units_of_all += units
        if self._units_of_all > MOST_UNITS:
            raise LimitError(
                f"the model has more than {MOST_UNITS:,} units in all layers together; models as "
                "large as that are not imported"
            )

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


def fitting_loss(
    builder: NetworkBuilder,
    given: str | Loss | None,
    found: Loss | UnknownLoss | None,
    *,
    logits: bool,
) -> tuple[Loss | UnknownLoss | None, bool]:
    """Return the loss given or else the model's, and whether it takes logits.

    The model's may not fit the activation that the model ends in; then it is unknown.

    Raises
    ------
    ValueError
        If the loss given does not fit.
    """
    end = builder.output_activation
    if given is not None:
        loss = loss_named(given)
        loss.paired_with(end)
        return loss, False
    if not isinstance(found, Loss):
        return found, False
    if logits and end.name in ("sigmoid", "softmax") and not builder.log_probabilities:
        return UnknownLoss(
            f"the loss {found.name!r} of the model takes logits, to which it applies a "
            f"{found.made_for} itself, but the model already ends in a {end.name}"
        ), False
    if not logits:
        try:
            found.paired_with(end)
        except ValueError as error:
            return UnknownLoss(f"the loss of the model does not fit its outputs: {error}"), False
    return found, logits


def _rebuilt(layer: Layer, activation: Activation, *, bias: bool) -> Layer:
    """The layer with another activation, or with a bias."""
    rates = {"weight_rate": layer.weight_rate, "bias_rate": layer.bias_rate}
    if isinstance(layer, Scale):
        return Scale(activation, bias=bias, **rates).placed_after(layer.units)
    return Dense(layer.units, activation, bias=bias, initial="zero", **rates)
