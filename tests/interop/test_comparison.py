"""The comparison that ends an import: what is another network, and what is rounding."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.array import Array
from glassnet.interop.comparison import require_same_outputs, tolerance_of


def network(output: str = "softmax", seed: int = 0) -> gn.Network:
    return gn.Network([6, 20, 20, 3], hidden="tanh", output=output, seed=seed)


@pytest.mark.parametrize("output", ["softmax", "identity", "exponential"])
def test_the_network_itself_is_the_same(output: str) -> None:
    for seed in range(20):
        net = network(output, seed)
        require_same_outputs(net, net.predict_proba)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("output", ["softmax", "identity"])
def test_weights_of_16_bits_are_the_same_within_their_precision(dtype: str, output: str) -> None:
    bits = {"float16": 11, "bfloat16": 8}[dtype]
    for seed in range(20):
        net, short = network(output, seed), network(output, seed)
        mantissa, exponent = np.frexp(net.parameters)
        short.parameters[...] = np.ldexp(np.round(mantissa * 2**bits) / 2**bits, exponent)
        require_same_outputs(net, short.predict_proba, tolerance_of(dtype))


@pytest.mark.parametrize("place", [0, 70, -1])
def test_a_weight_that_differs_is_seen(place: int) -> None:
    net, other = network(), network()
    other.parameters[place] += 0.01
    with pytest.raises(gn.LimitError, match=r"gives .* where the model gives .* not imported"):
        require_same_outputs(net, other.predict_proba)


def test_other_outputs_are_seen() -> None:
    net = network("identity")

    def twice(rows: Array) -> Array:
        return np.hstack([net.predict_proba(rows)] * 2)

    def permuted(rows: Array) -> Array:
        return net.predict_proba(rows)[:, ::-1]

    def infinite(rows: Array) -> Array:
        return net.predict_proba(rows) * np.inf

    for other in (permuted, infinite):
        with pytest.raises(gn.LimitError, match="not imported"):
            require_same_outputs(net, other)
    with pytest.raises(gn.LimitError, match=r"outputs of shape \(8, 6\) for 8 rows"):
        require_same_outputs(net, twice)


def test_a_difference_that_rounding_makes_is_none() -> None:
    net = gn.Network([6, gn.Scale("identity"), gn.Dense(20, "tanh"), gn.Dense(1, "identity")])
    net.weights[0] = [1e6] * 6  # what is rounded before the tanh jumps behind it
    rounded = gn.Network([6, *net.architecture.layers], dtype="float32")
    rounded.parameters[...] = net.parameters * np.float32(1 + 1e-7)
    require_same_outputs(net, rounded.predict_proba)


@pytest.mark.parametrize("output", ["sigmoid", "exponential", "gelu"])
def test_what_the_other_library_rounds_to_0_is_the_same(output: str) -> None:
    net = gn.Network([6, 2], output=output, dtype="float64")
    net.biases[0] = [-150.0, -120.0]

    def rounded(rows: Array) -> Array:
        outputs = net.predict_proba(rows)
        return np.where(np.abs(outputs) < 1e-9, 0, outputs)

    require_same_outputs(net, rounded)
