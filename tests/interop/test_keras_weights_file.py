"""Files of Keras with weights alone, for an architecture that is given."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.keras_models import X, body, layers, one

h5py = pytest.importorskip("h5py", reason="h5py is not installed here")

pytestmark = pytest.mark.filterwarnings("ignore")

LIKE = gn.Network([6, 5, 4, 3], hidden="relu", output="softmax")


def model() -> Any:
    relu = [layers.Dense(units, "relu", name=f"of_{units}") for units in (5, 4)]
    return one(*relu, layers.Dense(3, "softmax", name="a_last_one"))


def by_keras_2(path: Path, arrays: list[np.ndarray], *others: str) -> Path:
    """What ``save_weights("….h5")`` wrote before Keras 3."""
    with h5py.File(path, "w") as file:
        names = [f"dense_{number}" for number in range(len(arrays) // 2)]
        file.attrs["layer_names"] = [name.encode() for name in ("input_1", *names, *others)]
        file.create_group("input_1").attrs["weight_names"] = []
        for name, *pair in zip(names, arrays[::2], arrays[1::2], strict=True):
            group = file.create_group(name)
            full = [f"{name}/kernel:0", f"{name}/bias:0"]
            group.attrs["weight_names"] = [each.encode() for each in full]
            for each, array in zip(full, pair, strict=True):
                group[each] = array
    return path


def test_weights_of_today_and_of_keras_2(tmp_path: Path) -> None:
    original = model()
    original.save_weights(tmp_path / "new.weights.h5")
    old = by_keras_2(tmp_path / "old.h5", original.get_weights())
    theirs = original.predict(X, verbose=0)
    for file in (tmp_path / "new.weights.h5", old, str(old)):
        net = gn.from_keras(file, like=LIKE, loss="mean_squared_error")
        assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)
        assert net.loss.name == "mean_squared_error"


def test_more_than_ten_layers_keep_their_order(tmp_path: Path) -> None:
    original = one(*(layers.Dense(6, "tanh") for _ in range(12)), layers.Dense(3, "softmax"))
    original.save_weights(tmp_path / "new.weights.h5")
    like = gn.Network([6] + [6] * 12 + [3], hidden="tanh", output="softmax")
    net = gn.from_keras(tmp_path / "new.weights.h5", like=like)
    theirs = original.predict(X, verbose=0)
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-6)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    original = model()
    original.save_weights(tmp_path / "new.weights.h5")
    wider = gn.Network([6, 5, 3], hidden="relu", output="softmax")
    with pytest.raises(ValueError, match="the weights do not match the network"):
        gn.from_keras(tmp_path / "new.weights.h5", like=wider)
    with pytest.raises(gn.LimitError, match="give from_keras the architecture, like="):
        gn.from_keras(tmp_path / "new.weights.h5")
    original.save(tmp_path / "whole.h5")
    with pytest.raises(gn.LimitError, match="describes its layers itself; leave like out"):
        gn.from_keras(tmp_path / "whole.h5", like=LIKE)
    with pytest.raises(TypeError, match="like is for files"):
        gn.from_keras(original, like=LIKE)
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(gn.FileFormatError, match="it is not HDF5"):
        gn.from_keras(tmp_path / "text.h5", like=LIKE)
    with pytest.raises(FileNotFoundError):
        gn.from_keras(tmp_path / "none.h5", like=LIKE)


@pytest.mark.parametrize(
    "make",
    [
        lambda: one(layers.Dense(5, "relu"), layers.BatchNormalization(), layers.Dense(3)),
        lambda: one(body("dense"), layers.Dense(3)),
    ],
)
def test_other_layers_are_refused(make: Any, tmp_path: Path) -> None:
    make().save_weights(tmp_path / "new.weights.h5")
    with pytest.raises(gn.LimitError, match="save the whole model"):
        gn.from_keras(tmp_path / "new.weights.h5", like=LIKE)


def test_arrays_that_are_only_announced_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.attrs["layer_names"] = [b"dense"]
        group = file.create_group("dense")
        group.attrs["weight_names"] = [b"kernel"]
        group.create_dataset("kernel", shape=(10**6, 10**6), dtype="f4", chunks=(1000, 1000))
    with pytest.raises(gn.FileFormatError, match="is announced, but not there"):
        gn.from_keras(tmp_path / "bomb.h5", like=LIKE)
