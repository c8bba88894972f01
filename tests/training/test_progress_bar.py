"""The progress bar: on standard error, and only where it is wanted."""

import errno
import io
import sys

import pytest

from glassnet.training.progress_bar import progress_bar


def test_without_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as move:
        move(1.0, 2, 0.5, None)
    assert capsys.readouterr() == ("", "")


def test_where_it_is_wanted_it_stands_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(show=True) as move:
        move(1.0, 2, 0.5, 0.25)
        move(2.0, 2, 0.4, 0.2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "validation 0.2" in err


def test_a_terminal_that_goes_away_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.EIO, "Input/output error")

        def flush(self) -> None:
            self.write("")

    monkeypatch.setattr(sys, "stderr", Gone())
    with progress_bar(show=True) as move:
        move(1.0, 2, 0.5, None)
