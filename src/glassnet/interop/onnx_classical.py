"""Nodes of the domain ai.onnx.ml, in which scalers and linear models are written."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.interop.network_builder import NetworkBuilder, refuse
from glassnet.interop.onnx_constants import named

__all__ = ["DOMAIN", "add_classical"]

DOMAIN = "ai.onnx.ml"


def add_classical(a: NetworkBuilder, node: Any, settings: dict[str, Any]) -> None:
    """Add a node of the domain ai.onnx.ml.

    Raises
    ------
    LimitError
        If it is none of a network's.
    """
    adders = {
        "Scaler": _add_scaler,
        "LinearRegressor": _add_regressor,
        "LinearClassifier": _add_classifier,
        "Normalizer": _add_normalizer,
    }
    if node.op_type not in adders:
        raise refuse(f"the node {named(node)} from the domain {node.domain!r}")
    adders[node.op_type](a, node, settings)


def _add_scaler(a: NetworkBuilder, node: Any, settings: dict[str, Any]) -> None:
    offset = np.asarray(settings.get("offset", [0.0]), dtype=np.float64)
    scale = np.asarray(settings.get("scale", [1.0]), dtype=np.float64)
    a.scale(scale, -offset * scale)


def _add_regressor(a: NetworkBuilder, node: Any, settings: dict[str, Any]) -> None:
    targets = settings.get("targets", 1)
    W, b = _linear(a, node, settings)
    if len(W) != targets or _post_transform(settings) != "NONE":
        raise refuse(f"the node {named(node)} with {_post_transform(settings)} behind it")
    a.dense(W.T, b)


def _add_classifier(a: NetworkBuilder, node: Any, settings: dict[str, Any]) -> None:
    W, b = _linear(a, node, settings)
    classes = len(settings.get("classlabels_ints", ()) or settings.get("classlabels_strings", ()))
    if len(W) == 1 and classes == 2:  # its scores are those of both classes
        W, b = np.concatenate([-W, W]), np.concatenate([-b, b])
    a.dense(W.T, b)
    transform = _post_transform(settings)
    match transform:
        case "NONE":
            return
        case "LOGISTIC":
            a.activate("sigmoid")
            a.keep_one_of_pair()
        case "SOFTMAX":
            a.activate("softmax")
        case _:
            raise refuse(f"the node {named(node)} with {transform} behind it")


def _add_normalizer(a: NetworkBuilder, node: Any, settings: dict[str, Any]) -> None:
    """Accept probabilities that sum to 1 already, which stay as they are."""
    a.keep_one_of_pair()
    end, norm = a.output_activation.name, settings.get("norm", b"MAX").decode()
    sum_to_one = end == "softmax" or (end == "sigmoid" and a.units == 1)
    if norm != "L1" or not sum_to_one:
        raise refuse(
            f"the node {named(node)}, which divides the outputs of each example by their "
            f"{norm} norm (as for one-vs-rest probabilities),"
        )


def _linear(
    a: NetworkBuilder, node: Any, settings: dict[str, Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights, (outputs, units before), and the biases."""
    W = np.asarray(settings["coefficients"], dtype=np.float64)
    if W.size % a.units:
        raise refuse(f"the node {named(node)} of {W.size} coefficients after {a.units} units")
    W = W.reshape(-1, a.units)
    given = settings.get("intercepts") or np.zeros(len(W))
    b = np.asarray(given, dtype=np.float64)
    if b.size != len(W):
        raise refuse(f"the node {named(node)} of {b.size} intercepts for {len(W)} outputs")
    return W, b


def _post_transform(settings: dict[str, Any]) -> str:
    return str(settings.get("post_transform", b"NONE").decode())
