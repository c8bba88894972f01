"""The estimators in ONNX: what skl2onnx asks them for, when it meets them alone or in a pipeline.

``skl2onnx.to_onnx(estimator, X)`` looks for the methods ``onnx_parser``, ``onnx_shape_calculator``
and ``onnx_converter`` of an estimator, so that nobody needs to register anything.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.selu import Selu

__all__ = ["add_nodes", "register", "set_types"]

# The operator of each activation that ONNX has.
OPERATORS = {
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "exponential": "Exp",
    "softmax": "Softmax",
}


def register(kind: type) -> None:
    """Make skl2onnx know a class, so that it takes the option ``zipmap`` for it.

    The probabilities are an array in any case: a classifier may have many labels.
    """
    import skl2onnx
    from skl2onnx._parse import _parse_sklearn_simple_model

    def parser(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
        return _parse_sklearn_simple_model(scope, model, inputs, custom_parsers=custom_parsers)

    skl2onnx.update_registered_converter(
        kind,
        f"Glassnet{kind.__name__}",
        set_types,
        add_nodes,
        parser=parser,
        options={"zipmap": [False, True]},
    )


def set_types(operator: Any) -> None:
    """Set the types and shapes of the outputs of an operator, as skl2onnx wants it.

    Raises
    ------
    LimitError
        If the estimator knows one class only, or several columns of classes.
    """
    from skl2onnx.common import data_types

    estimator, given = operator.raw_operator, operator.inputs[0]
    rows = given.get_first_dimension()
    wide = isinstance(given.type, data_types.DoubleTensorType)
    number = data_types.DoubleTensorType if wide else data_types.FloatTensorType
    if not hasattr(estimator, "classes_"):
        operator.outputs[0].type = number([rows, estimator.n_outputs_])
        return
    classes = estimator.classes_
    if not isinstance(classes, np.ndarray) or len(classes) < 2:
        raise LimitError("ONNX needs one column of two classes or more")
    text = classes.dtype.kind not in "iufb"
    label = data_types.StringTensorType if text else data_types.Int64TensorType
    several = _has_many_labels(estimator)
    operator.outputs[0].type = label([rows, len(classes)] if several else [rows])
    operator.outputs[1].type = number([rows, len(classes)])


def add_nodes(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a fitted estimator to a graph, as skl2onnx wants it.

    Raises
    ------
    LimitError
        If ONNX has no operator for an activation, or the classes are no whole numbers or text.
    """
    from skl2onnx.common.data_types import DoubleTensorType

    wide = isinstance(operator.inputs[0].type, DoubleTensorType)
    graph = _Graph(scope, container, np.dtype(np.float64 if wide else np.float32))
    estimator, network = operator.raw_operator, operator.raw_operator.network_
    y = graph.node("Cast", [operator.inputs[0].full_name], to=graph.number)
    for layer, W, b in zip(
        network.architecture.layers, network.weights, network.biases, strict=True
    ):
        y = graph.node("MatMul", [y, graph.constant(W)])
        y = y if b is None else graph.node("Add", [y, graph.constant(b)])
        y = graph.activation(y, layer.activation)
    names = [output.full_name for output in operator.outputs]
    if not hasattr(estimator, "classes_"):
        graph.node("Identity", [y], to_output=names[0])
    elif _has_many_labels(estimator):
        graph.node("Identity", [y], to_output=names[1])
        above = graph.node("Greater", [y, graph.constant(0.5)])
        graph.node("Cast", [above], to=INT64, to_output=names[0])
    else:
        if len(estimator.classes_) == 2:
            other = graph.node("Sub", [graph.constant(1.0), y])
            y = graph.node("Concat", [other, y], axis=1)
        graph.node("Identity", [y], to_output=names[1])
        best = graph.node("ArgMax", [y], axis=1, keepdims=0)
        graph.node("Gather", [graph.classes(estimator.classes_), best], to_output=names[0])


FLOAT, INT64, STRING, DOUBLE = 1, 7, 8, 11  # of onnx.TensorProto


def _has_many_labels(estimator: Any) -> bool:
    return bool(estimator.out_activation_ == "logistic" and estimator.n_outputs_ > 1)


