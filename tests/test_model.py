"""Model: raw rows in, names out; saved and opened again bit for bit."""

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from glassnet.evaluation.evaluate import evaluate
from glassnet.formula.document import DocumentTable, Picture
from glassnet.formula.number import number_text
from glassnet.model import Model, load
from glassnet.network import Network
from glassnet.nn.activations.elu import Elu
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.leaky_relu import LeakyRelu
from glassnet.nn.file_format import KEY, read_file
from glassnet.nn.losses.huber import Huber
from glassnet.tables.encoders.category import CategoryEncoder
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.samples import digits
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train
from tests.random_networks import random_case
from tests.small_tables import fruits, prices, text_column, trained_on

PLUMS = {"weight": [31.0, 6.5], "colour": ["blue", None]}


@pytest.fixture(scope="module")
def fruit_model() -> Model:
    return trained_on(fruits(), "fruit")


@pytest.fixture(scope="module")
def price_model() -> Model:
    return trained_on(prices(), "price")


def test_raw_rows_in_and_names_out(fruit_model: Model) -> None:
    assert fruit_model.predict(PLUMS).tolist() == ["plum", "cherry"]
    probabilities = fruit_model.predict_proba(PLUMS)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (probabilities.argmax(axis=1) == [1, 0]).all()


def test_numbers_come_out_in_the_unit_of_the_target() -> None:
    net = Network([1, 1], output="identity", dtype="float64")
    net.weights, net.biases = [[[2.0]]], [[0.5]]
    encoder = TableEncoder.fit(Table({"weight": np.array([8.0, 12.0])}))
    model = Model(net, encoder, NumberTarget("price", 100, 10))
    # Mean 10 and deviation 2: 14 becomes 2; out comes 2·2 + 0.5 = 4.5; 4.5·10 + 100 = 145.
    assert model.predict({"weight": [14.0]}).tolist() == [145]
    assert model.target.encode(Table({"price": np.array([145.0])})).tolist() == [[4.5]]


def test_a_model_names_the_inputs_and_classes_of_its_network(fruit_model: Model) -> None:
    assert fruit_model.network.feature_names == fruit_model.encoder.feature_names
    assert fruit_model.network.classes is not None
    assert fruit_model.network.classes.tolist() == ["cherry", "plum"]


def test_parts_that_do_not_fit_together_are_refused() -> None:
    encoder = TableEncoder((CategoryEncoder("c", ("red",)),))
    with pytest.raises(ValueError, match="the encoder makes 2 inputs; the network has 3"):
        Model(Network([3, 2], output="softmax"), encoder, ClassTarget("t", ("a", "b")))
    with pytest.raises(ValueError, match="the target needs 3 outputs; the network has 2"):
        Model(Network([2, 2], output="softmax"), encoder, ClassTarget("t", ("a", "b", "c")))
    with pytest.raises(ValueError, match="the target needs 1 outputs; the network has 2"):
        Model(Network([2, 2], output="identity"), encoder, NumberTarget("t", 0, 1))


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        ({"weight": [1.0]}, ValueError, "no column 'colour'; its columns are 'weight'"),
        ({**PLUMS, "weight": ["1", "heavy"]}, ValueError, "'weight' must hold numbers.*'heavy'"),
        ({**PLUMS, "weight": [1, np.inf]}, ValueError, "'weight' holds an infinite .* row 2"),
        ({**PLUMS, "weight": [1, 1e300]}, ValueError, "'weight'.*1e.?300"),
        ({"weight": [1.0], "colour": []}, ValueError, "different lengths"),
        ({"weight": [], "colour": []}, ValueError, "no (rows|examples)"),
        ([[1.0, "red"]], TypeError, "expected a data frame or a mapping"),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    fruit_model: Model, frame: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        fruit_model.predict(frame)


def test_the_prediction_of_a_row_does_not_depend_on_the_other_rows(fruit_model: Model) -> None:
    table = fruits()
    whole = fruit_model.predict_proba(table)
    for row in range(5):
        alone = fruit_model.predict_proba(table.rows(np.array([row])))
        assert alone.tobytes() == whole[row : row + 1].tobytes()


