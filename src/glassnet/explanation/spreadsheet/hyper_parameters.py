"""The rows of what an update is given: learning rate, hyper-parameters, penalties, clipping."""

from collections.abc import Sequence

from glassnet.explanation.spreadsheet.book import FIRST, Sheet
from glassnet.explanation.spreadsheet.cell_formula import CellFormula
from glassnet.explanation.spreadsheet.update import CLIP_NORM, WeightGroup
from glassnet.formula.tree import Symbol
from glassnet.optim.penalties import Penalty, WeightDecay
from glassnet.render.text import formula_text

__all__ = ["optimizer_rows"]


def optimizer_rows(sheet: Sheet, groups: Sequence[WeightGroup]) -> None:
    """Write the numbers of the optimizer, the penalties and the clipping."""
    equations = groups[0].update
    update = equations.update
    sheet.heading(f"Optimizer: {update.rule.optimizer.name}, step {update.number:,}")
    rate = update.learning_rate
    sheet.given(equations.names.learning_rate(rate), [rate], "learning rate")
    for group in groups:
        if group.rate != 1:
            sheet.given(group.rate_symbol, [group.rate], f"factor on it for the {group.name}")
    if update.rule.clip_norm is not None:
        sheet.given(CLIP_NORM, [update.rule.clip_norm], "largest norm of the gradient")
    users: dict[Symbol, list[WeightGroup]] = {}
    for group in groups:
        for symbol in group.hyper_parameters():
            users.setdefault(symbol, []).append(group)
    for symbol, its in users.items():
        words = "" if len(its) == len(groups) else f"for the {_listed([g.name for g in its])}"
        _number_row(sheet, symbol, words, _strengths(symbol, its[0]))


def _number_row(sheet: Sheet, symbol: Symbol, words: str, strengths: tuple[float, float]) -> None:
    """Write a number; a λ that is divided by the number of examples follows that."""
    constant, shared = strengths
    total = sheet.cells.find(Symbol("N", 0.0))
    writer, name = CellFormula(sheet.cells, sheet.name), formula_text(symbol)
    formula = ""
    if shared and total is not None:
        added = f"{CellFormula.number(constant)}+" if constant else ""
        formula = f"{added}{writer.reference(sheet.here(FIRST))}/{writer.reference(total)}"
        sheet.label("strength", f"of {name}, before it is divided by N")
        sheet.input(FIRST, shared)
        sheet.row += 1
    sheet.cells.put_given(symbol, sheet.here(FIRST))
    sheet.label(name, words)
    if formula:
        sheet.formula(FIRST, formula)
    else:
        sheet.input(FIRST, symbol.value)
    sheet.row += 1


def _strengths(symbol: Symbol, group: WeightGroup) -> tuple[float, float]:
    """The part of a λ that is as given, and the part that is divided by N."""
    update, weight = group.update.update, group.update.step.batch.weight
    constant, penalties = 0.0, list[Penalty]()
    for penalty in update.rule.loss_penalties(biases=group.biases):
        if not penalties and penalty.strength_symbol(weight) == symbol:
            penalties = [penalty]
    if symbol.letter == "λ" and not penalties:  # that of weight decay, which adds up
        constant = update.rule.optimizer.weight_decay
        penalties = [
            penalty
            for penalty in update.rule.penalties
            if isinstance(penalty, WeightDecay) and penalty.holds(biases=group.biases)
        ]
    constant += sum(each.strength for each in penalties if not each.over_examples)
    return constant, sum(each.strength for each in penalties if each.over_examples)


def _listed(names: Sequence[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
