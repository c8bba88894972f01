"""A few spoiled cells leave the scores of a model what they were.

GLASSNET_SEEDS says how many tables are tried.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train

SEEDS = int(os.environ.get("GLASSNET_SEEDS", "3"))
ROWS = 400
#: What spoils a number so that it can't be told; each is missing then.
SPOILED = [
    " ", "-", "--", ".", "NaT", "missing", "none", "unknown", "n.d.", "#DIV/0!", "k.A.", "inf",
    "#NV", "1.#QNAN", "{} m2", "${}", "{}%", "~{}", "abc", "see note",
]  # fmt: skip
#: Those that are blank, or missing in every column, need no warning as strange cells.
SILENT = {"", "NaT"}
RECIPE = Recipe(preset="plain", hidden=(16,), epochs=60, ensemble=1)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_scores_of_a_spoiled_table_are_those_of_the_clean_one(
    seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    source = random.Random(seed)  # noqa: S311
    rows = []
    for _ in range(ROWS):
        size, year = round(source.uniform(30, 200), 1), source.randint(1950, 2020)
        price = 2.5 * size + (year - 1950) / 2 + source.gauss(0, 8)
        rows.append([f"{size}", f"{year}", f"{source.uniform(0, 9):.3f}", f"{price:.1f}"])
    clean = score(tmp_path, rows)[0]
    places = source.sample([(r, c) for r in range(ROWS) for c in range(3)], source.randint(12, 36))
    blank = [list(row) for row in rows]
    for row, column in places:
        rows[row][column] = source.choice(SPOILED).format(rows[row][column])
        blank[row][column] = ""
    spoiled, warnings = score(tmp_path, rows)
    # What is lost is what the cells said, and nothing else.
    assert spoiled == score(tmp_path, blank)[0]
    assert clean - spoiled < 0.15
    record_property("clean", clean)
    record_property("spoiled", spoiled)
    for column, name in enumerate(("size", "year", "noise")):
        own = [row for row, place in places if place == column]
        said = next((one for one in warnings if one.startswith(f"{name}: '")), "")
        loud = sorted(row for row in own if rows[row][column].strip() not in SILENT)
        for row in loud[:10]:
            assert f"{rows[row][column].strip()!r} (line {row + 2})" in said
        assert len(loud) <= 10 or f" and {len(loud) - 10} more " in said


def score(folder: Path, rows: list[list[str]]) -> tuple[float, list[str]]:
    """R² on the held-out rows, and the warnings."""
    path = folder / "table.csv"
    path.write_text("size,year,noise,price\n" + "".join(",".join(row) + "\n" for row in rows))
    trained = train(path, "price", RECIPE, progress=False)
    return trained.evaluation.scores["R²"], trained.warnings
