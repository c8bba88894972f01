"""The layers of a PyTorch module in the order in which it applies them."""

import inspect
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from glassnet.interop.network_builder import refuse
from glassnet.interop.torch_functions import EXAMPLES, UNITS, Product, function_layer, name_of

__all__ = ["exported_examples", "is_exported", "layers_of", "unwrapped"]

WRAPPERS = ("DataParallel", "DistributedDataParallel")
# What a forward method asks of its input and does not change the outputs.
FACTS = ("shape", "device", "dtype", "ndim", "is_cuda")
# Ways in which a weight is made of other parameters, by the names of their hooks.
MADE_BY = {"WeightNorm": "weight normalisation", "SpectralNorm": "spectral normalisation"}


def unwrapped(module: Any) -> Any:
    """Return the module as it was written, not what torch.compile or DataParallel made of it."""
    while True:
        if hasattr(module, "_orig_mod"):
            module = module._orig_mod  # noqa: SLF001 - no public name
        elif type(module).__name__ in WRAPPERS:
            module = module.module
        else:
            return module


def layers_of(module: Any) -> Iterator[Any]:
    """Return the layers of a module in the order in which they are applied.

    Raises
    ------
    LimitError
        If they are no chain, or the module does something else; the message says where.
    """
    import torch

    module = unwrapped(module)
    own_forward = type(module).forward is not torch.nn.Sequential.forward
    if is_exported(module):
        yield from _Walk(module).layers()
    elif _made_of_parameters(module):
        yield _product_of(module)
    elif module._forward_hooks or module._forward_pre_hooks:  # noqa: SLF001 - no public name
        raise refuse(f"a {type(module).__name__} with hooks that may change its output")
    elif isinstance(module, torch.nn.Sequential) and not own_forward:
        for child in module:
            yield from layers_of(child)
    elif not list(module.children()) and type(module).__module__.startswith("torch.nn"):
        yield module
    else:
        yield from _Walk(module).layers()


def _made_of_parameters(module: Any) -> bool:
    """Whether it is a Linear layer whose weight is made of other parameters."""
    import torch

    hooks = [type(hook).__name__ for hook in module._forward_pre_hooks.values()]  # noqa: SLF001
    made = bool(hooks) and set(hooks) <= set(MADE_BY) and not module._forward_hooks  # noqa: SLF001
    parametrised = torch.nn.utils.parametrize.is_parametrized(module)
    return isinstance(module, torch.nn.Linear) and (made or parametrised)


def _product_of(layer: Any) -> Product:
    """A layer with the weight that it has at inference."""
    import torch

    hooks = list(layer._forward_pre_hooks.values())  # noqa: SLF001 - no public name
    own = tuple(layer.parameters())
    with torch.no_grad():
        if hooks:
            (hook,) = hooks
            kind = type(hook).__name__
            step = {"do_power_iteration": False} if kind == "SpectralNorm" else {}
            weight, made_by = hook.compute_weight(layer, **step), MADE_BY[kind]
        else:
            training = layer.training
            weight = layer.eval().weight  # in training, spectral_norm takes a step at each reading
            layer.train(training)
            kinds = [type(part).__name__.strip("_") for part in layer.parametrizations.weight]
            made_by = ", ".join(MADE_BY.get(kind, f"parametrisation {kind}") for kind in kinds)
    note = f"the {made_by} of a layer: a training takes steps in the weight itself"
    return Product(weight.detach().clone(), layer.bias, own, note)


