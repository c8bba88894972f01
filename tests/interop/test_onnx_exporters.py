"""Whole files that PyTorch's two exporters write, in varied opsets and shapes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import onnx

pytestmark = pytest.mark.filterwarnings("ignore")

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
pytest.importorskip("onnxscript", reason="PyTorch's newer exporter needs onnxscript")
nn = torch.nn
ROWS = np.random.default_rng(0).normal(size=(6, 4))


class Scaled(nn.Module):  # type: ignore[name-defined, misc, unused-ignore]
    """A standardisation of its own, before two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 5), nn.Linear(5, 2)

    def forward(self, x: Any) -> Any:
        return self.second(torch.relu(self.first((x - 0.5) / 2)))


MODELS: dict[str, Callable[[], Any]] = {
    "relu": lambda: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3)),
    "softmax": lambda: nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3), nn.Softmax(-1)),
    "log": lambda: nn.Sequential(nn.Linear(4, 5), nn.ELU(), nn.Linear(5, 3), nn.LogSoftmax(1)),
    "silu": lambda: nn.Sequential(nn.Linear(4, 5), nn.SiLU(), nn.Linear(5, 1), nn.Sigmoid()),
    "mish": lambda: nn.Sequential(nn.Linear(4, 5), nn.Mish(), nn.Linear(5, 1)),
    "gelu": lambda: nn.Sequential(nn.Linear(4, 5), nn.GELU(), nn.Dropout(), nn.Linear(5, 1)),
    "normalised": lambda: nn.Sequential(
        nn.Linear(4, 5, bias=False), nn.BatchNorm1d(5), nn.SELU(), nn.Linear(5, 2), nn.Softplus()
    ),
    "leaky": lambda: nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.LeakyReLU(0.2)),
    "scaled": Scaled,
}


def exported(module: Any, path: Path, rows: Any, **options: Any) -> Any:
    torch.onnx.export(module.eval(), (torch.tensor(rows),), str(path), verbose=False, **options)
    return onnx.load(path)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        ("float32", {"dynamo": False, "opset_version": 9}),
        ("float32", {"dynamo": False, "opset_version": 13}),
        ("float64", {"dynamo": False, "opset_version": 17, "input_names": ["x"],
                     "dynamic_axes": {"x": {0: "batch"}}}),
        ("float64", {"dynamo": True, "dynamic_shapes": ({0: torch.export.Dim("batch")},)}),
    ],
)  # fmt: skip
def test_pytorch(dtype: str, options: Any, name: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    module = MODELS[name]()
    if dtype == "float64":
        module = module.double()
    rows = ROWS.astype(dtype)
    made = exported(module, tmp_path / "model.onnx", rows, **options)
    with torch.no_grad():
        theirs = module(torch.tensor(rows)).numpy()
    if name == "log":
        theirs = np.exp(theirs)
    assert gn.from_onnx(made).predict_proba(rows) == pytest.approx(theirs, rel=1e-5, abs=1e-5)
    ours = gn.from_onnx(tmp_path / "model.onnx").predict_proba(rows)
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5)


class Several(nn.Module):  # type: ignore[name-defined, misc, unused-ignore]
    """A network whose hidden layer is an output, too."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 5), nn.Linear(5, 2)

    def forward(self, x: Any) -> Any:
        hidden = torch.tanh(self.first(x))
        scores = self.second(hidden)
        return scores, hidden, scores.argmax(1)


@pytest.mark.parametrize("dynamo", [True, False])
def test_one_of_several_outputs(dynamo: bool, tmp_path: Path) -> None:
    rows, names = ROWS.astype(np.float32), ["scores", "hidden", "class"]
    module = Several()
    made = exported(module, tmp_path / "m.onnx", rows, dynamo=dynamo, output_names=names)
    with pytest.raises(gn.LimitError, match="the outputs 'scores' and 'hidden'; say which is the"):
        gn.from_onnx(made)
    with torch.no_grad():
        scores, hidden, _ = module(torch.tensor(rows))
    for name, theirs in (("scores", scores), ("hidden", hidden)):
        ours = gn.from_onnx(made, output=name).predict_proba(rows)
        assert ours == pytest.approx(theirs.numpy(), rel=1e-5, abs=1e-5)
    with pytest.raises(gn.LimitError, match="the output 'class' is the class itself, not the"):
        gn.from_onnx(made, output="class")
