"""What reads files: how each is called, and how its files are mutated."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias
from unittest import mock

import numpy as np

import glassnet as gn
from fuzzing.mutate import Mutator, change_bytes, change_text
from fuzzing.seeds import COLUMNS, frame
from fuzzing.structure import (
    change_array_file,
    change_hdf5_text,
    change_journal,
    change_json,
    change_message,
    change_picture_chunk,
    change_safetensors,
    in_archive,
    in_gzip,
    in_lines,
)
from glassnet.explanation.exercise.files import grade_file
from glassnet.tables.read import files, text
from glassnet.tables.source import open_source, open_training
from glassnet.training.journal.content import read_content
from glassnet.workflows.predict import predict
from glassnet.workflows.runs.summary import summary_of
from glassnet.workflows.show_run import show_run

__all__ = ["READERS", "Reader"]

Read: TypeAlias = Callable[[Path, Random], Any]
QUICK = gn.Recipe("plain", hidden=(3,), epochs=1)


@dataclass(frozen=True)
class Reader:
    """A reader, and the ways to change its files.

    Attributes
    ----------
    read : callable
        Reads a file and works with what it holds.
    mutators : tuple of callables
        Chosen from with equal probability.
    modules : tuple of str
        Imported once, before processes are forked; nothing of them is used before.
    memory : int
        It may take so many bytes.
    """

    read: Read
    mutators: tuple[Mutator, ...] = (change_bytes,)
    modules: tuple[str, ...] = ()
    memory: int = 512 * 2**20


@cache
def _known_model() -> gn.Model:
    """A model of tables with the columns of the unchanged files."""
    columns = {name: frame()[name] for name in COLUMNS}
    return gn.train(columns, "fruit", QUICK, progress=False).model


def _table(path: Path, random: Random) -> None:
    """Train on a table, predict from it, or see what it holds; sometimes as if it were large."""
    most = 1 if random.random() < 0.1 else files.MAX_BYTES
    with mock.patch.object(files, "MAX_BYTES", most), mock.patch.object(text, "BYTES_IN_PART", 300):
        match random.randrange(6):
            case 0:
                target = open_source(path).rows.names[-1]
                gn.train(path, target, QUICK, progress=False)
            case 1:
                source = _known_model().open(path)
                predict(_known_model(), source.rows).to_csv()
            case _:
                target = open_source(path).rows.names[-1]
                open_training(path, target)


def _images(path: Path, random: Random) -> None:
    if random.random() < 0.1:
        gn.train(path, None, QUICK, progress=False)
    else:
        open_training(path)


def _pictures(path: Path, random: Random) -> None:
    """The picture alone, or in a folder of classes."""
    if random.random() < 0.5:
        open_source(path)
        return
    from PIL import Image

    folder = path.parent / "classes"
    for name in ("known", "new"):
        (folder / name).mkdir(parents=True)
    Image.new("L", (6, 6)).save(folder / "known" / "x.png")
    path.rename(folder / "new" / path.name)
    open_training(folder)


def _idx(path: Path, random: Random) -> None:
    """The file beside an unchanged one."""
    folder = path.parent / "idx"
    folder.mkdir()
    path.rename(folder / path.name)
    if "labels" in path.name:
        head, name, size = (
            bytes([0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 6, 0, 0, 0, 5]),
            "images-idx3",
            240,
        )
    else:
        head, name, size = bytes([0, 0, 8, 1, 0, 0, 0, 8]), "labels-idx1", 8
    (folder / f"train-{name}-ubyte").write_bytes(head + bytes(i % 2 for i in range(size)))
    _images(folder, random)


def _model(path: Path, random: Random) -> None:
    """Load, predict, explain."""
    loaded = gn.load(path)
    if isinstance(loaded, gn.Model):
        row = {name: frame()[name] for name in COLUMNS}
        loaded.predict_proba(row)
        loaded.explain(row).to("text")
    else:
        _network(loaded, random)


def _journal(path: Path, random: Random) -> None:
    """What the run is, its checkpoints, and the first of its steps once more."""
    content = read_content(path)
    show_run(path).to("text")
    summary_of(path)
    for number in range(min(len(content.networks), 9)):
        content.history(number)
        content.checkpoint(number)
    run = gn.open_run(path)
    str(run)
    run.to("text")
    run.recorded(0)


def _network(net: gn.Network, random: Random) -> None:
    inputs = net.architecture.inputs
    net.predict_proba(np.zeros((2, inputs)))
    if random.random() < 0.1 and max(net.architecture.units) < 100:
        gn.explain(net, np.zeros(inputs)).to("text")


def _like() -> gn.Network:
    return gn.Network([4, 5, 3], hidden="relu", output="softmax")


STATED_CHILD = 4 * 2**30
TABLES = ("polars", "sklearn.preprocessing")
READERS: dict[str, Reader] = {
    "text": Reader(_table, (change_bytes, change_text, change_text), TABLES),
    "packed": Reader(
        _table,
        (
            change_bytes,
            in_archive(change_bytes, change_text),
            in_gzip(change_bytes, change_text),
        ),
        TABLES,
    ),
    "jsonl": Reader(_table, (change_bytes, change_text, in_lines(change_json)), TABLES),
    "spreadsheet": Reader(
        _table,
        (change_bytes, in_archive(change_text), in_archive(change_bytes)),
        TABLES,
    ),
    "sqlite": Reader(_table, (change_bytes, change_text), TABLES),
    "parquet": Reader(_table, modules=TABLES, memory=STATED_CHILD),
    "arrow": Reader(_table, modules=TABLES, memory=STATED_CHILD),
    "npz": Reader(_images, (change_bytes, in_archive(change_bytes, change_array_file)), TABLES),
    "idx": Reader(_idx, (change_bytes, in_gzip(change_bytes)), TABLES),
    "pictures": Reader(_pictures, (change_bytes, change_bytes, change_picture_chunk), ("PIL",)),
    "model": Reader(_model, (change_bytes, change_safetensors), ("safetensors", *TABLES)),
    "journal": Reader(_journal, (change_bytes, change_journal), ("safetensors", *TABLES)),
    "keras": Reader(
        lambda path, random: _network(gn.from_keras(path), random),
        (change_bytes, in_archive(change_bytes), in_archive(change_json)),
        ("h5py",),
        STATED_CHILD,
    ),
    "h5": Reader(
        lambda path, random: _network(gn.from_keras(path), random),
        (change_bytes, change_hdf5_text),
        ("h5py",),
        STATED_CHILD,
    ),
    "onnx": Reader(
        lambda path, random: _network(gn.from_onnx(path), random),
        (change_bytes, change_message, change_message),
        ("onnx", "onnx.reference"),
    ),
    "torch": Reader(
        lambda path, random: _network(gn.from_torch(path, like=_like()), random),
        (change_bytes, in_archive(change_bytes, compressed=False)),
        ("torch",),
    ),
    "safetensors": Reader(
        lambda path, random: _network(gn.from_torch(path, like=_like()), random),
        (change_bytes, change_safetensors),
        ("safetensors",),
    ),
    "sheet": Reader(
        lambda path, random: str(grade_file(path)),
        (change_text, change_json, change_json, in_archive(change_text)),
        ("msgspec", "openpyxl"),
    ),
}
