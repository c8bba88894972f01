"""An ONNX model as the chain of nodes from its input to its output."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.interop.comparison import Outputs, tolerance_of
from glassnet.interop.network_builder import refuse
from glassnet.interop.onnx_constants import Constants, constants_of, named
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
    sizes : tuple of int, optional
        The shape of the input; 0 where it is open, None where nothing is said.
    """

    model: Any
    nodes: list[Any]
    originals: list[Any]
    constants: Constants
    sizes: tuple[int, ...] | None

    @classmethod
    def of(cls, model: Any) -> "Chain":
        """Return the chain of a model.

        Raises
        ------
        LimitError
            If it is none; the message names the node.
        """
        graph = model.graph
        constants = constants_of(model)
        inputs = [value for value in graph.input if value.name not in constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise LimitError(
                f"the model has {len(inputs)} inputs and {len(graph.output)} outputs; expected "
                "one of each"
            )
        kind = inputs[0].type.tensor_type
        sizes = tuple(each.dim_value for each in kind.shape.dim) if kind.HasField("shape") else None
        nodes, originals = _nodes(graph, inputs[0].name, constants)
        return cls(model, nodes, originals, constants, sizes)

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
        from onnx import helper, numpy_helper
        from onnx.reference import ReferenceEvaluator

        graph = self.model.graph
        (value,) = [each for each in graph.input if each.name not in self.constants]
        used = {name for node in self.originals for name in node.input if name in self.constants}
        tensors = [numpy_helper.from_array(self.constants[name], name) for name in sorted(used)]
        chain = helper.make_graph(self.originals, "chain", [value], graph.output, tensors)
        own = helper.make_model(chain, opset_imports=self.model.opset_import)
        dtype = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        middle = [size or 1 for size in (self.sizes or ())[1:-1]]
        fixed = self.sizes[0] if self.sizes else 0

        def outputs(rows: Array) -> Array:
            evaluator = ReferenceEvaluator(own)
            given = rows.reshape(len(rows), *middle, -1).astype(dtype)
            size = fixed or len(rows)
            filled = np.resize(given, (-(-len(rows) // size) * size, *given.shape[1:]))
            parts = [
                evaluator.run(None, {value.name: filled[start : start + size]})[0]
                for start in range(0, len(filled), size)
            ]
            together: Array = np.concatenate(parts).reshape(len(filled), -1)[: len(rows)]
            return together

        return outputs


def _nodes(graph: Any, start: str, constants: Constants) -> tuple[list[Any], list[Any]]:
    """The nodes from input to output, which must form a sequence without branches."""
    nodes, originals, tensor = [], [], start
    while tensor != graph.output[0].name:
        taking = [node for node in graph.node if tensor in node.input]
        if spelled := spelled_out(graph, tensor, taking, constants):
            activation, own = spelled
            nodes.append(activation)
            originals += own
            tensor = activation.output[0]
            continue
        if len(taking) != 1:
            raise refuse(f"the model, which branches after {tensor!r},")
        (node,) = taking
        if node in nodes:
            raise refuse("the model, which has a cycle,")
        unknown = [
            name for name in node.input if name not in ("", tensor) and name not in constants
        ]
        if unknown or list(node.input).count(tensor) > 1:
            raise refuse(f"the node {named(node)}, which joins two branches,")
        nodes.append(node)
        originals.append(node)
        tensor = node.output[0]
    return nodes, originals