@dataclass
class _Walk:
    """A way through the graph of a forward method, from one layer to the next.

    Attributes
    ----------
    module
        Whose forward method it is.
    facts : dict
        Nodes that ask for sizes and the like: what they give.
    constants : dict
        Nodes that do not depend on the input: their values.
    examples : int, optional
        How many examples there are in the input, where the graph is of a certain number.
    """

    module: Any
    facts: dict[Any, Any] = field(default_factory=dict)
    constants: dict[Any, Any] = field(default_factory=dict)
    examples: int | None = None

    def layers(self) -> Iterator[Any]:
        """Return the layers."""
        root, graph = self._graph()
        self.examples = exported_examples(graph)
        before: Any = None
        for node in graph.nodes:
            if node.op == "placeholder":
                if before is not None:
                    raise refuse(f"a {type(self.module).__name__} with several inputs")
                before = node
            elif not self._is_known(node, root):
                self._require_chain(node, before)
                yield from self._layers_at(node, before, root)
                before = node

    def _layers_at(self, node: Any, before: Any, root: Any) -> Iterator[Any]:
        if node.op == "call_module":
            yield from layers_of(root.get_submodule(node.target))
        elif node.op != "output":
            args, kwargs = self._values(node.args), self._values(node.kwargs)
            if name_of(node) == "dropout":
                self._require_inactive(node, args, kwargs)
            else:
                yield function_layer(node, before, args, kwargs)

    def _values(self, arguments: Any) -> Any:
        import torch

        known = self.constants | self.facts
        values = torch.fx.node.map_arg(arguments, lambda node: known.get(node, node))
        if self.examples is not None and isinstance(values, tuple) and len(values) > 1:
            sizes = values[1]
            if isinstance(sizes, list | tuple) and sizes and sizes[0] == self.examples:
                values = (values[0], [EXAMPLES, *sizes[1:]], *values[2:])
        return values

    def _require_chain(self, node: Any, before: Any) -> None:
        kind = type(self.module).__name__
        known = self.constants.keys() | self.facts.keys()
        if [given for given in node.all_input_nodes if given not in known] != [before]:
            raise refuse(f"the module {kind}, which branches at {node.name!r},")
        returned = node.args[0] if node.op == "output" else before
        if "val" in before.meta and isinstance(returned, tuple) and len(returned) == 1:
            returned = returned[0]  # the graph of an exported program always returns a tuple
        if returned is not before:
            what = type(returned).__name__.replace("immutable_", "")
            raise refuse(f"the module {kind}, which returns a {what} instead of one array,")

    def _is_known(self, node: Any, root: Any) -> bool:
        """Whether a node depends on nothing of the input but its sizes."""
        if node.op == "call_module" and node.target == "_guards_fn":
            return True
        if node.op == "get_attr":
            self.constants[node] = operator.attrgetter(node.target)(root)
            return True
        return self._is_fact(node) or self._is_constant(node)

    def _is_fact(self, node: Any) -> bool:
        first = node.args[0] if node.args else None
        if node.op == "call_method" and node.target in ("size", "dim"):
            place = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim")
            self.facts[node] = None if place is None else _size(place)
        elif node.op != "call_function" or node.target not in (getattr, operator.getitem):
            return False
        elif node.target is getattr and node.args[1] in FACTS and first not in self.constants:
            self.facts[node] = None
        elif node.target is operator.getitem and first in self.facts:
            self.facts[node] = _size(node.args[1])
        else:
            return False
        return True

    def _is_constant(self, node: Any) -> bool:
        given = node.all_input_nodes
        if node.op not in ("call_function", "call_method") or node.op == "output":
            return False
        if not all(each in self.constants for each in given):
            return False
        args, kwargs = self._values(node.args), self._values(node.kwargs)
        function = node.target
        if isinstance(function, str):
            function, args = getattr(args[0], function), args[1:]
        self.constants[node] = function(*args, **kwargs)
        return True

    def _require_inactive(self, node: Any, args: Any, kwargs: Any) -> None:
        on = kwargs.get("training", kwargs.get("train", args[2] if len(args) > 2 else True))
        if on and (is_exported(self.module) or not self.module.training):
            raise refuse(f"the function 'dropout' at {node.name!r}, which is active at inference,")

    def _graph(self) -> tuple[Any, Any]:
        """What holds the parts of a forward method, and its graph."""
        import torch

        if isinstance(self.module, torch.fx.GraphModule):
            return self.module, self.module.graph
        kind = type(self.module).__name__
        required = [
            each
            for each in inspect.signature(self.module.forward).parameters.values()
            if each.default is each.empty
            and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        ]
        if len(required) > 1:
            raise refuse(f"a {kind} with several inputs")
        try:
            return _traced(self.module)
        except Exception:  # noqa: BLE001 - tracing runs the module's own forward
            try:
                return _exported(self.module)
            except Exception:  # noqa: BLE001 - exporting runs it, too
                raise refuse(
                    f"a {kind} whose forward cannot be traced, since what it does may depend on "
                    "its input,"
                ) from None


def _traced(module: Any) -> tuple[Any, Any]:
    """The graph of a forward method with one input; what is optional keeps its default."""
    import torch

    class OneInput(torch.nn.Module):  # type: ignore[misc]  # without torch nn has no types
        """A module of which only the first argument is given."""

        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, x: Any) -> Any:
            return self.module(x)

    class Tracer(torch.fx.Tracer):  # type: ignore[misc]  # without torch nn has no types
        """Enters the module itself, and no layer."""

        def is_leaf_module(self, part: Any, name: str) -> bool:
            if part is module:
                return False
            whole = unwrapped(part) is not part or _made_of_parameters(part)
            return whole or bool(super().is_leaf_module(part, name))

    root = OneInput()
    return root, Tracer().trace(root)


def _exported(module: Any) -> tuple[Any, Any]:
    """The graph of a forward method whose way depends on the sizes of its input."""
    import torch

    first = next(each for each in module.modules() if hasattr(each, "in_features"))
    rows = torch.zeros(2, first.in_features, dtype=first.weight.dtype)
    in_training = [part for part in module.modules() if part.training]
    try:
        program = torch.export.export(module.eval(), (rows.to(first.weight.device),))
    finally:
        for part in in_training:
            part.training = True
    exported = program.module()
    return exported, exported.graph


def is_exported(module: Any) -> bool:
    """Return whether a module is what torch.export made of one."""
    graph = getattr(module, "graph", None)
    return any("val" in node.meta for node in getattr(graph, "nodes", ()))


def exported_examples(graph: Any) -> int | None:
    """Return the number of examples that an exported program was made for, if it is fixed."""
    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    value = inputs[0].meta.get("val") if inputs else None
    size = value.shape[0] if value is not None and value.ndim else None
    return size if isinstance(size, int) else None


def _size(place: Any) -> int | None:
    return EXAMPLES if place == 0 else UNITS
