"""The arrays of Keras's layers: those of models in models, of old files, and no strangers'."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.keras_models import (
    X,
    before_keras_2_2_3,
    before_keras_3_6,
    body,
    keras,
    layers,
    one,
    usual,
)

pytestmark = pytest.mark.filterwarnings("ignore")


def functional_around(inner: Any) -> Any:
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(6, name="dense")(inner(inputs)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: one(body("first", "second"), layers.Dense(2, name="head")),
        lambda: one(body("dense"), layers.Dense(6, name="dense")),
        lambda: one(layers.Dense(6, name="dense"), body("dense"), layers.Dropout(0.1)),
        lambda: one(keras.Sequential([layers.Input((6,)), body("dense")]), layers.Dense(6)),
        lambda: functional_around(body("dense")),
    ],
)
def test_models_in_models_have_names_of_their_own(make: Any, tmp_path: Path) -> None:
    model = make()
    theirs = model.predict(X, verbose=0)
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
    for form in (model, tmp_path / "model.keras", tmp_path / "model.h5"):
        assert gn.from_keras(form).predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def test_archives_before_keras_3_6_have_no_names_beside_the_arrays(tmp_path: Path) -> None:
    model = one(body("dense"), layers.Dense(6, "relu"), layers.Dense(3, "softmax"))
    model.save(tmp_path / "new.keras")
    theirs = model.predict(X, verbose=0)
    older = before_keras_3_6(tmp_path / "new.keras")
    assert gn.from_keras(older).predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def test_keras_before_2_2_3_wrote_a_list_of_layers(tmp_path: Path) -> None:
    model = one(layers.Dense(5, "relu"), layers.Dense(3, "softmax"))
    model.save(tmp_path / "old.h5")
    theirs = model.predict(X, verbose=0)
    older = before_keras_2_2_3(tmp_path / "old.h5")
    assert gn.from_keras(older).predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def called_twice() -> Any:
    layer, inputs = layers.Dense(6, name="twice"), keras.Input((6,))
    return keras.Model(inputs, layer(layer(inputs)))


def in_two_models() -> Any:
    layer = layers.Dense(6, name="twice")
    return one(*(keras.Sequential([layers.Input((6,)), layer], name=name) for name in "ab"))


@pytest.mark.parametrize("make", [called_twice, in_two_models])
def test_a_layer_that_is_used_twice_is_refused(make: Any, tmp_path: Path) -> None:
    model = make()
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
    for form in (model, tmp_path / "model.keras", tmp_path / "model.h5"):
        with pytest.raises(
            gn.LimitError, match=r"has the same weights as .*give each its own copy"
        ):
            gn.from_keras(form)


def test_a_variable_of_two_layers_is_refused() -> None:
    model = one(layers.Dense(6, name="first"), layers.Dense(6, name="second"))
    model.layers[1]._tracker.unlock()
    model.layers[1]._kernel = model.layers[0]._kernel
    with pytest.raises(gn.LimitError, match="'second' has the same weights as the layer 'first'"):
        gn.from_keras(model)


def test_what_a_file_is_instead_is_said(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(pickle.dumps({"weights": [1, 2]}))
    with pytest.raises(gn.FileFormatError, match=r"neither an archive .* nor HDF5"):
        gn.from_keras(tmp_path / "model.h5")
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("data.pkl", b"")
    with pytest.raises(gn.FileFormatError, match="an archive without config"):
        gn.from_keras(tmp_path / "model.keras")
    with pytest.raises(gn.LimitError, match="is a folder, perhaps a SavedModel"):
        gn.from_keras(tmp_path)
    with pytest.raises(gn.LimitError, match="does not say how many inputs it has; begin it with"):
        gn.from_keras(keras.Sequential([layers.Dense(3)]))


class WithArguments(keras.Model):  # type: ignore[misc]  # without Keras it has no type
    """A model that Keras itself could not describe."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer


def test_a_model_without_a_description_is_refused() -> None:
    with pytest.raises(gn.LimitError, match="class 'WithArguments', which may compute anything"):
        gn.from_keras(WithArguments(layers.Dense(2)))


def test_files_of_weights_alone_are_named(tmp_path: Path) -> None:
    import h5py

    usual().save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(gn.LimitError, match="has weights and no description of the layers"):
        gn.from_keras(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = np.zeros(3)
    with pytest.raises(gn.LimitError, match="save the whole model with"):
        gn.from_keras(tmp_path / "other.h5")


@pytest.mark.parametrize("config", ["{}", "[]", "[" * 100_000, "null", '{"class_name": 3}'])
def test_descriptions_that_describe_nothing_are_refused(config: str, tmp_path: Path) -> None:
    usual().save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        weights = archive.read("model.weights.h5")
    with zipfile.ZipFile(tmp_path / "broken.keras", "w") as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", weights)
    with pytest.raises((gn.FileFormatError, gn.LimitError)):
        gn.from_keras(tmp_path / "broken.keras")


def test_links_out_of_a_file_are_not_followed(tmp_path: Path) -> None:
    import h5py

    one(layers.Dense(3, name="first")).save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.zeros((6, 3))
    with h5py.File(tmp_path / "model.h5", "a") as file:
        layer = file["model_weights"]["first"]
        (kernel, *_) = layer.attrs["weight_names"]
        del layer[kernel]
        layer[kernel] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")
    with pytest.raises(gn.FileFormatError, match="does not lie in this file"):
        gn.from_keras(tmp_path / "model.h5")
