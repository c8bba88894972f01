"""The equations of the update: how a weight's gradient changes the weight."""

from dataclasses import dataclass

from glassnet.explanation.limits import Limits
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.explanation.step import Step, Update
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Equation,
    Paragraph,
    equation_with_numbers,
)
from glassnet.formula.tree import Number, Symbol
from glassnet.optim.clipping import gradient_norm
from glassnet.optim.optimizer import new_state
from glassnet.optim.penalties import LossPenalty

__all__ = ["UpdateEquations"]


@dataclass(frozen=True)
class UpdateEquations:
    """The equations of a step's update.

    Attributes
    ----------
    step : Step
    update : Update
        The update of the step.
    names : Symbols
    clip_factor : float
        κ of the step's gradient; 1 if it was not clipped.
    """

    step: Step
    update: Update
    names: Symbols
    clip_factor: float

    @classmethod
    def of(cls, step: Step, names: Symbols) -> "UpdateEquations | None":
        """Return the equations of a step's update; None if it has no update."""
        if step.update is None:
            return None
        return cls(step, step.update, names, step.update.rule.clip_factor(step.gradient))

    def preface(self, limits: Limits) -> list[Block]:
        """What is the same for all weights: the optimizer, clipping, penalties."""
        rule = self.update.rule
        words = f"The optimizer is {rule.optimizer}"
        if self.update.number > 1 or rule.optimizer.state_names:
            words += f"; this is step {self.update.number:,}"
        if self.update.learning_rate != rule.optimizer.learning_rate:
            words += f", with learning rate {limits.number(self.update.learning_rate)}"
        blocks: list[Block] = [Paragraph(f"{words}.")]
        if rule.clip_norm is not None:
            blocks += self._clipping(rule.clip_norm)
        return blocks + self._penalties()

    def _clipping(self, most: float) -> list[Block]:
        if self.clip_factor == 1:
            words = "The norm of the whole gradient does not exceed clip_norm: κ = 1."
            return [Paragraph(words)]
        words = "The norm of the whole gradient exceeds clip_norm, so the gradient is scaled by κ:"
        norm = Symbol("|∂E/∂w|", gradient_norm(self.step.gradient))
        factor = Symbol("κ", self.clip_factor)
        return [
            Paragraph(words),
            equation_with_numbers(factor, Number(most) / norm, self.clip_factor),
        ]

    def _penalties(self) -> list[Block]:
        """What each penalty adds to the loss that is minimised."""
        examples = self.step.batch.weight
        rows: list[tuple[Cell, ...]] = []
        for penalty in self.update.rule.penalties:
            if isinstance(penalty, LossPenalty):
                who = "weights and biases" if penalty.biases else "weights"
                paying = self.step.parameters if penalty.biases else self.step.weights_only
                value = penalty.value(paying, examples)
                kind = type(penalty).__name__
                rows.append((kind, who, penalty.effective_strength(examples), value))
        if not rows:
            return []
        columns = ("penalty", "applies to", "λ", "added to E")
        caption = "Penalties added to the loss; E is shown without them"
        return [DocumentTable(columns, tuple(rows), caption)]

    def equations(self, place: WeightPlace) -> list[Equation]:
        """The new weight by the optimizer's formula, after the quantities that it needs."""
        rule, weight = self.update.rule, self.names.weight(place, self.step.weight(place))
        biases = place.source is None
        layer = self.step.layer(place.layer)
        rate = self.update.learning_rate * (layer.bias_rate if biases else layer.weight_rate)
        letter = f"∂E/∂{weight.letter}"
        gradient = Symbol(letter, self.step.gradient_at(place), weight.layer, weight.index)
        state_names = rule.optimizer.state_names
        before = self.update.state[:, index_of(self.step.architecture, place)].tolist()
        state = [Symbol(name, value) for name, value in zip(state_names, before, strict=True)]
        equations = []
        for name, formula in rule.formulas(
            weight,
            gradient,
            state,
            self.names.learning_rate(rate),
            self.update.info(self.step.batch.weight),
            biases=biases,
            clip_factor=self.clip_factor,
        ):
            if name == "w":
                left = self.names.new_weight(place, self.step.new_weight(place))
            elif name in state_names:
                left = new_state(name, formula)
            else:
                left = Symbol(name, formula.evaluate())
            equations.append(equation_with_numbers(left, formula, left.value))
        return equations
