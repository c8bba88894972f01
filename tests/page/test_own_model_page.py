"""A user of another library opens a model and finds out why a row is wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import glassnet as gn
from glassnet.model import Model
from tests.page.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.system("chromium")


@pytest.fixture(scope="module")
def trained(penguins: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    path = tmp_path_factory.mktemp("model") / "penguins.safetensors"
    recipe = gn.Recipe(preset="plain", hidden=(20,), epochs=3, seed=2)
    result = gn.train(penguins, "species", recipe=recipe, save_as=path, progress=False)
    return path, result.model


@pytest.fixture(scope="module")
def address(trained: tuple[Path, Model], penguins: Path) -> Iterator[str]:
    """The address of a page with the model and its table."""
    with served(trained[0], penguins) as address:
        yield address


def test_a_wrong_row_is_found_and_explained(
    opened: "Callable[..., Page]", trained: tuple[Path, Model], penguins: Path
) -> None:
    page, model = opened(), trained[1]
    assert page.get_by_label("Problem", exact=True).input_value() == "own model"
    assert page.get_by_role("group", name="Layer 1").count() == 0
    assert "+ 8 more" in page.locator("#drawing .more").all_text_contents()
    page.get_by_text("Rows, the worst first").click()
    wrong = page.locator("#rows tr.wrong").first
    wrong.wait_for()
    row, predicted, target = (
        cell.replace(",", "") for cell in wrong.locator("td").all_text_contents()[:3]
    )
    table = model.open(penguins).rows.in_memory()
    assert model.predict(table)[int(row) - 1] == predicted
    assert table.columns["species"][int(row) - 1] == target
    wrong.get_by_role("button").click()
    page.get_by_role("heading", name=f"Why {predicted} and not {target}?").wait_for()
    page.get_by_role("button", name="Step").click()
    page.wait_for_function("() => document.getElementById('now-step').textContent === '1'")
