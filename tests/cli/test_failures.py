"""The command line when something is wrong: a sentence, the exit code, and nothing lost."""

import gc
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from glassnet import cli
from glassnet.model import Model, load
from glassnet.tables.read.parquet import TemporaryFolder
from tests.command import glassnet, make_folder, names


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """The same, for one test."""
    shutil.copytree(trained, tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: "),
        (["learn"], "No such command 'learn'"),
        (["train"], "Missing argument 'SOURCE"),
        (["train", "fruit.csv"], "Missing option '--target'"),
        (["train", "fruit.csv", "--target", "fruit", "--epochs", "0"], "--epochs"),
        (["train", "fruit.csv", "--target", "fruit", "--epochs", "ten"], "--epochs"),
        (["train", "fruit.csv", "--target", "fruit", "--batch-size", "0"], "--batch-size"),
        (["train", "fruit.csv", "--target", "fruit", "--hidden", "8,x"], "'8,x'; expected numbers"),
        (["train", "fruit.csv", "--target", "fruit", "--hidden", "0"], "'0'; expected numbers"),
        (["train", "fruit.csv", "--target", "fruit", "--learning-rate", "nan"], "above 0"),
        (["train", "fruit.csv", "--target", "fruit", "--learning-rate", "-1"], "above 0"),
        (["train", "fruit.csv", "--target", "fruit", "--optimizer", "lion"], "'lion' is not one"),
        (["train", "fruit.csv", "--target", "fruit", "--seed", "-1"], "--seed"),
        (["train", "fruit.csv", "--target", "fruit", "--seed", str(2**64)], "--seed"),
        (["train", "fruit.csv", "--target", "fruit", "--task", "guess"], "--task"),
        (["demo", "--seed", str(2**64), "-o", "made"], "--seed"),
        (["predict", "fruit.safetensors"], "Missing argument 'SOURCE"),
        (["explain", "fruit.safetensors", "fruit.csv", "--row", "-1"], "--row"),
        (["explain", "fruit.safetensors", "fruit.csv", "--format", "word"], "--format"),
        (["explain", "fruit.safetensors", "fruit.csv", "--learning-rate", "0"], "above 0"),
        (["explain", "fruit.safetensors", "fruit.csv", "--learning-rate", "inf"], "above 0"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else "",
)
def test_a_wrong_call_exits_with_2_and_does_nothing(
    folder: Path, arguments: list[str], message: str
) -> None:
    before = names(folder)
    done = glassnet(*arguments, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert names(folder) == before


FAILURES: list[tuple[str, str]] = [
    ("train none.csv --target fruit", r"none\.csv does not exist; expected a table"),
    ("train fruit.csv --target fruit --size 8x8", r"are for images; fruit\.csv is a table"),
    (
        "train fruit.csv --target fruit --target weight",
        r"2 classes in 'fruit', numbers in 'weight'. Train",
    ),
    ("train . --target fruit", r"is outside the class folders"),
    ("train fruit.csv --target species", r"no column 'species'; the columns are 'weight', "),
    ("train empty.csv --target fruit", r"empty\.csv holds no rows"),
    ("train header.csv --target fruit", r"header\.csv holds no rows"),
    ("train one.csv --target fruit", r"'fruit' holds only 'plum'; .* two classes"),
    ("train ragged.csv --target fruit", r"ragged\.csv cannot be read as a table"),
    (
        "train broken.csv --target fruit",
        r"broken\.csv cannot be read as a table: .* cp1252",
    ),
    ("train cut.parquet --target fruit", r"cut\.parquet cannot be read as a table"),
    ("train fruit.safetensors --target fruit", r"is not a table file; expected \.csv, .*\.feather"),
    ("train fruit.csv --target fruit --task regression", r"must hold finite numbers.*'cherry'"),
    ("train fruit.csv --target fruit -o nowhere/m", r"the folder nowhere does not exist"),
    ("train fruit.csv --target fruit -o folder", r"folder is a folder; expected the name"),
    ("train fruit.csv --target fruit -o fruit.csv/m", r"fruit\.csv is not a folder"),
    ("train fruit.csv --target fruit -o /proc/m", r"/proc"),
    ("train price.csv --target price --optimizer sgd --learning-rate 1e30", r"try a learning rate"),
    (f"train fruit.csv --target fruit --hidden {10**15}", r"not enough memory"),
    (f"train fruit.csv --target fruit --hidden {10**30}", r"memory|units|too large"),
    ("evaluate none fruit.csv", r"none does not exist; expected a model file"),
    ("evaluate . fruit.csv", r"is a folder; expected a model file"),
    ("evaluate fruit.csv fruit.csv", r"fruit\.csv is not a model file"),
    ("evaluate cut.safetensors fruit.csv", r"cut\.safetensors is not a model file, or is damaged"),
    (
        "evaluate net.safetensors fruit.csv --target fruit",
        r"'colour' is missing a value in row 2",
    ),
    ("evaluate net.safetensors price.csv --target price", r"1 column beside .*has 2 inputs"),
    ("evaluate fruit.safetensors fruit.csv --classes a,b", r"knows its classes"),
    ("evaluate fruit.safetensors price.csv", r"no column 'fruit'"),
    ("evaluate fruit.safetensors pears.csv", r"unknown class 'pear'; known are: cherry, plum"),
    ("predict fruit.safetensors price.csv", r"no column 'colour'"),
    ("predict fruit.safetensors text.csv", r"'weight' must hold numbers, but holds 'heavy'"),
    ("predict fruit.safetensors huge.csv", r"'weight'.*1e.?300"),
    ("predict fruit.safetensors fruit.csv -o nowhere/p.csv", r"folder nowhere does not exist"),
    ("predict fruit.safetensors fruit.csv -o folder", r"folder is a folder"),
    ("explain fruit.safetensors fruit.csv --row 60", r"no row 60; the table has rows 0 to 59"),
    ("explain fruit.safetensors fruit.csv --target-value pear", r"unknown class 'pear'"),
    ("explain price.safetensors price.csv --target-value dear", r"number.*'dear'"),
    ("explain fruit.safetensors fruit.csv -o p.pdf", r"'p.pdf' ends in no known format; .*\.tex"),
    ("explain fruit.safetensors fruit.csv -o page", r"'page' ends in no known format"),
    ("explain fruit.safetensors fruit.csv --weight w9[1,1]", r"w9|layer"),
    ("explain fruit.safetensors fruit.csv -o nowhere/e.txt", r"folder nowhere does not exist"),
    ("demo -o fruit.csv", r"fruit\.csv"),
]


@pytest.fixture(scope="module")
def bad(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained models among files that are no good."""
    place = tmp_path_factory.mktemp("bad") / "here"
    shutil.copytree(trained, place)
    (place / "folder").mkdir()
    for name, content in {
        "empty.csv": b"",
        "header.csv": b"weight,colour,fruit\n",
        "one.csv": b"weight,fruit\n" + b"1,plum\n2,plum\n" * 20,
        "ragged.csv": b"weight,fruit\n1,plum\n2,cherry,red\n",
        "broken.csv": b"weight,fruit\n1,\x81\xfe\n",
        "cut.parquet": b"PAR1" + b"\0" * 20,
        "cut.safetensors": (place / "fruit.safetensors").read_bytes()[:-1],
        "pears.csv": b"weight,colour,fruit\n9,green,pear\n",
        "text.csv": b"weight,colour\n6,red\nheavy,red\n",
        "huge.csv": b"weight,colour\n6,red\n1e300,red\n",
    }.items():
        (place / name).write_bytes(content)
    return place


@pytest.mark.parametrize(("call", "message"), FAILURES, ids=[call for call, _ in FAILURES])
def test_work_that_fails_exits_with_1_and_a_sentence(bad: Path, call: str, message: str) -> None:
    before = {path: path.read_bytes() for path in bad.iterdir() if path.is_file()}
    done = glassnet(*call.split(), cwd=bad)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.match(f"glassnet: .*(?:{message})", done.stderr), done.stderr
    assert done.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in bad.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    "call",
    ["train fruit.csv --target fruit", "train fruit.csv --target fruit --journal run.glassnet",
     "predict fruit.safetensors fruit.csv -o p.csv",
     "explain fruit.safetensors fruit.csv --format html -o p.csv", "demo -o ."],
)  # fmt: skip
def test_a_full_disk_leaves_the_old_output(folder: Path, call: str) -> None:
    for name in ("p.csv", "digits.safetensors", "digits.html"):
        (folder / name).write_text("old")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    # A limit of one block of 512 bytes on the size of every file that is written.
    shell = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable, "-m", "glassnet.cli"]
    done = subprocess.run(
        [*shell, *call.split()], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 1
    assert re.search("^glassnet: cannot write .*: File too large$", done.stderr, re.MULTILINE)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_training_that_cannot_be_saved_is_kept_in_its_journal(folder: Path) -> None:
    train = ["train", "fruit.csv", "--target", "fruit", "--preset", "plain", "--hidden", "80,80"]
    assert glassnet(*train, "-o", "whole.safetensors", cwd=folder).returncode == 0
    # Enough for the beginning of a journal, and not for the weights.
    shell = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", sys.executable, "-m", "glassnet.cli"]
    done = subprocess.run(
        [*shell, *train, "--journal", "my run.glassnet"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 1
    said = re.search("^the training is kept; continue with: (.*)$", done.stderr, re.MULTILINE)
    assert said is not None, done.stderr
    again = shlex.split(said[1])
    assert again == ["glassnet", "resume", "my run.glassnet"]
    assert glassnet(*again[1:], cwd=folder).returncode == 0
    whole, resumed = (folder / f"{name}.safetensors" for name in ("whole", "fruit"))
    assert whole.read_bytes() == resumed.read_bytes()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full here")
def test_results_that_cannot_be_printed_are_a_failure(trained: Path) -> None:
    command = [sys.executable, "-m", "glassnet.cli", "predict", "price.safetensors", "price.csv"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=trained, check=False
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_command_that_is_terminated_takes_its_temporary_files_away(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    made: list[Path] = []

    def work(standalone_mode: bool) -> None:
        folder = TemporaryFolder()
        made.append(folder.path)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(cli, "commands", work)
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert ended.value.code == code
    del ended
    gc.collect()
    assert not made[0].exists()


def test_ctrl_c_while_the_command_line_is_imported() -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'click':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from glassnet.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


@pytest.mark.parametrize(
    ("closed", "message"),
    [(">&-", "standard output is closed; send it to"), ("<&-", "standard input is closed")],
)
def test_standard_streams_that_are_closed(trained: Path, closed: str, message: str) -> None:
    call = f'exec "$0" -m glassnet predict price.safetensors - {closed}'
    done = subprocess.run(
        ["sh", "-c", call, sys.executable],
        capture_output=True,
        text=True,
        cwd=trained,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(f"glassnet: {message}.*\n", done.stderr)


@pytest.mark.parametrize("command", ["train price.csv --target price", "predict m price.csv"])
def test_a_link_that_leads_back_to_itself_is_no_output(folder: Path, command: str) -> None:
    (folder / "loop").symlink_to(folder / "pool")
    (folder / "pool").symlink_to(folder / "loop")
    (folder / "price.safetensors").rename(folder / "m")
    before = names(folder)
    done = glassnet(*command.split(), "-o", "loop", cwd=folder)
    assert done.returncode == 1
    assert done.stderr == "glassnet: cannot write loop: it is a link that leads back to itself\n"
    assert names(folder) == before


@pytest.mark.parametrize(
    "command", ["train price.csv --target price --epochs 2", "predict price.safetensors price.csv"]
)
def test_a_pipe_as_output_is_written_once(folder: Path, command: str) -> None:
    os.mkfifo(folder / "pipe")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append((folder / "pipe").read_bytes()))
    reader.start()
    done = glassnet(*command.split(), "-o", "pipe", cwd=folder)
    reader.join(timeout=60)
    assert done.returncode == 0
    (folder / "out").write_bytes(received[0])
    if command.startswith("train"):
        model = load(folder / "out")
        assert isinstance(model, Model)
        assert model.provenance["scores"]
    else:
        assert received[0].startswith(b"price\n")
