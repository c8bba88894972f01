"""The command line as its users meet it: exit codes, the two outputs, the files, Ctrl-C."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from glassnet.core.record import records
from glassnet.model import Model, load
from glassnet.optim.optimizer import Optimizer
from glassnet.tables.read.files import read_table
from glassnet.tables.table import Table
from tests.command import QUICK, glassnet, make_folder, names, printed
from tests.small_tables import write_csv

#: After this many seconds a condition that has not come is taken for one that never will.
DEADLINE = 60.0


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """The same, for one test."""
    shutil.copytree(trained, tmp_path / "here")
    return tmp_path / "here"


def test_training_prints_scores_writes_the_model_and_notes_apart(trained: Path) -> None:
    # The name of the table with another ending; nothing else is left behind.
    assert names(trained) == [
        "fruit.csv", "fruit.safetensors", "net.safetensors", "price.csv", "price.safetensors",
    ]  # fmt: skip
    model = load(trained / "fruit.safetensors")
    assert isinstance(model, Model)
    assert model.provenance["table"] == "fruit.csv"
    assert model.predict({"weight": [31.0], "colour": ["red"]}).tolist() == ["plum"]


def test_training_on_penguins(penguins: Path, tmp_path: Path) -> None:
    done = glassnet("train", penguins, "--target", "species", cwd=tmp_path)
    assert done.returncode == 0
    accuracy = re.search(r"^accuracy +(\S+) ", done.stdout, re.MULTILINE)
    assert accuracy is not None
    assert float(accuracy[1]) >= 0.97
    assert "On 69 held-out test rows" in done.stdout
    assert "The model: penguins.safetensors" in done.stdout
    assert all(line.startswith("warning: ") for line in done.stderr.splitlines())
    assert "warning: bill_length_mm: missing in 2 rows (4, 272)" in done.stderr
    (tmp_path / "new.csv").write_text(
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        "Deception,NA,18.9,184,3700,male,2024\n"
    )
    predicted = glassnet("predict", "penguins.safetensors", "new.csv", cwd=tmp_path)
    assert predicted.returncode == 0
    assert predicted.stdout.startswith("species,p(Adelie),p(Chinstrap),p(Gentoo)\nAdelie,")
    assert "warning: island: 'Deception' in 1 row (1) not seen in training" in predicted.stderr
    assert "warning: bill_length_mm: missing in 1 row (1), replaced by the med" in predicted.stderr
    assert names(tmp_path) == ["new.csv", "penguins.safetensors"]


def test_training_as_json(folder: Path) -> None:
    content = printed("train", "price.csv", "--target", "price", "-o", "m", *QUICK, cwd=folder)
    assert (content["rows_learned"], content["rows_held_out"]) == (64, 16)
    assert len(content["losses"]) == content["epochs"] == 20
    assert set(content["evaluation"]["scores"]) >= {"R²", "mean absolute error"}
    assert content["interrupted"] is False
    assert content["model"] == "m"
    assert (folder / "m").is_file()


def test_the_task_can_be_given(folder: Path) -> None:
    write_csv(folder / "size.csv", Table({"x": np.arange(40.0), "size": np.arange(40) // 20 + 4.0}))
    classes = printed("train", "size.csv", "--target", "size", *QUICK, cwd=folder)
    assert classes["evaluation"]["classes"] == [4.0, 5.0]
    command = ("train", "size.csv", "--target", "size", "--task", "regression", *QUICK)
    assert "classes" not in printed(*command, cwd=folder)["evaluation"]


def test_evaluating(trained: Path) -> None:
    done = glassnet("evaluate", "fruit.safetensors", "fruit.csv", cwd=trained)
    assert done.returncode == 0
    assert re.search(r"^accuracy +1 ", done.stdout, re.MULTILINE)
    assert done.stderr.startswith("warning: colour: missing in 12 rows (3, 8, 13, 18, 23, ...)")
    content = printed("evaluate", "fruit.safetensors", "fruit.csv", cwd=trained)
    assert content["rows"] == 60
    assert content["confusion"] == [[30, 0], [0, 30]]


def test_predicting(folder: Path) -> None:
    done = glassnet("predict", "price.safetensors", "price.csv", cwd=folder)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, lines[0], len(lines)) == (0, "", "price", 81)
    content = printed("predict", "price.safetensors", "price.csv", "-o", "p.csv", cwd=folder)
    assert content["predicted"] == [float(line) for line in lines[1:]]
    assert (folder / "p.csv").read_text() == done.stdout
    quiet = glassnet("predict", "price.safetensors", "price.csv", "-o", "p2.csv", cwd=folder)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_codes_are_the_same_categories_whatever_else_stands_in_the_file(tmp_path: Path) -> None:
    # In the new table the columns look like numbers and truth values; they were text in training.
    codes = "007,1234567,true,1.50,1e3\n"
    rows = "".join((f"1,{codes}", "0,none,none,none,none,none\n")[i % 2] for i in range(40))
    (tmp_path / "all.csv").write_text(f"answer,a,b,c,d,e\n{rows}")
    (tmp_path / "new.csv").write_text(f"a,b,c,d,e\n{codes}{codes}")
    assert glassnet("train", "all.csv", "--target", "answer", *QUICK, cwd=tmp_path).returncode == 0
    done = glassnet("predict", "all.safetensors", "new.csv", cwd=tmp_path)
    assert done.stderr == ""
    assert [line[:2] for line in done.stdout.splitlines()[1:]] == ["1,", "1,"]


def test_explaining(folder: Path) -> None:
    text = glassnet("explain", "fruit.safetensors", "fruit.csv", "--row", "1", cwd=folder)
    assert (text.returncode, text.stderr) == (0, "")
    assert "From the raw row to the inputs" in text.stdout
    content = printed("explain", "fruit.safetensors", "fruit.csv", "--row", "1", cwd=folder)
    assert content["check"]["passed"] is True
    page = glassnet(
        "explain", "fruit.safetensors", "--format", "html", "-o", "page.html", cwd=folder
    )
    assert (page.returncode, page.stdout) == (0, "")
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    command = ("explain", "fruit.safetensors", "fruit.csv", "--weight", "w2[1,2]")
    assert "w2[1,2]" in json.dumps(printed(*command, cwd=folder))


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("html", "<!doctype html>"), ("tex", "\\documentclass"), ("json", "{"), ("TXT", "══ ")],
)
def test_an_explanation_is_in_the_format_of_its_file(
    folder: Path, ending: str, begins: str
) -> None:
    name = f"explained.{ending}"
    done = glassnet("explain", "fruit.safetensors", "fruit.csv", "-o", name, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)
    chosen = ("--format", "json", "-o", name)
    done = glassnet("explain", "fruit.safetensors", "fruit.csv", *chosen, cwd=folder)
    assert json.loads((folder / name).read_text(encoding="utf-8"))["title"]


def test_explaining_several_steps_in_full_and_as_on_paper(folder: Path) -> None:
    def told(*options: str) -> str:
        command = ("explain", "fruit.safetensors", "fruit.csv", "--row", "1", *options)
        return glassnet(*command, cwd=folder).stdout

    several = told("--steps", "3")
    assert "Three steps: E " in several
    assert "─ Forward pass" not in several.replace("──", "")
    assert told("--steps", "3", "--full").count("─ Forward pass") == 3
    assert len(told("--full")) > 1.5 * len(told())
    on_paper = " ".join(told("--decimals", "3", "--notation", "z-a").split())
    assert "∂E/∂z2[" in on_paper
    assert "Each line is rounded to 3 decimals" in on_paper
    alone = glassnet("explain", "fruit.safetensors", "--steps", "3", cwd=folder)
    assert (alone.returncode, "steps are taken on a row" in alone.stderr) == (1, True)


def test_the_demo(tmp_path: Path) -> None:
    content = printed("demo", "-o", "made", cwd=tmp_path)
    assert content["evaluation"]["scores"]["accuracy"] >= 0.97
    assert names(tmp_path / "made") == ["digits.html", "digits.safetensors"]
    assert content["weight"]["sections"]


def test_help_and_version(tmp_path: Path) -> None:
    shown = glassnet("--help", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    for command in ("demo", "train", "evaluate", "predict", "explain"):
        assert f"  {command} " in shown.stdout
        assert glassnet(command, "-h", cwd=tmp_path).stdout.startswith("Usage: ")
    version = glassnet("--version", cwd=tmp_path)
    assert version.returncode == 0
    assert re.match(r"glassnet \d+\.\d+\.\d+\nengine: (native|reference)\n", version.stdout)


def seen_on_terminal(terminal: int, pattern: bytes, deadline: float) -> bytes:
    """Read what a program shows on a terminal until a pattern appears in it, or it ends."""
    shown = b""
    while not re.search(pattern, shown) and time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            more = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not more:
            break
        shown += more
    return shown


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_ctrl_c_a_hang_up_and_a_termination_save_the_best_weights(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    x = np.random.default_rng(0).normal(size=(2000, 8))
    label = np.where(x.sum(axis=1) > 0, 1.0, 0.0)
    columns = {f"x{number}": column for number, column in enumerate(x.T)}
    write_csv(tmp_path / "table.csv", Table({**columns, "label": label}))
    # So slow a descent that the validation loss falls for longer than any deadline.
    slow = ("--optimizer", "sgd", "--learning-rate", "1e-5", "--epochs", str(10**8))
    command = [sys.executable, "-m", "glassnet.cli", "train", "table.csv", "--target", "label"]
    terminal, far_end = os.openpty()
    deadline = time.monotonic() + DEADLINE
    with subprocess.Popen(
        [*command, *slow],
        stdout=subprocess.PIPE,
        stderr=far_end,
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    ) as process:
        os.close(far_end)
        try:
            # The bar shows that an epoch is over.
            shown = seen_on_terminal(terminal, rb"epoch [1-9]\d*/100000000", deadline)
            process.send_signal(number)
            shown += seen_on_terminal(terminal, rb"(?!)", deadline)
            result, _ = process.communicate(timeout=max(deadline - time.monotonic(), 1))
        finally:
            process.kill()
            os.close(terminal)
    assert re.search(rb"epoch [1-9]\d*/100000000", shown), shown
    assert process.returncode == code
    assert b"interrupted; saved the best weights so far" in shown
    assert b"Traceback" not in shown
    assert b"Interrupted; these are the best weights so far." in result
    assert names(tmp_path) == ["table.csv", "table.safetensors"]
    model = load(tmp_path / "table.safetensors")
    assert isinstance(model, Model)
    assert np.isfinite(model.network.parameters).all()
    assert model.network.epochs_trained >= 1
    assert len(model.predict(read_table(tmp_path / "table.csv"))) == 2000


def test_predictions_carry_columns_along(folder: Path) -> None:
    (folder / "new.csv").write_text("weight,colour,code\n31,red,007\n6,blue,12\n")
    command = ("predict", "fruit.safetensors", "new.csv", "new.csv", "--keep", "code")
    lines = glassnet(*command, "--top", "1", cwd=folder).stdout.splitlines()
    assert lines[0] == "code,fruit,top 1,p(top 1)"
    assert [line.rpartition(",")[0] for line in lines[1:]] == 2 * [
        "007,plum,plum",
        "12,cherry,cherry",
    ]
    assert printed(*command[:3], "--keep", "code", cwd=folder)["rows"] == {"code": ["007", "12"]}
    done = glassnet("predict", "fruit.safetensors", "new.csv", "--keep", "name", cwd=folder)
    assert "there is no column 'name'" in done.stderr


@pytest.mark.parametrize("name", sorted(records(Optimizer)))
def test_every_optimizer_is_offered(name: str, folder: Path) -> None:
    command = ("train", "fruit.csv", "--target", "fruit", "--preset", "plain", "--hidden", "2")
    content = printed(*command, "--epochs", "2", "--optimizer", name, cwd=folder)
    assert content["epochs"] <= 2
    assert f"|{name}" in glassnet("train", "--help", cwd=folder).stdout.replace("[", "|")


def test_a_report_and_what_the_model_relies_on(folder: Path) -> None:
    command = ("train", "fruit.csv", "--target", "fruit", *QUICK, "--calibrate")
    content = printed(*command, "--report", "train.html", "-o", "m", cwd=folder)
    assert content["evaluation"]["baseline"]["balanced accuracy"] == 0.5
    assert "Mean loss of each epoch" in (folder / "train.html").read_text(encoding="utf-8")
    measured = printed("evaluate", "m", "fruit.csv", "--importances", cwd=folder)
    assert set(measured["importances"]) == {"weight", "colour"}
    done = glassnet("evaluate", "m", "fruit.csv", "--report", "fruit.csv", cwd=folder)
    assert done.returncode == 2
    assert "is an input" in done.stderr


def test_what_hindered_a_training_is_said(folder: Path) -> None:
    command = ("train", "price.csv", "--target", "price", "--preset", "plain", "--optimizer", "sgd")
    broken = ("--learning-rate", "0.00001", "--epochs", "30", "-o", "m", "--report", "r.html")
    done = glassnet(*command, *broken, cwd=folder)
    assert "diagnosis: learning rate too low: the training loss fell only from" in done.stderr
    assert "diagnosis after 15 epochs: learning rate too low: " in done.stderr
    assert "multiply the learning rate by 10" in (folder / "r.html").read_text(encoding="utf-8")
    (finding,) = printed(*command, *broken, cwd=folder)["diagnosis"]
    assert finding["kind"] == "learning rate too low"


def test_several_columns_are_learned_and_predicted_side_by_side(folder: Path) -> None:
    rows = "".join(f"{n % 7},{n % 5},{n % 7 > 2},{n % 5 > 2}\n" for n in range(100))
    (folder / "labels.csv").write_text(f"a,b,large,long\n{rows}")
    both = ("--target", "large", "--target", "long")
    trained = printed("train", "labels.csv", *both, *QUICK, cwd=folder)
    assert "all labels right" in trained["evaluation"]["scores"]
    done = glassnet("predict", "labels.safetensors", "labels.csv", cwd=folder)
    assert done.stdout.splitlines()[0] == "large,long,p(large = true),p(long = true)"
    explained = glassnet("explain", "labels.safetensors", "labels.csv", "--row", "3", cwd=folder)
    assert (explained.returncode, "long" in explained.stdout) == (0, True)


def test_rare_classes_may_count_as_much_as_the_others(folder: Path) -> None:
    rows = "".join(f"{n % 10},{'rare' if n % 10 == 0 else 'usual'}\n" for n in range(100))
    (folder / "rare.csv").write_text(f"a,kind\n{rows}")
    plain = ("train", "rare.csv", "--target", "kind", "--hidden", "2", "--preset", "plain")
    few = ("--epochs", "3", "--optimizer", "sgd", "--learning-rate", "0.0001")
    usual, balanced = (
        printed(*plain, *few, *more, cwd=folder)
        for more in (
            (),
            (
                "--class-weight",
                "balanced",
            ),
        )
    )
    assert usual["losses"] != balanced["losses"]
    done = glassnet(
        "train", "price.csv", "--target", "price", "--class-weight", "balanced", cwd=folder
    )
    assert (done.returncode, "class_weight is for classification" in done.stderr) == (1, True)
