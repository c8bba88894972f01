"""State dicts, in memory and files: their order, and what is not one."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32)

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_state_dict_fills_a_known_architecture(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)).eval()
    like = gn.Network([6, 5, 3], hidden="relu", output="softmax")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    theirs = torch.softmax(module(torch.tensor(X)), dim=1).detach().numpy()
    for given in (module.state_dict(), tmp_path / "state.pt"):
        assert gn.from_torch(given, like=like).predict_proba(X) == pytest.approx(theirs, abs=1e-6)
    with pytest.raises(TypeError, match="a state dict has no activations"):
        gn.from_torch(module.state_dict())
    other = gn.Network([6, 4, 3], hidden="relu", output="softmax")
    with pytest.raises(ValueError, match="the state dict does not match the network"):
        gn.from_torch(module.state_dict(), like=other)


class Harmful:
    """What a pickle may do when it is opened."""

    def __reduce__(self) -> Any:
        return (Path("opened").touch, ())


def test_a_pickle_in_disguise_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("state.pt").write_bytes(pickle.dumps({"weight": Harmful()}))
    torch.save({"weight": Harmful()}, "zipped.pt")
    for name in ("state.pt", "zipped.pt"):
        with pytest.raises(gn.FileFormatError, match="contains more than arrays"):
            gn.from_torch(name, like=gn.Network([1, 1], output="sigmoid"))
    assert not Path("opened").exists()


def test_entries_of_a_state_dict_are_not_passed_over() -> None:
    like = gn.Network([6, 3], output="softmax")
    normalised = nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3))
    with pytest.raises(gn.LimitError, match=r"has a batch normalisation, '1', .*put a gn\.Scale"):
        gn.from_torch(normalised.state_dict(), like=like)
    without_bias = gn.Network([6, gn.Dense(3, "softmax", bias=False)])
    with pytest.raises(ValueError, match="1 more biases than the network"):
        gn.from_torch(nn.Linear(6, 3).state_dict(), like=without_bias)


def test_a_state_dict_of_tied_parameters_is_refused(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6))
    module[2].weight = module[0].weight
    like = gn.Network([6, 6, 6], hidden="tanh", output="identity")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    for given in (module.state_dict(), tmp_path / "state.pt"):
        with pytest.raises(
            gn.LimitError, match=r"'2\.weight' has the same weights as .*'0\.weight'"
        ):
            gn.from_torch(given, like=like)


@pytest.mark.parametrize(
    "names",
    [
        ["first", *(f"layers.{number}" for number in range(12)), "out"],
        [f"fc{number}" for number in (1, 2, 3, 10, 11)],
    ],
)
def test_safetensors_are_read_in_natural_order(names: list[str], tmp_path: Path) -> None:
    from safetensors.torch import save_file

    torch.manual_seed(4)
    layers = [nn.Linear(6, 6) for _ in names[:-1]] + [nn.Linear(6, 2)]
    layers[0] = nn.Linear(5, 6)
    module = nn.Sequential(*(part for layer in layers for part in (layer, nn.Tanh())))
    state: dict[str, Any] = {}
    for name, layer in zip(names, layers, strict=True):
        state |= {f"{name}.{kind}": value for kind, value in layer.state_dict().items()}
    save_file(state, tmp_path / "state.safetensors")
    like = gn.Network([5, *[6] * (len(names) - 1), 2], hidden="tanh", output="tanh")
    rows = X[:, :5]
    net = gn.from_torch(tmp_path / "state.safetensors", like=like)
    theirs = module(torch.tensor(rows)).detach().numpy()
    assert net.predict_proba(rows) == pytest.approx(theirs, abs=1e-6)


def test_names_that_show_no_order_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = {"input.weight": torch.randn(6, 6), "hidden.weight": torch.randn(6, 6)}
    save_file(state, tmp_path / "state.safetensors")
    like = gn.Network([6, *(gn.Dense(6, "tanh", bias=False) for _ in range(2))])
    with pytest.raises(gn.LimitError, match="'hidden' and 'input' have the same shape"):
        gn.from_torch(tmp_path / "state.safetensors", like=like)


def test_what_shows_no_layers_is_refused_in_words(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(6, 3), nn.ReLU())
    scripted = torch.jit.script(module)
    with pytest.raises(gn.LimitError, match="a TorchScript module does not show its layers"):
        gn.from_torch(scripted)
    with pytest.raises(gn.LimitError, match=r"a list is not supported; give from_torch a torch.nn"):
        gn.from_torch([module])
    like = gn.Network([6, 3], output="relu")
    torch.jit.save(scripted, tmp_path / "script.pt")
    with pytest.raises(gn.FileFormatError, match="is a TorchScript archive, which contains code"):
        gn.from_torch(tmp_path / "script.pt", like=like)
    torch.save(module, tmp_path / "whole.pt")
    with pytest.raises(gn.FileFormatError, match="such as a whole pickled module"):
        gn.from_torch(tmp_path / "whole.pt", like=like)


def trained(*parts: Any) -> Any:
    """A Sequential with running statistics of its own."""
    torch.manual_seed(5)
    module = nn.Sequential(*parts)
    for _ in range(3):
        module(torch.randn(16, 6) * 2 + 1)
    return module.eval()


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("affine", [False, True])
def test_batch_normalisations_are_scales(apart: bool, affine: bool) -> None:
    before = trained(nn.Linear(6, 5), nn.BatchNorm1d(5, affine=affine), nn.ReLU(), nn.Linear(5, 3))
    after = trained(nn.Linear(6, 5), nn.ReLU(), nn.BatchNorm1d(5, affine=affine), nn.Linear(5, 3))
    extra = [gn.Scale("identity")] if apart and affine else []
    likes = (
        gn.Network([6, gn.Dense(5, "identity"), *extra, gn.Scale("relu"), gn.Dense(3, "tanh")]),
        gn.Network([6, gn.Dense(5, "relu"), *extra, gn.Scale("identity"), gn.Dense(3, "tanh")]),
    )
    for module, like in zip((before, after), likes, strict=True):
        theirs = torch.tanh(module(torch.tensor(X))).detach().numpy()
        net = gn.from_torch(module.state_dict(), like=like)
        assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def test_a_file_in_alphabetical_order_with_batch_normalisations(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    module = trained(
        nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 5), nn.BatchNorm1d(5)
    )
    save_file(module.state_dict(), tmp_path / "state.safetensors")
    relu, end = gn.Scale("relu"), gn.Scale("tanh")
    hidden = gn.Dense(5, "identity")
    like = gn.Network([6, hidden, relu, hidden, end])
    theirs = torch.tanh(module(torch.tensor(X))).detach().numpy()
    net = gn.from_torch(tmp_path / "state.safetensors", like=like)
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)
    pair = gn.Scale("identity")
    like = gn.Network([6, hidden, pair, relu, hidden, pair, end])
    with pytest.raises(gn.LimitError, match=r"does not say where its batch .* one gn\.Scale"):
        gn.from_torch(tmp_path / "state.safetensors", like=like)


@pytest.mark.parametrize(
    "norm", [torch.nn.utils.weight_norm, torch.nn.utils.parametrizations.weight_norm]
)
@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm_is_put_together(norm: Any, dim: int | None) -> None:
    module = nn.Sequential(norm(nn.Linear(6, 5), dim=dim), nn.Tanh(), nn.Linear(5, 3))
    like = gn.Network([6, 5, 3], hidden="tanh", output="identity")
    theirs = module(torch.tensor(X)).detach().numpy()
    net = gn.from_torch(module.state_dict(), like=like)
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def test_the_state_dict_in_a_checkpoint_is_found(tmp_path: Path) -> None:
    module, other = nn.DataParallel(nn.Linear(6, 3)), nn.Linear(6, 3)
    like = gn.Network([6, 3], output="identity")
    optimizer = torch.optim.Adam(module.parameters())
    module(torch.tensor(X)).sum().backward()
    optimizer.step()
    one = {"model": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    two = one | {"ema": other.state_dict()}
    torch.save(one, tmp_path / "one.pt")
    torch.save(two, tmp_path / "two.pt")

    def outputs(name: str, key: str | None = None) -> Any:
        return gn.from_torch(tmp_path / name, like=like, key=key).predict_proba(X)

    theirs = module(torch.tensor(X)).detach().numpy()
    assert outputs("one.pt") == pytest.approx(theirs, abs=1e-6)
    assert outputs("two.pt", "model") == pytest.approx(theirs, abs=1e-6)
    others = other(torch.tensor(X)).detach().numpy()
    assert outputs("two.pt", "ema") == pytest.approx(others, abs=1e-6)
    with pytest.raises(gn.LimitError, match="several state dicts: 'model', 'ema'; name one of the"):
        outputs("two.pt")
    with pytest.raises(ValueError, match="no state dict 'weights'; there are 'ema', 'model'"):
        outputs("two.pt", "weights")
    flat = {f"ema.{name}": value for name, value in other.state_dict().items()}
    flat |= {f"model.{name}": value for name, value in module.state_dict().items()}
    net = gn.from_torch(flat, like=like, key="ema")
    assert net.predict_proba(X) == pytest.approx(others, abs=1e-6)
    with pytest.raises(TypeError, match="key is for checkpoints"):
        gn.from_torch(other, key="ema")


@pytest.mark.parametrize(("dtype", "rounding"), [("bfloat16", "0.0039"), ("float16", "0.00049")])
def test_sixteen_bits_are_read_and_said(dtype: str, rounding: str, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    torch.manual_seed(6)
    module = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).to(getattr(torch, dtype))
    like = gn.Network([6, 5, 3], hidden="tanh", output="identity")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    save_file(module.state_dict(), tmp_path / "state.safetensors")
    wide = copy.deepcopy(module).float()(torch.tensor(X)).detach().numpy()
    files = tmp_path / "state.pt", tmp_path / "state.safetensors"
    for given in (module, module.state_dict(), *files):
        with pytest.warns(PartialImportWarning, match=rf"\({dtype}\), .* by up to {rounding} of"):
            net = gn.from_torch(given, like=like)
        assert net.predict_proba(X) == pytest.approx(wide, abs=1e-6)


def test_an_exported_program_in_a_file_is_refused_in_words(tmp_path: Path) -> None:
    program = torch.export.export(nn.Linear(6, 3), (torch.zeros(2, 6),))
    torch.export.save(program, tmp_path / "program.pt2")
    with pytest.raises(gn.FileFormatError, match="is an exported program; open it with"):
        gn.from_torch(tmp_path / "program.pt2")


@pytest.mark.parametrize(
    "make",
    [
        lambda: {0: torch.zeros(3, 6)},
        lambda: {"0.weight": torch.zeros(1).expand(10**9, 6)},
        lambda: {"0.weight": torch.zeros(3, 6, dtype=torch.complex64)},
        lambda: {"0.weight": torch.zeros(3, 6).to_sparse()},
        lambda: {"0.weight": torch.zeros(3, 6, device="meta")},
        lambda: {"0.weight": torch.quantize_per_tensor(torch.zeros(3, 6), 0.1, 0, torch.qint8)},
        lambda: {"0.weight": torch.nested.nested_tensor([torch.zeros(3, 6)])},
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_entries_that_are_no_arrays_of_numbers_are_refused(make: Any, tmp_path: Path) -> None:
    state = nn.Sequential(nn.Linear(6, 3)).state_dict()
    torch.save({**state, **make()}, tmp_path / "state.pt")
    with pytest.raises(gn.LimitError, match=r"entry (0|'0\.weight')"):
        gn.from_torch(tmp_path / "state.pt", like=gn.Network([6, 3], output="relu"))


def test_damaged_files_are_refused_in_words(tmp_path: Path) -> None:
    from safetensors.torch import save

    like, state = gn.Network([6, 3], output="relu"), nn.Sequential(nn.Linear(6, 3)).state_dict()
    torch.save(state, tmp_path / "whole.pt")
    whole = (tmp_path / "whole.pt").read_bytes()
    directory = whole.index(b"PK\x01\x02")  # the archive's list of what it holds
    for damaged in (
        whole[:directory] + b"PK\x01\x03" + whole[directory + 4 :],
        whole[: len(whole) // 2],
        b"",
    ):
        (tmp_path / "damaged.pt").write_bytes(damaged)
        with pytest.raises(gn.FileFormatError, match="or is damaged, and was not loaded"):
            gn.from_torch(tmp_path / "damaged.pt", like=like)
    (tmp_path / "damaged.safetensors").write_bytes(save(state)[:-1])
    message = r"cannot be read as a safetensors file: it is damaged$"
    with pytest.raises(gn.FileFormatError, match=message):
        gn.from_torch(tmp_path / "damaged.safetensors", like=like)
    for name in ("none.pt", "none.safetensors"):
        with pytest.raises(FileNotFoundError):
            gn.from_torch(tmp_path / name, like=like)
