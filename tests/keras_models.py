"""Small models of Keras for the tests of its import."""

import os
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
