"""Plots in tests open no windows."""

from collections.abc import Iterator

import pytest

__all__ = ["without_windows"]


@pytest.fixture
def without_windows() -> Iterator[None]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    yield
    pytest.importorskip("matplotlib.pyplot").close("all")
