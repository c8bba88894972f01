"""The layers of a PyTorch module in the order in which it applies them."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from glassnet.core.record import record_known_as
from glassnet.interop.network_builder import refuse
from glassnet.nn.activations.activation import Activation

__all__ = ["Arithmetic", "Clipping", "Reshape", "layers_of"]

WITHOUT_EFFECT = ("contiguous", "float", "double", "squeeze")
# Activations with settings: the module of each function, and its arguments after the input.
WITH_SETTINGS = {
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "elu": ("ELU", ("alpha", "inplace")),
    "celu": ("CELU", ("alpha", "inplace")),
    "hardtanh": ("Hardtanh", ("min_val", "max_val", "inplace")),
    "hardsigmoid": ("Hardsigmoid", ("inplace",)),
    "gelu": ("GELU", ("approximate",)),
    "softplus": ("Softplus", ("beta", "threshold")),
    "softmax": ("Softmax", ("dim",)),
    "log_softmax": ("LogSoftmax", ("dim",)),
}
ARITHMETIC = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "div": "div",
}


@dataclass(frozen=True)
class Reshape:
    """A reshape of the array; None stands for a size read from the input."""

    sizes: tuple[int | None, ...]
    words: str


@dataclass(frozen=True)
class Arithmetic:
    """y · factor + shift with two numbers."""

    factor: float
    shift: float


@dataclass(frozen=True)
class Clipping:
    """y, but at least a minimum and at most a maximum; None where there is none."""

    minimum: float | None
    maximum: float | None


def layers_of(module: Any) -> Iterator[Any]:
    """Return the layers of a module in the order in which they are applied.

    Raises
    ------
    LimitError
        If they are no chain, or the module does something else; the message says where.
    """
    import torch

    own_forward = type(module).forward is not torch.nn.Sequential.forward
    if module._forward_hooks or module._forward_pre_hooks:  # noqa: SLF001 - no public name
        raise refuse(f"a {type(module).__name__} with hooks that may change its output")
    if isinstance(module, torch.nn.Sequential) and not own_forward:
        for child in module:
            yield from layers_of(child)
    elif not list(module.children()) and type(module).__module__.startswith("torch.nn"):
        yield module
    else:
        yield from _traced(module)


def _traced(module: Any) -> Iterator[Any]:
    import torch

    try:
        graph = torch.fx.symbolic_trace(module).graph
    except Exception as error:  # noqa: BLE001 - tracing runs the module's own forward
        raise refuse(
            f"a {type(module).__name__} whose forward cannot be traced ({error})"
        ) from None
    before: Any = None
    shapes: set[Any] = set()  # sizes that are only used in reshapes
    for node in graph.nodes:
        if _asks_for_shape(node, shapes):
            shapes.add(node)
            continue
        if node.op == "placeholder":
            if before is not None:
                raise refuse(f"a {type(module).__name__} with several inputs")
            before = node
            continue
        if [given for given in node.all_input_nodes if given not in shapes] != [before]:
            raise refuse(f"the module {type(module).__name__}, which branches at {node.name!r},")
        if node.op == "call_module":
            yield from layers_of(module.get_submodule(node.target))
        elif node.op in ("call_function", "call_method"):
            yield _function(node, before, shapes, training=module.training)
        before = node


def _asks_for_shape(node: Any, shapes: set[Any]) -> bool:
    if node.op == "call_method":
        return bool(node.target == "size")
    if node.op != "call_function" or node.target not in (getattr, operator.getitem):
        return False
    return node.args[1] == "shape" or node.args[0] in shapes


def _function(node: Any, before: Any, shapes: set[Any], *, training: bool) -> Any:
    """The layer that a function in a forward method stands for."""
    import torch

    name = (node.target if isinstance(node.target, str) else node.target.__name__).rstrip("_")
    if name in WITHOUT_EFFECT:
        return torch.nn.Identity()
    if name in ("view", "reshape"):
        given = node.args[1:] or (node.kwargs.get("shape", ()),)
        sizes = given[0] if isinstance(given[0], list | tuple) else given
        return Reshape(tuple(None if size in shapes else size for size in sizes), node.name)
    if name == "flatten":
        start = node.kwargs.get("start_dim", node.args[1] if len(node.args) > 1 else 0)
        return torch.nn.Flatten(start)
    if name == "dropout":
        on = node.kwargs.get("training", node.args[2] if len(node.args) > 2 else True)
        if on and not training:
            raise refuse(f"the function {name!r} at {node.name!r}, which is active at inference,")
        return torch.nn.Dropout()
    found = _arithmetic(node, name, before) or _clipping(node, name) or _activation(node, name)
    if found is None:
        raise refuse(f"the function {name!r} at {node.name!r}")
    return found


def _arithmetic(node: Any, name: str, before: Any) -> Arithmetic | None:
    """A sum, difference, product or quotient with one number."""
    if name not in ARITHMETIC or len(node.args) != 2 or node.kwargs:
        return None
    numbers = [value for value in node.args if isinstance(value, int | float)]
    if len(numbers) != 1:
        return None
    (number,), first = numbers, node.args[0] is before
    match ARITHMETIC[name]:
        case "add":
            return Arithmetic(1.0, number)
        case "sub":
            return Arithmetic(1.0, -number) if first else Arithmetic(-1.0, number)
        case "mul":
            return Arithmetic(number, 0.0)
        case "div" if first and number:
            return Arithmetic(1 / number, 0.0)
    return None


def _clipping(node: Any, name: str) -> Clipping | None:
    """A clamp with numbers."""
    if name not in ("clamp", "clip", "clamp_min", "clamp_max"):
        return None
    arguments = {"clamp_min": ("min",), "clamp_max": ("max",)}.get(name, ("min", "max"))
    given = dict(zip(arguments, node.args[1:], strict=False)) | node.kwargs
    if not all(value is None or isinstance(value, int | float) for value in given.values()):
        return None
    return Clipping(given.get("min"), given.get("max"))


def _activation(node: Any, name: str) -> Any:
    """The module of an activation that is written as a function."""
    import torch

    module, arguments = WITH_SETTINGS.get(name, ("", ("inplace",)))
    given = dict(zip(arguments, node.args[1:], strict=False)) | node.kwargs
    settings = {key: value for key, value in given.items() if key in arguments}
    if name in WITH_SETTINGS:
        settings.pop("inplace", None)
        if name.endswith("softmax") and settings.get("dim") is None:
            settings["dim"] = -1
        return getattr(torch.nn, module)(**settings)
    modules = {own.lower(): getattr(torch.nn, own) for own in dir(torch.nn)}
    found = record_known_as(Activation, name)
    plain = name.replace("_", "") in modules and set(given) == set(settings)
    if plain and found is not None and not found().hyper_parameters:
        return modules[name.replace("_", "")]()
    return None
