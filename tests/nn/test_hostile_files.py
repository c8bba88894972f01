"""Opening a stranger's file: whatever its header claims, a sentence and nothing worse."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.model import Model, load
from glassnet.nn.file_format import read_file
from glassnet.nn.schema import NetworkRecord
from tests.small_tables import fruits, trained_on


@pytest.fixture(scope="module")
def fruit_model() -> Model:
    return trained_on(fruits(), "fruit")


Header = dict[str, Any]


@pytest.fixture
def stored(tmp_path: Path, fruit_model: Model) -> tuple[Header, dict[str, Array]]:
    """Header and arrays of a good file: [5, 8, 2], relu and softmax."""
    fruit_model.save(tmp_path / "good")
    return read_file(tmp_path / "good")


def refused(folder: Path, header: Any, arrays: dict[str, Array]) -> str:
    """Write a file, expect that it is refused, and return in which words."""
    path = folder / "bad.safetensors"
    path.write_bytes(save(arrays, {"glassnet": json.dumps(header)}))
    with pytest.raises(FileFormatError) as caught:
        load(path)
    message = str(caught.value)
    assert "bad.safetensors" in message
    assert "\n" not in message
    assert len(message) < 500
    return message


def test_a_model_file_cut_off_anywhere_is_refused(tmp_path: Path, fruit_model: Model) -> None:
    path = tmp_path / "model"
    fruit_model.save(path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match="is not a model file, or is damaged"):
            load(path)


def test_every_missing_key_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]]
) -> None:
    header, arrays = stored
    for key in header:
        refused(tmp_path, {name: header[name] for name in header if name != key}, arrays)
    for key in header["layers"][0]:
        layers = [
            {name: value for name, value in layer.items() if name != key}
            for layer in header["layers"]
        ]
        refused(tmp_path, {**header, "layers": layers}, arrays)


LIES: list[tuple[str, Any]] = [
    ("inputs", 10**12), ("inputs", -5), ("inputs", 5.0), ("inputs", "5"), ("inputs", True),
    ("dtype", "float16"), ("dtype", "float64"), ("dtype", ["float32"]), ("dtype", None),
    ("seed", -1), ("seed", 2**64), ("seed", 0.5), ("seed", float("nan")), ("seed", "0"),
    ("epochs_trained", -1), ("epochs_trained", 1e999), ("epochs_trained", 10**100),
    ("epochs_trained", 2.5), ("epochs_trained", "many"), ("epochs_trained", None),
    ("classes", ["plum"]), ("classes", ["a", "b", "c"]), ("classes", "ab"), ("classes", 2),
    ("classes", [["a"], ["b", "c"]]), ("classes", {"a": 0, "b": 1}), ("classes", ["a", "a"]),
    ("feature_names", ["weight"]), ("feature_names", "abcde"), ("feature_names", 5),
    ("loss", "hinge"), ("loss", ["x"]), ("loss", None), ("loss", "binary_crossentropy"),
    ("hyper_parameters", {"label_smoothing": 1}), ("hyper_parameters", {"label_smoothing": "0"}),
    ("hyper_parameters", {"label_smoothing": None}), ("hyper_parameters", {"threshold": 1}),
    ("hyper_parameters", {"label_smoothing": 0, "x": 1}), ("hyper_parameters", {"self": 1}),
    ("hyper_parameters", {"label_smoothing": float("nan")}),
    ("hyper_parameters", 5), ("hyper_parameters", ["label_smoothing"]), ("hyper_parameters", "x"),
    ("layers", []), ("layers", {}), ("layers", "relu"), ("layers", None), ("layers", [[8, 2]]),
    ("kind", "forest"), ("kind", None), ("kind", ["model"]),
    ("encoders", []), ("encoders", None), ("encoders", {}), ("encoders", ["number"]),
    ("target", None), ("target", {"kind": "class", "name": "fruit", "classes": ["a"]}),
    ("target", {"kind": "number", "name": "fruit", "mean": 10**400, "scale": 1}),
    ("provenance", None), ("provenance", 3),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), LIES, ids=lambda value: str(value)[:30])
def test_a_header_that_lies_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]], key: str, value: Any
) -> None:
    header, arrays = stored
    assert json.dumps(header[key]) != json.dumps(value)
    refused(tmp_path, {**header, key: value}, arrays)


NOT_OF_ITS_TYPE = "the labels are not all of the type"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"type": "date", "values": ["x", "y"]}, f"classes: {NOT_OF_ITS_TYPE} 'date'"),
        ({"type": "integer", "values": [1, "2"]}, f"classes: {NOT_OF_ITS_TYPE} 'integer'"),
        ({"type": "number", "values": [10**400, 1]}, f"{NOT_OF_ITS_TYPE} 'number'"),
        ({"type": "time", "values": ["today", "now"]}, f"{NOT_OF_ITS_TYPE} 'time'"),
        (
            {"type": "time", "values": [f"2020-01-01T00:00:00.{1:030}", "2020-01-01T00:00"]},
            f"{NOT_OF_ITS_TYPE} 'time'",
        ),
        ({"type": "word", "values": ["a", "b"]}, "classes: 'word' is no type of labels; known"),
        ({"type": "text", "values": ["a", "a"]}, "classes: a label stands there twice"),
    ],
)
def test_labels_that_lie_are_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]], labels: Any, message: str
) -> None:
    header, arrays = stored
    assert message in refused(tmp_path, {**header, "classes": labels}, arrays)


def test_parts_that_contradict_each_other_are_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]]
) -> None:
    header, arrays = stored
    encoders = [{**encoder, "name": "weight"} for encoder in header["encoders"]]
    twice = "two encoders or targets are for the column 'weight'"
    assert twice in refused(tmp_path, {**header, "encoders": encoders}, arrays)
    target = {**header["target"], "name": header["encoders"][0]["name"]}
    assert "two encoders or targets" in refused(tmp_path, {**header, "target": target}, arrays)


@pytest.mark.parametrize("kind", ["\ud800", [], {}])
def test_a_target_of_no_kind_is_refused_also_in_an_older_format(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]], kind: Any
) -> None:
    header, arrays = stored
    lying = {**header, "target": {**header["target"], "kind": kind}}
    for version in (4, 2):
        message = refused(tmp_path, {**lying, "format": version}, arrays)
        assert "unhashable" not in message
        assert "codec" not in message


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("units", 10**12, "the arrays of the file do not fit"),
        ("units", -8, "units is -8; expected a whole number of at least 1"),
        ("units", 0, "units is 0; expected a whole number of at least 1"),
        ("units", 8.0, "units is 8.0; expected a whole number"),
        ("units", "8", "units is '8'; expected a whole number"),
        ("units", True, "units is True; expected a whole number"),
        ("units", [8], r"units is \[8\]; expected a whole number"),
        ("activation", "swish", "unknown activation 'swish'; known are: .*identity"),
        ("activation", ["relu"], "activation"),
        ("activation", None, "activation is None; expected text"),
        ("bias", False, "the arrays of the file do not fit"),
        ("bias", "yes", "bias"),
        ("hyper_parameters", {"slope": 0.1}, "'relu' has no hyper-parameter 'slope'"),
        ("hyper_parameters", ["slope"], "expected values by name"),
        ("hyper_parameters", 5, "hyper_parameters is 5; expected values by name"),
        ("units", 10**30, "the arrays of the file do not fit"),
        ("multiplier", float("nan"), "multiplier is nan; expected a number above 0"),
        ("weight_rate", float("inf"), "weight_rate is inf; expected a finite number"),
    ],
)
def test_a_layer_that_lies_is_refused(
    tmp_path: Path,
    stored: tuple[Header, dict[str, Array]],
    key: str,
    value: Any,
    message: str,
) -> None:
    header, arrays = stored
    header["layers"][0][key] = value
    assert re.search(message, refused(tmp_path, header, arrays))


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("b1"),
        lambda arrays: arrays.update(w9=np.zeros(2, np.float32)),
        lambda arrays: arrays.update(w1=arrays["w1"].T.copy()),
        lambda arrays: arrays.update(w1=arrays["w1"].astype(np.float64)),
        lambda arrays: arrays.update(w1=arrays["w1"].view(np.int32)),
        lambda arrays: arrays["w2"].fill(np.nan),
        lambda arrays: arrays["b2"].fill(-np.inf),
    ],
    ids=["absent", "one more", "transposed", "float64", "int32", "NaN", "infinity"],
)
def test_arrays_that_do_not_fit_the_header_are_refused(
    tmp_path: Path,
    stored: tuple[Header, dict[str, Array]],
    change: Callable[[dict[str, Array]], Any],
) -> None:
    header, arrays = stored
    change(arrays)
    assert re.search("arrays? .*of the file|finite", refused(tmp_path, header, arrays))


def test_opening_runs_no_code_and_takes_no_pickle(tmp_path: Path) -> None:
    import pickle

    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps({"w1": 1}))
    with pytest.raises(FileFormatError, match="is not a model file"):
        load(path)


def test_what_is_no_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "astray").symlink_to(tmp_path / "nowhere")
    problems = {
        tmp_path: "is a folder",
        tmp_path / "pipe": "is a device or a pipe",
        Path("/dev/zero"): "is a device or a pipe",
        tmp_path / "a": "is a link that leads nowhere",
        tmp_path / "astray": "is a link that leads nowhere",
        tmp_path / "nothing": "does not exist",
    }
    for path, problem in problems.items():
        with pytest.raises(FileNotFoundError, match=f"^{path} {problem}; expected a model file$"):
            load(path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no /proc here")
def test_a_file_that_the_system_does_not_read_is_named() -> None:
    with pytest.raises(OSError, match=r"^cannot read /proc/self/mem: [A-Z][a-z ]+$"):
        load("/proc/self/mem")


def test_a_name_that_stands_in_the_header_twice_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]]
) -> None:
    """Other programs take the first one, and would read another model."""
    header, arrays = stored
    text = json.dumps(header)
    for twice in (
        text[:-1] + ', "inputs": 5}',
        text.replace('"units": 8', '"units": 9, "units": 8'),
        text.replace('"provenance": {', '"provenance": {"a": {"b": 1, "b": 2}, ', 1),
    ):
        assert twice != text
        path = tmp_path / "twice"
        path.write_bytes(save(arrays, {"glassnet": twice}))
        with pytest.raises(FileFormatError, match=r"the header of .*twice is damaged"):
            load(path)


LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"kind": LONG},
        {"loss": LONG},
        {"hyper_parameters": {LONG: 1.0}},
        {"classes": {"type": LONG, "values": ["a", "b"]}},
        {"classes": {"type": "date", "values": [LONG, "b"]}},
        {"encoders": [{"kind": LONG}]},
        {"feature_names": LONG},
        {"layers": [{LONG: 1}]},
    ],
    ids=str,
)
def test_a_message_quotes_only_the_beginning_of_a_long_text(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]], change: Header
) -> None:
    header, arrays = stored
    refused(tmp_path, {**header, **change}, arrays)


def test_text_that_is_no_unicode_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]]
) -> None:
    header, arrays = stored
    names = ["\ud800", *header["feature_names"][1:]]
    changes: list[Header] = [{"feature_names": names}, {"provenance": {"data": ["\udfff"]}}]
    for change in changes:
        words = refused(tmp_path, {**header, **change}, arrays)
        assert words.endswith("a text in it is no Unicode")


def test_an_image_encoder_for_more_pixels_than_memory_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]]
) -> None:
    header, arrays = stored
    for shape in ([10**9, 10**9], [10**5, 10**5, 3], [10**300, 10**300]):
        encoders = [{"kind": "image", "name": "image", "shape": shape}]
        words = refused(tmp_path, {**header, "encoders": encoders}, arrays)
        assert "the encoders make" in words or "too large" in words


@pytest.mark.parametrize("networks", [2, 20_000])
def test_an_ensemble_of_many_networks_over_few_arrays_is_refused(
    tmp_path: Path, stored: tuple[Header, dict[str, Array]], networks: int
) -> None:
    header, arrays = stored
    own = {key: header[key] for key in NetworkRecord.__struct_fields__}
    words = refused(tmp_path, {**header, "others": [own] * (networks - 1)}, arrays)
    assert words.endswith("the arrays of the file do not fit the network in its header")
