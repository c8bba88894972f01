"""Keras's models, objects and files: the same outputs and gradients; the rest is refused."""

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.evaluation.evaluate import evaluate
from glassnet.nn.losses.binary_crossentropy import BinaryCrossentropy
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.poisson import Poisson
from glassnet.workflows.explain import RowToExplain, explain_file
from glassnet.workflows.open_model import open_model, open_with_tables
from tests.keras_models import MODELS, TARGETS, X, gradients, keras, layers, one, usual

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", MODELS)
def test_outputs_are_the_same_from_object_and_files(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    theirs = model.predict(X.reshape(-1, *model.input_shape[1:]), verbose=0)
    if name == "logits":
        theirs = np.asarray(keras.ops.softmax(theirs))
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    for form in (model, tmp_path / "model.keras", tmp_path / "model.h5"):
        net = gn.from_keras(form)
        assert net.predict_proba(X) == pytest.approx(theirs, rel=1e-5, abs=1e-6)


LOSSES = {
    "usual": CategoricalCrossentropy(0.0),
    "logits": CategoricalCrossentropy(0.2),
    "normalised": BinaryCrossentropy(),
    "functional": Huber(1.0),
    "nested": Poisson(),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_loss_is_recognised(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        assert gn.from_keras(form).loss == LOSSES[name]


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_its_backend(name: str) -> None:
    model = MODELS[name]()
    theirs = gradients(model, TARGETS[name])
    net = gn.from_keras(model)
    step = gn.explain(net, X, TARGETS[name]).step
    ours = [W for W in net.architecture.to_arrays(step.gradient).values() if W.ndim == 2]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(other, rel=1e-5, abs=1e-6)


def with_lambda() -> Any:
    shift = layers.Lambda(lambda x: x + 1)
    return keras.Sequential([layers.Input((6,)), shift, layers.Dense(2)])


def branching() -> Any:
    inputs = keras.Input((6,))
    x = layers.Dense(6)(inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.Add()([x, inputs])))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: keras.Sequential([layers.Input((4, 4, 1)), layers.Conv2D(2, 3, name="eyes")]),
            r"the layer 'eyes' \(Conv2D\)",
        ),
        (with_lambda, r"the layer 'lambda\w*' \(Lambda\)"),
        (branching, r"the model branches at the layer 'add\w*' \(Add\)"),
        (
            lambda: keras.Sequential([layers.Input((3, 2)), layers.Dense(2, name="shared")]),
            r"the layer 'shared' \(Dense\), which sees only a part of what comes in,",
        ),
    ],
)
def test_what_is_not_fully_connected_is_refused_by_name(
    make: Any, message: str, tmp_path: Path
) -> None:
    model = make()
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        with pytest.raises(gn.LimitError, match=f"{message}.*is not supported. Supported are"):
            gn.from_keras(form)


@pytest.mark.parametrize(
    "content", [b"", b"no model", pickle.dumps({"weights": [1, 2]}), b"PK\x05\x06" + b"\0" * 18]
)
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_other_files_are_refused(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(gn.FileFormatError, match="cannot be read as a Keras model: "):
        gn.from_keras(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        gn.from_keras(tmp_path / "missing.keras")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    usual().save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))
    with zipfile.ZipFile(tmp_path / "broken.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", b"no arrays")
    with pytest.raises(gn.FileFormatError, match="cannot be read as a Keras model: "):
        gn.from_keras(tmp_path / "broken.keras")


def test_the_command_line_explains_a_keras_file(tmp_path: Path) -> None:
    usual().save(tmp_path / "model.keras")
    header = ",".join(f"f{number}" for number in range(6))
    rows = "\n".join(",".join(str(value) for value in row) for row in X.tolist())
    (tmp_path / "rows.csv").write_text(f"{header}\n{rows}\n")
    model, table = tmp_path / "model.keras", tmp_path / "rows.csv"
    explanation, _ = explain_file(model, RowToExplain(table, 1, value="2"), "w1[2,3]")
    assert explanation.step.x == pytest.approx(X[1])
    assert explanation.document.title == "Row 2 (index 1): The weight w1[f1 → 3]"
    assert explanation.check is not None
    assert explanation.check.passed
    with pytest.raises(ValueError, match="there is no row 16; the table has rows 0 to 15"):
        explain_file(model, RowToExplain(table, 16))
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="has 2 columns: 'a', 'b'; the network has 6 inputs"):
        explain_file(model, RowToExplain(table))


