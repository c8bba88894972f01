"""How a Keras model was to be trained: its loss, and what Glassnet has not."""

import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning
from glassnet.workflows.explain import explain_file
from tests.keras_models import MODELS, X, body, keras, layers, one

pytestmark = pytest.mark.filterwarnings("ignore")


def rmse(target: Any, predicted: Any) -> Any:
    """A loss of one's own."""
    return keras.ops.sqrt(keras.ops.mean((target - predicted) ** 2))


keras.saving.register_keras_serializable()(rmse)


@pytest.mark.parametrize(
    ("output", "loss", "words"),
    [
        ("linear", keras.losses.CosineSimilarity(), "with the loss 'CosineSimilarity', which Gl"),
        ("softmax", keras.losses.Dice(), "compiled with the loss 'Dice'"),
        ("linear", keras.losses.MeanSquaredLogarithmicError(), "does not fit its outputs"),
        (
            "softmax",
            "binary_crossentropy",
            "does not fit its outputs.*the network ends in 'softmax'",
        ),
        ("sigmoid", "categorical_crossentropy", "does not fit its outputs"),
        ("linear", "sparse_categorical_crossentropy", "does not fit its outputs"),
        ("linear", keras.losses.MeanSquaredError(reduction="sum"), "with reduction='sum'"),
        ("linear", rmse, "rmse'"),
    ],
)
def test_a_loss_that_is_not_known_stands_in_no_way(
    output: str, loss: Any, words: str, tmp_path: Path
) -> None:
    model = one(layers.Dense(5, "relu"), layers.Dense(2, output))
    model.compile("adam", loss)
    theirs = model.predict(X, verbose=0)
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        net = gn.from_keras(form)
        assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)
        assert gn.explain(net, X[0]).forward is not None
        for needing in (
            lambda net=net: net.evaluate(X, np.eye(2)[[0, 1] * 8]),
            lambda net=net: net.fit(X, np.eye(2)[[0, 1] * 8]),
            lambda net=net: gn.explain(net, X[0], [0.0, 1.0]),
            lambda net=net: net.save(tmp_path / "net.safetensors"),
        ):
            with pytest.raises(
                gn.LimitError, match=rf"loss .* is not known: .*{words}.* Give loss="
            ):
                needing()
        fitting = {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}
        known = fitting.get(output, "mean_squared_error")
        assert gn.from_keras(form, loss=known).loss.name == known
        explained = gn.explain(net, X[0], 1 if output == "softmax" else [0.0, 1.0], loss=known)
        assert explained.check is not None
        assert explained.check.passed
        net.loss = gn.from_keras(form, loss=known).loss
        assert net.loss.name == known


def mean_squared_error(target: Any, predicted: Any) -> Any:
    """Called like Keras's own."""
    return keras.ops.mean(3 * (target - predicted) ** 2)


def test_a_loss_of_ones_own_is_not_taken_for_the_one_of_its_name() -> None:
    model = one(layers.Dense(2))
    for loss in (mean_squared_error, lambda y, p: (y - p) ** 2):
        model.compile("adam", loss)
        with pytest.raises(gn.LimitError, match=r"compiled with the loss .*, which is not Keras's"):
            _ = gn.from_keras(model).loss
    model.compile("adam", keras.losses.mean_squared_error)
    assert gn.from_keras(model).loss.name == "mean_squared_error"


@pytest.mark.parametrize("loss", ["cosine_similarity", None])
def test_a_loss_that_is_given_must_fit(loss: Any) -> None:
    model = one(layers.Dense(2))
    model.compile("adam", loss)
    with pytest.raises(ValueError, match="needs the output activation 'softmax'"):
        gn.from_keras(model, loss="categorical_crossentropy")


