"""Functions in a forward method: the layers that they stand for."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning

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


class Constants(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Buffers and parameters besides its layers."""

    def __init__(self, how: Any) -> None:
        super().__init__()
        self.first, self.last, self.how = nn.Linear(6, 4), nn.Linear(4, 3), how
        self.register_buffer("mean", torch.randn(6))
        self.register_buffer("std", torch.rand(6) + 0.5)
        self.register_buffer("size", torch.tensor(2.5))
        self.factor, self.shift = nn.Parameter(torch.randn(4)), nn.Parameter(torch.randn(1, 4))
        self.weight, self.bias = nn.Parameter(torch.randn(4, 4)), nn.Parameter(torch.randn(4))

    def forward(self, x: Any) -> Any:
        return self.last(torch.tanh(self.how(self, x)))


CONSTANTS = [
    lambda m, x: m.first((x - m.mean) / m.std),
    lambda m, x: m.first(torch.div(torch.sub(x, m.mean), torch.sqrt(m.std + 1e-5))),
    lambda m, x: m.first(x.mul(m.mean)) / m.size,
    lambda m, x: m.first(1 - x / m.std),
    lambda m, x: m.first(x) * m.factor + m.shift,
    lambda m, x: m.factor * (m.shift + m.first(-x)),
    lambda m, x: F.linear(m.first(x), m.weight, m.bias),
    lambda m, x: F.linear(m.first(x), m.weight),
    lambda m, x: m.first(x) @ m.weight + m.bias,
    lambda m, x: torch.addmm(m.bias, m.first(x), m.weight),
    lambda m, x: torch.matmul(m.first(x), m.weight.T),
    lambda m, x: m.first(x).clamp(min=0),
]


@pytest.mark.parametrize("number", range(len(CONSTANTS)))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_buffers_and_parameters_become_layers_and_learn(number: int, dtype: Any) -> None:
    torch.manual_seed(3)
    module = Constants(CONSTANTS[number]).to(dtype)
    x, target = torch.tensor(X, dtype=dtype), torch.ones(8, 3, dtype=dtype)
    net = gn.from_torch(module, loss=nn.MSELoss())
    assert net.predict_proba(X) == pytest.approx(module(x).detach().numpy(), abs=1e-5)
    optimizer = torch.optim.SGD(module.parameters(), 0.5)
    nn.MSELoss()(module(x), target).backward()
    optimizer.step()
    step = gn.explain(net, X, target.numpy(), learning_rate=0.5).step
    net.parameters[...] = step.new_parameters
    assert net.predict_proba(X) == pytest.approx(module(x).detach().numpy(), abs=1e-4)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (lambda m, x: m.first(x) / m.factor, "the function 'truediv' at 'truediv'"),
        (lambda m, x: m.first(x) - m.shift, "the function 'sub' at 'sub'"),
        (lambda m, x: m.first(x) * F.softplus(m.factor), "the function 'mul' at 'mul'"),
        (lambda m, x: m.first(x) * m.bias[:1], "the function 'mul' at 'mul'"),
        (lambda m, x: m.first(x) + m.first(x), "branches at"),
        (lambda m, x: m.first(x) * m.mean, "the calculation 'mul' of 6 values for each unit"),
    ],
)
def test_parameters_that_learn_otherwise_are_refused(how: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=message):
        gn.from_torch(Constants(how))


