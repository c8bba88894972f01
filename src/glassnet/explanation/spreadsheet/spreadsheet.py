"""A spreadsheet of a step: what is given in coloured cells, all else by formulas."""

import os
from dataclasses import replace

import numpy as np

from glassnet.errors import LimitError, MissingPackageError
from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.equations.update import UpdateEquations
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.spreadsheet.backward import backward_sheet
from glassnet.explanation.spreadsheet.book import Book
from glassnet.explanation.spreadsheet.forward import forward_sheet
from glassnet.explanation.spreadsheet.hyper_parameters import optimizer_rows
from glassnet.explanation.spreadsheet.losses import loss_sheet
from glassnet.explanation.spreadsheet.network import network_sheet
from glassnet.explanation.spreadsheet.outcome import outcome_sheet
from glassnet.explanation.spreadsheet.update import update_sheet, weight_groups
from glassnet.explanation.step import Forward, Step, take_step
from glassnet.explanation.symbols import Symbols
from glassnet.explanation.workbook import write_workbook

__all__ = ["MOST_GRADIENTS", "MOST_WEIGHTS", "write_spreadsheet"]

MOST_WEIGHTS = 10_000
#: So many weights times examples.
MOST_GRADIENTS = 100_000


def write_spreadsheet(explainer: Explainer, path: str | os.PathLike[str]) -> None:
    """Write the numbers of an explanation as a spreadsheet that computes them.

    Raises
    ------
    LimitError
        If there are too many weights or examples.
    MissingPackageError
        If openpyxl is not installed.
    OSError
        If the file cannot be written.
    """
    _require_in_limits(explainer.forward)
    book = _book(explainer)
    book.finish()
    write_workbook(book.workbook, path)


def _book(explainer: Explainer) -> Book:
    names = _one_for_all(explainer.symbols)
    forward = explainer.forward
    if not isinstance(forward, Step):
        book = _new_book(explainer, 1)
        equations = ForwardEquations(forward, names, None)
        network_sheet(book, explainer, equations)
        forward_sheet(book, equations)
        return book
    step = _with_weight(forward)
    book = _new_book(explainer, len(step.batch))
    step_equations = StepEquations(step, names, None)
    update = UpdateEquations.of(step_equations)
    network = network_sheet(book, explainer, step_equations)
    if update is not None:
        optimizer_rows(network, weight_groups(update))
    forward_sheet(book, step_equations)
    loss_sheet(book, step_equations)
    backward_sheet(book, step_equations)
    if update is not None:
        update_sheet(book, weight_groups(update))
        outcome_sheet(book, step_equations)
    return book


def _new_book(explainer: Explainer, examples: int) -> Book:
    try:
        return Book(examples, explainer.numbers)
    except ImportError:
        raise MissingPackageError(
            "writing a spreadsheet needs openpyxl: pip install 'glassnet[xlsx]'"
        ) from None


def _one_for_all(names: Symbols) -> Symbols:
    """The names without the number of an example, and of inputs only where each has its own."""
    features, classes = names.feature_names, names.class_names
    return replace(
        names,
        example=None,
        feature_names=features if features and len(set(features)) == len(features) else None,
        class_names=classes if classes and len(set(classes)) == len(classes) else None,
    )


def _with_weight(step: Step) -> Step:
    """The step, shown for an example whose weight is not 1, if there is one.

    The formulas of such an example name its weight, and so hold for all.
    """
    weighted = np.flatnonzero(step.batch.sample_weights != 1)
    if not weighted.size:
        return step
    return take_step(step.program, step.parameters, step.batch, step.update, int(weighted[0]))


def _require_in_limits(forward: Forward) -> None:
    weights = forward.parameters.size
    if weights > MOST_WEIGHTS:
        raise LimitError(
            f"the network has {weights:,} weights; a spreadsheet of a step has room for "
            f"{MOST_WEIGHTS:,}"
        )
    examples = len(forward.batch) if isinstance(forward, Step) else 1
    if weights * examples > MOST_GRADIENTS:
        raise LimitError(
            f"a batch of {examples:,} examples has {weights * examples:,} gradients; a spreadsheet "
            f"of a step has room for {MOST_GRADIENTS:,}: explain a smaller batch, of at most "
            f"{MOST_GRADIENTS // weights:,} examples"
        )