def test_the_command_line_takes_a_loss(tmp_path: Path) -> None:
    model = one(layers.Dense(1))
    model.compile("adam", "cosine_similarity")
    model.save(tmp_path / "model.keras")
    header, row = ",".join("abcdef"), ",".join(map(str, X[0].tolist()))
    (tmp_path / "rows.csv").write_text(f"{header}\n{row}\n")
    call = [sys.executable, "-m", "glassnet.cli", "explain", "model.keras", "rows.csv"]
    call += ["--target-value", "1.5"]

    def ran(*further: str) -> Any:
        return subprocess.run(
            [*call, *further], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    refused = ran()
    assert refused.returncode == 1
    assert "compiled with the loss 'cosine_similarity'" in refused.stderr
    assert "--loss" in refused.stderr
    assert ran("--loss", "huber").returncode == 0


@pytest.mark.parametrize(
    ("last", "loss"),
    [
        (layers.Dense(1, "sigmoid"), keras.losses.BinaryCrossentropy(from_logits=True)),
        (layers.Dense(3, "softmax"), keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
        (layers.Dense(3, "softmax"), keras.losses.BinaryCrossentropy(from_logits=True)),
    ],
)
def test_no_second_activation_is_added_for_logits(last: Any, loss: Any, tmp_path: Path) -> None:
    model = one(layers.Dense(4, "tanh"), last)
    model.compile("adam", loss)
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        net = gn.from_keras(form)
        assert net.predict_proba(X) == pytest.approx(model.predict(X, verbose=0), abs=1e-6)
        with pytest.raises(
            gn.LimitError, match=r"takes logits, .* but the model already ends in a"
        ):
            _ = net.loss


REGULARIZERS, CONSTRAINTS = keras.regularizers, keras.constraints


@pytest.mark.parametrize(
    ("further", "words"),
    [
        ({"kernel_regularizer": REGULARIZERS.L2(0.01)}, r"kernel_regularizer=L2\(l2=0.01\)"),
        (
            {"kernel_regularizer": REGULARIZERS.L1L2(0.01, 0.01)},
            r"kernel_regularizer=L1L2\(l1=0.01, l2=0.01\)",
        ),
        ({"bias_regularizer": REGULARIZERS.L1(0.5)}, r"bias_regularizer=L1\(l1=0.5\)"),
        ({"activity_regularizer": REGULARIZERS.L2(0.1)}, r"activity_regularizer=L2\(l2=0.1\)"),
        ({"kernel_constraint": CONSTRAINTS.NonNeg()}, r"kernel_constraint=NonNeg\(\)"),
        ({"bias_constraint": CONSTRAINTS.UnitNorm()}, r"bias_constraint=UnitNorm\(axis=0\)"),
    ],
)
def test_what_acts_on_the_training_alone_is_said(further: Any, words: str, tmp_path: Path) -> None:
    model = one(layers.Dense(4, "tanh", name="first", **further), layers.Dense(2))
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        with pytest.warns(PartialImportWarning, match=f"the layer 'first' has {words}"):
            net = gn.from_keras(form)
        assert "first" in net.not_imported[0]
        assert "Not imported" in gn.explain(net, X[0], [0.0, 1.0], learning_rate=0.1).to_text()
        assert "Not imported" in explain_file_text(form)


def explain_file_text(form: Any) -> str:
    """The description of a file, as the command line shows it."""
    if not isinstance(form, Path):
        return "Not imported"
    return explain_file(form)[0].to_text()


@pytest.mark.parametrize(
    ("regularizer", "penalties"),
    [
        (REGULARIZERS.L2(0.01), "gn.L2(0.02)"),
        (REGULARIZERS.L1(0.05), "gn.L1(0.05)"),
        (REGULARIZERS.L1L2(0.1, 0.2), "[gn.L1(0.1), gn.L2(0.4)]"),
    ],
)
def test_penalties_that_stand_for_regularizers_are_named_and_take_their_step(
    regularizer: Any, penalties: str
) -> None:
    inner = layers.Dense(4, "tanh", kernel_regularizer=regularizer)
    model = one(inner, layers.Dense(2, kernel_regularizer=regularizer))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    with pytest.warns(
        PartialImportWarning, match=re.escape(f"give explain and fit penalties={penalties}")
    ):
        net = gn.from_keras(model)
    target = np.ones((16, 2), dtype=np.float32)
    given = eval(penalties, {"gn": gn})  # noqa: S307 - what the user is told to write
    step = gn.explain(net, X, target, learning_rate=0.1, penalties=given).step
    model.fit(X, target, epochs=1, batch_size=16, verbose=0)
    net.parameters[...] = step.new_parameters
    assert net.predict_proba(X) == pytest.approx(model.predict(X, verbose=0), abs=1e-5)


def test_settings_of_the_optimizer_are_said() -> None:
    model = one(layers.Dense(2))
    model.compile(keras.optimizers.AdamW(weight_decay=0.1, global_clipnorm=2.0), "mse")
    words = r"AdamW has weight_decay=0.1, .*gn.WeightDecay\(0.1, biases=True\) and clip_norm=2"
    with pytest.warns(PartialImportWarning, match=words):
        gn.from_keras(model)


def test_a_plain_model_is_imported_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", PartialImportWarning)
        for make in MODELS.values():
            assert gn.from_keras(make()).not_imported == ()


def partly_frozen(which: str) -> Any:
    norm = layers.Normalization(mean=np.arange(6.0), variance=np.arange(1.0, 7.0))
    model = one(norm, body("inner"), layers.Dense(4, "tanh"), layers.Dense(2))
    if which == "inner":
        model.layers[1].trainable = False
    elif which == "norm":
        model.layers[1].layers[1].trainable = False
    elif which == "last":
        model.layers[3].trainable = False
    elif which == "model":
        model.trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


@pytest.mark.parametrize("which", ["none", "inner", "norm", "last", "model"])
def test_a_step_leaves_what_does_not_train(which: str, tmp_path: Path) -> None:
    import jax

    model = partly_frozen(which)
    target = np.ones((16, 2), dtype=np.float32)
    trainable = [variable.value for variable in model.trainable_variables]
    fixed = [variable.value for variable in model.non_trainable_variables]

    def mean_loss(values: Any) -> Any:  # at inference, as the network is
        predicted, _ = model.stateless_call(values, fixed, X, training=False)
        return jax.numpy.mean((predicted - target) ** 2)

    gradients = jax.grad(mean_loss)(trainable) if trainable else []
    moved = [w - 0.1 * g for w, g in zip(trainable, gradients, strict=True)]
    theirs, _ = model.stateless_call(moved, fixed, X, training=False)
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    for form in (model, tmp_path / "model.keras", tmp_path / "model.h5"):
        net = gn.from_keras(form)
        net.parameters[...] = gn.explain(net, X, target, learning_rate=0.1).step.new_parameters
        assert net.predict_proba(X) == pytest.approx(np.asarray(theirs), abs=1e-5)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MAE", "mean_absolute_error"),
        (keras.losses.Huber(), "huber"),
        (keras.losses.MeanSquaredError(name="mine"), "mean_squared_error"),
        (["mse"], "mean_squared_error"),
    ],
)
def test_losses_are_known_by_any_of_their_names(loss: Any, name: str) -> None:
    model = one(layers.Dense(2))
    model.compile(loss=loss)
    assert gn.from_keras(model).loss.name == name
