"""Activations of ONNX that have settings."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from glassnet.interop.network_builder import NetworkBuilder, refuse
from glassnet.interop.onnx_constants import Constants, named

__all__ = ["ACTIVATIONS"]

_Adder: TypeAlias = Callable[[NetworkBuilder, Any, dict[str, Any], Constants], None]


def _add_selu(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    usual = np.allclose(
        [settings.get("alpha", 1.67326), settings.get("gamma", 1.0507)], [1.67326, 1.0507], 1e-4
    )
    if not usual:
        raise refuse(f"the node {named(node)} with non-standard constants")
    a.activate("selu")


def _add_gelu(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    exact = settings.get("approximate", b"none") in (b"none", "none")
    a.activate("gelu" if exact else "gelu_tanh")


def _add_hard_sigmoid(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    slope, shift = settings.get("alpha", 0.2), settings.get("beta", 0.5)
    if slope <= 0:
        raise refuse(f"the node {named(node)} with alpha={slope:g}")
    a.activate("hard_sigmoid", slope=slope, shift=shift)


def _add_celu(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    alpha = settings.get("alpha", 1.0)
    if alpha <= 0:
        raise refuse(f"the node {named(node)} with alpha={alpha:g}")
    a.activate("celu", alpha=alpha)


def _add_prelu(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if node.input[1] not in constants:
        raise refuse(f"the node {named(node)}, whose slope is not a constant,")
    a.leaky_relu_of(constants[node.input[1]], f"the node {named(node)}")


def _add_clip(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    """Clip from min to max: inputs that may be left out, and attributes before opset 11."""
    given = [float(constants[name].item()) if name else None for name in node.input[1:]]
    minimum, maximum = [*given, None, None][:2]
    a.clip(settings.get("min", minimum), settings.get("max", maximum))


ACTIVATIONS: dict[str, _Adder] = {
    "Celu": _add_celu,
    "Clip": _add_clip,
    "Elu": lambda a, _, s, __: a.activate("elu", alpha=s.get("alpha", 1.0)),
    "Gelu": _add_gelu,
    "HardSigmoid": _add_hard_sigmoid,
    "LeakyRelu": lambda a, _, s, __: a.activate("leaky_relu", slope=s.get("alpha", 0.01)),
    "PRelu": _add_prelu,
    "Selu": _add_selu,
}
