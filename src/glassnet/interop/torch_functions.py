"""The layers that functions of PyTorch stand for, in a forward method or an exported program."""

from dataclasses import dataclass
from typing import Any

from glassnet.core.record import record_known_as
from glassnet.interop.network_builder import refuse
from glassnet.nn.activations.activation import Activation

__all__ = ["EXAMPLES", "UNITS", "Arithmetic", "Product", "Reshape", "function_layer", "name_of"]

#: Sizes read from the input: how many examples there are, and how many units each has.
EXAMPLES, UNITS = None, -1
WITHOUT_EFFECT = ("contiguous", "float", "double", "to", "type", "cpu", "clone", "detach", "alias")
# Activations with settings: the module of each function, and its arguments after the input.
WITH_SETTINGS = {
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "elu": ("ELU", ("alpha", "scale", "input_scale")),
    "gelu": ("GELU", ("approximate",)),
    "softplus": ("Softplus", ("beta", "threshold")),
    "softmax": ("Softmax", ("dim", "dtype")),
    "log_softmax": ("LogSoftmax", ("dim", "dtype")),
}
ARITHMETIC = ("add", "sub", "mul", "div", "truediv", "neg")
PRODUCTS = ("linear", "matmul", "mm", "addmm")


@dataclass(frozen=True)
class Reshape:
    """A reshape of the array, to sizes that may be read from the input."""

    sizes: tuple[int | None, ...]
    words: str


@dataclass(frozen=True)
class Arithmetic:
    """y · factor + shift, with numbers or a value for each unit; a parameter among them learns."""

    factor: Any
    shift: Any
    words: str

    def parameters(self) -> list[Any]:
        """Return the parameters that take part."""
        return [each for each in (self.factor, self.shift) if _learns(each)]


@dataclass(frozen=True)
class Product:
    """y Wᵀ + b, as a Linear layer, of arrays that need not be its parameters.

    Attributes
    ----------
    weight, bias : torch.Tensor
        As they are at inference.
    own : tuple
        The parameters that they are made of.
    note : str
        What its training has that a Linear layer's has not.
    """

    weight: Any
    bias: Any
    own: tuple[Any, ...]
    note: str = ""

    @property
    def in_features(self) -> int:
        """Units before it."""
        return int(self.weight.shape[1])

    def parameters(self) -> list[Any]:
        """Return the parameters that take part."""
        return list(self.own)


def name_of(node: Any) -> str:
    """Return the plain name of a function: "relu" for relu_, aten.relu.default and Tensor.relu."""
    name = node.target if isinstance(node.target, str) else node.target.__name__
    return str(name).partition(".")[0].rstrip("_")


