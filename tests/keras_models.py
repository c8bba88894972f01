"""Small models of Keras for the tests of its import."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
pytest.importorskip("jax", reason="Keras has no backend here")
keras = pytest.importorskip("keras", reason="Keras is not installed here")
pytest.importorskip("h5py", reason="h5py is not installed here")
layers = keras.layers

X = np.random.default_rng(0).normal(size=(16, 6)).astype(np.float32)
ONE_HOT = np.eye(3, dtype=np.float32)[np.arange(16) % 3]


def compiled(model: Any, loss: Any, target: Any) -> Any:
    model.compile(optimizer="adam", loss=loss)
    model.fit(X.reshape(-1, *model.input_shape[1:]), target, epochs=2, verbose=0)
    return model


def usual() -> Any:
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(5, "relu"),
            layers.Dropout(0.3),
            layers.Dense(3, "softmax"),
        ]
    )
    return compiled(model, "categorical_crossentropy", ONE_HOT)


def logits() -> Any:
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(5, "tanh", use_bias=False), layers.Dense(3)]
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    return compiled(model, loss, ONE_HOT)


def normalised() -> Any:
    normalise = layers.Normalization()
    normalise.adapt(X * 3 + 1)
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Rescaling(0.5, offset=0.1),
            normalise,
            layers.Dense(5, name="first"),
            layers.BatchNormalization(),
            layers.Activation("gelu"),
            layers.Dense(4),
            layers.LeakyReLU(0.2),
            layers.Dense(2, "sigmoid"),
        ]
    )
    return compiled(model, "binary_crossentropy", np.tile([0.0, 1.0], (16, 1)))


def functional() -> Any:
    x = inputs = keras.Input((2, 3))
    x = layers.Flatten()(x)
    x = layers.Dense(5, activation=layers.LeakyReLU(0.1))(x)
    x = layers.ELU(0.5)(layers.Dense(4)(x))
    return compiled(keras.Model(inputs, layers.Dense(1)(x)), "huber", X[:, :1])


def nested() -> Any:
    inner = keras.Sequential([layers.Input((5,)), layers.Dense(4, "selu"), layers.Dense(4, "silu")])
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(5, "mish"), inner, layers.Dense(2, "exponential")]
    )
    return compiled(model, "poisson", np.ones((16, 2)))


MODELS = {made.__name__: made for made in (usual, logits, normalised, functional, nested)}


def one(*inner: Any, shape: tuple[int, ...] = (6,)) -> Any:
    return keras.Sequential([layers.Input(shape), *inner])


def body(*names: str) -> Any:
    inner = [layers.Dense(6, "tanh", name=name) for name in names]
    return keras.Sequential([layers.Input((6,)), *inner, layers.BatchNormalization()], name="body")


def before_keras_3_6(file: Path) -> Path:
    """The same model in a .keras file in which names do not stand beside the arrays."""
    import h5py

    older = file.with_name("before_3_6.keras")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(older, "w") as target:
        weights = io.BytesIO(source.read("model.weights.h5"))
        with h5py.File(weights, "a") as arrays:
            arrays.visititems(lambda _, item: item.attrs.pop("name", None) and None)
        target.writestr("config.json", source.read("config.json"))
        target.writestr("model.weights.h5", weights.getvalue())
    return older


def before_keras_2_2_3(file: Path) -> Path:
    """The same .h5 file of a Sequential with a plain list of layers, without one for the input."""
    import h5py

    with h5py.File(file, "a") as opened:
        config = json.loads(opened.attrs["model_config"])
        layers_alone = config["config"]["layers"][1:]
        opened.attrs["model_config"] = json.dumps(config | {"config": layers_alone})
    return file


def gradients(model: Any, target: Any) -> list[Any]:
    """Those of the model's loss by its backend, for each matrix of weights."""
    import jax

    loss = keras.losses.get(model.loss)
    trainable = [variable.value for variable in model.trainable_variables]
    fixed = [variable.value for variable in model.non_trainable_variables]

    def mean_error(values: Any) -> Any:
        predicted, _ = model.stateless_call(values, fixed, X.reshape(-1, *model.input_shape[1:]))
        return jax.numpy.mean(loss(target, predicted))  # a loss given by name is one each

    found = [np.asarray(gradient) for gradient in jax.grad(mean_error)(trainable)]
    # Scales of normalisation layers are put together from several of Keras's numbers.
    return [gradient for gradient in found if gradient.ndim == 2]


TARGETS = dict.fromkeys(MODELS, ONE_HOT) | {
    "functional": X[:, :1],
    "nested": np.ones((16, 2)),
    "normalised": np.eye(2)[[0] * 16],
}
