"""An ONNX model as the chain of nodes from its input to its output."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.interop.comparison import Outputs, tolerance_of
from glassnet.interop.network_builder import refuse
from glassnet.interop.onnx_constants import Constants, constants_of, named
from glassnet.interop.onnx_graph import Graph
from glassnet.interop.onnx_spelled_out import spelled_out

__all__ = ["Chain"]


@dataclass(frozen=True)
class Chain:
    """The nodes from input to output, and the constants in them.

    Attributes
    ----------
    model : ModelProto
    nodes, originals : list of NodeProto
        An activation that is spelled out is one of `nodes`, and several of `originals`.
    constants : Constants
    start, end : str
        The tensors of the inputs and of the outputs.
    elem_type : int
        The type of the inputs, of TensorProto.
    sizes : tuple of int, optional
        The shape of the input; 0 where it is open, None where nothing is said.
    features : list of str, optional
        The names of the inputs, if the model takes each by itself.
    classes : sequence, optional
        The labels of the outputs.
    """

    model: Any
    nodes: list[Any]
    originals: list[Any]
    constants: Constants
    start: str
    end: str
    elem_type: int
    sizes: tuple[int, ...] | None
    features: list[str] | None = None
    classes: Sequence[Any] | None = None

    @classmethod
    def of(cls, model: Any, output: str | None = None) -> "Chain":
        """Return the chain that leads to an output of a model.

        Raises
        ------
        LimitError
            If it is none; the message names the node.
        """
        constants = constants_of(model)
        graph = Graph(model, constants, output)
        start, elem_type, sizes, features = _joined_inputs(graph)
        start, elem_type = _after_casts(graph, start, elem_type)
        nodes, originals = _nodes(graph, start)
        return cls(
            model,
            nodes,
            originals,
            constants,
            start,
            graph.end,
            elem_type,
            sizes,
            features,
            graph.classes(),
        )

    @property
    def opset(self) -> int:
        """The version of the operators."""
        versions = [each.version for each in self.model.opset_import if not each.domain]
        return max(versions, default=1)

    @property
    def one_at_a_time(self) -> bool:
        """Whether the model takes one example only."""
        return bool(self.sizes) and self.sizes is not None and self.sizes[0] == 1

    @property
    def tolerance(self) -> float:
        """How exactly the model computes."""
        names = {array.dtype.name for array in self.constants.arrays.values()}
        return max(tolerance_of(name) for name in names) if names else tolerance_of("float32")

    def outputs(self) -> Outputs:
        """The outputs by the reference evaluator of onnx, which runs only nodes that were read."""
        from onnx import ValueInfoProto, helper, numpy_helper
        from onnx.reference import ReferenceEvaluator

        used = {name for node in self.originals for name in node.input if name in self.constants}
        tensors = [numpy_helper.from_array(self.constants[name], name) for name in sorted(used)]
        value = helper.make_tensor_value_info(self.start, self.elem_type, None)
        output = ValueInfoProto(name=self.end)
        chain = helper.make_graph(self.originals, "chain", [value], [output], tensors)
        own = helper.make_model(chain, opset_imports=self.model.opset_import)
        dtype = helper.tensor_dtype_to_np_dtype(self.elem_type)
        operators = _operators_of(self.opset)
        middle = [size or 1 for size in (self.sizes or ())[1:-1]]
        fixed = self.sizes[0] if self.sizes else 0

        def outputs(rows: Array) -> Array:
            evaluator = ReferenceEvaluator(own, new_ops=operators)
            given = rows.reshape(len(rows), *middle, -1).astype(dtype)
            size = fixed or len(rows)
            filled = np.resize(given, (-(-len(rows) // size) * size, *given.shape[1:]))
            parts = [
                evaluator.run(None, {self.start: filled[start : start + size]})[0]
                for start in range(0, len(filled), size)
            ]
            together: Array = np.concatenate(parts).reshape(len(filled), -1)[: len(rows)]
            return together

        return outputs


def _joined_inputs(graph: Graph) -> tuple[str, int, tuple[int, ...] | None, list[str] | None]:
    """The tensor of the inputs, its type and shape; several are joined by the first node."""
    from onnx import TensorProto

    kinds = [value.type.tensor_type for value in graph.inputs]
    shapes = [
        tuple(each.dim_value for each in kind.shape.dim) if kind.HasField("shape") else None
        for kind in kinds
    ]
    names = [value.name for value in graph.inputs]
    if len(names) == 1:
        return names[0], kinds[0].elem_type, shapes[0], None
    takers = [node for name in names for node in graph.takers.get(name, [])]
    joined = len(names) > 1 and all(_joins(node, names) and node is takers[0] for node in takers)
    if not joined or any(shape is None or len(shape) != 2 or not shape[1] for shape in shapes):
        depends = f"depends on {len(names)} inputs, {', '.join(map(repr, names))}"
        raise LimitError(
            f"the output {graph.end!r} of the model {depends if names else 'depends on no input'}; "
            "expected one input, or several that a Concat joins first"
        )
    sizes = [shape[1] for shape in shapes if shape]
    features = names if max(sizes) == 1 else None
    return takers[0].output[0], TensorProto.FLOAT, (0, sum(sizes)), features


def _operators_of(opset: int) -> list[Any]:
    """Operators that onnx's evaluator computes otherwise than its specification says.

    From opset 9 to 13 it normalises a batch by its own mean and variance, as in a training.
    """
    from onnx.reference.op_run import OpRun

    class BatchNormalization(OpRun):  # type: ignore[misc]  # onnx comes without types here
        op_domain = ""

        def _run(
            self,
            x: Array,
            scale: Array,
            bias: Array,
            mean: Array,
            variance: Array,
            epsilon: float = 1e-5,
            momentum: float = 0.9,
        ) -> tuple[Array]:
            return ((scale * (x - mean) / np.sqrt(variance + epsilon) + bias).astype(x.dtype),)

    return [BatchNormalization] if 9 <= opset < 14 else []


def _joins(node: Any, names: list[str]) -> bool:
    return node.op_type in ("Concat", "FeatureVectorizer") and list(node.input) == names


def _after_casts(graph: Graph, start: str, elem_type: int) -> tuple[str, int]:
    """The inputs as numbers of the network's precision: whole numbers become such first."""
    from onnx import TensorProto

    numbers = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
    while len(graph.takers.get(start, [])) == 1 and start != graph.end:
        (node,) = graph.takers[start]
        to = [attribute.i for attribute in node.attribute if attribute.name == "to"]
        if node.op_type != "Cast" or to[0] not in numbers:
            break
        start, elem_type = node.output[0], to[0]
    return start, elem_type if elem_type in numbers else TensorProto.FLOAT


def _nodes(graph: Graph, start: str) -> tuple[list[Any], list[Any]]:
    """The nodes from input to output, which must form a sequence without branches."""
    nodes, originals, tensor, met = [], [], start, {start}
    while tensor != graph.end:
        if spelled := spelled_out(graph.takers, tensor, graph.constants):
            activation, own = spelled
            nodes.append(activation)
            originals += own
            tensor = activation.output[0]
            continue
        taking = graph.takers.get(tensor, [])
        if len(taking) != 1:
            raise refuse(f"the model, which branches after {tensor!r},")
        (node,) = taking
        unknown = [
            name for name in node.input if name not in ("", tensor) and name not in graph.constants
        ]
        if unknown or list(node.input).count(tensor) > 1:
            raise refuse(f"the node {named(node)}, which joins two branches,")
        nodes.append(node)
        originals.append(node)
        tensor = _output_of(node, graph)
        if tensor in met:
            raise refuse("the model, which has a cycle,")
        met.add(tensor)
    return nodes, originals


def _output_of(node: Any, graph: Graph) -> str:
    """The output of a node that leads on; a classifier's first one is the label."""
    on = [name for name in node.output if name == graph.end or name in graph.takers]
    return str((on or node.output)[0])