def test_a_target_that_is_no_finite_number_is_refused(price_model: Model) -> None:
    with pytest.raises(ValueError, match="the target 'price' must hold finite numbers"):
        price_model.target.encode(Table({"price": np.array([1.0, np.nan])}))
    with pytest.raises(ValueError, match="the target 'price' must hold finite numbers"):
        price_model.target.encode(Table({"price": text_column("cheap")}))
    with pytest.raises(ValueError, match="there is no column 'price'; the columns are 'loss'"):
        price_model.target.encode(Table({"loss": np.array([1.0])}))


def test_class_names_of_numbers_are_the_shortest_that_tell_them_apart() -> None:
    numbers = ClassTarget("number", (3.0, -1.0, 0.5, 1e15, 0.1, 2.3))
    assert numbers.output_names == ("3", "-1", "0.5", "1000000000000000", "0.1", "2.3")
    assert ClassTarget("text", ("a", "b")).output_names == ("a", "b")


def test_an_explanation_begins_at_the_raw_row(fruit_model: Model, price_model: Model) -> None:
    explanation = fruit_model.explain(PLUMS, row=1, target="cherry", learning_rate=0.1)
    assert "colour is missing: x[colour = other] = 1" in explanation.to_text()
    assert explanation.check is not None
    assert explanation.check.passed
    step = price_model.explain({"weight": [2.0]}, 0, target=5, learning_rate=0.1).step
    target = price_model.target
    assert isinstance(target, NumberTarget)
    assert step.target.item() == pytest.approx((5 - target.mean) / target.scale, rel=1e-6)