def function_layer(node: Any, before: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the layer that a call of a function stands for.

    Parameters
    ----------
    node : torch.fx.Node
    before : torch.fx.Node
        What it is applied to, among `args`.
    args, kwargs
        Its arguments, with their values where they do not depend on the input.

    Raises
    ------
    LimitError
        If there is no such layer.
    """
    import torch

    name = name_of(node)
    if name in WITHOUT_EFFECT or name in ("squeeze", "unsqueeze"):
        return torch.nn.Identity()
    if name in ("view", "reshape"):
        given = args[1:] or (kwargs.get("shape", ()),)
        sizes = given[0] if isinstance(given[0], list | tuple) else given
        return Reshape(tuple(sizes), node.name)
    if name == "flatten":
        start = kwargs.get("start_dim", args[1] if len(args) > 1 else 0)
        return torch.nn.Flatten(start) if start else Reshape((-1,), node.name)
    if name == "getitem" and args[1] in ((slice(None), 0), (..., 0), (slice(None), -1), (..., -1)):
        return Reshape((-1,), node.name)
    if name == "batch_norm":
        return _batch_norm(node, args, kwargs)
    found = _arithmetic(node, before, args, kwargs) or _product(name, before, args, kwargs)
    found = found or _activation(name, args, kwargs)
    if found is None:
        raise refuse(f"the function {name!r} at {node.name!r}")
    return found


def _batch_norm(node: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The layer of aten's function, which has all its arguments in order."""
    import torch

    if len(args) < 8 or kwargs or args[5]:
        raise refuse(f"the function 'batch_norm' at {node.name!r} that takes statistics of a batch")
    _, weight, bias, mean, variance, _, _, epsilon = args[:8]
    layer = torch.nn.BatchNorm1d(len(mean), eps=epsilon, affine=weight is not None)
    layer.running_mean, layer.running_var = mean, variance
    if weight is not None:
        layer.weight, layer.bias = weight, bias
    return layer


def _learns(value: Any) -> bool:
    return bool(getattr(value, "requires_grad", False))


def _arithmetic(
    node: Any, before: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Arithmetic | None:
    """A sum, difference, product or quotient with a number, or a value for each unit."""
    name, words = name_of(node), node.name
    if name == "neg":
        return Arithmetic(-1.0, 0.0, words)
    if name not in ARITHMETIC or len(args) != 2 or kwargs:
        return None
    first = args[0] is before
    value = args[1] if first else args[0]
    if isinstance(value, bool) or not (isinstance(value, int | float) or _is_row(value)):
        return None
    if name in ("add", "mul"):
        factor, shift = (1.0, value) if name == "add" else (value, 0.0)
        return Arithmetic(factor, shift, words)
    if _learns(value):
        return None  # its gradient would have another sign, or size
    if name == "sub":
        factor, shift = (1.0, -value) if first else (-1.0, value)
        return Arithmetic(factor, shift, words)
    divisible = bool(value) if isinstance(value, int | float) else bool(value.all())
    return Arithmetic(1 / value, 0.0, words) if first and divisible else None


def _is_row(value: Any) -> bool:
    """Whether an array has one axis longer than 1 at most, the last, and is not computed."""
    if not hasattr(value, "is_leaf") or not value.dtype.is_floating_point:
        return hasattr(value, "is_leaf") and value.ndim == 0
    row = value.ndim <= 2 and (not value.ndim or value.numel() == value.shape[-1])
    return row and (value.is_leaf or not value.requires_grad)


def _product(
    name: str, before: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Product | None:
    """A product with a matrix that does not depend on the input."""
    if name not in PRODUCTS:
        return None
    if name == "linear":
        given = dict(zip(("input", "weight", "bias"), args, strict=False)) | kwargs
        at, weight, bias = given.get("input"), given.get("weight"), given.get("bias")
    elif name == "addmm" and len(args) == 3 and not kwargs:
        (bias, at, weight) = args
    elif len(args) == 2 and not kwargs:
        (at, weight), bias = args, None
    else:
        return None
    if at is not before or weight is None or getattr(weight, "ndim", 0) != 2:
        return None
    own = tuple(each for each in (weight, bias) if each is not None)
    computed = any(map(_is_computed, own))
    note = "a calculation of weights: a training takes steps in the weights themselves"
    return Product(weight if name == "linear" else weight.T, bias, own, note if computed else "")


def _is_computed(value: Any) -> bool:
    """Whether an array is made of parameters, and no other view of one."""
    base = value._base if value._base is not None else value  # noqa: SLF001 - no public name
    return bool(value.requires_grad and not (base.is_leaf and base.numel() == value.numel()))


def _activation(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The module of an activation that is written as a function."""
    import torch

    if name in ("clamp", "clamp_min"):
        return torch.nn.ReLU() if _is_relu(args, kwargs) else None
    module, arguments = WITH_SETTINGS.get(name, ("", ("inplace",)))
    given = dict(zip(arguments, args[1:], strict=False)) | kwargs
    given.pop("inplace", None)
    given.pop("_stacklevel", None)
    if name in WITH_SETTINGS:
        if given.pop("dtype", None) not in (None, torch.float32, torch.float64):
            return None
        if given.pop("scale", 1) != 1 or given.pop("input_scale", 1) != 1:
            return None
        if name.endswith("softmax") and given.get("dim") is None:
            given["dim"] = -1
        return getattr(torch.nn, module)(**given) if set(given) <= set(arguments) else None
    modules = {own.lower(): getattr(torch.nn, own) for own in dir(torch.nn)}
    found = record_known_as(Activation, name)
    plain = name.replace("_", "") in modules and not given
    if plain and found is not None and not found().hyper_parameters:
        return modules[name.replace("_", "")]()
    return None


def _is_relu(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a clamp cuts off what is below 0, and nothing else."""
    given = dict(zip(("input", "min", "max"), args, strict=False)) | kwargs
    return given.get("min") == 0 and given.get("max") is None
