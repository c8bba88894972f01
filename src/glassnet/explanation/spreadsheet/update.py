"""The sheet of the update: for each weight its gradient, the optimizer's state, the new weight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.update import UpdateEquations
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.explanation.spreadsheet.backward import layer_places
from glassnet.explanation.spreadsheet.book import FIRST, NAME, Book, Sheet
from glassnet.explanation.spreadsheet.cell_formula import CellFormula
from glassnet.explanation.spreadsheet.cells import Cell, Cells
from glassnet.formula.tree import Formula, Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["CLIP_NORM", "WeightGroup", "update_sheet", "weight_groups"]

#: The columns of a weight and its gradient.
WEIGHT, GRADIENT = 2, 3
#: The name of a weight after weight decay.
SHRUNK = "shrunk w"
NORM, CLIP_NORM, FACTOR = Symbol("|∂E/∂w|", 0.0), Symbol("clip_norm", 0.0), Symbol("κ", 0.0)


@dataclass(frozen=True)
class WeightGroup:
    """Weights with one rule: those of a layer, or its biases.

    Attributes
    ----------
    places : list of WeightPlace
    update : UpdateEquations
    """

    places: list[WeightPlace]
    update: UpdateEquations

    @property
    def layer(self) -> int:
        """The layer's number."""
        return self.places[0].layer

    @property
    def biases(self) -> bool:
        """Whether they are biases."""
        return self.places[0].source is None

    @property
    def name(self) -> str:
        """What they are, in words."""
        return f"{'biases' if self.biases else 'weights'} of layer {self.layer}"

    @property
    def rate(self) -> float:
        """Their factor on the learning rate."""
        layer = self.update.step.layer(self.layer)
        return layer.bias_rate if self.biases else layer.weight_rate

    @property
    def rate_symbol(self) -> Symbol:
        """That factor."""
        return Symbol("rate", self.rate, self.layer, "biases" if self.biases else "weights")

    @property
    def learning_rate(self) -> Symbol:
        """α of the group."""
        return self.update.names.learning_rate(self.update.update.learning_rate * self.rate)

    @property
    def weight(self) -> Symbol:
        """The first weight, which stands for all in the formulas."""
        return self.update.step_equations.weight(self.places[0])

    @property
    def gradient(self) -> Partial:
        """The derivative by the first weight."""
        return Partial(self.update.names.mean_loss(0.0), self.weight, 0.0)

    @property
    def state(self) -> list[Symbol]:
        """The optimizer's state, before the step."""
        return [Symbol(name, 0.0) for name in self.update.update.rule.optimizer.state_names]

    @cached_property
    def formulas(self) -> list[tuple[Symbol, Formula]]:
        """The quantities of the update and their formulas, the new weight last."""
        clipped = self.update.update.rule.clip_norm is not None
        gradient = FACTOR * self.gradient if clipped else self.gradient
        return replace(self.update, clip_factor=1.0).formulas(self.places[0], gradient)

    def hyper_parameters(self) -> list[Symbol]:
        """The numbers in the formulas that are the same for all weights, but for α."""
        computed = [symbol for symbol, _ in self.formulas]
        of_weight = {_name(symbol) for symbol in (self.weight, *self.state, *computed)}
        of_weight |= {_name(self.learning_rate), _name(FACTOR)}
        found: dict[Symbol, None] = {}
        for _, formula in self.formulas:
            for symbol in _symbols(formula):
                if symbol.letter != SHRUNK and _name(symbol) not in of_weight:
                    found[symbol] = None
        return list(found)


def weight_groups(update: UpdateEquations) -> list[WeightGroup]:
    """Return the groups of all weights, layer by layer."""
    found = []
    for layer in range(1, update.step_equations.depth + 1):
        places = layer_places(update.step_equations, layer)
        weights = [place for place in places if place.source is not None]
        biases = [place for place in places if place.source is None]
        found += [WeightGroup(part, update) for part in (weights, biases) if part]
    return found


def update_sheet(book: Book, groups: Sequence[WeightGroup]) -> None:
    """Write the sheet of the update."""
    sheet = book.sheet("Update", "Update: the step that the optimizer takes", widths={NAME: 16})
    sheet.page.freeze_panes = "B2"
    if groups[0].update.update.rule.clip_norm is not None:
        _clipping_rows(sheet, groups)
    for group in groups:
        _group_rows(sheet, group)


