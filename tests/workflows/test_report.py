"""Reports: a table with two columns of numbers has a plane."""

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.evaluation.evaluate import evaluate
from glassnet.workflows.report import write_report

TITLE = "The predictions over both columns"


def table(*names: str) -> dict[str, object]:
    rng = np.random.default_rng(5)
    frame: dict[str, object] = {name: rng.normal(size=120) for name in names}
    return frame


@pytest.mark.parametrize("regression", [False, True])
def test_two_columns_of_numbers_have_a_plane(tmp_path: Path, regression: bool) -> None:
    frame = table("length", "width")
    total = np.asarray(frame["length"]) + np.asarray(frame["width"])
    frame["size"] = total if regression else np.where(total > 0, "large", "small").astype(object)
    trained = gn.train(frame, "size", gn.Recipe("plain", epochs=5, hidden=(4,)), progress=False)
    rows = trained.held_out
    write_report(tmp_path / "r.html", "R", trained.model, rows, evaluate(trained.model, rows))
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert TITLE in page
    assert ">length<" in page
    assert ">width<" in page


def test_other_tables_have_none(tmp_path: Path) -> None:
    frame = table("length", "width", "height")
    frame["size"] = np.where(np.asarray(frame["length"]) > 0, "large", "small").astype(object)
    trained = gn.train(frame, "size", gn.Recipe("plain", epochs=5, hidden=(4,)), progress=False)
    rows = trained.held_out
    write_report(tmp_path / "r.html", "R", trained.model, rows, evaluate(trained.model, rows))
    assert TITLE not in (tmp_path / "r.html").read_text(encoding="utf-8")
