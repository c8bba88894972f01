"""Networks whose numbers overflow are explained as far as the numbers go."""

import warnings
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named
from tests.random_networks import built_in


def network(hidden: str, output: str, size: float, layers: int, dtype: str) -> gn.Network:
    net = gn.Network(
        [2, *[gn.Dense(2, hidden)] * (layers - 1), gn.Dense(2, output)], dtype=dtype, seed=0
    )
    signs = np.random.default_rng(layers).choice([-1.0, -0.7, 0.6, 1.0], size=net.parameters.shape)
    net.parameters[...] = signs * size
    return net


def fitting_losses(net: gn.Network) -> list[str]:
    fitting = []
    for name in sorted(built_in(Loss)):
        try:
            loss_named(name).paired_with(net.output_activation)
        except ValueError:
            continue
        fitting.append(name)
    return fitting


@pytest.mark.parametrize("output", sorted(built_in(Activation)))
@pytest.mark.parametrize(
    ("dtype", "sizes"), [("float32", (1e3, 1e30, 1e38)), ("float64", (1e3, 1e30, 1e150, 1e300))]
)
def test_huge_weights_are_explained_as_far_as_numbers_go(
    output: str, dtype: str, sizes: tuple[float, ...]
) -> None:
    hidden = sorted(built_in(Activation))
    optimizers = [None, gn.SGD(0.1), gn.Adam()]
    for number, size in enumerate(sizes):
        for layers in (1, 2, 3):
            net = network(hidden[(number * 3 + layers) % len(hidden)], output, size, layers, dtype)
            for at, loss in enumerate(fitting_losses(net)):
                optimizer = optimizers[(at + number) % len(optimizers)]
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    page = gn.explain(
                        net, x=[1.0, 0.5], target=[0.0, 1.0], loss=loss, optimizer=optimizer
                    )
                    for form in ("text", "html"):
                        assert page.to(form)
                    assert gn.explain(net, x=[1.0, 0.5]).to_text()
                assert page.check is not None
                assert page.check.passed is not False, (output, size, layers, loss, page.check)


@pytest.mark.parametrize(
    ("size", "options", "stage", "last"),
    [
        (1e200, {}, "forward pass of layer 2", "Forward pass, layer 1"),
        (1e90, {"target": [0, 1]}, "loss", "Forward pass, layer 2"),
        (1e76, {"target": [0, 1]}, None, None),
        (1e30, {"target": [0, 1], "learning_rate": 1e300}, "update", "Backward pass, layer 1"),
        (1e30, {"target": [0, 1], "learning_rate": 1e150}, "outcome", "Update of every weight"),
    ],
)
def test_the_page_names_the_place_where_they_end(
    size: float, options: dict[str, Any], stage: str | None, last: str | None
) -> None:
    """Outputs are about size²; losses size⁴, gradients size³, new weights that · learning rate."""
    page = gn.explain(network("identity", "identity", size, 2, "float64"), [1.0, 0.5], **options)
    titles = [section.title for section in page.document.sections]
    assert page.check is not None
    assert page.check.passed
    if stage is None or last is None:
        assert "Where the numbers end" not in titles
        return
    assert any(title.startswith(last) for title in titles[:-2])
    assert titles[-2:] == ["Where the numbers end", "Check"]
    assert f"The numbers end at the {stage}: " in page.to_text().replace("\n", " ")
    with pytest.raises(gn.NotFiniteError, match=f"The numbers end at the {stage}"):
        page.unit(layer=1, unit=0)
    if "target" in options:
        with pytest.raises(gn.NotFiniteError, match=f"The numbers end at the {stage}"):
            page.weight("w1[1,1]")
