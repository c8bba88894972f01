"""Data of one's own in the browser: a table dropped, points set by hand, a formula typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.system("chromium")


def choose(page: "Page", problem: str) -> None:
    page.get_by_label("Problem", exact=True).select_option(problem)


def drop(page: "Page", name: str, content: bytes) -> None:
    """Drop a file on the page, as a user does from a folder."""
    transfer = page.evaluate_handle(
        "([name, bytes]) => { const transfer = new DataTransfer();"
        " transfer.items.add(new File([new Uint8Array(bytes)], name)); return transfer; }",
        [name, list(content)],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def test_a_dropped_table_is_learned(opened: "Callable[..., Page]", penguins: Path) -> None:
    page = opened()
    drop(page, "penguins.csv", penguins.read_bytes())
    target = page.get_by_label("Column of penguins.csv to predict")
    target.wait_for()
    assert target.input_value() == "year"
    target.select_option("species")
    page.get_by_role("button", name="Gentoo").wait_for()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.getElementById('now-metric').textContent > '0.95'")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Adelie").click()
    page.get_by_role("heading", name="The unit Adelie").wait_for()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty.csv holds no rows"),
        ("noise.csv", bytes(range(256)) * 4, "noise.csv cannot be read as a table"),
        ("giant.csv", b"1,2\n" * 2_600_000, "giant.csv has 11 MB; a page takes files of up to 10"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    opened: "Callable[..., Page]", name: str, content: bytes, sentence: str
) -> None:
    page = opened()
    before = page.url
    if len(content) > 10_000_000:  # made in the browser: it is too large to send there
        page.evaluate_handle(
            "() => { window.made = new DataTransfer(); window.made.items.add("
            "new File([new Uint8Array(10400000)], 'giant.csv')); }"
        )
        transfer = page.evaluate_handle("() => window.made")
        page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    else:
        drop(page, name, content)
    page.get_by_role("status").get_by_text(sentence).wait_for()
    assert page.url == before
    page.get_by_role("button", name="Step").click()
    page.wait_for_function("() => document.getElementById('now-step').textContent === '1'")


def test_points_are_set_by_clicks_and_by_keys(opened: "Callable[..., Page]") -> None:
    page = opened()
    choose(page, "own points")
    page.get_by_label("Class of new points").select_option("2")
    page.locator("#plane").click(position={"x": 150, "y": 20})
    page.get_by_role("button", name="class 2").wait_for()
    page.get_by_label("New point: x1").fill("0.25")
    page.get_by_label("x2").fill("-0.75")
    page.get_by_role("button", name="Add the point").press("Enter")
    page.wait_for_function("() => document.getElementById('example-of').textContent === 'of 6'")
    points = json.loads(page.evaluate("() => decodeURIComponent(location.hash.slice(1))"))["points"]
    assert points[-1] == [0.25, -0.75, 2]
    assert points[-2][0] == pytest.approx(0, abs=0.02)
    assert points[-2][1] > 0.5
    page.get_by_role("button", name="Remove the last point").click()
    page.wait_for_function("() => document.getElementById('example-of').textContent === 'of 5'")


def test_a_formula_is_learned_and_a_wrong_one_is_refused(opened: "Callable[..., Page]") -> None:
    page = opened()
    choose(page, "own formula")
    field = page.get_by_label("What is to learn")
    field.fill("x1*x2 > 0")
    field.press("Tab")
    page.wait_for_function("() => decodeURIComponent(location.hash).includes('x1*x2')")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.getElementById('now-metric').textContent > '0.9'")
    page.get_by_role("button", name="Pause").click()
    field.fill("import os")
    field.press("Tab")
    page.get_by_role("status").get_by_text("'import os' is no formula; expected numbers").wait_for()
    assert field.input_value() == "x1*x2 > 0"
