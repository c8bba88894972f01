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

__all__ = ["add_nodes", "register", "set_types"]

# The operator of each activation that ONNX has.
OPERATORS = {
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "selu": "Selu",
    "softplus": "Softplus",
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


INT64, STRING = 7, 8  # of onnx.TensorProto


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
        return 11 if self.dtype == np.float64 else 1

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
        if kind in ("leaky_relu", "elu"):
            (alpha,) = activation.hyper_parameters.values()
            operator = {"leaky_relu": "LeakyRelu", "elu": "Elu"}[kind]
            return self.node(operator, [y], alpha=float(alpha))
        if kind == "silu":
            return self.node("Mul", [y, self.node("Sigmoid", [y])])
        if kind == "mish":
            return self.node("Mul", [y, self.node("Tanh", [self.node("Softplus", [y])])])
        if kind == "gelu":  # y Φ(y) = y (1 + erf(y / √2)) / 2
            erf = self.node("Erf", [self.node("Div", [y, self.constant(np.sqrt(2))])])
            mass = self.node("Div", [self.node("Add", [erf, self.constant(1)]), self.constant(2)])
            return self.node("Mul", [y, mass])
        raise LimitError(f"the activation {kind!r} is not written to ONNX yet; choose another")
