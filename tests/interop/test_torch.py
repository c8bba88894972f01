"""PyTorch's modules: the same outputs and gradients; branches and unknown layers are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32)

pytestmark = pytest.mark.filterwarnings("ignore")


class Traced(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """A module with a forward method of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 5), nn.Sequential(nn.Linear(5, 4), nn.GELU())
        self.last = nn.Linear(4, 3, bias=False)

    def forward(self, x: Any) -> Any:
        x = torch.relu(self.first(torch.flatten(x, 1)))
        x = nn.functional.dropout(self.second(x), 0.5, self.training)
        return torch.log_softmax(self.last(x), dim=1)


class Reshaping(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Asks for a size to give an array its shape."""

    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        x = x.view(x.size(0), -1).reshape(x.shape[0], 6)
        return torch.sigmoid(self.only(x))


class Branching(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """A residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x: Any) -> Any:
        y = self.first(x)
        return self.second(y) + y


def normalised() -> Any:
    module = nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Tanh())
    module.append(nn.Linear(4, 2))
    module(torch.tensor(X))  # running statistics of its own
    return module


MODULES: dict[str, Callable[[], Any]] = {
    "relu": lambda: nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)),
    "deep": lambda: nn.Sequential(
        nn.Linear(6, 5),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.5),
        nn.Linear(5, 5),
        nn.ELU(0.7),
        nn.Linear(5, 4),
        nn.SELU(),
        nn.Linear(4, 3),
        nn.Softmax(dim=1),
    ),
    "smooth": lambda: nn.Sequential(
        nn.Linear(6, 5), nn.SiLU(), nn.Linear(5, 5), nn.Mish(), nn.Linear(5, 2), nn.Softplus()
    ),
    "traced": Traced,
    "reshaping": Reshaping,
    "normalised": normalised,
    "double": lambda: nn.Sequential(nn.Linear(6, 3), nn.Sigmoid()).double(),
}


@pytest.mark.parametrize("name", MODULES)
def test_outputs_are_the_same(name: str) -> None:
    torch.manual_seed(1)
    module = MODULES[name]().eval()
    x = torch.tensor(X, dtype=next(module.parameters()).dtype)
    theirs = module(x).detach().numpy()
    if name == "traced":
        theirs = np.exp(theirs)
    net = gn.from_torch(module)
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)


LOSSES = {
    "relu": (nn.CrossEntropyLoss(label_smoothing=0.1), torch.arange(8) % 3),
    "normalised": (nn.BCEWithLogitsLoss(), (torch.arange(16).reshape(8, 2) % 2).float()),
    "smooth": (nn.MSELoss(), torch.ones(8, 2)),
    "traced": (nn.NLLLoss(), torch.arange(8) % 3),
    "double": (nn.BCELoss(), (torch.arange(24).reshape(8, 3) % 2).double()),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_autograd(name: str) -> None:
    torch.manual_seed(1)
    module, (loss, target) = MODULES[name]().eval(), LOSSES[name]
    x = torch.tensor(X, dtype=next(module.parameters()).dtype)
    loss(module(x), target).backward()
    net = gn.from_torch(module, loss=loss)
    ours = net.architecture.to_arrays(gn.explain(net, X, target.numpy()).step.gradient)
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    matrices = [array for array in ours.values() if array.ndim == 2]
    assert len(matrices) == len(linear)
    for W, layer in zip(matrices, linear, strict=True):
        assert pytest.approx(layer.weight.grad.numpy().T, rel=1e-5, abs=1e-6) == W


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Branching, "Branching, which branches at 'add'"),
        (lambda: nn.Sequential(nn.Conv1d(6, 2, 1), nn.Linear(2, 1)), r"the layer Conv1d\(6, 2"),
        (lambda: nn.Sequential(nn.Linear(6, 2), nn.Softplus(beta=2)), "the layer Softplus"),
        (lambda: nn.Sequential(nn.ReLU()), "without a Linear layer"),
        (lambda: nn.Sequential(nn.Linear(6, 2), nn.Softmax(dim=0)), "the layer Softmax"),
    ],
)
def test_what_is_not_fully_connected_is_refused_by_name(make: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=f"{message}.*is not supported. Supported are"):
        gn.from_torch(make())


