"""What other programs read of a run are its very numbers."""

import math
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import glassnet as gn
from glassnet.training.history import History
from glassnet.training.journal.content import read_content
from glassnet.workflows.runs.to_csv import csv_text
from glassnet.workflows.runs.to_tensorboard import to_tensorboard

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def fitted(path: Path, networks: int = 1) -> list[History]:
    nets = [
        gn.Network([4, 3, 2], hidden="tanh", output="softmax", seed=seed)
        for seed in range(networks)
    ]
    if networks == 1:
        return [nets[0].fit(X, Y, epochs=5, validation=0.2, journal=path)]
    return gn.fit_many(nets, X, Y, epochs=5, validation=0.2, journal=path)


def test_csv_has_a_row_for_each_epoch_of_each_network(tmp_path: Path) -> None:
    histories = fitted(tmp_path / "run.glassnet", networks=2)
    (tmp_path / "run.csv").write_text(csv_text(read_content(tmp_path / "run.glassnet").histories()))
    table = pl.read_csv(tmp_path / "run.csv")
    assert table["epoch"].to_list() == [1, 2, 3, 4, 5] * 2
    for number, history in enumerate(histories, start=1):
        own = table.filter(pl.col("network") == number)
        assert own["loss"].to_list() == history.losses
        assert own["validation_loss"].to_list() == history.validation_losses
        assert own["accuracy"].to_list() == history.metrics["accuracy"]
        assert own["seconds"].to_list() == history.seconds


def test_csv_leaves_empty_what_was_not_measured() -> None:
    histories = [
        History(losses=[1.5, math.nan], learning_rates=[0.1, 0.1], seconds=[1.0, 1.0]),
        History(
            losses=[2.5],
            learning_rates=[0.1],
            seconds=[1.0],
            validation_losses=[math.inf],
            metrics={"of a, b": [0.5]},
        ),
    ]
    assert csv_text(histories).splitlines() == [
        'epoch,network,loss,learning_rate,seconds,validation_loss,"of a, b"',
        "1,1,1.5,0.1,1.0,,",
        "2,1,nan,0.1,1.0,,",
        "1,2,2.5,0.1,1.0,inf,0.5",
    ]


def scalars(file: Path) -> dict[str, list[tuple[int, float]]]:
    """The scalars of an event file: records of a length, its CRC, an event, and its CRC."""
    pytest.importorskip("tensorboardX", reason="tensorboardX is not installed here")
    from tensorboardX.proto.event_pb2 import Event

    content = file.read_bytes()
    found: dict[str, list[tuple[int, float]]] = {}
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        event = Event.FromString(content[12 : 12 + length])
        content = content[12 + length + 4 :]
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


@pytest.mark.parametrize("networks", [1, 2])
@pytest.mark.filterwarnings("default")  # of tensorboardX and protobuf
def test_event_files_hold_the_numbers(tmp_path: Path, networks: int) -> None:
    pytest.importorskip("tensorboardX", reason="tensorboardX is not installed here")
    histories = fitted(tmp_path / "run.glassnet", networks)
    content = read_content(tmp_path / "run.glassnet")
    to_tensorboard(content, content.histories(), tmp_path / "events")
    files = sorted((tmp_path / "events").rglob("events.out.tfevents.*"))
    assert len(files) == networks
    for file, history in zip(files, histories, strict=True):
        found = scalars(file)
        for name, values in {
            "loss": history.losses,
            "validation_loss": history.validation_losses,
            "validation_accuracy": history.metrics["accuracy"],
        }.items():
            expected = [float(np.float32(value)) for value in values]
            assert found[name] == list(enumerate(expected, start=1))
    with pytest.raises(ValueError, match="holds event files already"):
        to_tensorboard(content, content.histories(), tmp_path / "events")


READ = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
found = client.get_experiment_by_name("glassnet")
(run,) = client.search_runs([found.experiment_id])
history = {
    name: [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, name)]
    for name in run.data.metrics
}
files = [file.path for file in client.list_artifacts(run.info.run_id)]
print(json.dumps([run.info.status, run.data.params, history, files]))
"""


def test_mlflow_holds_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    for package in ("mlflow", "sqlalchemy", "alembic"):
        pytest.importorskip(package, reason="MLflow is not installed here")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    (history,) = fitted(tmp_path / "run.glassnet")
    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    export = [sys.executable, "-m", "glassnet.cli", "runs", "export", "run.glassnet"]

    def run(*command: str) -> Any:
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)

    run(*export, "--mlflow", address, "--with-journal")
    status, params, metrics, files = json.loads(run(sys.executable, "-c", READ, address).stdout)
    assert status == "FINISHED"
    assert params["optimizer: learning rate"] == "0.001"
    assert params["optimizer: epsilon"] == "1e-8"
    assert metrics["loss"] == [list(one) for one in enumerate(history.losses, start=1)]
    assert metrics["validation_loss"] == [
        list(one) for one in enumerate(history.validation_losses, start=1)
    ]
    assert files == ["run.glassnet"]


@pytest.mark.parametrize(
    ("package", "option"), [("mlflow", "--mlflow"), ("tensorboardX", "--tensorboard")]
)
def test_a_missing_package_is_named(tmp_path: Path, package: str, option: str) -> None:
    fitted(tmp_path / "run.glassnet")
    code = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = "
        f"['glassnet', 'runs', 'export', 'run.glassnet', {option!r}, 'sqlite:///x.db']; "
        "from glassnet.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f'pip install "glassnet[{package.lower().removesuffix("x")}]"' in done.stderr


def test_an_address_that_mlflow_refuses_gets_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("mlflow", reason="MLflow is not installed here")
    fitted(tmp_path / "run.glassnet")
    done = subprocess.run(
        [sys.executable, "-m", "glassnet.cli", "runs", "export", "run.glassnet", "--mlflow", "x:y"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "MLflow did not take the run at x:y" in done.stderr
