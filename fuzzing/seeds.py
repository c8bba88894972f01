"""The small files that are mutated, written by what usually writes them.

``python -m fuzzing.seeds READER FOLDER`` writes those of one reader. It is a process of its own, so
that nothing of the libraries at work here is in those that read.
"""

import codecs
import gzip
import json
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

__all__ = ["COLUMNS", "SEEDS", "write_seeds"]

ROWS = 24
COLUMNS = ("weight", "colour", "day", "ripe", "fruit")


def frame() -> pl.DataFrame:
    """Numbers, categories, dates and booleans, with missing cells; the last column to learn."""
    number = np.arange(ROWS)
    first = np.datetime64("2024-01-28")
    return pl.DataFrame(
        {
            "weight": [None if i == 3 else 6.5 + i % 7 + 24 * (i % 2) for i in number.tolist()],
            "colour": [("red", "green", None)[i % 3] for i in number.tolist()],
            "day": first + number,
            "ripe": number % 4 > 0,
            "fruit": [("cherry", "plum")[i % 2] for i in number.tolist()],
        }
    )


def text_tables(folder: Path) -> None:
    """Every way in which a text table may be written."""
    plain = frame().write_csv()
    german = frame().write_csv(separator=";", decimal_comma=True)
    lines = plain.splitlines()
    grouped = [f"{1000 + 37 * i:,}" for i in range(ROWS)]
    for name, text in {
        "plain.csv": plain,
        "german.csv": german.replace("red", "grün"),
        "tabs.tsv": frame().write_csv(separator="\t"),
        "pipes.txt": frame().write_csv(separator="|"),
        "quoted.csv": frame()
        .write_csv(quote_style="always")
        .replace('"red"', '"dark\nred, ""x"""'),
        "said.csv": f"sep=;\n{german}",
        "titled.csv": f"Fruit of 2024\n# a comment\n\n{plain}",
        "spaced.csv": "".join(
            ", ".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in lines
        ),
        "money.csv": "price,share,fruit\n"
        + "".join(
            f'"${own}",{i}%,{"plum" if i % 2 else "cherry"}\n' for i, own in enumerate(grouped)
        ),
        "stray.csv": plain.replace("7.5", "-") + "Total,,,,\n",
        "american.csv": "day,at,fruit\n"
        + "".join(f"{1 + i % 12}/{1 + i}/2023,{i % 12}:30 pm,{i % 2}\n" for i in range(ROWS)),
    }.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    (folder / "marked.csv").write_bytes(codecs.BOM_UTF8 + plain.encode())
    (folder / "wide.csv").write_text(plain, encoding="utf-16")
    (folder / "windows.csv").write_bytes(german.replace("red", "grün").encode("cp1252"))
    (folder / "returns.csv").write_text("\r".join(lines), newline="")


def packed_tables(folder: Path) -> None:
    """Text tables in archives."""
    plain = frame().write_csv().encode()
    (folder / "plain.csv.gz").write_bytes(gzip.compress(plain))
    for name, content in (
        ("plain", plain),
        ("lines", frame().write_ndjson().encode()),
    ):
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv" if name == "plain" else "t.jsonl", content)


def json_lines(folder: Path) -> None:
    """A record for each line; some with other types."""
    frame().write_ndjson(folder / "plain.jsonl")
    rows = [{**row, "weight": str(row["weight"])} for row in frame().to_dicts()]
    text = "".join(json.dumps(row, default=str) + "\n" for row in rows)
    (folder / "text.jsonl").write_text(text, encoding="utf-8")
    nested = "".join(json.dumps({"a": [i], "b": {"c": i}, "fruit": i % 2}) + "\n" for i in range(9))
    (folder / "nested.ndjson").write_text(nested, encoding="utf-8")


