"""HDF5 files of strangers: what never ends, leads elsewhere, or unpacks to far more than it is."""

import base64
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.core import foreign
from tests.keras_models import X, keras, layers, usual

pytestmark = pytest.mark.filterwarnings("ignore")

# Arrays of a model with a changed byte, over which HDF5's library never ends.
ENDLESS = (
    "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4ELUA1BdAESSBIRvent3SsRmT2odD3JpHhjMHymtjYwiFP326Em6gMiVidGU"
    "MP/x3+MvtDk7Sfj+1zBEXa80Sutz8wEfnXWaPlOPOHlIwCcNpFZKQQMrXFrBgagNEagczzGWiVeU+5xy6u4JgeCKZDlw"
    "uZ/rQm/PaxTJJ28oomUIntwkyN5MEg62vnT783MKIF+GO9TfkQ/ozjPStZxILtH8Dx7QnAO+WX1g/S/E7aVeWqyNwl4E"
    "9ewzhBjGqprysB8eOrsBIK1QRHGN+1jYqc5PvoTGZHjtUjZgvl9FprI0lDGfUfljmEWPf4LnnA3JCIuj5VqB7XURpgdE"
    "2Oa80gguUR8ES3RwsXgLwvItMEtMY6cIeEpvWZMGNtbX0W8ncd/SG39MrcWzCac3+Npz8S4quB9xre48cJpN2CFfUWgp"
    "OZbs8mGKBVsutlgiyRBw+yXJYlgl3H3OAfTMQlU7tyvE6IwjtkE0P6GVia3cMuw+M8rXHftpy8CqkvqjQXF5tFTB5z3o"
    "wF9ePPACKy4NA3cNHTesbsk6pksfA+gUSsHPmLTG6fy+MA44NO2R1VktzCC4PM6hUlMAaW0mGEKblRZmVSwEkfOkvPU7"
    "IwIs5m6iw6Olm/A+kjueuQuiAvRQrjjiF19aa0+C3V6evsP4g+BCKg706V13jBlfv2hHfBq59BXrw4652Bc+umkwenDH"
    "5u88aB8PSoGct3k/Adaiccoh/cj9MVHJ/4NciL/ptAaPFs0NKDpq9nhnmWbFUcbGB4XcNvMX8Th9TgXyl9DnoMYmpX9x"
    "AW+JYyI5+hNXqtYcZOSJm6ia9PYtVup5dGRjftOv1gc+hLNDe7BJJxFxV1ZVQ4PDqTpFTCmkjgnirqVI8v10ZmGPchbI"
    "oeNQ/ooJA077JAo+pEXtkJBfer5OlxLqoU4pw7ntVnPGmqRw4M689ZpN3Q5Yt1vhsiiyceDl0FvVeQ3qV3OD+HYV4eLY"
    "giZAsiwpq2zgQGnupRaj/ADEg694CQGwLKPn46w9HrVV9raGLMatGOYfaYQeRIgfthzMMZ+zYOcwknxDGXVgQrITCv7t"
    "51fpapUhHDs0RBSNMpQt47CiFEr5iyC505ZIhOzW4pYU2tfY/mYiHSCpWt5UpBXjX4eKAGFx5AscDKxQAAHsBtWFAQAF"
    "W/zCscRn+wIAAAAABFla"
)


def repacked(whole: Path, into: Path, weights: bytes) -> Path:
    """The archive of a model, its arrays replaced and compressed."""
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("config.json", source.read("config.json"))
        archive.writestr("model.weights.h5", weights)
    return into


def test_a_file_over_which_the_library_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "SECONDS", 3)
    model = keras.Sequential([layers.Input((3,)), layers.Dense(3), layers.Dense(2)])
    model.save(tmp_path / "whole.keras")
    weights = lzma.decompress(base64.b64decode(ENDLESS))
    endless = repacked(tmp_path / "whole.keras", tmp_path / "endless.keras", weights)
    with pytest.raises(gn.FileFormatError, match=r"as a Keras model: .* longer than 3 seconds$"):
        gn.from_keras(endless)


def test_arrays_in_an_archive_that_unpack_to_far_more(tmp_path: Path) -> None:
    usual().save(tmp_path / "whole.keras")
    bomb = repacked(tmp_path / "whole.keras", tmp_path / "bomb.keras", bytes(2**27))
    assert bomb.stat().st_size < 2**18
    with pytest.raises(gn.LimitError, match="unpacks to more than 200 times its size"):
        gn.from_keras(bomb)


@pytest.mark.parametrize("shared", [False, True])
def test_arrays_that_unpack_to_far_more(tmp_path: Path, *, shared: bool) -> None:
    """A single array, or one that stands in many places."""
    import h5py

    path = tmp_path / "model.h5"
    usual().save(path)
    shape, places = ((2**20, 1), 1000) if shared else ((2**26, 1), 1)
    with h5py.File(path, "a") as file:
        group = file["model_weights"]
        first = next(name for name in group if group[name].attrs["weight_names"].size)
        zeros = np.zeros(shape, dtype=np.float32)
        file.create_dataset("zeros", data=zeros, chunks=shape, compression="gzip")
        names = [f"kernel_{number}" for number in range(places)]
        for name in names:
            group[first][name] = file["zeros"]
        del group[first].attrs["weight_names"]
        group[first].attrs["weight_names"] = [name.encode() for name in names]
    with pytest.raises(gn.LimitError, match="unpacks to more than 200 times its size"):
        gn.from_keras(path)


def test_arrays_that_are_compressed_are_read(tmp_path: Path) -> None:
    import h5py

    model = usual()
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "a") as file:
        found: list[str] = []
        file.visit(found.append)
        for name in found:
            if isinstance(file[name], h5py.Dataset) and file[name].ndim:
                values = file[name][()]
                del file[name]
                file.create_dataset(name, data=values, chunks=values.shape, compression="gzip")
    net = gn.from_keras(tmp_path / "model.h5")
    assert net.predict_proba(X) == pytest.approx(model.predict(X, verbose=0), abs=1e-6)
