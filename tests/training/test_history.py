"""What a history says of itself."""

from pathlib import Path

import pytest

from glassnet.formula.document import Curves
from glassnet.training.history import History


def test_an_empty_history() -> None:
    assert repr(History()) == "History(no complete epoch)"


def test_a_full_one() -> None:
    history = History(
        losses=[1.0, 0.5],
        validation_losses=[0.9, 0.95],
        seconds=[0.25, 0.25],
        best_epoch=0,
        stopped_early=True,
    )
    assert repr(history) == (
        "History(2 epochs in 0.5 s, loss 1 → 0.5, "
        "validation loss 0.9 after epoch 1, the best, stopped early)"
    )


def test_its_learning_curves() -> None:
    history = History(
        losses=[1.0, 0.5],
        validation_losses=[0.9, 0.95],
        metrics={"accuracy": [0.5, 0.75]},
        learning_rates=[0.1, 0.05],
        seconds=[0.25, 0.25],
    )
    error, accuracy, rate = (section.blocks[-1] for section in history.to_document().sections)
    assert isinstance(error, Curves)
    assert [(curve.name, curve.x, curve.y) for curve in error.curves] == [
        ("training", (1.0, 2.0), (1.0, 0.5)),
        ("validation", (1.0, 2.0), (0.9, 0.95)),
    ]
    assert isinstance(accuracy, Curves)
    assert accuracy.curves[0].y == (0.5, 0.75)
    assert isinstance(rate, Curves)
    assert rate.curves[0].y == (0.1, 0.05)
    assert "● training  ○ validation" in str(history)
    assert "<polyline" in history._repr_mimebundle_()["text/html"]


def test_a_constant_rate_is_no_curve() -> None:
    history = History(losses=[1.0], learning_rates=[0.1], seconds=[0.1])
    assert [section.title for section in history.to_document().sections] == ["Training"]
    assert str(History()) == "History(no complete epoch)"


def test_it_is_written_in_every_format(tmp_path: Path) -> None:
    history = History(losses=[1.0, 0.5], learning_rates=[0.1, 0.1], seconds=[0.1, 0.1])
    page = history.to_html(tmp_path / "history.html")
    assert page.startswith("<!doctype html>")
    assert (tmp_path / "history.html").read_text(encoding="utf-8").rstrip() == page.rstrip()
    assert r"\begin{document}" in history.to_latex()
    curves = history.to_dict()["sections"][0]["blocks"][-1]
    assert curves["curves"][0]["y"] == [1.0, 0.5]
    assert history.to_text() == str(history)


def test_a_file_is_written_in_the_format_of_its_name(tmp_path: Path) -> None:
    history = History(losses=[1.0, 0.5], learning_rates=[0.1, 0.1], seconds=[0.1, 0.1])
    for name, begins in (
        ("a.html", "<!doctype html>"),
        ("a.TEX", r"\documentclass"),
        ("a.json", "{"),
        ("a.txt", "══ History("),
    ):
        history.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    with pytest.raises(ValueError, match=r"a.docx' ends in no known format; expected .html, .tex"):
        history.save("a.docx")
