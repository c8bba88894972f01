"""What is shown of a training: its course, its scores, its predictions."""

from collections.abc import Sequence

from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget
from glassnet.formula.document import Bars, Block, Curve, Curves, Paragraph, Section
from glassnet.learning.history import History
from glassnet.model import Model, class_texts

__all__ = ["examples_section", "history_section"]


def history_section(history: History) -> Section:
    """Return the learning curves."""
    epochs = tuple(float(number) for number in range(1, history.epochs + 1))
    curves = [Curve("training", epochs, tuple(history.errors))]
    if history.validation_errors:
        curves.append(Curve("validation", epochs, tuple(history.validation_errors)))
    words = f"{history.epochs} epochs in {sum(history.seconds):.2g} s."
    if history.stopped_early:
        words += " Stopped early."
    if history.best_epoch is not None:
        words += (
            f" The weights are those after epoch {history.best_epoch + 1}, the best on the "
            "validation data."
        )
    if history.interrupted:
        words += " Interrupted; these are the best weights so far."
    caption = "Mean error of each epoch"
    blocks = (Paragraph(words), Curves("epoch", "error", tuple(curves), caption))
    return Section("The training", blocks)


def examples_section(model: Model, table: Table, rows: Sequence[int], title: str) -> Section:
    """Return predicted beside ideal for some rows of a table, classes only."""
    assert isinstance(model.target, ClassTarget)
    probabilities = model.predict_proba(table)
    true = class_texts(table.column(model.target.name))
    blocks: list[Block] = []
    for row in rows:
        ideal = tuple(1.0 if name == true[row] else 0.0 for name in model.target.classes)
        series = (("predicted", tuple(probabilities[row].tolist())), ("ideal", ideal))
        caption = f"Row {row + 1} of the held-out rows, a {true[row]}"
        blocks.append(Bars(model.target.classes, series, caption))
    return Section(title, tuple(blocks))
