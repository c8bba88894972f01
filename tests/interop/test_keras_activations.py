"""Activations of Keras models: outputs and gradients are Keras's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning
from tests.interop.test_keras_losses import theirs_of
from tests.keras_models import X, keras, layers, one

pytestmark = pytest.mark.filterwarnings("ignore")

TARGET = np.linspace(-1, 1, 32).reshape(16, 2)

MAKE = {
    "softsign": lambda: layers.Activation("softsign"),
    "hard_sigmoid": lambda: layers.Activation("hard_sigmoid"),
    "hard_silu": lambda: layers.Activation("hard_silu"),
    "hard_swish": lambda: layers.Activation(keras.activations.hard_swish),
    "hard_tanh": lambda: layers.Activation("hard_tanh"),
    "celu": lambda: layers.Activation("celu"),
    "relu6": lambda: layers.Activation("relu6"),
    "ReLU to 6": lambda: layers.ReLU(max_value=6),
    "ReLU to 1.5": lambda: layers.ReLU(max_value=1.5),
    "ReLU with a slope, to 1": lambda: layers.ReLU(max_value=1.0, negative_slope=0.1),
    "PReLU": lambda: layers.PReLU(alpha_initializer="uniform", shared_axes=[1]),
    "PReLU with equal slopes": lambda: layers.PReLU(alpha_initializer=initial(0.25)),
}


def initial(value: float) -> Any:
    return keras.initializers.Constant(value)


def model_with(activation: Any) -> Any:
    model = one(layers.Dense(5), activation, layers.Dense(2))
    for variable in model.layers[0].weights:
        variable.assign(3 * np.random.default_rng(1).normal(size=variable.shape))
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("name", MAKE)
def test_outputs_and_gradients_are_keras_s_own(name: str, tmp_path: Path) -> None:
    model = model_with(MAKE[name]())
    _, gradients = theirs_of(model, TARGET)
    matrices = [np.asarray(each) for each in gradients if each.ndim == 2]
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    net = gn.from_keras(model)
    assert net.predict_proba(X) == pytest.approx(model.predict(X, verbose=0), abs=1e-5)
    for form in (tmp_path / "model.keras", tmp_path / "model.h5"):
        assert gn.from_keras(form).architecture == net.architecture
    explained = gn.explain(net, X, TARGET)
    assert explained.check is not None
    assert explained.check.passed, explained.check
    ours = net.architecture.to_arrays(explained.step.gradient).values()
    for own, given in zip([each for each in ours if each.ndim == 2], matrices, strict=True):
        assert own == pytest.approx(given, rel=1e-4, abs=1e-5)


def test_the_activation_of_a_dense_layer_may_be_a_layer() -> None:
    model = one(layers.Dense(5, layers.ReLU(max_value=2.0)), layers.Dense(2, "relu6"))
    net = gn.from_keras(model)
    activations = [layer.activation for layer in net.architecture.layers]
    assert activations[0] == gn.HardTanh(0, 2)
    assert activations[1].name == "relu6"


def test_the_hard_sigmoid_is_that_of_the_version_that_saved_it(tmp_path: Path) -> None:
    import h5py

    model = model_with(layers.Activation("hard_sigmoid"))
    model.save(tmp_path / "model.h5")
    slopes = []
    for version in ("3.0.0", "2.15.0", "2.2.4-tf", "1.2.2"):
        with h5py.File(tmp_path / "model.h5", "r+") as file:
            file.attrs["keras_version"] = version
        net = gn.from_keras(tmp_path / "model.h5")
        slopes.append(net.architecture.layers[0].activation.hyper_parameters["slope"])
    assert slopes == [1 / 6, 0.2, 0.2, 0.2]
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        del file.attrs["keras_version"]
    with pytest.raises(gn.LimitError, match="does not say by which version of Keras"):
        gn.from_keras(tmp_path / "model.h5")


def test_a_learned_slope_is_said_to_stay() -> None:
    with pytest.warns(PartialImportWarning, match="the layer 'bent' learns its slope"):
        gn.from_keras(model_with(layers.PReLU(alpha_initializer=initial(0.1), name="bent")))


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        (layers.PReLU(alpha_initializer="uniform"), "a slope of its own for each unit"),
        (layers.ReLU(threshold=1.0), "is not supported"),
        (layers.Activation("hard_shrink"), "with the activation 'hard_shrink' is not supported"),
    ],
)
def test_what_is_another_activation_is_refused(activation: Any, words: str) -> None:
    with pytest.raises(gn.LimitError, match=words):
        gn.from_keras(model_with(activation))