def test_losses_that_are_no_mean_are_refused() -> None:
    module = MODULES["relu"]()
    with pytest.raises(gn.LimitError, match="is not the plain mean over the examples"):
        gn.from_torch(module, loss=nn.CrossEntropyLoss(reduction="sum"))
    with pytest.raises(gn.LimitError, match="the loss CTCLoss is not supported"):
        gn.from_torch(module, loss=nn.CTCLoss())


class Doubled(nn.Sequential):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """A Sequential with a forward method of its own."""

    def forward(self, x: Any) -> Any:
        return torch.sin(super().forward(x))


class Mixing(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Softmax over the outputs of several examples."""

    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        return torch.softmax(self.only(x).view(-1, 6), dim=1)


def hooked() -> Any:
    module = nn.Sequential(nn.Linear(6, 3))
    module[0].register_forward_hook(lambda *_: _[-1] * 3)
    return module


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Doubled(nn.Linear(6, 3)), "the function 'sin'"),
        (hooked, "with hooks that may change its output"),
        (Mixing, "the reshaping 'view', which mixes examples or units"),
        (lambda: nn.Sequential(nn.Linear(6, 3), nn.Flatten(0)), "the layer Flatten"),
        (
            lambda: nn.Sequential(nn.Linear(6, 4), nn.LogSoftmax(1), nn.Linear(4, 3)),
            "a LogSoftmax that is not the last layer",
        ),
    ],
)
def test_what_only_looks_like_it_is_refused(make: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=message):
        gn.from_torch(make())


def test_losses_that_do_not_fit_the_end_are_refused() -> None:
    logarithms = nn.Sequential(nn.Linear(6, 3), nn.LogSoftmax(1))
    probabilities = nn.Sequential(nn.Linear(6, 3), nn.Softmax(1))
    for module, loss in ((logarithms, nn.MSELoss()), (probabilities, nn.NLLLoss())):
        with pytest.raises(gn.LimitError, match="does not match the output of the module"):
            gn.from_torch(module, loss=loss)
    for loss in (nn.BCEWithLogitsLoss(pos_weight=torch.ones(3)), nn.NLLLoss(ignore_index=1)):
        with pytest.raises(gn.LimitError, match="is not the plain mean"):
            gn.from_torch(logarithms, loss=loss)
    twice = gn.from_torch(logarithms, loss=nn.CrossEntropyLoss())
    assert [layer.activation.name for layer in twice.architecture.layers] == ["softmax"]


def repeated() -> Any:
    layer = nn.Linear(6, 6)
    return nn.Sequential(layer, nn.Tanh(), layer)


def tied(name: str, turn: Any = lambda parameter: parameter) -> Any:
    module = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6))
    setattr(module[2], name, turn(getattr(module[0], name)))
    return module


class Looped(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """One layer, three times."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 6)

    def forward(self, x: Any) -> Any:
        for _ in range(3):
            x = torch.tanh(self.layer(x))
        return x


def normalised_twice() -> Any:
    norm = nn.BatchNorm1d(6)
    return nn.Sequential(nn.Linear(6, 6), norm, nn.Linear(6, 6), norm)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (repeated, r"the layer '0' \(Linear\) has the same weights as another call of it"),
        (lambda: tied("weight"), r"the layer '2' \(Linear\) .* as the layer '0' \(Linear\)"),
        (lambda: tied("bias"), r"the layer '2' \(Linear\) .* as the layer '0' \(Linear\)"),
        (lambda: tied("weight", lambda W: nn.Parameter(W.T)), r"the layer '2' \(Linear\)"),
        (Looped, r"the layer 'layer' \(Linear\) .* as another call of it"),
        (normalised_twice, r"the layer '1' \(BatchNorm1d\)"),
    ],
)
def test_parameters_that_are_used_twice_are_refused(make: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=f"{message}.*give each its own copy"):
        gn.from_torch(make())


