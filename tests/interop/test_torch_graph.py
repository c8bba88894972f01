"""Functions in a forward method: the layers that they stand for."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
nn, F = torch.nn, torch.nn.functional

X = np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32)

pytestmark = pytest.mark.filterwarnings("ignore")


class Written(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """A function between two layers, and one before them."""

    def __init__(self, between: Any, before: Any = lambda x: x, after: Any = lambda x: x) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 5), nn.Linear(5, 1)
        self.between, self.before, self.after = between, before, after

    def forward(self, x: Any) -> Any:
        return self.after(self.second(self.between(self.first(self.before(x)))))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Written(lambda x: F.leaky_relu(x, 0.1)),
        lambda: Written(lambda x: F.leaky_relu(x, negative_slope=0.3, inplace=True)),
        lambda: Written(F.leaky_relu),
        lambda: Written(lambda x: F.elu(x, 0.5)),
        lambda: Written(F.gelu),
        lambda: Written(F.softplus),
        lambda: Written(F.silu),
        lambda: Written(F.selu),
        lambda: Written(F.mish),
        lambda: Written(lambda x: F.softmax(x, dim=-1)),
        lambda: Written(lambda x: x.relu_()),
        lambda: Written(torch.tanh, before=lambda x: (x - 0.5) / 0.25),
        lambda: Written(torch.tanh, before=lambda x: 1 - 3 * x),
        lambda: Written(torch.tanh, before=lambda x: x.float().view((x.shape[0], -1))),
        lambda: Written(torch.tanh, before=lambda x: x.reshape((-1, 6))),
        lambda: Written(torch.tanh, after=lambda x: x.squeeze(-1)),
        lambda: torch.compile(nn.Sequential(nn.Linear(6, 2), nn.ReLU())),
    ],
)
def test_functions_are_the_layers_that_they_stand_for(make: Any) -> None:
    torch.manual_seed(3)
    module = make().eval()
    theirs = getattr(module, "_orig_mod", module)(torch.tensor(X)).detach().numpy()
    ours = gn.from_torch(module).predict_proba(X)
    assert ours == pytest.approx(theirs.reshape(ours.shape), abs=1e-6)


@pytest.mark.parametrize(
    "between",
    [
        lambda x: F.softplus(x, beta=2),
        lambda x: F.softmax(x, dim=0),
        F.hardshrink,
        lambda x: 1 / x,
        lambda x: torch.add(x, 1, alpha=2),
        lambda x: x + x.mean(),
    ],
)
def test_functions_with_other_settings_are_refused(between: Any) -> None:
    with pytest.raises(gn.LimitError, match="is not supported"):
        gn.from_torch(Written(between))
