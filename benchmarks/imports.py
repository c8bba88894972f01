"""What each importer reads: the network's outputs and gradients beside those of the model.

    python -m benchmarks.imports > benchmarks/IMPORTS.md

The models and files are those of the tests, which need what `pip install '.[test,parity]'` brings.
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from benchmarks.markdown import section, table
from glassnet.errors import GlassnetError

COLUMNS = ("form", "models", "outputs differ by", "gradients differ by")
INTRODUCTION = """# What can be imported

Each form of a model was imported and compared with the library that it came from. The differences
are the largest of all models, relative to the largest output or gradient; float32 rounds by 6e-8.
Where a form has no gradients, its network is that of the model, with the loss that is given.
"""


@dataclass
class Form:
    """A model in one form: what to import, and what the library itself computes.

    Attributes
    ----------
    importer, name, model : str
    convert : callable
        Imports it.
    rows, outputs : array
    target, gradients : optional
        Targets, and the gradients of the model's loss for each matrix of weights.
    """

    importer: str
    name: str
    model: str
    convert: Callable[[], gn.Network]
    rows: NDArray[Any]
    outputs: NDArray[Any]
    target: Any = None
    gradients: list[Any] | None = None


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        forms = [
            form
            for library in (keras_forms, torch_forms, onnx_forms, sklearn_forms)
            for form in library(Path(folder))
        ]
        print(INTRODUCTION)
        for importer in dict.fromkeys(form.importer for form in forms):
            own = [form for form in forms if form.importer == importer]
            print(section(f"`{importer}`", _tables(own)))


def _tables(forms: list[Form]) -> str:
    """A table of the forms that were imported, and the words of the refusals."""
    rows: list[tuple[str, ...]] = []
    refused: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(form.name for form in forms):
        measured = []
        for form in (form for form in forms if form.name == name):
            try:
                measured.append(_differences(form))
            except GlassnetError as refusal:
                refused.setdefault((name, str(refusal)), []).append(form.model)
        if measured:
            gradients = [apart for _, apart in measured if apart is not None]
            outputs = max(apart for apart, _ in measured)
            shown = f"{max(gradients):.0e}" if gradients else "–"
            rows.append((name, str(len(measured)), f"{outputs:.0e}", shown))
    words = [
        f"Refused: {name} ({', '.join(models)}): “{refusal}”\n"
        for (name, refusal), models in refused.items()
    ]
    return "\n".join([table(COLUMNS, rows), *words])


def _differences(form: Form) -> tuple[float, float | None]:
    net = form.convert()
    ours = net.predict_proba(form.rows)
    theirs = form.outputs.reshape(len(form.rows), -1)[:, -ours.shape[1] :]
    outputs = _apart([ours], [theirs])
    if form.gradients is None:
        return outputs, None
    gradient = gn.explain(net, form.rows, form.target).step.gradient
    matrices = [W for W in net.architecture.to_arrays(gradient).values() if W.ndim == 2]
    return outputs, _apart(matrices, form.gradients)


def _apart(ours: list[Any], theirs: list[Any]) -> float:
    return max(
        float(np.abs(mine - other).max() / np.abs(other).max())
        for mine, other in zip(ours, theirs, strict=True)
    )


def keras_forms(folder: Path) -> Iterator[Form]:
    """Objects, .keras and .h5 files, and as earlier versions laid them out."""
    from tests import keras_models as models

    version = models.keras.__version__
    for name, make in models.MODELS.items():
        model = make()
        outputs = model.predict(models.X.reshape(-1, *model.input_shape[1:]), verbose=0)
        if name == "logits":
            outputs = np.asarray(models.keras.ops.softmax(outputs))
        target, gradients = models.TARGETS[name], models.gradients(model, models.TARGETS[name])
        for suffix in ("keras", "h5"):
            model.save(folder / f"{name}.{suffix}")
        forms = {
            "the model": model,
            f".keras by Keras {version}": folder / f"{name}.keras",
            f".h5 by Keras {version}": folder / f"{name}.h5",
        }
        for form, given in forms.items():
            convert = partial(gn.from_keras, given)
            yield Form("from_keras", form, name, convert, models.X, outputs, target, gradients)
        older = models.before_keras_3_6(folder / f"{name}.keras").rename(
            folder / f"3.5.{name}.keras"
        )
        convert, form = partial(gn.from_keras, older), ".keras, laid out as by Keras 3.0 to 3.5"
        yield Form("from_keras", form, name, convert, models.X, outputs, target, gradients)
    model = models.one(models.layers.Dense(5, "relu"), models.layers.Dense(3, "softmax"))
    model.save(folder / "list.h5")
    outputs = model.predict(models.X, verbose=0)
    convert = partial(gn.from_keras, models.before_keras_2_2_3(folder / "list.h5"))
    yield Form(
        "from_keras",
        ".h5, laid out as by Keras before 2.2.3",
        "Sequential",
        convert,
        models.X,
        outputs,
    )


def torch_forms(folder: Path) -> Iterator[Form]:
    """Modules, what wraps them, and state dicts in memory and files."""
    import torch

    from tests.interop import test_torch as modules

    for name, make in modules.MODULES.items():
        torch.manual_seed(1)
        module = make().eval()
        x = torch.tensor(modules.X, dtype=next(module.parameters()).dtype)
        outputs = module(x).detach().numpy()
        outputs = np.exp(outputs) if name == "traced" else outputs
        yield Form("from_torch", "module", name, partial(gn.from_torch, module), modules.X, outputs)
        if name in modules.LOSSES:
            yield _torch_training(module, x, name, outputs, *modules.LOSSES[name])
        forms = {
            "torch.compile": torch.compile(module),
            "ExportedProgram": torch.export.export(module, (x,)),
            "ScriptModule": torch.jit.trace(module, x),
        }
        for form, given in forms.items():
            convert = partial(gn.from_torch, given)
            yield Form("from_torch", form, name, convert, modules.X, outputs)
    yield from _torch_states(folder, modules.MODULES["relu"]().eval(), modules.X)


def _torch_states(folder: Path, module: Any, rows: NDArray[Any]) -> Iterator[Form]:
    import torch
    from safetensors.torch import save_file

    like = gn.Network([6, 5, 3], hidden="relu", output="identity")
    torch.save(module.state_dict(), folder / "state.pt")
    torch.save({"epoch": 3, "model": module.state_dict()}, folder / "checkpoint.pt")
    save_file(module.state_dict(), folder / "state.safetensors")
    states = {
        "state dict": module.state_dict(),
        "state dict in .pt": folder / "state.pt",
        "checkpoint in .pt": folder / "checkpoint.pt",
        "state dict in .safetensors": folder / "state.safetensors",
    }
    outputs = module(torch.tensor(rows)).detach().numpy()
    for form, given in states.items():
        convert = partial(gn.from_torch, given, like=like)
        yield Form("from_torch", form, "relu", convert, rows, outputs)


def _torch_training(module: Any, x: Any, name: str, outputs: Any, loss: Any, target: Any) -> Form:
    import torch

    scores = module(x)
    loss(scores, target).backward()
    linear = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
    gradients = [layer.weight.grad.numpy().T for layer in linear]
    if type(loss).__name__ == "CrossEntropyLoss":
        outputs = torch.softmax(scores, dim=1).detach().numpy()
    elif type(loss).__name__ == "BCEWithLogitsLoss":
        outputs = torch.sigmoid(scores).detach().numpy()
    convert = partial(gn.from_torch, module, loss=loss)
    rows = x.numpy()
    return Form(
        "from_torch", "module with a loss", name, convert, rows, outputs, target.numpy(), gradients
    )


def onnx_forms(folder: Path) -> Iterator[Form]:
    """Files of PyTorch's two exporters and of skl2onnx, in old and new opsets."""
    import onnxruntime
    import torch

    from tests.interop import test_onnx_exporters as exporters

    exports: dict[str, dict[str, Any]] = {
        f"PyTorch, TorchScript exporter, opset {opset}": {"dynamo": False, "opset_version": opset}
        for opset in (9, 13, 17)
    }
    exports["PyTorch, dynamo exporter"] = {"dynamo": True}
    for name, make in exporters.MODELS.items():
        torch.manual_seed(1)
        module, rows = make(), exporters.ROWS.astype(np.float32)
        for form, options in exports.items():
            made = exporters.exported(module, folder / "model.onnx", rows, **options)
            with torch.no_grad():
                outputs = module(torch.tensor(rows)).numpy()
            outputs = np.exp(outputs) if name == "log" else outputs
            yield Form("from_onnx", form, name, partial(gn.from_onnx, made), rows, outputs)
    yield from _skl2onnx_forms(onnxruntime)