def test_a_step_leaves_what_requires_no_gradient() -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)).eval()
    module[0].requires_grad_(requires_grad=False)
    module[1].bias.requires_grad_(requires_grad=False)
    module[3].bias.requires_grad_(requires_grad=False)
    target = torch.ones(8, 2)
    net = gn.from_torch(module, loss=nn.MSELoss())
    step = gn.explain(net, X, target.numpy(), learning_rate=0.5).step
    optimizer = torch.optim.SGD([each for each in module.parameters() if each.requires_grad], 0.5)
    nn.MSELoss()(module(torch.tensor(X)), target).backward()
    optimizer.step()
    net.parameters[...] = step.new_parameters
    theirs = module(torch.tensor(X)).detach().numpy()
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), nn.CrossEntropyLoss()])
@pytest.mark.parametrize("end", [nn.Sigmoid(), nn.Softmax(1)])
def test_no_second_activation_is_added_for_logits(loss: Any, end: Any) -> None:
    module = nn.Sequential(nn.Linear(6, 3), end)
    with pytest.raises(gn.LimitError, match=r"takes logits, .* but the model already ends in a s"):
        gn.from_torch(module, loss=loss)


def test_a_loss_may_be_given_by_name() -> None:
    module = nn.Sequential(nn.Linear(6, 3))
    assert gn.from_torch(module, loss="huber").loss.name == "huber"
    with pytest.raises(ValueError, match="needs the output activation 'sigmoid'"):
        gn.from_torch(module, loss="binary_crossentropy")
    like = gn.Network([6, 3], output="identity")
    assert gn.from_torch(module.state_dict(), like=like, loss="huber").loss.name == "huber"


def test_half_precision_is_imported() -> None:
    module = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)).half()
    theirs = module.float()(torch.tensor(X)).detach().numpy()
    assert gn.from_torch(module.half()).predict_proba(X) == pytest.approx(theirs, abs=1e-5)


class Deceiving(nn.Linear):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Says that it is PyTorch's, and is not."""

    __module__ = "torch.nn.modules.linear"

    def forward(self, x: Any) -> Any:
        return super().forward(x) + 0.01


def test_outputs_are_compared_with_those_of_the_module() -> None:
    Deceiving.__name__ = "Linear"
    with pytest.raises(gn.LimitError, match=r"gives .* where the model gives .* not imported"):
        gn.from_torch(nn.Sequential(Deceiving(6, 3), nn.Tanh()))


class WithoutGradient(nn.Module):  # type: ignore[misc, name-defined]  # without torch nn has no types
    """Its first layer does not learn, and nothing but its forward says so."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 4), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        with torch.no_grad():
            x = self.first(x)
        return self.second(torch.relu(x))


def with_hook(of: str) -> Any:
    module = nn.Sequential(nn.Linear(6, 3))
    if of == "layer":
        module[0].register_full_backward_hook(lambda *_: None)
    else:
        module[0].weight.register_hook(lambda gradient: 2 * gradient)
    return module


def test_what_changes_a_gradient_is_refused() -> None:
    with pytest.raises(gn.LimitError, match=r"no gradient reaches 'first.weight'"):
        gn.from_torch(WithoutGradient())
    module = WithoutGradient()
    module.first.requires_grad_(requires_grad=False)
    assert gn.from_torch(module).architecture.layers[0].weight_rate == 0
    for of in ("layer", "weight"):
        with pytest.raises(gn.LimitError, match=r"with hooks that may change its .*gradient"):
            gn.from_torch(with_hook(of))
    frozen = nn.Sequential(nn.Linear(6, 3)).requires_grad_(requires_grad=False)
    assert gn.from_torch(frozen).architecture.layers[0].bias_rate == 0