def test_the_command_line_evaluates_and_predicts_a_keras_file(tmp_path: Path) -> None:
    model = usual()
    model.save(tmp_path / "model.keras")
    outputs = np.asarray(model(X))
    header = ",".join(f"f{number}" for number in range(6))
    lines = [
        ",".join(map(str, [*row, place]))
        for row, place in zip(X.tolist(), outputs.argmax(1).tolist(), strict=True)
    ]
    (tmp_path / "rows.csv").write_text("\n".join([f"{header},label", *lines]) + "\n")
    loaded = open_model(tmp_path / "model.keras")
    opened, (source,) = open_with_tables(loaded, [tmp_path / "rows.csv"], target=["label"])
    np.testing.assert_allclose(opened.predict_proba(source.rows.in_memory()), outputs, atol=1e-5)
    assert evaluate(opened, source.rows).scores["accuracy"] == 1
    with pytest.raises(ValueError, match=r"has 7 columns.*name it: --target COLUMN"):
        open_with_tables(open_model(tmp_path / "model.keras"), [tmp_path / "rows.csv"])


def relu(x: Any) -> Any:
    return 3 * keras.ops.tanh(x)


class Dense(layers.Dense):  # type: ignore[misc]  # without Keras it has no type
    """Called like Keras's own."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        return 2 * super().call(inputs)


class Subclass(keras.Model):  # type: ignore[misc]  # without Keras it has no type
    """A functional model with a way of its own to be called."""

    def call(self, inputs: Any) -> Any:
        return 2 * super().call(inputs)


def subclassed() -> Any:
    inputs = keras.Input((6,))
    return Subclass(inputs, layers.Dense(2)(inputs))


def two_outputs() -> Any:
    inputs = keras.Input((6,))
    hidden = layers.Dense(3)(inputs)
    return keras.Model(inputs, [hidden, layers.Dense(2)(hidden)])


def low_rank() -> Any:
    model = one(layers.Dense(5))
    model.layers[0].enable_lora(2)
    return model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: one(layers.Dense(3, activation=relu)), "with an activation of its own"),
        (lambda: one(Dense(3)), "which is not Keras's own"),
        (subclassed, "class 'Subclass', which may compute anything"),
        (two_outputs, "that gives the outputs of 'dense"),
        (low_rank, "with LoRA or quantisation"),
        (
            lambda: one(layers.Softmax(), layers.Flatten(), layers.Dense(2), shape=(2, 2)),
            "which sees only a part of what comes in",
        ),
        (
            lambda: one(layers.Flatten("channels_first"), layers.Dense(2), shape=(2, 3)),
            r"\(Flatten\)",
        ),
    ],
)
def test_what_only_looks_like_it_is_refused(make: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=message):
        gn.from_keras(make())


def shifted(self: Any, x: Any, training: Any = None) -> Any:
    """Dense.call of another version."""
    return keras.ops.matmul(x, self.kernel) + 1


def test_outputs_are_compared_with_those_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = usual()
    monkeypatch.setattr(layers.Dense, "call", shifted)
    with pytest.raises(gn.LimitError, match=r"gives .* where the model gives .* not imported"):
        gn.from_keras(model)


def test_computing_in_16_bits_is_no_other_model() -> None:
    model = one(
        layers.Dense(50, "relu", dtype="mixed_bfloat16"),
        layers.Dense(3, "softmax", dtype="mixed_bfloat16"),
    )
    assert gn.from_keras(model).predict_proba(X) == pytest.approx(
        model.predict(X, verbose=0).astype(np.float32), abs=2e-2
    )


def test_inputs_that_are_only_announced_take_no_memory(tmp_path: Path) -> None:
    one(layers.Rescaling(0.5), shape=(2**30,)).save(tmp_path / "m.keras")
    with pytest.raises(gn.LimitError, match="more than 20,000,000 units in all layers"):
        gn.from_keras(tmp_path / "m.keras")