def test_what_cannot_be_explained_is_refused(fruit_model: Model, price_model: Model) -> None:
    with pytest.raises(ValueError, match="there is no row 2; the table has rows 0 to 1"):
        fruit_model.explain(PLUMS, row=2)
    with pytest.raises(ValueError, match="the unknown class 'pear'; known are: cherry, plum"):
        fruit_model.explain(PLUMS, target="pear", learning_rate=0.1)
    with pytest.raises(ValueError, match=r"(price|target).*number.*'cheap'"):
        price_model.explain({"weight": [2.0]}, target="cheap", learning_rate=0.1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_networks_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    case = random_case(seed, widest=20, most_rows=5)
    net = case.net
    net.loss, net.epochs_trained = case.loss, seed
    net.feature_names = [f"x{number}" for number in range(net.architecture.inputs)]
    path = tmp_path_factory.mktemp("net") / "net.safetensors"
    net.save(path)
    again = load(path)
    assert isinstance(again, Network)
    assert again.parameters.tobytes() == net.parameters.tobytes()
    assert again.record_fields() == net.record_fields()
    assert repr(again) == repr(net)
    assert again.predict_proba(case.x).tobytes() == net.predict_proba(case.x).tobytes()


@pytest.mark.parametrize("labels", [["b", "ä 中"], [7, -3], [0.5, 2.5], [False, True]])
def test_class_labels_come_back_as_they_were(tmp_path: Path, labels: list[Any]) -> None:
    net = Network([1, 2], output="softmax")
    net.fit([[0.0], [1.0]], labels, epochs=1)
    net.save(tmp_path / "net")
    again = load(tmp_path / "net")
    assert isinstance(again, Network)
    assert again.predict([[0.0], [1.0]]).tolist() == net.predict([[0.0], [1.0]]).tolist()
    assert again.classes is not None
    assert again.classes.tolist() == sorted(labels)


@pytest.mark.parametrize("which", ["fruit_model", "price_model"])
def test_models_come_back_bit_for_bit(
    tmp_path: Path, request: pytest.FixtureRequest, which: str
) -> None:
    model: Model = request.getfixturevalue(which)
    model.provenance["note"] = {"source": "ä", "rows": [1, 2.5, None]}
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert isinstance(again, Model)
    assert (again.encoder, again.target) == (model.encoder, model.target)
    assert again.provenance == model.provenance
    frame = {"weight": [1.0, None, 40.0], "colour": ["red", None, "new"]}
    first, second = (one.outputs(one.encode(frame)[0]) for one in (model, again))
    assert first.tobytes() == second.tobytes()


def test_a_trained_network_learns_on_after_loading_as_it_would_have(tmp_path: Path) -> None:
    x, y = np.arange(40.0).reshape(20, 2) / 40, [0, 1] * 10
    net = Network([2, 3, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(x, y, epochs=2, batch_size=4)
    net.save(tmp_path / "net")
    again = load(tmp_path / "net")
    assert isinstance(again, Network)
    for each in (net, again):
        each.fit(x, y, epochs=2, batch_size=4)
    assert again.parameters.tobytes() == net.parameters.tobytes()


def test_a_full_disk_leaves_the_old_model(
    tmp_path: Path, fruit_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.safetensors"
    fruit_model.save(path)
    before = path.read_bytes()

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    fruit_model.provenance["new"] = True
    for each in (fruit_model, fruit_model.network):
        with pytest.raises(OSError, match=r"cannot write .*model\.safetensors: No space left"):
            each.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


def test_the_story_of_a_weight_begins_at_the_raw_value_of_its_input() -> None:
    table = Table({"length": np.array([1.0, 3.0, np.nan]), "kind": text_column("a", "b", "a")})
    encoder = TableEncoder.fit(table)
    net = Network([len(encoder.feature_names), 2, 2], hidden="tanh", output="softmax", seed=1)
    model = Model(net, encoder, ClassTarget("size", ("small", "large")))
    explanation = model.explain(table, 0, "large", learning_rate=0.1)
    # length: mean 2, deviation 1, so that 1 becomes (1 − 2) / 1 = −1.
    story = explanation.weight("w1[length → 2]")
    first = story.document.sections[0]
    assert first.title == "From the raw row to this input"
    assert "x[length] = (length − 2)/1 = (1 − 2)/1 = " in story.to_text()
    other = explanation.weight("w2[1,1]").document.sections[0]
    assert other.title == "Forward pass"


def in_format_3(record: Any) -> Any:
    """A header, or a part of one, with the one number of an activation or a loss unnamed."""
    if isinstance(record, list):
        return [in_format_3(item) for item in record]
    if not isinstance(record, dict):
        return record
    key = "activation_parameter" if "activation" in record else "loss_parameter"
    old = {name: in_format_3(value) for name, value in record.items()}
    if "hyper_parameters" in old:
        numbers = old.pop("hyper_parameters")
        old[key] = next(iter(numbers.values()), 0.0)
    return old


def in_format_2(record: Any) -> Any:
    """A header of format 3, or a part of one, in the words of format 2."""
    words = {"loss": "cost", "loss_parameter": "cost_parameter", "baseline": "usual"}
    if isinstance(record, list):
        return [in_format_2(item) for item in record]
    if not isinstance(record, dict):
        return record
    renamed = {words.get(key, key): in_format_2(value) for key, value in record.items()}
    kinds = {"regression": "numbers", "multilabel": "labels"}
    if renamed.get("kind") in kinds:
        renamed["kind"] = kinds[renamed["kind"]]
    return renamed


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("target", ["fruit", ("weight", "size")])
def test_a_model_of_an_older_format_is_read_in_the_words_of_today(
    tmp_path: Path, target: Any, version: int
) -> None:
    table = fruits()
    table.columns["size"] = table.columns["weight"] * 2 + 1
    recipe = Recipe("plain", hidden=(4,), epochs=2, ensemble=2)
    model = train(table, target, recipe, progress=False).model
    model.save(tmp_path / "new")
    header, arrays = read_file(tmp_path / "new")
    old = in_format_3(header)
    assert "loss_parameter" in old
    assert "activation_parameter" in old["others"][0]["layers"][0]
    if version == 2:
        old = in_format_2(old)
        assert {"cost", "usual"} <= {*old, *old["provenance"]}
    old["format"] = version
    metadata = {KEY: json.dumps(old)}
    (tmp_path / "old").write_bytes(save(arrays, metadata))
    opened = load(tmp_path / "old")
    assert isinstance(opened, Model)
    assert opened.predict(table).tolist() == model.predict(table).tolist()
    assert [net.loss for net in opened.networks] == [net.loss for net in model.networks]
    assert opened.provenance == model.provenance
    assert evaluate(opened, table).baseline == evaluate(model, table).baseline != {}


# As it was written: the one number of an activation or of the loss stood without its name.
OF_FORMAT_3 = {
    "format": 3,
    "kind": "network",
    "inputs": 2,
    "layers": [
        {
            "connection": "dense",
            "units": 1,
            "activation": activation,
            "activation_parameter": number,
            "bias": True,
            "multiplier": 1.0,
            "weight_rate": 1.0,
            "bias_rate": 1.0,
        }
        for activation, number in (("leaky_relu", 0.3), ("elu", 0.4), ("identity", 0.0))
    ],
    "dtype": "float64",
    "seed": 3,
    "loss": "huber",
    "loss_parameter": 0.7,
    "classes": None,
    "feature_names": None,
    "epochs_trained": 2,
}


def test_a_network_of_format_3_has_its_numbers_by_name(tmp_path: Path) -> None:
    arrays = {"w1": np.array([[1.0], [2.0]]), "w2": np.ones((1, 1)), "w3": np.ones((1, 1))}
    arrays |= {f"b{layer}": np.zeros(1) for layer in (1, 2, 3)}
    (tmp_path / "old").write_bytes(save(arrays, {KEY: json.dumps(OF_FORMAT_3)}))
    net = load(tmp_path / "old")
    assert isinstance(net, Network)
    activations = [layer.activation for layer in net.architecture.layers]
    assert activations == [LeakyRelu(0.3), Elu(0.4), Identity()]
    assert net.loss == Huber(0.7)
    # in = 1 · 1 − 2 · 1 = −1, then 0.3 · −1 = −0.3, then 0.4 (exp(−0.3) − 1).
    predicted = 0.4 * np.expm1(-0.3)
    assert net.predict([[1.0, -1.0]]).item() == pytest.approx(predicted, rel=1e-15)
    # A target 2 above is beyond the threshold: 0.7 (2 − 0.7 / 2).
    assert net.evaluate([[1.0, -1.0]], [predicted + 2]) == pytest.approx(0.7 * 1.65)
    net.save(tmp_path / "new")
    header, _ = read_file(tmp_path / "new")
    assert header["format"] == 4
    assert header["hyper_parameters"] == {"threshold": 0.7}
    numbers = [layer["hyper_parameters"] for layer in header["layers"]]
    assert numbers == [{"slope": 0.3}, {"alpha": 0.4}, {}]


def test_values_that_a_model_does_not_know_are_warned_of(fruit_model: Model) -> None:
    name = next(one.name for one in fruit_model.encoder.encoders if one.summary != "number")
    frame = {column: [1.0] for column in fruit_model.encoder.columns} | {name: ["of glass"]}
    with pytest.warns(UserWarning, match=f"{name}: 'of glass' in 1 row .* not seen in training"):
        fruit_model.predict(frame)
    with pytest.warns(UserWarning, match="not seen in training"):
        fruit_model.predict_proba(frame)


def test_why_goes_by_the_columns_of_the_raw_row(fruit_model: Model) -> None:
    page = fruit_model.why(fruits(), 1, "cherry")  # a plum
    assert page.document.title == "Why plum and not cherry?"
    table = next(
        block for block in page.document.sections[1].blocks if isinstance(block, DocumentTable)
    )
    values = {row[0]: row[1] for row in table.rows}
    assert values == {"weight": fruits().columns["weight"][1], "colour": "yellow"}
    # What the inputs of a column add is summed.
    shares = {row[0]: row[3] for row in table.rows}
    inputs = page.attribution.integrated_gradients
    assert shares["weight"] == pytest.approx(inputs[0])
    assert shares["colour"] == pytest.approx(inputs[1:].sum())
    missing = fruit_model.why(fruits(), 2, "cherry").to_text()
    assert re.search(r"colour +missing", missing)
    with pytest.raises(ValueError, match="unknown class 'pear'"):
        fruit_model.why(fruits(), 1, "pear")
    with pytest.raises(ValueError, match="there is no row 60"):
        fruit_model.why(fruits(), 60, "plum")
    with pytest.raises(TypeError, match="give the target"):
        fruit_model.why(fruits(), 1)


def test_why_speaks_in_the_unit_of_the_target(price_model: Model) -> None:
    predicted = float(price_model.predict({"weight": [2.0]})[0])
    page = price_model.why({"weight": [2.0]}, 0, 9.0)
    assert page.document.title == f"Why {number_text(predicted, 4)} where the target is 9.0?"
    assert "In its own unit, price is predicted to be" in page.to_text()


def test_pixels_in_columns_are_a_picture_and_begin_blank() -> None:
    table = digits().rows(slice(0, 200))
    model = train(table, "digit", Recipe("plain", hidden=(8,), epochs=3), progress=False).model
    page = model.why(table, 7, "3")
    pictures = [b for b in page.document.sections[0].blocks if isinstance(b, Picture)]
    raw = np.array([table.columns[f"pixel {r},{c}"][7] for r in range(1, 9) for c in range(1, 9)])
    np.testing.assert_allclose(pictures[0].rows, raw.reshape(8, 8) / raw.max())
    blank = {f"pixel {r},{c}": [0.0] for r in range(1, 9) for c in range(1, 9)}
    np.testing.assert_allclose(page.attribution.baseline, model.encode(blank)[0][0], rtol=1e-6)
    own = page.attribution.integrated_gradients.reshape(8, 8)
    np.testing.assert_allclose(pictures[1].rows, own / np.abs(own).max())
    # A pixel that is blank adds nothing.
    assert not own[raw.reshape(8, 8) == 0].any()


def test_images_are_shown_as_they_are() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, size=(12, 3, 4), dtype=np.uint8)
    images[:, 0] = 255  # the background is white
    table = Table({"image": images, "class": text_column(*(["a", "b"] * 6))})
    model = train(table, "class", Recipe("plain", hidden=(4,), epochs=3), progress=False).model
    page = model.why(table, 0, "a")
    row, signed = [b for b in page.document.sections[0].blocks if isinstance(b, Picture)]
    np.testing.assert_allclose(row.rows, 1 - images[0] / 255, atol=1e-6)
    assert np.shape(signed.rows) == (3, 4)
    assert page.attribution.baseline.tolist() == [1.0] * 12


def test_of_an_ensemble_the_first_network_is_asked() -> None:
    recipe = Recipe("plain", hidden=(4,), epochs=3, ensemble=2)
    model = train(fruits(), "fruit", recipe, progress=False).model
    assert "the mean of 2 networks" in " ".join(model.why(fruits(), 0, "plum").to_text().split())


def test_a_row_with_a_column_for_each_pixel_is_drawn_as_the_image_before_scaling() -> None:
    values = np.random.default_rng(3).integers(0, 17, size=(40, 6)).astype(float)
    values[:, 0] = 0
    frame: dict[str, Any] = {f"pixel_{n // 3}_{n % 3}": values[:, n] for n in range(6)}
    frame["sort"] = np.array(["a", "b"] * 20, dtype=object)
    model = train(frame, "sort", Recipe("plain", epochs=2), progress=False).model
    for target in (None, "a"):
        image = model.explain(frame, 5, target).draw().drawing.layers[0].image
        assert image is not None
        assert np.array(image.rows) == pytest.approx(1 - values[5].reshape(2, 3) / 16)
