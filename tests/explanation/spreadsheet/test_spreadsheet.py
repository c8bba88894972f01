"""Spreadsheets of steps, recalculated by LibreOffice and compared with the numbers of the step.

All files are recalculated in one call, since its start takes seconds.
"""

import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.explanation.step import Step, take_step
from glassnet.formula.tree import Formula, ln
from glassnet.formula.two_parts import TwoParts
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.loss import Loss
from glassnet.render.text import formula_text
from tests.explanation.spreadsheet.steps import CASES
from tests.random_networks import built_in

pytestmark = pytest.mark.system("soffice")

#: Where both are smaller, they are as good as 0.
TINY = 1e-280
#: A spreadsheet has no infinity.
HUGE = 1e300
TOLERANCE = 1e-12
#: Rows of the sheets that the page has no number for; what follows from them is compared.
BETWEEN = ("largest", "e1[", "e2[", "e3[", "term[", "side[", "N")
OTHER_ROWS = ("name", "from", "1", "to ")

Cell = Any


@dataclass(frozen=True)
class Recalculated:
    """A step, and the values of the cells of its spreadsheet, as LibreOffice computed them."""

    explanation: Explanation
    sheets: dict[str, list[list[Cell]]]

    def rows(self, sheet: str) -> Iterator[tuple[str, list[float]]]:
        """The rows with a name and values."""
        for name, _, *values in self.sheets[sheet]:
            if isinstance(name, str) and not name.startswith(OTHER_ROWS):
                numbers = [value for value in values if value is not None]
                if numbers:
                    yield name, numbers

    def row(self, sheet: str, name: str) -> list[float]:
        """The values of the row of a name."""
        return next(values for own, values in self.rows(sheet) if own == name)


def recalculate(folder: Path, files: list[Path]) -> None:
    """Let LibreOffice open the files, compute their formulas, and write them to `folder`."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder)]
    subprocess.run(["soffice", profile, *convert, *files], check=True, capture_output=True)


def read(path: Path) -> dict[str, list[list[Cell]]]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book}


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recalculated]:
    given, made = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("made")
    explanations = {name: make() for name, make in CASES.items()}
    paths = {name: given / f"{number}.xlsx" for number, name in enumerate(CASES)}
    for name, explanation in explanations.items():
        explanation.to_xlsx(paths[name])
    for number, (name, change) in enumerate(CHANGES.items()):
        path = given / f"changed {number}.xlsx"
        change_cells(paths[change.case], path, change.cells)
        paths[name] = path
        explanations[name] = after_change(explanations[change.case], change)
    recalculate(made, [*paths.values()])
    return {
        name: Recalculated(explanations[name], read(made / path.name))
        for name, path in paths.items()
    }


@dataclass(frozen=True)
class Change:
    """Other numbers in coloured cells of a case, and the same change in Python.

    Attributes
    ----------
    case : str
    cells : dict
        The new number in the first column of the first row of that name.
    step : callable
    """

    case: str
    cells: dict[str, float]
    step: Callable[[Step], Step]


def with_weight(step: Step) -> Step:
    parameters = step.parameters.copy()
    parameters[index_of(step.architecture, WeightPlace(1, 0, 0))] = 0.75
    return take_step(step.program, parameters, step.batch, step.update)


def with_targets(step: Step) -> Step:
    targets = step.batch.targets.copy()
    targets[0] = [0.0, 1.0, 0.0]
    batch = replace(step.batch, targets=targets)
    return take_step(step.program, step.parameters, batch, step.update)


def with_sample_weight(step: Step) -> Step:
    assert step.batch.sample_weight is not None
    sample_weight = step.batch.sample_weight.copy()
    sample_weight[0] = 3.5
    batch = replace(step.batch, sample_weight=sample_weight)
    return take_step(step.program, step.parameters, batch, step.update)


CHANGES = {
    **{
        f"a weight of {case} changed": Change(case, {"from": 0.75}, with_weight)
        for case in CASES
        if case.endswith("Adam") or case in ("wide", "recorded, clipping without effect")
    },
    **{
        f"a target of {name} changed": Change(
            f"loss {name}", {"t[1]": 0.0, "t[2]": 1.0, "t[3]": 0.0}, with_targets
        )
        for name in built_in(Loss)
    },
    "a sample weight changed": Change(
        "recorded, weights of examples", {"sample weight": 3.5}, with_sample_weight
    ),
}


def change_cells(path: Path, to: Path, cells: dict[str, float]) -> None:
    """Type other numbers into cells."""
    book = openpyxl.load_workbook(path)
    page = book["Network"]
    for name, value in cells.items():
        row = next(row[0].row for row in page.iter_rows() if row[0].value == name)
        page.cell(row + (name == "from"), 3).value = value  # a weight stands below its heads
    book.save(to)


def after_change(explanation: Explanation, change: Change) -> Explanation:
    changed = replace(explanation.explainer, forward=change.step(explanation.step))
    return Explanation(explanation.document, changed, explanation.check, {})


def difference(value: Cell, expected: float) -> float:
    """The relative difference; infinite if the cell holds no number."""
    if not isinstance(value, int | float):
        return math.inf
    if math.isinf(expected):
        return 0.0 if value * np.sign(expected) > HUGE else math.inf
    size = max(abs(value), abs(expected))
    return 0.0 if size < TINY else abs(value - expected) / size


def expected_numbers(explanation: Explanation, example: int) -> dict[str, Callable[[], float]]:
    """The numbers of one example by the names of their rows, from the explanation's equations."""
    step = explanation.step
    own = take_step(step.program, step.parameters, step.batch, step.update, example)
    names = replace(explanation.explainer.symbols, example=None)
    equations = StepEquations(own, names, None)
    found: dict[str, Callable[[], float]] = {
        formula_text(equations.loss_symbol()): lambda: own.loss
    }
    for layer in range(1, equations.depth + 1):
        found |= layer_numbers(equations, layer)
    return found


