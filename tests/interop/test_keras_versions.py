"""Files as versions of Keras since 1.2 laid them out, written array by array."""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn

h5py = pytest.importorskip("h5py", reason="h5py is not installed here")

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(7, 4))
FIRST, BIAS, LAST = (RANDOM.normal(size=shape).astype("f4") for shape in ((4, 5), (5,), (5, 3)))
GAMMA, BETA, MEAN = RANDOM.normal(size=(3, 5)).astype("f4")
VARIANCE = RANDOM.uniform(0.5, 2, size=5).astype("f4")
ARRAYS = {"dense_1": [FIRST, BIAS], "norm_1": [GAMMA, BETA, MEAN, VARIANCE], "dense_2": [LAST]}


def outputs() -> Any:
    """Relu, batch normalisation, dropout, leaky relu and softmax, by hand."""
    y = np.maximum(X @ FIRST + BIAS, 0)
    y = GAMMA * (y - MEAN) / np.sqrt(VARIANCE + 0.001) + BETA
    logits = np.where(y > 0, y, 0.2 * y) @ LAST
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def layer_configs(version: str) -> list[dict[str, Any]]:
    """The layers as a version describes them, the input's shape with the first Dense layer."""
    one, three = version.startswith("1."), version.startswith("3.")
    shape = {"batch_input_shape": [None, 4]} if not three else {}

    def dense(name: str, units: int, activation: str, bias: bool, **more: Any) -> dict[str, Any]:
        if one:
            settings = {"output_dim": units, "init": "glorot_uniform", "bias": bias}
            settings |= {"W_regularizer": None, "b_constraint": None, "input_dim": None}
        else:
            settings = {"units": units, "use_bias": bias, "kernel_regularizer": None}
            settings |= {"kernel_initializer": {"class_name": "Zeros", "config": {}}}
        config = {"name": name, "trainable": True, "activation": activation, **settings, **more}
        return {"class_name": "Dense", "config": config}

    norm = {"axis": -1, "momentum": 0.99, "epsilon": 0.001}
    norm |= {"mode": 0} if one else {"center": True, "scale": True}
    slope = {"negative_slope": 0.2} if three else {"alpha": 0.2}
    return [
        dense("dense_1", 5, "relu", True, **shape),
        {"class_name": "BatchNormalization", "config": {"name": "norm_1", **norm}},
        {
            "class_name": "Dropout",
            "config": {"name": "dropout_1", ("p" if one else "rate"): 0.5},
        },
        {"class_name": "LeakyReLU", "config": {"name": "leaky_1", **slope}},
        dense("dense_2", 3, "softmax", False),
    ]


def sequential(version: str) -> dict[str, Any]:
    layers = layer_configs(version)
    if version < "2.2.3":
        return {"class_name": "Sequential", "config": layers}
    if version.startswith("3."):
        shape = {"name": "input_layer", "batch_shape": [None, 4], "dtype": "float32"}
        layers.insert(0, {"class_name": "InputLayer", "config": shape})
    return {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}


def functional(version: str) -> dict[str, Any]:
    """A chain of the same layers, each with the name of the one that it is called on."""
    layers, before = [], "input_1"
    shape = {"name": "input_1", "batch_input_shape": [None, 4], "dtype": "float32"}
    given = {"class_name": "InputLayer", "config": shape, "name": "input_1", "inbound_nodes": []}
    for layer in layer_configs(version):
        name = layer["config"]["name"]
        call = [before, 0, 0] if version.startswith("1.") else [before, 0, 0, {}]
        layers.append({**layer, "name": name, "inbound_nodes": [[call]]})
        before = name
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [[before, 0, 0]]}
    kind = "Model" if version < "2.3" else "Functional"
    return {"class_name": kind, "config": {"name": "model_1", "layers": [given, *layers], **ends}}


def array_names(version: str, layer: str) -> list[str]:
    """What a version calls the arrays of a layer."""
    if version.startswith("1."):
        names = ["W", "b"] if "dense" in layer else ["gamma", "beta", "running_mean", "running_std"]
        return [f"{layer}_{name}" for name in names]
    names = ["kernel", "bias"] if "dense" in layer else ["gamma", "beta", "moving_mean", "variance"]
    return [f"{layer}/{name}:0" for name in names]


