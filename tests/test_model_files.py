"""Files that were written once are read ever after, and predict what they predicted."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.array import Array
from glassnet.model import Model
from glassnet.nn.file_format import FORMAT_VERSION
from tests.golden_files import COLUMNS, FILES, IMAGES, TEXTS

# What the Glassnet that wrote a file predicted: of a network for inputs of 0, 0.1, 0.2, ...
PREDICTED: dict[str, Any] = {
    "format_1_classes": [
        [0.9160064, 0.0839936],
        [0.2999367, 0.7000633],
        [0.2423319, 0.7576681],
        [0.4389453, 0.5610547],
    ],
    "format_1_network": [[0.5879616, 0.4120384]],
    "format_1_number": [4.5145399, 5.7443531, 5.5180268, 3.5149744],
    "format_2_classes": [
        [0.7510184, 0.2489816],
        [0.360827, 0.639173],
        [0.5508549, 0.4491451],
        [0.4613299, 0.5386701],
    ],
    "format_2_first_classes": [
        [0.9160064, 0.0839936],
        [0.2999367, 0.7000633],
        [0.2423319, 0.7576681],
        [0.4389453, 0.5610547],
    ],
    "format_2_first_network": [[0.5879616, 0.4120384]],
    "format_2_first_number": [4.4805387, 5.7260391, 5.4923264, 3.522579],
    "format_2_labels": [
        [0.3933395, 0.3044529],
        [0.7951183, 0.4367663],
        [0.6480142, 0.4093129],
        [0.2552127, 0.5041997],
    ],
    "format_2_network": [[0.2675751, 0.7324249]],
    "format_2_number": [5.5727221, 4.9282206, 5.2897078, 4.1845627],
    "format_2_numbers": [
        [4.5178075, 9.827255],
        [5.3420169, 9.5581537],
        [4.1077425, 9.7516733],
        [6.3765578, 9.0979968],
    ],
    "format_3_classes": [
        [0.7510184, 0.2489816],
        [0.360827, 0.639173],
        [0.5508549, 0.4491451],
        [0.4613299, 0.5386701],
    ],
    "format_3_labels": [
        [0.3933395, 0.3044529],
        [0.7951183, 0.4367663],
        [0.6480142, 0.4093129],
        [0.2552127, 0.5041997],
    ],
    "format_3_network": [[0.2675751, 0.7324249]],
    "format_3_number": [5.5727221, 4.9282206, 5.2897078, 4.1845627],
    "format_3_numbers": [
        [4.5178075, 9.827255],
        [5.3420169, 9.5581537],
        [4.1077425, 9.7516733],
        [6.3765578, 9.0979968],
    ],
    "format_4_classes": [
        [0.6978946, 0.1611615, 0.1409439],
        [0.209307, 0.3902759, 0.400417],
        [0.3564526, 0.3295236, 0.3140238],
        [0.4954511, 0.3089469, 0.195602],
    ],
    "format_4_images": [[0.480852, 0.5191481], [0.4547516, 0.5452484]],
    "format_4_labels": [
        [0.5504577, 0.4275758],
        [0.4472279, 0.6194112],
        [0.6668385, 0.4745852],
        [0.3377837, 0.4644368],
    ],
    "format_4_network": [[-0.4494934]],
    "format_4_number": [5.2030126, 3.1327571, 4.9150523, 4.7108122],
    "format_4_numbers": [
        [4.90504, 9.1247535],
        [4.0762447, 11.4611503],
        [5.8878407, 9.6947593],
        [3.1536274, 9.5725189],
    ],
    "format_4_text": [
        [0.6537586, 0.3462414],
        [0.3614977, 0.6385022],
        [0.5434452, 0.4565548],
        [0.5851314, 0.4148685],
    ],
}

LABELS: dict[str, list[Any]] = {
    "format_1_classes": ["cherry", "plum", "plum", "plum"],
    "format_2_first_classes": ["cherry", "plum", "plum", "plum"],
    "format_2_classes": ["cherry", "plum", "cherry", "plum"],
    "format_2_labels": [["no", "no"], ["yes", "no"], ["yes", "no"], ["no", "yes"]],
    "format_3_classes": ["cherry", "plum", "cherry", "plum"],
    "format_3_labels": [["no", "no"], ["yes", "no"], ["yes", "no"], ["no", "yes"]],
    "format_4_classes": [dt.date(year, 1, 1) for year in (2020, 2022, 2020, 2020)],
    "format_4_images": [8, 8],
    "format_4_labels": [["yes", False], ["no", True], ["yes", False], ["no", False]],
    "format_4_text": ["cherry", "plum", "cherry", "cherry"],
}


def test_there_are_files_of_every_format() -> None:
    assert {path.stem for path in FILES.glob("*.safetensors")} == PREDICTED.keys()
    formats = {int(name.split("_")[1]) for name in PREDICTED}
    assert formats == set(range(1, FORMAT_VERSION + 1)), "python -m tests.golden_files FORMAT"


def rows_for(model: Model, name: str) -> dict[str, Any]:
    """The rows that were predicted, without columns that the model does not have."""
    own: dict[str, Any] = TEXTS if name.endswith("text") else COLUMNS
    return {
        column: IMAGES if column == "image" else own[column] for column in model.encoder.columns
    }


def predicted(opened: gn.Network | Model, name: str) -> Array:
    if isinstance(opened, Model):
        return opened.predict_proba(rows_for(opened, name))
    return opened.predict_proba([np.arange(opened.architecture.inputs) / 10])


@pytest.mark.parametrize("name", PREDICTED)
def test_a_file_predicts_what_it_predicted(name: str) -> None:
    opened = gn.load(FILES / f"{name}.safetensors")
    assert np.allclose(predicted(opened, name), PREDICTED[name], rtol=0, atol=1e-6)
    if isinstance(opened, Model) and name in LABELS:
        assert opened.predict(rows_for(opened, name)).tolist() == LABELS[name]


@pytest.mark.parametrize("name", PREDICTED)
def test_a_file_that_is_saved_again_predicts_the_same_bits(name: str, tmp_path: Any) -> None:
    opened = gn.load(FILES / f"{name}.safetensors")
    opened.save(tmp_path / "again")
    again = gn.load(tmp_path / "again")
    assert predicted(again, name).tobytes() == predicted(opened, name).tobytes()
    again.save(tmp_path / "thrice")
    assert (tmp_path / "thrice").read_bytes() == (tmp_path / "again").read_bytes()


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("format_1_number", "mean_squared_error"),
        ("format_2_first_number", gn.Huber(0.7)),
        ("format_2_number", gn.Huber(0.7)),
        ("format_3_number", gn.Huber(0.7)),
        ("format_4_network", gn.Huber(0.7)),
    ],
)
def test_a_file_says_what_its_network_was_trained_with(name: str, loss: Any) -> None:
    opened = gn.load(FILES / f"{name}.safetensors")
    network = opened.network if isinstance(opened, Model) else opened
    assert loss in (network.loss, network.loss.name)
