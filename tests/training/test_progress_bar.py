"""The progress bar: on standard error, and only where it is wanted."""

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
