"""The nodes of an ONNX model that lead to one of its outputs, and which output that is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.errors import LimitError
from glassnet.interop.onnx_constants import Constants

__all__ = ["Graph"]


class Graph:
    """Who makes and who takes each tensor of a model, as far as one of its outputs needs it.

    Attributes
    ----------
    end : str
        The tensor that the output presents: numbers for each example. Of two probabilities p and
        1 − p it is p.
    takers : dict of str to list of NodeProto
        The nodes that take a tensor, on the way to `end`.
    inputs : list of ValueInfoProto
        The inputs on which `end` depends.

    Parameters
    ----------
    model : ModelProto
    constants : Constants
    output : str, optional
        One of the model's outputs; needed where several are numbers for each example.

    Raises
    ------
    LimitError
        If the model has no such output, or several.
    """

    def __init__(self, model: Any, constants: Constants, output: str | None) -> None:
        self.constants = constants
        self._makers = {name: node for node in model.graph.node for name in node.output}
        self.end = self._end(model.graph.output, output)
        needed, given = self._needed()
        self.takers = _takers([node for node in model.graph.node if id(node) in needed])
        self.inputs = [value for value in model.graph.input if value.name in given]

    def classes(self) -> Sequence[Any] | None:
        """Return the names of the classes, as nodes beside the way to the end know them."""
        from onnx import helper

        around = [node for node in self._makers.values() if _knows_classes(node)]
        for node in around:
            for attribute in node.attribute:
                if attribute.name.startswith("classlabels"):
                    return _plain(helper.get_attribute_value(attribute))
            if node.op_type == "ArrayFeatureExtractor" and node.input[0] in self.constants:
                return _plain(self.constants[node.input[0]].reshape(-1).tolist())
        return None

    def _end(self, outputs: Sequence[Any], wanted: str | None) -> str:
        names = [value.name for value in outputs]
        if wanted is not None and wanted not in names:
            raise LimitError(
                f"the model has no output {wanted!r}; its outputs are {_in_words(names)}"
            )
        chosen = [value for value in outputs if value.name == wanted or wanted is None]
        numbers = [value.name for value in chosen if not self._is_label(value)]
        if not numbers:
            raise LimitError(
                f"the output {_in_words([value.name for value in chosen])} is the class itself, "
                "not the numbers that it follows from; the outputs of the model are "
                f"{_in_words(names)}"
            )
        ends = list(dict.fromkeys(self._presented(name) for name in numbers))
        columns = {end: self._table(end) for end in ends}
        tables = set(columns.values())
        if wanted is None and len(ends) > 1 and len(tables) == 1 and None not in tables:
            return self._presented(str(tables.pop()))
        if len(ends) > 1:
            raise LimitError(
                f"the model has the outputs {_in_words(numbers)}; say which is the network's, as "
                f"output={numbers[0]!r}"
            )
        return ends[0]

    def _is_label(self, value: Any) -> bool:
        """Whether an output is the class of each example."""
        from onnx import TensorProto

        kind = value.type.tensor_type.elem_type
        numbers = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
        return value.type.HasField("tensor_type") and kind != 0 and kind not in numbers

    def _presented(self, tensor: str) -> str:
        """The tensor that an output presents under another name, or as a dictionary or a pair."""
        while (node := self._makers.get(tensor)) is not None:
            if node.op_type in ("Identity", "ZipMap"):
                tensor = node.input[0]
            elif (one := self._one_of_pair(node)) is not None:
                tensor = one
            else:
                break
        return tensor

    def _one_of_pair(self, node: Any) -> str | None:
        """Return p if a node makes the pair of 1 − p and p."""
        if node.op_type != "Concat" or len(node.input) != 2:
            return None
        other = self._makers.get(node.input[0])
        p: str = node.input[1]
        made = other is not None and other.op_type == "Sub" and other.input[1] == p
        one = other.input[0] if other is not None and made else ""
        is_one = one in self.constants and bool(np.all(self.constants[one] == 1))
        return p if is_one else None

    def _table(self, tensor: str) -> str | None:
        """Return the tensor of which an output is one column."""
        node = self._makers.get(tensor)
        while node is not None and node.op_type in ("Reshape", "Squeeze", "Identity"):
            node = self._makers.get(node.input[0])
        return str(node.input[0]) if node is not None and node.op_type == "Slice" else None

    def _needed(self) -> tuple[set[int], set[str]]:
        """The nodes that the end depends on, and the tensors that no node makes."""
        nodes: set[int] = set()
        given: set[str] = set()
        waiting = [self.end]
        while waiting:
            tensor = waiting.pop()
            if tensor in self.constants or not tensor:
                continue
            node = self._makers.get(tensor)
            if node is None:
                given.add(tensor)
            elif id(node) not in nodes:
                nodes.add(id(node))
                waiting += node.input
        return nodes, given


def _takers(nodes: Sequence[Any]) -> dict[str, list[Any]]:
    takers: dict[str, list[Any]] = {}
    for node in nodes:
        for name in dict.fromkeys(node.input):
            takers.setdefault(name, []).append(node)
    return takers


def _knows_classes(node: Any) -> bool:
    return node.op_type in ("ZipMap", "LinearClassifier", "ArrayFeatureExtractor")


def _plain(labels: Sequence[Any]) -> list[Any]:
    return [each.decode() if isinstance(each, bytes) else each for each in labels]


def _in_words(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)