class Choosing(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Optional arguments, and a way that depends on sizes."""

    def __init__(self, *, by_size: bool = False) -> None:
        super().__init__()
        self.only, self.by_size = nn.Linear(6, 3), by_size

    def forward(self, x: Any, mask: Any = None, *, logits: bool = True) -> Any:
        if self.by_size and (x.dim() > 2 or len(x) == 0):
            x = x.flatten(1)
        examples, units = x.shape
        y = self.only(x.view(examples, units))
        if mask is not None:
            y = y * mask
        return y if logits else torch.softmax(y, dim=-1)


WRAPPED = {
    "optional arguments": Choosing,
    "control flow by sizes": lambda: Choosing(by_size=True),
    "one output": lambda: Written(torch.tanh, after=lambda x: x[:, 0]),
    "all outputs in a row": lambda: Written(torch.tanh, after=lambda x: x.view(-1)),
    "DataParallel": lambda: nn.DataParallel(Written(torch.relu)),
    "compiled inside": lambda: nn.Sequential(torch.compile(Written(torch.relu)), nn.Tanh()),
    "graph module": lambda: torch.fx.symbolic_trace(Written(torch.relu)),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_modules_are_found_in_what_wraps_them(name: str) -> None:
    torch.manual_seed(3)
    module = WRAPPED[name]().eval()
    theirs = module(torch.tensor(X)).detach().numpy()
    ours = gn.from_torch(module).predict_proba(X)
    assert ours == pytest.approx(theirs.reshape(ours.shape), abs=1e-6)


@pytest.mark.parametrize("examples", [1, 2, 8, None])
def test_exported_programs_are_read(examples: int | None) -> None:
    torch.manual_seed(3)
    module = nn.Sequential(
        nn.BatchNorm1d(6), nn.Linear(6, 5), nn.Dropout(), nn.LeakyReLU(0.2), nn.Linear(5, 3)
    )
    module(torch.tensor(X))
    shapes = None if examples else ({0: torch.export.Dim("examples")},)
    rows = torch.zeros(examples or 2, 6)
    program = torch.export.export(module.eval(), (rows,), dynamic_shapes=shapes)
    net = gn.from_torch(program, loss=nn.MSELoss())
    theirs = module(torch.tensor(X))
    assert net.predict_proba(X) == pytest.approx(theirs.detach().numpy(), abs=1e-6)
    nn.MSELoss()(theirs, torch.ones(8, 3)).backward()
    gradient = gn.explain(net, X, np.ones((8, 3))).step.gradient
    matrices = [each for each in net.architecture.to_arrays(gradient).values() if each.ndim == 2]
    assert matrices[0] == pytest.approx(module[1].weight.grad.numpy().T, abs=1e-6)


def test_a_program_exported_in_training_is_refused() -> None:
    module = nn.Sequential(nn.Linear(6, 3), nn.Dropout()).train()
    with pytest.raises(gn.LimitError, match=r"'dropout' .*active at inference"):
        gn.from_torch(torch.export.export(module, (torch.zeros(2, 6),)))


def reparametrised() -> dict[str, Any]:
    parametrizations = torch.nn.utils.parametrizations
    return {
        "weight_norm, once": torch.nn.utils.weight_norm,
        "weight_norm": parametrizations.weight_norm,
        "spectral_norm, once": torch.nn.utils.spectral_norm,
        "spectral_norm": parametrizations.spectral_norm,
        "orthogonal": parametrizations.orthogonal,
    }


@pytest.mark.parametrize("name", reparametrised())
@pytest.mark.parametrize("training", [True, False])
def test_weights_made_of_parameters_are_taken_over(name: str, training: bool) -> None:
    torch.manual_seed(3)
    first = reparametrised()[name](nn.Linear(6, 5, bias=False))
    module = nn.Sequential(first, nn.ReLU(), nn.Linear(5, 3)).train(training)
    module(torch.tensor(X))
    with pytest.warns(PartialImportWarning, match="takes steps in the weight itself"):
        net = gn.from_torch(module)
    assert module.training == training
    assert first.training == training
    theirs = module.eval()(torch.tensor(X)).detach().numpy()
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-5)


def test_what_shows_no_size_or_several_outputs_is_refused_in_words() -> None:
    with pytest.raises(gn.LimitError, match="sizes are not known before its first call"):
        gn.from_torch(nn.Sequential(nn.LazyLinear(3)))
    for after, kind in ((lambda x: (x, x), "tuple"), (lambda x: {"y": x}, "dict")):
        with pytest.raises(gn.LimitError, match=f"returns a {kind} instead of one array"):
            gn.from_torch(Written(torch.relu, after=after))
    with pytest.raises(gn.LimitError, match="since what it does may depend on its input"):
        gn.from_torch(Written(lambda x: x if x.sum() > 0 else -x))


@pytest.mark.parametrize(
    "between",
    [
        lambda x: F.gelu(x, approximate="tanh"),
        lambda x: F.softplus(x, beta=2),
        lambda x: F.softmax(x, dim=0),
        F.relu6,
        lambda x: 1 / x,
        lambda x: torch.add(x, 1, alpha=2),
        lambda x: x + x.mean(),
    ],
)
def test_functions_with_other_settings_are_refused(between: Any) -> None:
    with pytest.raises(gn.LimitError, match="is not supported"):
        gn.from_torch(Written(between))
