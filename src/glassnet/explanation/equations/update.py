"""The equations of the update: how a weight's gradient changes the weight."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.explanation.step import Step, Update
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Equation,
    Paragraph,
)
from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Number, Partial, Symbol, as_formula
from glassnet.optim.clipping import gradient_norm
from glassnet.optim.optimizer import new_state
from glassnet.optim.penalties import LossPenalty
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

__all__ = ["UpdateEquations"]


@dataclass(frozen=True)
class UpdateEquations:
    """The equations of a step's update.

    Attributes
    ----------
    step_equations : StepEquations
        Those before the update.
    update : Update
        The update of the step.
    clip_factor : float
        κ of the step's gradient; 1 if it was not clipped.
    """

    step_equations: StepEquations
    update: Update
    clip_factor: float

    @classmethod
    def of(cls, step_equations: StepEquations) -> "UpdateEquations | None":
        """Return the equations of a step's update; None if it has no update."""
        step = step_equations.step
        if step.update is None:
            return None
        return cls(step_equations, step.update, step.update.rule.clip_factor(step.gradient))

    @property
    def step(self) -> Step:
        """The numbers of the step."""
        return self.step_equations.step

    @property
    def names(self) -> Symbols:
        """The symbols of the network's quantities."""
        return self.step_equations.names

    def preface(self, numbers: NumberFormat) -> list[Block]:
        """What is the same for all weights: the optimizer, clipping, penalties."""
        rule = self.update.rule
        usual = rule.optimizer.learning_rate
        if self.update.learning_rate == usual and rule == UpdateRule(SGD(usual)):
            return []  # its only number stands in the equation
        words = f"The optimizer is {rule.optimizer}"
        if self.update.number > 1 or rule.optimizer.state_names:
            words += f"; this is step {self.update.number:,}"
        if self.update.learning_rate != usual:
            words += f", with learning rate {numbers.text(self.update.learning_rate)}"
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
        return [Paragraph(words), self.step_equations.equation(factor, Number(most) / norm)]

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
        return [self.step_equations.equation(*quantity) for quantity in self._quantities(place)]

    def _quantities(self, place: WeightPlace) -> list[tuple[Symbol, Formula]]:
        """The quantities of a weight's update, as they are written, each from those before."""
        quantities: list[tuple[Symbol, Formula]] = []
        known: dict[tuple[str, str], Symbol] = {}
        gradient = self.step_equations.batch_gradient_symbol(place)
        for symbol, unlinked in self.formulas(place, gradient):
            formula = _with_known(unlinked, known)
            left = self.step_equations.written(
                replace(symbol, definition=partial(as_formula, formula))
            )
            known[left.letter, left.index] = left
            quantities.append((left, formula))
        return quantities

    def formulas(self, place: WeightPlace, gradient: Formula) -> list[tuple[Symbol, Formula]]:
        """The quantities of a weight's update, given its gradient; the new weight last."""
        rule, weight = self.update.rule, self.step_equations.weight(place)
        biases = place.source is None
        layer = self.step.layer(place.layer)
        rate = self.update.learning_rate * (layer.bias_rate if biases else layer.weight_rate)
        state_names = rule.optimizer.state_names
        before = self.update.state[:, index_of(self.step.architecture, place)].tolist()
        state = [
            self.step_equations.written(Symbol(name, value))
            for name, value in zip(state_names, before, strict=True)
        ]
        found: list[tuple[Symbol, Formula]] = []
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
            elif name == "shrunk w":
                left = Symbol(name, formula.evaluate(), weight.layer, weight.index)
            else:
                left = Symbol(name, formula.evaluate())
            found.append((left, formula))
        return found

    def new_weight_symbol(self, place: WeightPlace) -> Symbol:
        """The weight after the update."""
        return self._quantities(place)[-1][0]


def _with_known(formula: Formula, known: Mapping[tuple[str, str], Symbol]) -> Formula:
    """A formula with the symbols that were computed in earlier lines."""
    if isinstance(formula, Symbol):
        return known.get((formula.letter, formula.index), formula)
    return (
        formula if isinstance(formula, Partial) else formula.mapped(lambda f: _with_known(f, known))
    )
