"""Opening a large file takes memory for its arrays, and a bounded amount for all else."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.model import Model, load
from glassnet.network import Network
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.tables.targets.number_target import NumberTarget

OPENING = """
import resource, sys
from glassnet.model import load
load(sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(load(sys.argv[1]))
except Exception as error:
    print(f"{type(error).__name__}: {error}")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""
#: Of a process that opens a file: address space, which counts for more than it takes.
MOST_SPACE = 4 * 2**30
LIMIT = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MOST_SPACE}, {MOST_SPACE}))\n"


def opened_in_bounds(path: Path) -> tuple[str, int]:
    """What a process says that opens a file, and how many bytes of memory that takes it."""
    good = Path(__file__).parent.parent / "files" / "format_4_network.safetensors"
    finished = subprocess.run(
        [sys.executable, "-c", LIMIT + OPENING, str(path), str(good)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert not finished.stderr
    *words, memory = finished.stdout.splitlines()
    return "\n".join(words), int(memory)


def with_text(path: Path, *parts: str) -> Path:
    """A safetensors file of a header alone, whatever it says."""
    text = "".join(parts).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    return path


BEGINNING = '{"__metadata__":{"glassnet":"{\\"format\\":4,\\"provenance\\":['


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("[],", "has more than 4,000,000 lists in it"),
        ("{},", "has more than 4,000,000 lists in it"),
        ("[[[]]],", "has more than 4,000,000 lists in it"),
        ('\\"\\",', "there is no 'kind'"),
        ("999999,", "there is no 'kind'"),
    ],
    ids=["lists", "by name", "nested", "texts", "numbers"],
)
def test_the_largest_header_takes_less_than_a_gibibyte(
    tmp_path: Path, inner: str, message: str
) -> None:
    times = 99_000_000 // len(inner)
    words, memory = opened_in_bounds(
        with_text(tmp_path / "large", BEGINNING, inner * times, '1]}"}}')
    )
    assert words.startswith("FileFormatError: ")
    assert words.endswith(message)
    assert memory < 2**30


def test_arrays_that_do_not_fit_into_memory_are_told(tmp_path: Path) -> None:
    path, size = tmp_path / "sparse", 2**37
    entry = {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}
    metadata = {"glassnet": json.dumps({"format": 4, "kind": "network"})}
    with_text(path, json.dumps({"__metadata__": metadata, "w1": entry}))
    os.truncate(path, path.stat().st_size + size)
    words, _ = opened_in_bounds(path)
    assert words == f"MemoryError: {path} does not fit into memory"


def test_an_ensemble_of_very_many_small_networks_opens(tmp_path: Path) -> None:
    """In a time that grows with their number, not with its square."""
    encoder = TableEncoder.fit(Table({"length": np.array([1.0, 2.0])}))
    networks = [Network([1, 1], output="identity", seed=seed) for seed in range(5_000)]
    model = Model(networks[0], encoder, NumberTarget("size", 0.0, 1.0), {}, tuple(networks[1:]))
    model.save(tmp_path / "many")
    opened = load(tmp_path / "many")
    assert isinstance(opened, Model)
    for number in (0, 1, 9, 4_999):
        weights = opened.networks[number].to_arrays()["w1"]
        assert weights.tobytes() == networks[number].to_arrays()["w1"].tobytes()
