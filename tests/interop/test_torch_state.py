"""State dicts, in memory and files: their order, and what is not one."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn

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
    with pytest.raises(gn.LimitError, match=r"the entry '1\.running_mean'"):
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
    with pytest.raises(gn.LimitError, match=r"a ExportedProgram is not supported; give from_torch"):
        gn.from_torch(torch.export.export(module, (torch.zeros(2, 6),)))
    like = gn.Network([6, 3], output="relu")
    torch.jit.save(scripted, tmp_path / "script.pt")
    with pytest.raises(gn.FileFormatError, match="is a TorchScript archive, which contains code"):
        gn.from_torch(tmp_path / "script.pt", like=like)
    torch.save(module, tmp_path / "whole.pt")
    with pytest.raises(gn.FileFormatError, match="such as a whole pickled module"):
        gn.from_torch(tmp_path / "whole.pt", like=like)


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