def _skl2onnx_forms(onnxruntime: Any) -> Iterator[Form]:
    import skl2onnx

    from tests.interop import test_sklearn as estimators

    rows = estimators.X.astype(np.float32)
    for estimator in estimators.CLASSIFIERS:
        for classes, y in (("three classes", estimators.CLASSES), ("two classes", estimators.TWO)):
            estimator.fit(estimators.X, y)
            for opset in (9, 13, 17, 21):
                made = skl2onnx.to_onnx(
                    estimator, rows[:1], target_opset=opset, options={"zipmap": False}
                )
                session = onnxruntime.InferenceSession(made.SerializeToString())
                (outputs,) = session.run(["probabilities"], {session.get_inputs()[0].name: rows})
                name = f"{type(estimator).__name__}, {classes}"
                form, convert = f"skl2onnx, opset {opset}", partial(gn.from_onnx, made)
                yield Form("from_onnx", form, f"{name} {id(estimator)}", convert, rows, outputs)


def sklearn_forms(_: Path) -> Iterator[Form]:
    """Fitted estimators and pipelines."""
    from tests.interop import test_sklearn as estimators

    for number, estimator in enumerate(estimators.CLASSIFIERS):
        for y, classes in ((estimators.CLASSES, "three classes"), (estimators.TWO, "two classes")):
            estimator.fit(estimators.X, y)
            outputs = estimator.predict_proba(estimators.X)
            name = f"{type(estimator).__name__}, {classes}"
            convert = partial(gn.from_sklearn, estimator)
            # Fitted once more for the next classes, so that it is converted now.
            net = convert()
            yield Form(
                "from_sklearn", name, f"{number}", partial(_same, net), estimators.X, outputs
            )


def _same(net: gn.Network) -> gn.Network:
    return net


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "jax")
    main()
