"""How the model files in ``tests/files`` were written.

``python -m tests.golden_files 5`` writes those of format 5, once there is one; files that are there
stay as they are. Those of formats 1 to 3 were written in the same way by the Glassnet of their day,
"first" by the earliest one with format 2.
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import glassnet as gn
from glassnet.model import Model
from glassnet.network import Network
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.read.frames import as_table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target
from glassnet.workflows.recipe import Recipe

__all__ = ["COLUMNS", "FILES", "IMAGES", "TEXTS"]

FILES = Path(__file__).parent / "files"
#: The rows of all files with a table.
COLUMNS = {
    "weight": [3.0, np.nan, 8.5, 30.0],
    "colour": ["red", None, "blue", "red"],
    "picked": np.array(["2021-03-01", "2022-06-15", "NaT", "2024-12-31"], "datetime64[us]"),
}
#: The same as text, as the model from a text file reads it.
TEXTS = {
    "weight": ["3,0", "", "8,5", "30,0"],
    "colour": ["red", None, "blue", "red"],
    "picked": ["01.03.2021", "15.06.2022", "", "31.12.2024"],
}
IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3) * 10


def write_all(version: int) -> None:
    """Write the files of one format."""
    models: dict[str, Network | Model] = {
        "network": network(),
        "classes": ensemble(),
        "text": from_text(),
        "images": images(),
    }
    price, age = NumberTarget("price", 4.5, 2.0), NumberTarget("age", 10.0, 3.0)
    ripe, sweet = ClassTarget("ripe", ("no", "yes")), ClassTarget("sweet", (False, True))
    models |= {
        "number": of_table(price, "identity"),
        "numbers": of_table(MultiNumberTarget((price, age)), "identity"),
        "labels": of_table(MultilabelTarget((ripe, sweet)), "sigmoid"),
    }
    for name, model in models.items():
        path = FILES / f"format_{version}_{name}.safetensors"
        if not path.exists():
            model.save(path)


def network() -> Network:
    """A network with each kind of layer and hyper-parameter."""
    layers: list[int | Layer] = [
        3,
        Dense(4, gn.LeakyRelu(0.2), multiplier="ntk", weight_rate=0.5),
        Scale(gn.Elu(0.7), multiplier=2.0),
        Dense(1, "identity", bias=False),
    ]
    net = Network(layers, dtype="float64", seed=1)
    net.fit([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], [1.0, 2.0], epochs=2, loss=gn.Huber(0.7))
    return net


def ensemble() -> Model:
    """Two networks of different layers, for classes that are dates."""
    table = as_table(COLUMNS)
    encoder = TableEncoder.fit(table, robust=True)
    x, _ = encoder.encode(table)
    classes = (date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1))
    target = ClassTarget("vintage", classes)
    inputs = len(encoder.feature_names)
    first = Network([inputs, 3, 3], hidden="gelu", output="softmax", seed=1, dtype="float64")
    second = Network([inputs, 3], output="softmax", seed=2)
    for net in (first, second):
        net.fit(x, [0, 1, 2, 0], epochs=3, progress=False)
    return Model(first, encoder, target, {"seed": 1}, (second,))


def from_text() -> Model:
    """A model trained on a text file, which remembers how its numbers and dates are written."""
    start = date(2021, 1, 1)
    rows = [
        f"{row},{row % 10};{('red', 'blue', '')[row % 3]};"
        f"{start + timedelta(days=row * 40):%d.%m.%Y};{('cherry', 'plum')[row % 2]}"
        for row in range(40)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fruits.csv"
        path.write_text("\n".join(["weight;colour;picked;fruit", *rows, ""]), encoding="utf-8")
        recipe = Recipe("plain", hidden=(3,), epochs=2, ensemble=2, seed=3)
        return gn.train(path, "fruit", recipe, progress=False).model


def images() -> Model:
    """A model for colour images of 2 × 2 pixels, with whole numbers as classes."""
    encoder = TableEncoder.fit(as_table({"image": IMAGES}))
    net = Network([12, 3, 2], hidden="relu", output="softmax", seed=6)
    return Model(net, encoder, ClassTarget("digit", (3, 8)))


def of_table(target: Target, output: str) -> Model:
    """A model with random weights."""
    encoder = TableEncoder.fit(as_table(COLUMNS))
    layers = [len(encoder.feature_names), 3, target.outputs]
    return Model(Network(layers, hidden="tanh", output=output, seed=5), encoder, target)


if __name__ == "__main__":
    write_all(int(sys.argv[1]))
