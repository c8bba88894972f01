"""What every page of an explanation needs, in one place."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from glassnet.core.array import Array
from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.equations.update import UpdateEquations
from glassnet.explanation.limits import Limits
from glassnet.explanation.numbers_end import NumbersEnd
from glassnet.explanation.step import Forward, Step
from glassnet.explanation.style import Style
from glassnet.explanation.symbols import Symbols
from glassnet.formula.number import NumberFormat
from glassnet.formula.paper import Paper

__all__ = ["Explainer"]


@dataclass(frozen=True)
class Explainer:
    """One example's numbers, their symbols, and how much of them is shown.

    Attributes
    ----------
    forward : Forward
        A :class:`Step` if there is a target, and so a backward pass.
    symbols : Symbols
    style : Style
        How much of them is shown, and how they are written.
    pixels : array of shape (inputs,), optional
        The image of which the inputs were computed, if they are no pixels as they stand.
    """

    forward: Forward
    symbols: Symbols
    style: Style = field(default_factory=Style)
    pixels: Array | None = None

    @property
    def limits(self) -> Limits:
        """How many items are listed."""
        return self.style.limits

    @property
    def numbers(self) -> NumberFormat:
        """How numbers are written."""
        return self.style.numbers

    @cached_property
    def paper(self) -> Paper | None:
        """What is written on paper, if it is computed by hand."""
        decimals = self.numbers.decimals
        return None if decimals is None else Paper(decimals)

    @property
    def step(self) -> Step:
        """The numbers of the step.

        Raises
        ------
        ValueError
            If there is no backward pass, because no target was given.
        """
        if not isinstance(self.forward, Step):
            raise ValueError("there is no backward pass; give explain a target")
        return self.forward

    @property
    def depth(self) -> int:
        """The number of the output layer."""
        return self.symbols.depth

    @cached_property
    def end(self) -> NumbersEnd | None:
        """Where the numbers end, if not all are finite."""
        return NumbersEnd.of(self.forward)

    @cached_property
    def equations(self) -> ForwardEquations:
        """The equations of the forward pass."""
        return ForwardEquations(self.forward, self.symbols, self.limits.terms, self.paper)

    @cached_property
    def step_equations(self) -> StepEquations:
        """The equations of the forward pass, the loss and the backward pass."""
        return StepEquations(self.step, self.symbols, self.limits.terms, self.paper)

    @cached_property
    def update_equations(self) -> UpdateEquations | None:
        """The equations of the update, if there is one."""
        return UpdateEquations.of(self.step_equations)

    @property
    def exact(self) -> "Explainer":
        """The same without rounding."""
        return self.with_decimals(None)

    def with_decimals(self, decimals: int | None) -> "Explainer":
        """Return the same, computed with so many decimals, or without rounding."""
        numbers = replace(self.numbers, decimals=decimals)
        return replace(self, style=replace(self.style, numbers=numbers))

    def with_units(self, most: int) -> "Explainer":
        """Return the same with at most so many units of a layer shown."""
        limits = replace(self.limits, units=min(self.limits.units, most))
        return replace(self, style=replace(self.style, limits=limits))
