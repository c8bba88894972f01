"""The demo: learn real handwritten digits, see a prediction beside the ideal, open the hood."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import WeightPlace, place_at
from glassnet.explanation.step import Step
from glassnet.formula.document import Document, Paragraph, Picture, Section
from glassnet.model import Model
from glassnet.nn.file_format import require_writable, write_atomically
from glassnet.render.html import document_page
from glassnet.tables.samples import digits
from glassnet.tables.table import Table
from glassnet.tables.targets.target import class_texts
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.report import examples_section, history_section
from glassnet.workflows.train import Trained, train

__all__ = ["Demo", "demo"]


@dataclass(frozen=True)
class Demo:
    """What the demo made.

    Attributes
    ----------
    summary : Document
        The training, and one prediction.
    story : Explanation
        One weight's whole story for that example.
    model_path, report_path : Path
        Files that were written.
    """

    trained: Trained
    summary: Document
    story: Explanation
    model_path: Path
    report_path: Path


def demo(folder: Path, seed: int = 0, progress: bool | None = None) -> Demo:
    """Train on 80 % of the digits, evaluate on the others, explain one of these.

    Parameters
    ----------
    folder : Path
        Where the model (digits.safetensors) and the report (digits.html) are written.
    seed : int
        Of the split, the initial weights and the order of examples.
    progress : bool, optional
        Whether to show a bar; if not given, only on a terminal.

    Raises
    ------
    OSError
        If the folder cannot be written; nothing is trained then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model_path, report_path = folder / "digits.safetensors", folder / "digits.html"
    require_writable(model_path)
    require_writable(report_path)
    recipe = Recipe("plain", epochs=60, validation=0, seed=seed)
    trained = train(digits(), "digit", recipe, save_as=model_path, name="digits", progress=progress)
    model, held_out = trained.model, trained.held_out.in_memory()
    row = _least_certain_right_row(model, held_out)
    true = str(class_texts(held_out.column("digit"))[row])
    explanation = model.explain(held_out, row, true, learning_rate=0.1)
    place = _most_moved_first_weight(explanation.step)
    story = explanation.weight(layer=place.layer, source=place.source, unit=place.unit)
    sections = [
        _data_section(trained),
        history_section(trained.history),
        trained.evaluation.section("On rows that it never saw"),
        _picture_section(held_out, row, true),
        examples_section(model, held_out, [row], "What it predicts for this one, beside the ideal"),
    ]
    summary = Document("Glassnet learns handwritten digits", tuple(sections))
    report = Document(
        summary.title,
        (
            *sections,
            *_titled(f"{story.document.title}: ", story),
            *_titled("The whole step: ", explanation),
        ),
    )
    page = document_page(report)
    write_atomically(report_path, lambda file: file.write_text(page, encoding="utf-8"))
    return Demo(trained, summary, story, model_path, report_path)


def _titled(before: str, explanation: Explanation) -> list[Section]:
    return [
        Section(before + section.title, section.blocks) for section in explanation.document.sections
    ]


def _least_certain_right_row(model: Model, held_out: Table) -> int:
    """A row that is predicted right, but where there is something left to learn."""
    probabilities = model.predict_proba(held_out)
    right = model.predict(held_out) == class_texts(held_out.column("digit"))
    return int(np.where(right, probabilities.max(axis=1), np.inf).argmin())


def _most_moved_first_weight(step: Step) -> WeightPlace:
    """The weight of the first layer with the largest gradient."""
    first = step.architecture.places[0].weights
    return place_at(step.architecture, int(np.abs(step.gradient[first]).argmax()))


def _data_section(trained: Trained) -> Section:
    units = " → ".join(str(count) for count in trained.model.network.architecture.units)
    words = (
        f"1,797 handwritten digits of 8 × 8 pixels: {trained.rows_learned:,} to learn from, "
        f"{len(trained.held_out)} held out. A fully connected network with {units} units, relu in "
        "the hidden layer, softmax at the output."
    )
    return Section("Data and network", (Paragraph(words),))


def _picture_section(held_out: Table, row: int, true: str) -> Section:
    rows = tuple(
        tuple(float(held_out.columns[f"pixel {y},{x}"][row]) / 16 for x in range(1, 9))
        for y in range(1, 9)
    )
    picture = Picture(rows, f"Row {row + 1} of the held-out rows")
    words = f"A {true}, the one among those it got right that it was least certain of."
    return Section("One of the held-out digits", (Paragraph(words), picture))
