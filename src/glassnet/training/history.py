"""The history of a training run."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassnet.core.plural import of_several
from glassnet.renderable import Renderable
from glassnet.training.recorded_steps import RecordedStep

if TYPE_CHECKING:  # documents are imported only when needed
    from glassnet.formula.document import Curves, Document, Section

__all__ = ["History"]


@dataclass
class History(Renderable):
    """The loss, metrics and learning rate of each epoch, and the recorded steps.

    It prints its learning curves and shows them in notebooks; ``to_html`` writes them as a page,
    ``to`` in any format. ``gn.explain(history.steps)`` tells the recorded steps.

    Attributes
    ----------
    losses : list of float
        Mean loss over the training examples, each computed before the update of its step.
    validation_losses : list of float
        Mean loss on the validation data after the epoch; empty without validation.
    metrics : dict of str to list of float
        On the validation data: ``"accuracy"``, or ``"mean_absolute_error"`` for regression.
    learning_rates : list of float
        The learning rate of the epoch's last step.
    seconds : list of float
        The duration of the epoch.
    best_epoch : int or None
        The best epoch on the validation data, counted from 0.
    restored : bool
        Whether the weights of the best epoch were restored at the end.
    step_losses : array
        The sum of the weighted losses of each step of the last epoch, before its update.
    squared_weights : array
        Σ w² over the weights before each step of the last epoch, where a plan asks for it.
    steps : dict of int to RecordedStep
        The recorded steps, by their number counted from 0.
    stopped_early, interrupted : bool
        Whether early stopping, or Ctrl-C, ended the training.
    goes_on : str
        Of an interrupted training with a journal: the call that goes on with it.
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    learning_rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    restored: bool = False
    step_losses: NDArray[np.float64] = field(
        default_factory=lambda: np.zeros(0), repr=False, compare=False
    )
    squared_weights: NDArray[np.float64] = field(
        default_factory=lambda: np.zeros(0), repr=False, compare=False
    )
    steps: dict[int, RecordedStep] = field(default_factory=dict)
    stopped_early: bool = False
    interrupted: bool = False
    goes_on: str = field(default="", repr=False, compare=False)

    @property
    def epochs(self) -> int:
        """The number of completed epochs."""
        return len(self.losses)

    def section(self, networks: int = 1, number: int = 0) -> "Section":
        """Return how the training went: its losses over the epochs, and how it ended.

        Parameters
        ----------
        networks : int
            How many were trained.
        number : int
            Of which of them this is the history, counted from 0.
        """
        from glassnet.formula.document import Mark, Paragraph, Section

        words = f"{self.epochs} epochs in {sum(self.seconds):.2g} s."
        if self.stopped_early:
            words += " Stopped early."
        if self.best_epoch is not None:
            words += (
                f" The weights are those after epoch {self.best_epoch + 1}, the best on the "
                "validation rows."
                if self.restored
                else f" The validation loss was lowest after epoch {self.best_epoch + 1}."
            )
        if self.interrupted:
            words += " Interrupted; these are the best weights so far."
        if self.goes_on:
            words += f" To go on: {self.goes_on}."
        losses = {"training": self.losses, "validation": self.validation_losses}
        curves = self._curves("loss", losses, "Mean loss of each epoch")
        if self.best_epoch is not None:
            best = self.best_epoch + 1
            curves = replace(curves, marks=(Mark(f"best: epoch {best}", float(best)),))
        title = f"Training{of_several(number, networks, 'network')}"
        return Section(title, (Paragraph(words), curves))

    def to_document(self) -> "Document":
        """Return the learning curves: losses, metrics and the learning rate over the epochs."""
        from glassnet.formula.document import Document, Section

        sections = [self.section()]
        for name, values in self.metrics.items():
            words = name.replace("_", " ")
            curves = self._curves(words, {"validation": values})
            sections.append(Section(words.capitalize(), (curves,)))
        if len(set(self.learning_rates)) > 1:
            rates = self._curves("learning rate", {"learning rate": self.learning_rates})
            sections.append(Section("Learning rate", (rates,)))
        return Document(repr(self), tuple(sections))

    def _curves(self, y_name: str, series: dict[str, list[float]], caption: str = "") -> "Curves":
        from glassnet.formula.document import Curve, Curves

        epochs = tuple(float(epoch) for epoch in range(1, self.epochs + 1))
        lines = [
            Curve(name, epochs[: len(values)], tuple(values))
            for name, values in series.items()
            if values
        ]
        return Curves("epoch", y_name, tuple(lines), caption)

    def __str__(self) -> str:
        return self.to_text() if self.epochs else repr(self)

    def __repr__(self) -> str:
        if not self.epochs:
            return "History(no complete epoch)"
        counted = "1 epoch" if self.epochs == 1 else f"{self.epochs} epochs"
        parts = [f"{counted} in {sum(self.seconds):.3g} s"]
        parts.append(f"loss {self.losses[0]:.4g} → {self.losses[-1]:.4g}")
        if self.best_epoch is not None:
            best = self.validation_losses[self.best_epoch]
            parts.append(f"validation loss {best:.4g} after epoch {self.best_epoch + 1}, the best")
        if self.stopped_early:
            parts.append("stopped early")
        if self.interrupted:
            parts.append("interrupted")
        if self.goes_on:
            parts.append(f"to go on: {self.goes_on}")
        return f"History({', '.join(parts)})"