def _clipping_rows(sheet: Sheet, groups: Sequence[WeightGroup]) -> None:
    """The norm of the gradient, and the factor that makes it as small as is allowed."""
    sheet.heading("Clipping")
    writer = CellFormula(sheet.cells, sheet.name)
    ranges = []
    for group in groups:
        cells = [
            _gradient_cell(sheet.book, group.update.step_equations, place) for place in group.places
        ]
        ranges.append(writer.range(cells[0], cells[-1]))
    norm, most = sheet.here(WEIGHT), sheet.cells.find(CLIP_NORM)
    assert most is not None
    sheet.text(formula_text(NORM), move=False)
    sheet.formula(WEIGHT, f"SQRT(SUMSQ({','.join(ranges)}))")
    sheet.row += 1
    texts = writer.reference(norm), writer.reference(most)
    sheet.cells.put(FACTOR, sheet.here(WEIGHT))
    sheet.text(formula_text(FACTOR), move=False)
    sheet.formula(WEIGHT, f"IF({texts[0]}>{texts[1]},{texts[1]}/{texts[0]},1)")
    sheet.row += 1


def _group_rows(sheet: Sheet, group: WeightGroup) -> None:
    sheet.heading(group.name.capitalize())
    cells = Cells(sheet.cells)
    if group.rate != 1:
        _rate_row(sheet, group, cells)
    formulas = group.formulas
    for symbol, formula in formulas:
        sheet.text(f"{_in_general(symbol, group)} = {_in_general(formula, group)}")
    quantities = [group.weight, group.gradient, *group.state, *(symbol for symbol, _ in formulas)]
    heads = [_in_general(quantity, group) for quantity in quantities]
    sheet.heads([(NAME, "name"), *enumerate(heads, start=WEIGHT)], WEIGHT)
    columns = {quantity: n for n, quantity in enumerate(quantities, start=WEIGHT)}
    for place in group.places:
        _weight_row(sheet, group, place, columns, Cells(cells))


def _weight_row(
    sheet: Sheet,
    group: WeightGroup,
    place: WeightPlace,
    columns: Mapping[Formula, int],
    cells: Cells,
) -> None:
    """A weight: what is known before, then what the optimizer's formulas give."""
    update, equations = group.update.update, group.update.step_equations
    weight = sheet.cells.find(equations.weight(place))
    assert weight is not None
    writer = CellFormula(cells, sheet.name)
    sheet.text(formula_text(equations.weight(place)), move=False)
    sheet.formula(WEIGHT, writer.reference(weight))
    sheet.formula(GRADIENT, writer.reference(_gradient_cell(sheet.book, equations, place)))
    before = update.state[:, index_of(equations.step.architecture, place)].tolist()
    for symbol, value in zip(group.state, before, strict=True):
        sheet.input(columns[symbol], value)
    for quantity in (group.weight, group.gradient, *group.state):
        cells.put(quantity, sheet.here(columns[quantity]))
    for symbol, formula in group.formulas:
        sheet.formula(columns[symbol], writer.write(formula))
        cells.put(symbol, sheet.here(columns[symbol]))
    sheet.cells.put(equations.names.new_weight(place, 0.0), sheet.here(max(columns.values())))
    sheet.row += 1


def _rate_row(sheet: Sheet, group: WeightGroup, cells: Cells) -> None:
    """α of a group, if it is not that of the optimizer."""
    alpha = group.learning_rate
    writer = CellFormula(sheet.cells, sheet.name)
    sheet.text(formula_text(alpha), move=False)
    sheet.formula(WEIGHT, writer.write(alpha * group.rate_symbol))
    cells.put(alpha, sheet.here(WEIGHT))
    sheet.row += 1


def _gradient_cell(book: Book, equations: StepEquations, place: WeightPlace) -> Cell:
    """Where the gradient of the batch stands: beside those of its examples."""
    cell = book.cells.find(equations.gradient_symbol(place))
    assert cell is not None
    column = FIRST if equations.step.alone else book.mean_column
    return replace(cell, column=column, by_example=False)


def _in_general(formula: Formula, group: WeightGroup) -> str:
    """A formula of one weight as that of any."""
    return formula_text(_without_place(formula, group))


def _without_place(formula: Formula, group: WeightGroup) -> Formula:
    match formula:
        case Symbol(letter, value, layer, index):
            is_weight = (layer, index) == (group.weight.layer, group.weight.index)
            return Symbol(letter, value) if is_weight else formula
        case Partial(of, _):
            return Partial(of, Symbol(group.weight.letter, 0.0), 0.0)
    return formula.mapped(lambda part: _without_place(part, group))


def _symbols(formula: Formula) -> Iterator[Symbol]:
    """The symbols of a formula, but for those of partial derivatives."""
    if isinstance(formula, Symbol):
        yield formula
    elif not isinstance(formula, Partial):
        for part in formula.parts:
            yield from _symbols(part)


def _name(symbol: Symbol) -> tuple[str, int | None, str]:
    return symbol.letter, symbol.layer, symbol.index
