"""Activations of PyTorch, as modules and as functions: outputs and gradients are its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
nn, F = torch.nn, torch.nn.functional

pytestmark = pytest.mark.filterwarnings("ignore")

X = np.random.default_rng(0).normal(size=(16, 6)).astype(np.float32)
TARGET = np.linspace(-1, 1, 32).reshape(16, 2).astype(np.float32)


class Written(nn.Module):  # type: ignore[misc, name-defined]
    """A module with an activation that is written as a function."""

    def __init__(self, activation: Callable[[Any], Any]) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(6, 5), nn.Linear(5, 2)
        self.activation = activation

    def forward(self, x: Any) -> Any:
        return self.last(self.activation(self.first(x)))


MODULES = {
    "Softsign": nn.Softsign(),
    "ReLU6": nn.ReLU6(),
    "ReLU6 in place": nn.ReLU6(inplace=True),
    "Hardtanh": nn.Hardtanh(),
    "Hardtanh elsewhere": nn.Hardtanh(-0.5, 2.0),
    "Hardtanh from 0 to 6": nn.Hardtanh(0, 6),
    "Hardsigmoid": nn.Hardsigmoid(),
    "Hardswish": nn.Hardswish(),
    "CELU": nn.CELU(0.5),
    "GELU": nn.GELU(approximate="tanh"),
    "PReLU": nn.PReLU(init=0.3),
    "PReLU with equal slopes": nn.PReLU(5, init=0.3),
}
FUNCTIONS = {
    "softsign": F.softsign,
    "relu6": F.relu6,
    "hardtanh": F.hardtanh,
    "hardtanh elsewhere": lambda x: F.hardtanh(x, -0.5, max_val=2.0),
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "celu": F.celu,
    "celu with alpha": lambda x: F.celu(x, alpha=0.4),
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "clamp": lambda x: torch.clamp(x, -1, 2),
    "clamp from 0 to 6": lambda x: x.clamp(min=0, max=6),
    "clamp from 0": lambda x: x.clamp(min=0),
    "clamp_min": lambda x: x.clamp_min(-0.5),
    "clamp up to": lambda x: x.clip(max=0.5),
}


def module_with(activation: Any) -> Any:
    torch.manual_seed(2)
    module = Written(activation)
    if isinstance(activation, nn.Module):
        module = nn.Sequential(module.first, activation, module.last)
    for each in module.modules():
        if isinstance(each, nn.Linear):
            with torch.no_grad():
                each.weight *= 4
    return module.eval()


@pytest.mark.parametrize("name", [*MODULES, *FUNCTIONS])
def test_outputs_and_gradients_are_pytorch_s_own(name: str) -> None:
    module = module_with((MODULES | FUNCTIONS)[name])
    loss = nn.MSELoss()
    predicted = module(torch.tensor(X))
    loss(predicted, torch.tensor(TARGET)).backward()
    net = gn.from_torch(module, loss=loss)
    assert net.predict_proba(X) == pytest.approx(predicted.detach().numpy(), abs=1e-5)
    explained = gn.explain(net, X, TARGET)
    assert explained.check is not None
    assert explained.check.passed, explained.check
    ours = net.architecture.to_arrays(explained.step.gradient).values()
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    for own, layer in zip([each for each in ours if each.ndim == 2], linear, strict=True):
        assert own == pytest.approx(layer.weight.grad.numpy().T, rel=1e-4, abs=1e-5)


def test_a_learned_slope_is_said_to_stay() -> None:
    with pytest.warns(PartialImportWarning, match=r"PReLU\(num_parameters=1\) learns its slope"):
        gn.from_torch(module_with(nn.PReLU()))
    fixed = nn.PReLU()
    fixed.requires_grad_(requires_grad=False)
    assert gn.from_torch(module_with(fixed)).not_imported == ()


def different_slopes() -> Any:
    slopes = nn.PReLU(5)
    with torch.no_grad():
        slopes.weight[0] = 0.5
    return slopes


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        (different_slopes(), "a slope of its own for each unit"),
        (nn.Hardshrink(), "Hardshrink.* is not supported"),
        (nn.Threshold(0.1, 20), "Threshold.* is not supported"),
        (lambda x: x.clamp(2, 1), "a clipping to at least 2 and at most 1 is not supported"),
        (lambda x: torch.clamp(x, min=x.mean()), "is not supported"),
    ],
)
def test_what_is_another_activation_is_refused(activation: Any, words: str) -> None:
    with pytest.raises(gn.LimitError, match=words):
        gn.from_torch(module_with(activation))