def write_h5(path: Path, version: str, model: dict[str, Any]) -> None:
    """Write what ``model.save("….h5")`` wrote."""
    with h5py.File(path, "w") as file:
        if version > "1.1":
            file.attrs["keras_version"] = version.encode()
        file.attrs["model_config"] = json.dumps(model).encode()
        compiled: dict[str, Any] = {"loss": "categorical_crossentropy", "metrics": []}
        optimizer = {"class_name": "SGD", "config": {"lr": 0.1, "decay": 0.0, "momentum": 0.0}}
        file.attrs["training_config"] = json.dumps(compiled | {"optimizer_config": optimizer})
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [name.encode() for name in ARRAYS]
        for layer, arrays in ARRAYS.items():
            group = weights.create_group(layer)
            names = array_names(version, layer)[: len(arrays)]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group[name] = array


def write_archive(path: Path, version: str, model: dict[str, Any]) -> None:
    """Write what ``model.save("….keras")`` wrote."""
    kinds = {layer["config"]["name"]: layer["class_name"] for layer in layer_configs(version)}
    content, seen = io.BytesIO(), Counter[str]()
    outer = "_layer_checkpoint_dependencies" if version.startswith("2.") else "layers"
    with h5py.File(content, "w") as file:
        for layer, arrays in ARRAYS.items():
            kind = {"Dense": "dense", "BatchNormalization": "batch_normalization"}[kinds[layer]]
            numbered = f"{kind}_{seen[kind]}" if seen[kind] else kind
            seen[kind] += 1
            group = file.create_group(f"{outer}/{numbered}/vars")
            if version >= "3.6" or version == "3.10.0":
                group.attrs["name"] = layer
            for number, array in enumerate(arrays):
                group[str(number)] = array
    compiled = {"compile_config": {"loss": "categorical_crossentropy", "optimizer": "sgd"}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(model | compiled))
        archive.writestr("model.weights.h5", content.getvalue())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [sequential, functional])
@pytest.mark.parametrize(
    "version", ["1.2.2", "2.0.8", "2.1.6", "2.2.2", "2.2.4", "2.4.0", "2.10.0", "2.15.0"]
)
def test_h5(version: str, make: Any, tmp_path: Path) -> None:
    write_h5(tmp_path / "model.h5", version, make(version))
    net = gn.from_keras(tmp_path / "model.h5")
    assert net.predict_proba(X) == pytest.approx(outputs(), abs=1e-6)
    assert net.loss.name == "categorical_crossentropy"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "version", ["2.12.0", "2.15.0", "3.0.5", "3.3.3", "3.5.0", "3.6.0", "3.10.0"]
)
def test_archives(version: str, tmp_path: Path) -> None:
    write_archive(tmp_path / "model.keras", version, sequential(version))
    net = gn.from_keras(tmp_path / "model.keras")
    assert net.predict_proba(X) == pytest.approx(outputs(), abs=1e-6)
    assert net.loss.name == "categorical_crossentropy"


def test_a_normalisation_of_each_example_is_refused(tmp_path: Path) -> None:
    model = sequential("1.2.2")
    model["config"][1]["config"]["mode"] = 1
    write_h5(tmp_path / "model.h5", "1.2.2", model)
    with pytest.raises(gn.LimitError, match=r"'norm_1'.* of each example"):
        gn.from_keras(tmp_path / "model.h5")


def test_weights_without_any_layer_they_belong_to_are_refused(tmp_path: Path) -> None:
    write_archive(tmp_path / "model.keras", "2.15.0", sequential("2.15.0"))
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(content, "a") as file:
        file.move("_layer_checkpoint_dependencies", "something_else")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        for name, part in (parts | {"model.weights.h5": content.getvalue()}).items():
            archive.writestr(name, part)
    with pytest.raises(gn.LimitError, match="there are no weights of the layer 'dense_1'"):
        gn.from_keras(tmp_path / "other.keras")


@pytest.mark.parametrize("policy", [{}, {"class_name": "DTypePolicy"}, {"config": {"of": 1}}, [3]])
def test_a_type_that_is_not_said_is_none(policy: Any, tmp_path: Path) -> None:
    model = sequential("3.6.0")
    model["config"]["layers"][1]["config"]["dtype"] = policy
    write_archive(tmp_path / "model.keras", "3.6.0", model)
    net = gn.from_keras(tmp_path / "model.keras")
    assert net.predict_proba(X) == pytest.approx(outputs(), abs=1e-6)
