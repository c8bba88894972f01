"""Losses of Keras models: value and gradient are Keras's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.keras_models import X, keras, layers, one

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.filterwarnings("ignore")

LOSSES = keras.losses
RANDOM = np.random.default_rng(5)
CLASSES = np.eye(3)[RANDOM.integers(3, size=16)]
SHARES = RANDOM.dirichlet(np.ones(3), 16)
YES = RANDOM.integers(2, size=(16, 3)).astype(float)
SIDES = 2 * YES - 1
NUMBERS = RANDOM.normal(size=(16, 3))
COUNTS = RANDOM.poisson(1.0, size=(16, 3)).astype(float)

CASES = [
    ("linear", "mape", NUMBERS),
    ("tanh", LOSSES.MeanAbsolutePercentageError(), NUMBERS),
    ("relu", "msle", COUNTS),
    ("softplus", LOSSES.MeanSquaredLogarithmicError(), COUNTS),
    ("linear", "log_cosh", NUMBERS),
    ("linear", LOSSES.LogCosh(), 40 * NUMBERS),
    ("relu", LOSSES.LogCosh(), NUMBERS),
    ("linear", "hinge", SIDES),
    ("tanh", LOSSES.Hinge(), YES),
    ("linear", LOSSES.SquaredHinge(), YES),
    ("tanh", "squared_hinge", SIDES),
    ("softmax", "kld", SHARES),
    ("softmax", "kl_divergence", CLASSES),
    ("softmax", LOSSES.KLDivergence(), SHARES),
    ("softmax", LOSSES.CategoricalFocalCrossentropy(), CLASSES),
    ("softmax", LOSSES.CategoricalFocalCrossentropy(alpha=0.6, gamma=0.5), SHARES),
    ("softmax", LOSSES.CategoricalFocalCrossentropy(label_smoothing=0.2), CLASSES),
    ("softmax", "categorical_focal_crossentropy", CLASSES),
    ("linear", LOSSES.CategoricalFocalCrossentropy(from_logits=True, gamma=3), CLASSES),
    ("sigmoid", LOSSES.BinaryFocalCrossentropy(), YES),
    ("sigmoid", LOSSES.BinaryFocalCrossentropy(gamma=1.0, label_smoothing=0.1), YES),
    ("sigmoid", LOSSES.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.4), YES),
    ("sigmoid", "binary_focal_crossentropy", YES),
    ("linear", LOSSES.BinaryFocalCrossentropy(from_logits=True, gamma=0), YES),
    ("sigmoid", LOSSES.BinaryCrossentropy(label_smoothing=0.1), YES),
    ("linear", LOSSES.BinaryCrossentropy(from_logits=True, label_smoothing=0.3), YES),
]


def theirs_of(model: Any, target: Any) -> tuple[float, list[Any]]:
    """The mean loss of a model, and its gradients, by Keras and JAX."""
    trainable = [variable.value for variable in model.trainable_variables]
    fixed = [variable.value for variable in model.non_trainable_variables]
    loss = keras.losses.get(model.loss)

    def mean_loss(values: Any) -> Any:
        predicted, _ = model.stateless_call(values, fixed, X, training=False)
        return jax.numpy.mean(loss(target.astype(np.float32), predicted))

    value, gradients = jax.value_and_grad(mean_loss)(trainable)
    return float(value), gradients


@pytest.mark.parametrize(("output", "loss", "target"), CASES)
def test_value_and_gradient_are_keras_s_own(
    output: str, loss: Any, target: Any, tmp_path: Path
) -> None:
    model = one(layers.Dense(5, "tanh"), layers.Dense(3, output))
    model.compile("adam", loss)
    value, gradients = theirs_of(model, target)
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    net = gn.from_keras(model)
    explained = gn.explain(net, X, target)
    assert explained.step.mean_loss == pytest.approx(value, rel=1e-5)
    assert explained.check is not None
    assert explained.check.passed, explained.check
    ours = list(net.architecture.to_arrays(explained.step.gradient).values())[:4]
    for own, given in zip(ours, gradients, strict=True):
        scale = float(np.abs(given).max())
        assert own == pytest.approx(np.asarray(given), rel=1e-4, abs=1e-5 * max(scale, 1e-3))
    for form in (tmp_path / "model.keras", tmp_path / "model.h5"):
        assert gn.from_keras(form).loss == net.loss
    net.save(tmp_path / "net.safetensors")
    loaded = gn.load(tmp_path / "net.safetensors")
    assert isinstance(loaded, gn.Network)
    assert loaded.loss == net.loss


@pytest.mark.parametrize(
    ("output", "loss", "words"),
    [
        ("sigmoid", "hinge", "'hinge' needs the output activation 'identity' or 'tanh'"),
        ("softmax", LOSSES.SquaredHinge(), "does not fit its outputs"),
        ("linear", "msle", "'mean_squared_logarithmic_error' needs .* 'relu' or 'softplus'"),
        ("linear", "kl_divergence", "needs the output activation 'softmax'"),
        ("softmax", LOSSES.BinaryFocalCrossentropy(), "needs the output activation 'sigmoid'"),
        (
            "softmax",
            LOSSES.CategoricalFocalCrossentropy(alpha=[0.2, 0.3, 0.5]),
            r"'CategoricalFocalCrossentropy' .* these settings: alpha must be a number",
        ),
        ("sigmoid", LOSSES.BinaryCrossentropy(label_smoothing=1.0), "label_smoothing must be"),
        ("softmax", LOSSES.CategoricalHinge(), "'CategoricalHinge', which Glassnet lacks"),
    ],
)
def test_what_does_not_fit_is_said_and_stands_in_no_way(
    output: str, loss: Any, words: str, tmp_path: Path
) -> None:
    model = one(layers.Dense(5, "tanh"), layers.Dense(3, output))
    model.compile("adam", loss)
    model.save(tmp_path / "model.keras")
    for form in (model, tmp_path / "model.keras"):
        net = gn.from_keras(form)
        assert net.predict_proba(X) == pytest.approx(model.predict(X, verbose=0), abs=1e-6)
        with pytest.raises(gn.LimitError, match=rf"is not known: .*{words}.* Give loss="):
            _ = net.loss
