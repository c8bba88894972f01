"""The demo: train on handwritten digits, compare a prediction with its target, explain it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from glassnet.core.atomic_file import require_writable, write_atomically
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import WeightPlace, place_at
from glassnet.explanation.step import Step
from glassnet.formula.document import Document, Paragraph, Picture, Section
from glassnet.model import Model
from glassnet.render.html import document_page
from glassnet.tables.samples import digits
from glassnet.tables.table import Table
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.report import examples_section
from glassnet.workflows.train import TrainingResult, train

__all__ = ["Demo", "demo"]


@dataclass(frozen=True)
class Demo:
    """Results of the demo.

    Attributes
    ----------
    summary : Document
        The training, the scores and one prediction.
    story : Explanation
        The explanation of one weight for that example.
    model_path, report_path : Path
        The written files.
    """

    trained: TrainingResult
    summary: Document
    story: Explanation
    model_path: Path
    report_path: Path


def demo(folder: Path, seed: int = 0, progress: bool | None = None) -> Demo:
    """Train on 80 % of the digits, evaluate on the rest, and explain one prediction.

    Parameters
    ----------
    folder : Path
        Output folder for the model (digits.safetensors) and the report (digits.html).
    seed : int
        Seed of the split, the initial weights and the order of examples.
    progress : bool, optional
        Whether to show a progress bar; if not given, only on a terminal.

    Raises
    ------
    OSError
        If the folder is not writable; this is checked before training.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model_path, report_path = folder / "digits.safetensors", folder / "digits.html"
    require_writable(model_path)
    require_writable(report_path)
    recipe = Recipe("plain", epochs=60, validation=0, seed=seed)
    trained = train(digits(), "digit", recipe, save_as=model_path, name="digits", progress=progress)
    model, held_out = trained.model, trained.held_out.in_memory()
    row = _least_certain_right_row(model, held_out)
    true = str(held_out.column("digit")[row])
    explanation = model.explain(held_out, row, true, learning_rate=0.1)
    place = _most_moved_first_weight(explanation.step)
    story = explanation.weight(layer=place.layer, source=place.source, unit=place.unit)
    sections = [
        _data_section(trained),
        trained.history.section(),
        trained.evaluation.section("On held-out test rows"),
        _picture_section(held_out, row, true),
        examples_section(model, held_out, [row], "Its prediction and target"),
    ]
    summary = Document("Glassnet learns handwritten digits", tuple(sections))
    report = Document(
        summary.title,
        (
            *sections,
            *_titled(f"{story.document.title}: ", story),
            *_titled("The whole training step: ", explanation, folded=True),
        ),
    )
    page = document_page(report)
    write_atomically(report_path, lambda file: file.write_text(page, encoding="utf-8"))
    return Demo(trained, summary, story, model_path, report_path)


def _titled(before: str, explanation: Explanation, *, folded: bool = False) -> list[Section]:
    return [
        replace(section, title=before + section.title, folded=folded or section.folded)
        for section in explanation.document.sections
    ]


def _least_certain_right_row(model: Model, held_out: Table) -> int:
    """The correctly predicted row with the lowest confidence."""
    probabilities = model.predict_proba(held_out)
    right = model.predict(held_out) == held_out.labels("digit")
    return int(np.where(right, probabilities.max(axis=1), np.inf).argmin())


def _most_moved_first_weight(step: Step) -> WeightPlace:
    """The first-layer weight with the largest gradient."""
    first = step.architecture.places[0].weights
    return place_at(step.architecture, int(np.abs(step.gradient[first]).argmax()))


def _data_section(trained: TrainingResult) -> Section:
    units = " → ".join(str(count) for count in trained.model.network.architecture.units)
    words = (
        f"1,797 handwritten digits of 8 × 8 pixels: {trained.rows_learned:,} training rows, "
        f"{len(trained.held_out)} held-out test rows. A fully connected network with {units} "
        "units, ReLU in the hidden layer and softmax in the output layer."
    )
    return Section("Data and network", (Paragraph(words),))


def _picture_section(held_out: Table, row: int, true: str) -> Section:
    rows = tuple(
        tuple(float(held_out.columns[f"pixel {y},{x}"][row]) / 16 for x in range(1, 9))
        for y in range(1, 9)
    )
    picture = Picture(rows, f"Row {row + 1} of the held-out test rows")
    words = f"A {true}: the correctly predicted test row with the lowest confidence."
    return Section("One of the held-out digits", (Paragraph(words), picture))
