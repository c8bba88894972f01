"""A file is there whole or not at all: what stood there stays until the new one is on the disk."""

import errno
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.core.atomic_file import (
    move_into_place,
    new_file_beside,
    require_writable,
    write_atomically,
)

FULL_DEVICE = Path("/dev/full")


def names(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, content: bytes = b"new") -> None:
    write_atomically(path, lambda file: file.write_bytes(content))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_fails_when_it_is_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Many file systems tell only at fsync that there is no space left."""
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=rf"^cannot write {path}: {os.strerror(number)}$") as caught:
        write(path)
    assert caught.value.errno == number
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.html"]


def test_a_file_system_that_cannot_sync_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", fail)
    write(tmp_path / "model")
    assert (tmp_path / "model").read_bytes() == b"new"


def test_the_file_is_on_the_disk_before_it_is_moved_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, done = tmp_path / "model", list[str]()
    path.write_bytes(b"old")
    fsync = os.fsync

    def watched(handle: int) -> None:
        is_folder = os.path.sameopenfile(handle, os.open(tmp_path, os.O_RDONLY))
        done.append(f"{'folder' if is_folder else 'file'}, {path.read_text()} there")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write(path)
    assert done == ["file, old there", "folder, new there"]


SAVING = """
import sys
import numpy as np
import glassnet as gn
net = gn.Network([8, 8, 1], hidden="tanh", output="identity", seed=1)
step = gn.explain(net, np.ones(8), np.ones(1))
path = sys.argv[1]
try:
    {save}
except OSError as error:
    print(error)
"""


def saved_in_vain(save: str, path: Path, most_bytes: int) -> subprocess.CompletedProcess[str]:
    """What a process says that saves to `path`, and whose files can have so many bytes."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, -1))\n"
    return subprocess.run(
        [sys.executable, "-c", limit + SAVING.format(save=save), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )


TEXTS = {
    "model.safetensors": "net.save(path)",
    "page.html": "step.to_html(path)",
    "sheet.csv": "step.exercise().to_csv(path)",
    "sheet.ipynb": "step.exercise().to_notebook(path)",
    "drawing.svg": "net.draw().to_svg(path)",
}
SPREADSHEETS = {"step.xlsx": "step.to_xlsx(path)", "sheet.xlsx": "step.exercise().to_xlsx(path)"}


@pytest.mark.parametrize("name", [*TEXTS, *SPREADSHEETS])
def test_a_file_size_limit_leaves_the_old_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"old")
    said = saved_in_vain((TEXTS | SPREADSHEETS)[name], path, 1000)
    assert said.stdout == f"cannot write {path}: File too large\n"
    # What openpyxl keeps in files of its own may not fit either, and it says so, too.
    assert name in SPREADSHEETS or not said.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [name]


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("save", [*TEXTS.values(), *SPREADSHEETS.values()])
def test_a_full_disk_is_said_once(save: str) -> None:
    said = saved_in_vain(save, FULL_DEVICE, resource.RLIM_INFINITY)
    assert said.stdout == "cannot write /dev/full: No space left on device\n"
    assert not said.stderr


def test_an_error_about_another_file_is_not_told_of_the_one_that_is_written(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        write_atomically(tmp_path / "copy", lambda file: (tmp_path / "source").read_bytes())
    assert caught.value.filename == str(tmp_path / "source")
    assert names(tmp_path) == []


def test_a_new_file_is_moved_into_place_by_hand(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "run", tmp_path / "run"
    target.write_text("old")
    link.symlink_to(target)
    new = new_file_beside(link)
    assert new.parent == tmp_path / "folder"
    assert new.read_bytes() == b""
    new.write_text("new")
    move_into_place(new, link)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(tmp_path / "folder") == ["run"]


def test_a_move_that_fails_names_the_file_and_leaves_it(tmp_path: Path) -> None:
    target = tmp_path / "run"
    new = new_file_beside(target)
    target.mkdir()
    with pytest.raises(OSError, match=rf"^cannot write {target}: Is a directory$"):
        move_into_place(new, target)
    assert target.is_dir()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_any_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(file: Path) -> None:
        file.write_text("half")
        raise error

    with pytest.raises(error):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere/model", r"the folder .*nowhere does not exist; create it first"),
        ("folder", "folder is a folder; expected the name of a file"),
        ("file/model", r"file is not a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, place: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("text")
    with pytest.raises(OSError, match=message):
        require_writable(tmp_path / place)
    with pytest.raises(OSError, match=message):
        write(tmp_path / place)
    assert names(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "text"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_folder_that_takes_no_files_is_told_before_the_work() -> None:
    with pytest.raises(OSError, match=r"cannot write /proc/model\.safetensors: "):
        require_writable("/proc/model.safetensors")


def test_asking_whether_a_place_can_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("old")
    require_writable(tmp_path / "model")
    require_writable(tmp_path / "new")
    assert names(tmp_path) == ["model"]
    assert (tmp_path / "model").read_text() == "old"


def test_a_file_is_as_readable_as_any_other_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write(tmp_path / "model")
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("m" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    write(path)
    assert path.read_bytes() == b"new"


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "model", tmp_path / "link", tmp_path / "pipe"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, lambda file: file.write_bytes(b"new"))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, lambda file: file.write_bytes(b"through"))
    reader.join(timeout=30)
    assert received == [b"through"]
    assert pipe.is_fifo()


def test_what_a_killed_process_left_goes_at_the_next_write(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from glassnet.core.atomic_file import write_atomically\n"
        "def die(file):\n"
        "    file.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]) / 'model', die)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert len(names(tmp_path)) == 1

    def write_beside_another(file: Path) -> None:
        """This process is writing two files at once."""
        write(tmp_path / "other")
        file.write_text("whole")

    (tmp_path / ".glassnet.of-the-user").write_text("")
    write_atomically(tmp_path / "model", write_beside_another)
    assert names(tmp_path) == [".glassnet.of-the-user", "model", "other"]


def test_a_link_that_leads_back_to_itself_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    attempts: tuple[Callable[[Path], None], ...] = (require_writable, write)
    for attempt in attempts:
        with pytest.raises(OSError, match="a: it is a link that leads back to itself"):
            attempt(tmp_path / "a")
