"""One writer for a journal: it is free as soon as its process is gone."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import JournalError
from glassnet.training.journal.content import read_content

if sys.platform == "win32":
    pytest.skip("locks as POSIX has them", allow_module_level=True)

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)

WRITES = """
import sys
import numpy as np
import glassnet as gn
X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)

def wait(history):
    if history.epochs == 3:
        print("three", flush=True)
        sys.stdin.readline()

net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
net.fit(X, Y, epochs=20, journal=sys.argv[1], callbacks=wait)
"""


def fitted(path: Path | None) -> gn.Network:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    net.fit(X, Y, epochs=20, journal=path, callbacks=lambda history: None)
    return net


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_belongs_to_one_process_until_that_is_gone(how: int, tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    command = [sys.executable, "-c", WRITES, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "three\n"
        assert read_content(path).state == "running"
        with pytest.raises(JournalError, match="is being written by another training"):
            fitted(path)
        process.send_signal(how)
        process.wait()
    assert read_content(path).state == "died"
    assert fitted(path).parameters.tobytes() == fitted(None).parameters.tobytes()
    assert read_content(path).state == "finished"