@dataclass(frozen=True)
class _Graph:
    """Adds nodes and constants under names of their own."""

    scope: Any
    container: Any
    dtype: np.dtype[Any]

    @property
    def number(self) -> int:
        """The type of numbers, of onnx.TensorProto."""
        return DOUBLE if self.dtype == np.float64 else FLOAT

    def node(self, kind: str, inputs: list[str], *, to_output: str = "", **settings: Any) -> str:
        """Add a node, and return the name of its output."""
        output = to_output or self.scope.get_unique_variable_name(kind.lower())
        name = self.scope.get_unique_operator_name(kind)
        self.container.add_node(kind, inputs, output, name=name, **settings)
        return str(output)

    def constant(self, value: Any) -> str:
        """Add numbers, and return their name."""
        array = np.asarray(value, dtype=self.dtype)
        name = str(self.scope.get_unique_variable_name("constant"))
        self.container.add_initializer(name, self.number, array.shape, array.ravel())
        return name

    def classes(self, classes: Array) -> str:
        """Add the labels of classes, and return their name."""
        name = str(self.scope.get_unique_variable_name("classes"))
        if classes.dtype.kind not in "iufb":
            text = [str(label).encode() for label in classes.tolist()]
            self.container.add_initializer(name, STRING, [len(text)], text)
            return name
        if classes.dtype.kind == "f" and (classes != np.round(classes)).any():
            raise LimitError("the labels of ONNX are whole numbers or text")
        self.container.add_initializer(name, INT64, [len(classes)], classes.astype(np.int64))
        return name

    def activation(self, y: str, activation: Activation) -> str:
        """Add the nodes of an activation."""
        kind = activation.name
        if kind == "identity":
            return y
        if kind in OPERATORS:
            return self.node(OPERATORS[kind], [y])
        nodes = getattr(self, f"_{kind}", None)
        if nodes is None:
            raise LimitError(f"the activation {kind!r} is not written to ONNX yet; choose another")
        return str(nodes(y, **activation.hyper_parameters))

    # Activations that ONNX has no operator for, or the runtime only in float32.

    def _leaky_relu(self, y: str, slope: float) -> str:
        return self._above_and(y, self._times(self._below(y), slope))

    def _elu(self, y: str, alpha: float) -> str:
        return self._above_and(y, self._exp_less_1(self._below(y), alpha))

    def _selu(self, y: str) -> str:
        return self._times(self._elu(y, Selu.ALPHA), Selu.SCALE)

    def _softplus(self, y: str) -> str:
        """max(0, y) + ln(1 + exp(−|y|)), which does not overflow."""
        exp = self.node("Exp", [self.node("Neg", [self.node("Abs", [y])])])
        return self._above_and(y, self.node("Log", [self._plus(exp, 1)]))

    def _silu(self, y: str) -> str:
        return self.node("Mul", [y, self.node("Sigmoid", [y])])

    def _mish(self, y: str) -> str:
        return self.node("Mul", [y, self.node("Tanh", [self._softplus(y)])])

    def _gelu(self, y: str) -> str:
        """y Φ(y) = y (1 + erf(y / √2)) / 2."""
        single = self.node("Cast", [self._times(y, np.sqrt(0.5))], to=FLOAT)
        erf = self.node("Cast", [self.node("Erf", [single])], to=self.number)
        return self.node("Mul", [y, self._times(self._plus(erf, 1), 0.5)])

    def _gelu_tanh(self, y: str) -> str:
        """y (1 + tanh(√(2/π) (y + 0.044715 y³))) / 2."""
        cube = self.node("Mul", [self.node("Mul", [y, y]), y])
        inner = self.node("Add", [y, self._times(cube, 0.044715)])
        tanh = self.node("Tanh", [self._times(inner, np.sqrt(2 / np.pi))])
        return self.node("Mul", [y, self._times(self._plus(tanh, 1), 0.5)])

    def _softsign(self, y: str) -> str:
        return self.node("Div", [y, self._plus(self.node("Abs", [y]), 1)])

    def _relu6(self, y: str) -> str:
        return self._hard_tanh(y, 0.0, 6.0)

    def _hard_tanh(self, y: str, minimum: float, maximum: float) -> str:
        return self.node("Clip", [y, self.constant(minimum), self.constant(maximum)])

    def _hard_sigmoid(self, y: str, slope: float, shift: float) -> str:
        return self._hard_tanh(self._plus(self._times(y, slope), shift), 0.0, 1.0)

    def _hard_silu(self, y: str) -> str:
        return self.node("Mul", [y, self._hard_sigmoid(y, 1 / 6, 0.5)])

    def _celu(self, y: str, alpha: float) -> str:
        below = self._times(self._below(y), 1 / alpha)
        return self._above_and(y, self._exp_less_1(below, alpha))

    def _exp_less_1(self, y: str, alpha: float) -> str:
        return self._times(self._plus(self.node("Exp", [y]), -1), alpha)

    def _below(self, y: str) -> str:
        return self.node("Min", [y, self.constant(0.0)])

    def _above_and(self, y: str, below: str) -> str:
        return self.node("Add", [self.node("Max", [y, self.constant(0.0)]), below])

    def _plus(self, y: str, number: float) -> str:
        return self.node("Add", [y, self.constant(number)])

    def _times(self, y: str, number: float) -> str:
        return self.node("Mul", [y, self.constant(number)])
