"""The network of an estimator: how it is made, its weights by scikit-learn's names, pickling."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from glassnet.arrays.sparse import SparseRows, is_sparse
from glassnet.core.array import Array
from glassnet.estimators.initial_weights import draw_parameters, hidden_activations
from glassnet.estimators.onnx_nodes import add_nodes, register, set_types
from glassnet.estimators.parameters import Parameters
from glassnet.network import Network
from glassnet.nn.layers import Dense
from glassnet.nn.losses.loss import Loss

__all__ = ["FittedNetwork"]


# What scikit-learn's names are in a network.
OF_NETWORK = {"coefs_": "weights", "intercepts_": "biases"}
# scikit-learn's name of each output activation.
OUTPUT_NAMES = {"softmax": "softmax", "sigmoid": "logistic", "exponential": "exp"}


@dataclass(eq=False, repr=False)
class FittedNetwork(Parameters):
    """Parameters of an estimator, and the network that came of them."""

    def _begin(self, x: Array, random: np.random.RandomState) -> None:
        """Make a network with initial weights as in scikit-learn."""
        self.network_ = self._new_network(x.shape[1], x.dtype)
        draw_parameters(self.network_, self.activation, random)
        if self.dropout:
            self.network_.seed = int(random.randint(2**31))
        names = getattr(self, "feature_names_in_", None)
        self.network_.feature_names = None if names is None else names.tolist()

    def _go_on(self) -> None:
        """Take up activations and loss that were changed since the last training."""
        before = self.network_
        layers, loss = self._layers_and_loss()
        inputs = before.architecture.inputs
        units = [inputs, *(layer.units for layer in layers)]
        if units != list(before.architecture.units):
            raise ValueError(
                f"the layers have {list(before.architecture.units)} units, and a training that "
                f"goes on keeps them; the parameters and y ask for {units}"
            )
        before.loss = loss
        if [layer.activation for layer in layers] == [
            layer.activation for layer in before.architecture.layers
        ]:
            return
        now = self._new_network(inputs, before.dtype)
        now.parameters[...] = before.parameters
        now.seed, now.epochs_trained = before.seed, before.epochs_trained
        now.feature_names = before.feature_names
        self.network_ = now

    def _new_network(self, inputs: int, dtype: Any, hidden: Sequence[int] | None = None) -> Network:
        layers, loss = self._layers_and_loss(hidden)
        network = Network([inputs, *layers], dtype=dtype)
        network.loss, network.classes = loss, self._output_labels()
        return network

    def _layers_and_loss(self, hidden: Sequence[int] | None = None) -> tuple[list[Dense], Loss]:
        hidden = self._hidden() if hidden is None else hidden
        activations = hidden_activations(self.activation, len(hidden))
        outputs, output, loss = self._output()
        self.n_layers_ = len(hidden) + 2
        self.n_outputs_ = outputs
        self.out_activation_ = OUTPUT_NAMES.get(output, output)
        layers = [
            Dense(units, name, initial="zero")
            for units, name in zip([*hidden, outputs], [*activations, output], strict=True)
        ]
        return layers, loss

    @abstractmethod
    def _output(self) -> tuple[int, str, Loss]:
        """Return the number of outputs, their activation and the loss."""

    @abstractmethod
    def _know_outputs(self, outputs: int) -> None:
        """Take from weights that were set what the targets of a training would say."""

    @abstractmethod
    def _output_labels(self) -> Array | None:
        """Return the labels that the network's outputs stand for, or None."""

    @property
    def coefs_(self) -> list[Any]:
        """Weights of each layer, (units before, units); views that can be set."""
        return self._layer_arrays("coefs_")

    @coefs_.setter
    def coefs_(self, values: Sequence[Any]) -> None:
        self._set_layer_arrays("coefs_", values)

    @property
    def intercepts_(self) -> list[Any]:
        """Biases of each layer, (units,); views that can be set."""
        return self._layer_arrays("intercepts_")

    @intercepts_.setter
    def intercepts_(self, values: Sequence[Any]) -> None:
        self._set_layer_arrays("intercepts_", values)

    def _layer_arrays(self, name: str) -> list[Any]:
        if name in self._given:
            return self._given[name]
        if "network_" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        arrays: list[Any] = getattr(self.network_, OF_NETWORK[name])
        return arrays

    def _set_layer_arrays(self, name: str, values: Sequence[Any]) -> None:
        """Set the network's arrays, or keep those of another network until it is needed."""
        values, now = list(values), [] if name in self._given else getattr(self, name, [])
        if now and list(map(np.shape, values)) == list(map(np.shape, now)):
            setattr(self.network_, OF_NETWORK[name], values)
            return
        self._given_arrays = {**self._given, name: values}
        if "network_" in vars(self) and _is_chain(self.coefs_, self.intercepts_):
            self._take_given_arrays()

    @property
    def _given(self) -> dict[str, list[Any]]:
        given: dict[str, list[Any]] = self.__dict__.get("_given_arrays", {})
        return given

    def _take_given_arrays(self) -> None:
        """Make a network of the weights and biases that were set, if they are another's."""
        if not self._given:
            return
        if not _is_chain(self.coefs_, self.intercepts_):
            shapes = [list(map(np.shape, arrays)) for arrays in (self.coefs_, self.intercepts_)]
            raise ValueError(
                f"coefs_ of shapes {shapes[0]} and intercepts_ of shapes {shapes[1]} do not fit "
                "each other; expected (units before, units) and (units,) for each layer"
            )
        weights, biases = (
            list(map(np.asarray, self.coefs_)),
            list(map(np.asarray, self.intercepts_)),
        )
        *hidden, outputs = [w.shape[1] for w in weights]
        self._know_outputs(outputs)
        single = all(w.dtype == np.float32 for w in weights)
        network = self._new_network(len(weights[0]), np.float32 if single else np.float64, hidden)
        network.weights, network.biases = weights, biases
        self.network_ = network
        self.t_ = getattr(self, "t_", 0)
        del self._given_arrays

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there are weights and biases."""
        return "network_" in vars(self) or {"coefs_", "intercepts_"} <= self._given.keys()

    def _checked_inputs(self, X: Any) -> Array:
        check_is_fitted(self)
        self._take_given_arrays()
        return cast("Array", validate_data(self, X, accept_sparse=("csr", "csc"), reset=False))

    def _outputs(self, X: Any) -> Array:
        """Return the network's outputs, (examples, outputs)."""
        x = self._checked_inputs(X)
        dtype = self.network_.dtype
        rows = SparseRows(x.astype(dtype)) if is_sparse(x) else np.ascontiguousarray(x, dtype)
        return self.network_.predict_proba(rows, threads=self._threads())

    def onnx_parser(self) -> None:
        """Make the class known to skl2onnx, which calls this first."""
        register(type(self))

    def onnx_shape_calculator(self) -> Callable[..., None]:
        """Return what skl2onnx calls for the types of the outputs."""
        return set_types

    def onnx_converter(self) -> Callable[..., None]:
        """Return what skl2onnx calls for the nodes."""
        return add_nodes

    def __getstate__(self) -> dict[str, Any]:
        """Return plain values and arrays: the network as its record and its arrays by name."""
        from glassnet.core.file_record import as_json
        from glassnet.nn.schema import NetworkRecord

        state: dict[str, Any] = dict(super().__getstate__())
        if "network_" in state:
            network: Network = state.pop("network_")
            arrays = {name: np.array(array) for name, array in network.to_arrays().items()}
            record = NetworkRecord(**network.record_fields())
            state["network_record"], state["network_arrays"] = as_json(record), arrays
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what :meth:`__getstate__` returned."""
        from glassnet.core.file_record import read_record
        from glassnet.nn.schema import NetworkRecord

        rest = dict(state)
        if "network_record" in rest:
            record = read_record(rest.pop("network_record"), NetworkRecord, "a network")
            rest["network_"] = Network.from_record(record, rest.pop("network_arrays"))
        super().__setstate__(rest)


def _is_chain(coefs: Sequence[Any], intercepts: Sequence[Any]) -> bool:
    """Whether weights and biases are those of layers one after another."""
    shapes, units = list(map(np.shape, coefs)), list(map(np.shape, intercepts))
    return (
        len(shapes) > 0
        and all(len(shape) == 2 for shape in shapes)
        and units == [shape[1:] for shape in shapes]
        and units[:-1] == [shape[:1] for shape in shapes[1:]]
    )