def layer_numbers(equations: StepEquations, layer: int) -> dict[str, Callable[[], float]]:
    step, loss = equations.step, equations.loss_symbol()
    units = range(step.architecture.units[layer])
    symbols: list[Any] = []
    for unit in units:
        net_input, y = equations.net_input_symbol(layer, unit), equations.output(layer, unit)
        g, delta = equations.activated(layer, unit), equations.delta_symbol(layer, unit)
        d_output = (
            equations.d_predicted(unit)
            if layer == equations.depth
            else equations.d_output(layer, unit)
        )
        symbols += [net_input, y, g, delta, equations.derivative(loss, y, d_output)]
        elementwise = isinstance(step.layer(layer).activation, Elementwise)
        for k in [unit] if elementwise else units:
            of, slope = equations.output(layer, k), equations.slope(layer, k, unit)
            symbols.append(equations.derivative(of, net_input, slope))
        symbols += [equations.gradient_symbol(place) for place in places_into(step, layer, unit)]
    found: dict[str, Callable[[], float]] = {
        formula_text(symbol): partial(getattr, symbol, "value") for symbol in symbols
    }
    wide = equations.wide
    for g in equations.activated_symbols(layer):
        for term in (1 - g, 1 - g**2, ln(g), ln(1 - g)):
            found[formula_text(term)] = partial(in_wide_numbers, term, wide)
    return found


def in_wide_numbers(term: Formula, wide: TwoParts) -> float:
    """1 − y with all digits, where y is near 1."""
    value = term.evaluate(wide)
    return float(value.high + value.low)


def places_into(step: Step, layer: int, unit: int) -> list[WeightPlace]:
    before = range(step.architecture.units[layer - 1])
    own_only = step.weights[layer - 1].ndim == 1
    places = [WeightPlace(layer, source, unit) for source in ([unit] if own_only else before)]
    return [*places, WeightPlace(layer, None, unit)] if step.layer(layer).bias else places


@pytest.mark.parametrize("case", [*CASES, *CHANGES])
def test_forward_pass_loss_and_backward_pass(
    recalculated: dict[str, Recalculated], case: str
) -> None:
    found = recalculated[case]
    examples = range(len(found.explanation.step.batch))
    expected = [expected_numbers(found.explanation, example) for example in examples]
    seen = set()
    for sheet in ("Forward", "Loss", "Backward"):
        for name, values in found.rows(sheet):
            if name.startswith(BETWEEN):
                continue
            seen.add(name)
            for value, numbers in zip(values, expected, strict=False):
                number = numbers[name]()
                assert difference(value, number) <= TOLERANCE, (sheet, name, value, number)
    needless = ("1 − ", "ln(", "∂p", "∂y")  # where no formula refers to them
    assert {name for name in expected[0] if not name.startswith(needless)} <= seen


@pytest.mark.parametrize("case", [*CASES, *CHANGES])
def test_update_and_outcome(recalculated: dict[str, Recalculated], case: str) -> None:
    found = recalculated[case]
    explanation, step = found.explanation, found.explanation.step
    names = replace(explanation.explainer.symbols, example=None)
    rows = dict(rows_of_update(found))
    for layer in range(1, len(step.architecture.layers) + 1):
        for unit in range(step.architecture.units[layer]):
            for place in places_into(step, layer, unit):
                name = formula_text(names.weight(place, 0.0))
                assert difference(rows[name][1], step.gradient_at(place)) <= TOLERANCE, name
                assert difference(rows[name][-1], step.new_weight(place)) <= TOLERANCE, name
    after = take_step(step.program, step.new_parameters, step.batch, None)
    for unit, column in enumerate(after.trace.predicted.T):
        name = f"new {formula_text(names.output(len(step.architecture.layers), unit, 0.0))}"
        for value, expected in zip(found.row("Outcome", name), column.tolist(), strict=True):
            assert difference(value, expected) <= TOLERANCE, (name, value, expected)
    new_loss = found.row("Outcome", f"new {formula_text(names.loss(0.0))}")[-1]
    assert difference(new_loss, step.new_mean_loss) <= TOLERANCE


def rows_of_update(found: Recalculated) -> Iterator[tuple[str, list[Cell]]]:
    for name, *values in found.sheets["Update"]:
        if isinstance(name, str) and "[" in name:
            yield name, [value for value in values if value is not None]