def spreadsheets(folder: Path) -> None:
    """A workbook of Excel, and a small one of OpenDocument."""
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "plain.xlsx") as book:
        sheet, date = book.add_worksheet("fruit"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(frame().rows(), start=1):
            sheet.write_row(number, 0, row[:2])
            sheet.write_datetime(number, 2, row[2], date)
            sheet.write_row(number, 3, row[3:])
        sheet.merge_range(0, 6, 1, 7, "merged")
        book.add_worksheet("empty")
    cells = "".join(
        f'<table:table-row><table:table-cell office:value-type="float" office:value="{i}">'
        f"<text:p>{i}</text:p></table:table-cell><table:table-cell office:value-type='string' "
        f"table:number-columns-repeated='2'><text:p>a{i % 2}</text:p></table:table-cell>"
        "</table:table-row>"
        for i in range(9)
    )
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    with zipfile.ZipFile(folder / "plain.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{names}office:1.0" '
            f'xmlns:table="{names}table:1.0" xmlns:text="{names}text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="fruit">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="x"/>'
            "</manifest:manifest>",
        )


def databases(folder: Path) -> None:
    """A table with an index, and a view of one."""
    for name, after in {
        "plain.db": "create index i on fruit (weight)",
        "view.sqlite": "alter table fruit rename to _f",
    }.items():
        connection = sqlite3.connect(folder / name)
        connection.execute("pragma page_size = 1024")
        connection.execute("create table fruit (weight real, colour text, day text, ripe, fruit)")
        rows = [(*row[:2], str(row[2]), *row[3:]) for row in frame().rows()]
        connection.executemany("insert into fruit values (?, ?, ?, ?, ?)", rows)
        connection.execute(after)
        connection.commit()
        connection.close()


def parquet(folder: Path) -> None:
    """Two ways to compress, with statistics and without, lists and times."""
    frame().write_parquet(folder / "plain.parquet")
    frame().write_parquet(folder / "stored.parquet", compression="uncompressed", statistics=False)
    frame().with_columns(
        colour=pl.col("colour").cast(pl.Categorical),
        day=pl.col("day").cast(pl.Datetime("us")),
        ripe=pl.lit([1, 2]),
    ).write_parquet(folder / "types.parquet", compression="snappy", row_group_size=10)


def arrow(folder: Path) -> None:
    """With and without compression, and with columns of other types."""
    frame().write_ipc(folder / "plain.arrow")
    frame().write_ipc(folder / "packed.feather", compression="lz4")
    frame().with_columns(
        colour=pl.col("colour").cast(pl.Categorical), ripe=pl.lit([1, 2])
    ).write_ipc(folder / "types.ipc", compression="zstd")


def _pictures(count: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (count, 6, 5), dtype=np.uint8)


def numpy_arrays(folder: Path) -> None:
    """Images with labels of several types, compressed and not."""
    images, labels = _pictures(8), np.arange(8) % 2
    np.savez(folder / "plain.npz", x=images, y=labels)
    np.savez_compressed(folder / "text.npz", x=images, y=np.array(["a", "b"])[labels])
    np.savez(
        folder / "splits.npz",
        x_train=images,
        y_train=labels.astype(float),
        x_test=images[:2],
        y_test=labels[:2].astype("S1"),
    )


def idx(folder: Path) -> None:
    """Images and labels as MNIST has them."""
    images, labels = _pictures(8), (np.arange(8) % 2).astype(np.uint8)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        content = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        (folder / f"train-{name}-ubyte").write_bytes(content + array.tobytes())
        (folder / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(content + array.tobytes()))


def pictures(folder: Path) -> None:
    """Every format of pictures, in several modes."""
    from PIL import Image

    grey = Image.fromarray(np.tile(_pictures(1)[0], (3, 3)))
    deep = Image.fromarray(np.arange(300, dtype=np.uint16).reshape(15, 20) * 200)
    for name, picture, options in (
        ("grey.png", grey, {}),
        ("colour.png", grey.convert("RGB"), {}),
        ("clear.png", grey.convert("RGBA"), {}),
        ("palette.png", grey.convert("P"), {"transparency": 3}),
        ("deep.png", deep, {}),
        (
            "plain.jpg",
            grey.convert("RGB"),
            {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"},
        ),
        ("progressive.jpeg", grey, {"progressive": True}),
        ("plain.gif", grey.convert("P"), {"save_all": True, "append_images": [grey.convert("P")]}),
        ("plain.bmp", grey, {}),
        ("plain.webp", grey.convert("RGBA"), {"lossless": True}),
        ("lossy.webp", grey.convert("RGB"), {}),
        ("plain.tif", grey, {}),
        ("packed.tiff", grey.convert("RGB"), {"compression": "tiff_lzw"}),
        ("float.tiff", grey.convert("F"), {"compression": "tiff_adobe_deflate"}),
    ):
        picture.save(folder / name, **options)


def journals(folder: Path) -> None:
    """Runs of a network, of several, of a table, and of an estimator; one that was torn."""
    import glassnet as gn
    from glassnet.estimators import MLPClassifier
    from tests.small_tables import QUICK, fruits

    X = np.arange(48.0).reshape(12, 4) % 7
    y = np.arange(12) % 3

    def network(seed: int) -> gn.Network:
        return gn.Network([4, 5, 3], hidden="relu", output="softmax", seed=seed)

    network(1).fit(
        X,
        y,
        epochs=5,
        batch_size=4,
        dropout=0.1,
        schedule=gn.WarmUp(0.2, gn.Cosine()),
        record=[3],
        validation=0.3,
        stopping=gn.EarlyStopping(3),
        penalties=gn.L2(0.01),
        journal=folder / "one.glassnet",
    )
    gn.fit_many([network(2), network(3)], X, y, epochs=3, journal=folder / "many.glassnet")
    gn.train(fruits(), "fruit", QUICK, journal=folder / "table.glassnet", progress=False)
    MLPClassifier(
        (3,), max_iter=4, tol=0, n_iter_no_change=9, journal=folder / "estimator.glassnet"
    ).fit(X, y)
    content = (folder / "one.glassnet").read_bytes()
    (folder / "torn.glassnet").write_bytes(content[:-100])


def models(folder: Path) -> None:
    """Networks and models of tables, with every kind of encoder and of target."""
    import glassnet as gn
    from tests.small_tables import QUICK, fruits, prices

    gn.Network([3, 4, 2], hidden="tanh", output="softmax", seed=1).save(
        folder / "softmax.safetensors"
    )
    layers: Any = [
        3,
        gn.Dense(4, gn.LeakyRelu(0.1)),
        gn.Scale(),
        gn.Dense(1, "sigmoid", bias=False),
    ]
    net = gn.Network(layers, dtype="float64")
    net.loss = gn.Huber(0.5)
    net.save(folder / "layers.safetensors")
    dated = {name: frame()[name] for name in COLUMNS}
    several = gn.Recipe("plain", hidden=(4,), epochs=2, ensemble=2)
    for name, rows, target, recipe in (
        ("classes", fruits(), "fruit", QUICK),
        ("number", prices(), "price", QUICK),
        ("labels", dated, ["fruit", "ripe"], QUICK),
        ("several", dated, "fruit", several),
    ):
        trained = gn.train(rows, target, recipe, progress=False)
        trained.model.save(folder / f"{name}.safetensors")


def keras_archives(folder: Path) -> None:
    """What Keras 3 writes."""
    from tests.keras_models import MODELS

    for name, make in MODELS.items():
        make().save(folder / f"{name}.keras")


def keras_hdf5(folder: Path) -> None:
    """What Keras 1 and 2 wrote, and weights alone."""
    import h5py

    from tests.keras_models import MODELS

    for name, make in MODELS.items():
        model = make()
        model.save(folder / f"{name}.h5")
        if name == "usual":
            model.save_weights(folder / "model.weights.h5")
            model.save(folder / "list.h5")
            with h5py.File(folder / "list.h5", "a") as file:
                config = json.loads(file.attrs["model_config"])
                config["config"] = config["config"]["layers"][1:]
                file.attrs["model_config"] = json.dumps(config)


def onnx(folder: Path) -> None:
    """Chains of the operators that are read."""
    import onnx as package

    from tests.onnx_models import array, chain, model

    w, b, head = array(4, 5), array(5), array(5, 3)
    gemm: Any = (
        ("Gemm", ["w", "b"], {}),
        ("Relu", [], {}),
        ("MatMul", ["h"], {}),
        ("Softmax", [], {}),
    )
    normal = ["s", "o", "m", "v"]
    for name, steps, constants in (
        ("gemm", gemm, {"w": w, "b": b, "h": head}),
        (
            "spelled",
            (
                ("Flatten", [], {}),
                ("Mul", ["f"], {}),
                ("MatMul", ["w"], {}),
                ("Add", ["b"], {}),
                ("BatchNormalization", normal, {}),
                ("Elu", [], {"alpha": 0.5}),
                ("Gemm", ["h"], {"alpha": 2.0}),
                ("Sigmoid", [], {}),
            ),
            {"w": w, "b": b, "h": head, "f": array(4)} | {each: abs(array(5)) for each in normal},
        ),
        (
            "shapes",
            (("Reshape", ["z"], {}), ("MatMul", ["w"], {}), ("LeakyRelu", [], {"alpha": 0.2})),
            {"z": np.array([-1, 4]), "w": w},
        ),
    ):
        outputs = 5 if name == "shapes" else 3
        package.save(model(chain(*steps), constants, outputs=outputs), folder / f"{name}.onnx")


def torch_files(folder: Path) -> None:
    """State dicts in both forms of PyTorch, a checkpoint, and a module."""
    import torch

    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    state = module.state_dict()
    torch.save(state, folder / "state.pt")
    torch.save(state, folder / "older.pth", _use_new_zipfile_serialization=False)
    torch.save({"epoch": 3, "state_dict": state}, folder / "checkpoint.pt")
    torch.save(module, folder / "module.pt")


def safetensors(folder: Path) -> None:
    """A state dict, and one in 16 bits."""
    from safetensors.numpy import save_file

    random = np.random.default_rng(0)
    shapes = {"0.weight": (5, 4), "0.bias": (5,), "2.weight": (3, 5), "2.bias": (3,)}
    state = {name: random.normal(size=shape) for name, shape in shapes.items()}
    for name, kind in (("state", "float32"), ("half", "float16")):
        own = {each: array.astype(kind) for each, array in state.items()}
        save_file(own, folder / f"{name}.safetensors", {"format": "pt"})


def sheets(folder: Path) -> None:
    """Exercise sheets, as tables and as notebooks that are filled in."""
    import glassnet as gn

    net = gn.Network([2, 2, 2], hidden="sigmoid", output="softmax", dtype="float64", seed=1)
    for name, optimizer in (("plain", gn.SGD(0.5)), ("adam", gn.Adam(0.1))):
        step = gn.explain(net, [0.5, 1.0], 1, optimizer=optimizer)
        exercise = step.exercise("step")
        exercise.to_csv(folder / f"{name}.csv")
        exercise.to_xlsx(folder / f"{name}.xlsx")
        exercise.to_notebook(folder / f"{name}.ipynb")
        path = folder / f"{name}.ipynb"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(': \\"\\",', ": 0.25,"), encoding="utf-8")


SEEDS: dict[str, Callable[[Path], None]] = {
    "text": text_tables,
    "packed": packed_tables,
    "jsonl": json_lines,
    "spreadsheet": spreadsheets,
    "sqlite": databases,
    "parquet": parquet,
    "arrow": arrow,
    "npz": numpy_arrays,
    "idx": idx,
    "pictures": pictures,
    "model": models,
    "journal": journals,
    "keras": keras_archives,
    "h5": keras_hdf5,
    "onnx": onnx,
    "torch": torch_files,
    "safetensors": safetensors,
    "sheet": sheets,
}


def write_seeds(reader: str, folder: Path) -> None:
    """Write the files of one reader."""
    folder.mkdir(parents=True, exist_ok=True)
    SEEDS[reader](folder)


if __name__ == "__main__":
    write_seeds(sys.argv[1], Path(sys.argv[2]))
