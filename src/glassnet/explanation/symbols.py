"""The symbols of a network's quantities, all defined here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from glassnet.explanation.notation import Notation
from glassnet.explanation.places import WeightPlace
from glassnet.formula.tree import Symbol
from glassnet.nn.architecture import Architecture

__all__ = ["Symbols"]


@dataclass(frozen=True)
class Symbols:
    """The symbols of a network's quantities.

    A unit has one index on the whole page: its number, counted from 1, or the name of its input
    or class. Names that would be taken for numbers are not used as an index.

    Parameters
    ----------
    architecture : Architecture
    feature_names, class_names : tuple of str, optional
        Names of the inputs and of the outputs, if known.
    example : int, optional
        The shown example of a batch, counted from 0; None if it is the only one.
    notation : Notation
        The letters.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Symbols(Architecture.of(2, [Dense(2, "tanh"), Dense(1, "sigmoid")]))
    >>> symbol = names.weight(WeightPlace(1, 0, 1), 0.5)
    >>> symbol.letter, symbol.layer, symbol.index
    ('w', 1, '1,2')
    """

    architecture: Architecture
    feature_names: tuple[str, ...] | None = None
    class_names: tuple[str, ...] | None = None
    example: int | None = None
    notation: Notation = field(default_factory=Notation)

    @property
    def depth(self) -> int:
        """The number of the output layer."""
        return len(self.architecture.layers)

    def names_of(self, layer: int) -> tuple[str, ...] | None:
        """Return the names of a layer's units, if they have any."""
        if layer == 0:
            return self.feature_names
        return self.class_names if layer == self.depth else None

    def unit_name(self, layer: int, unit: int) -> str:
        """Return a unit's name: a feature, h1.3, or a class."""
        if names := self.names_of(layer):
            plain = layer == 0 or _are_indices(names)
            return names[unit] if plain else f"class {names[unit]}"
        if layer == 0:
            return f"{self.notation.input}{unit + 1}"
        return f"output {unit + 1}" if layer == self.depth else f"h{layer}.{unit + 1}"

    def index(self, layer: int, unit: int) -> str:
        """Return a unit's index: its number, counted from 1, or its name."""
        names = self.names_of(layer)
        return names[unit] if names and _are_indices(names) else str(unit + 1)

    def weight_index(self, place: WeightPlace) -> str:
        """Return the index of a weight: from and to, in the order of the notation.

        Numbers have a comma between them, names an arrow.
        """
        to = self.index(place.layer, place.unit)
        if place.source is None:
            return to
        source = self.index(place.layer - 1, place.source)
        numbers = source.isdecimal() and to.isdecimal()
        if self.notation.to_first:
            return f"{to},{source}" if numbers else f"{to} ← {source}"
        return f"{source},{to}" if numbers else f"{source} → {to}"

    def weight_name(self, place: WeightPlace) -> str:
        """Return the name of a weight as formulas write it, by which it can be asked for."""
        symbol = self.weight(place, 0.0)
        return f"{symbol.letter}{symbol.layer}[{symbol.index}]"

    def weight(self, place: WeightPlace, value: float) -> Symbol:
        """Return w, or b for the bias unit's weight."""
        letter = self.notation.bias if place.source is None else self.notation.weight
        return Symbol(letter, value, place.layer, self.weight_index(place))

    def new_weight(self, place: WeightPlace, value: float) -> Symbol:
        """Return the weight after the update."""
        before = self.weight(place, value)
        return Symbol(f"new {before.letter}", value, before.layer, before.index)

    def net_input(self, layer: int, unit: int, value: float) -> Symbol:
        """Return in."""
        return Symbol(self.notation.net_input, value, layer, self.index(layer, unit))

    def output(self, layer: int, unit: int, value: float) -> Symbol:
        """Return x for an input, y for a hidden unit, p for an output of the network."""
        index = self.index(layer, unit)
        if layer == 0:
            return Symbol(self.notation.input, value, index=index)
        if layer == self.depth:
            return Symbol(self.notation.prediction, value, index=index)
        return Symbol(self.notation.output, value, layer, index)

    def target(self, unit: int, value: float) -> Symbol:
        """Return t."""
        return Symbol(self.notation.target, value, index=self.index(self.depth, unit))

    def delta(self, layer: int, unit: int, value: float) -> Symbol:
        """Return δ."""
        return Symbol(self.notation.delta, value, layer, self.index(layer, unit))

    def activated(self, layer: int, unit: int, value: float) -> Symbol:
        """Return g, an output before dropout."""
        return Symbol("g", value, layer, self.index(layer, unit))

    def dropout_mask(self, layer: int, unit: int, value: float) -> Symbol:
        """Return m, the entry of the dropout mask that multiplies an output."""
        return Symbol("m", value, layer, self.index(layer, unit))

    def multiplier(self, layer: int, value: float) -> Symbol:
        """Return c, a layer's multiplier."""
        return Symbol("c", value, layer)

    def loss(self, value: float) -> Symbol:
        """Return E of the shown example."""
        if self.example is None:
            return Symbol(self.notation.loss, value)
        return self.loss_of(self.example, value)

    def loss_of(self, example: int, value: float) -> Symbol:
        """Return E of one example of a batch."""
        return Symbol(self.notation.loss, value, index=str(example + 1))

    def mean_loss(self, value: float) -> Symbol:
        """Return E of a batch."""
        return Symbol(self.notation.loss, value)

    def path(self, number: int, value: float) -> Symbol:
        """Return the product along a path, numbered from 1."""
        return Symbol("path", value, index=str(number))

    def sample_weight(self, value: float) -> Symbol:
        """Return the sample weight of an example."""
        return Symbol("sample weight", value)

    def total(self, value: float) -> Symbol:
        """Return N, the sum of the sample weights: the number of examples if all are 1."""
        return Symbol("N", value)

    def learning_rate(self, value: float) -> Symbol:
        """Return α."""
        return Symbol(self.notation.learning_rate, value)


def _are_indices(names: Sequence[str]) -> bool:
    """Whether names can stand in an index: none is a number, or has a bracket or an arrow."""
    return not any(_is_number(name) or any(mark in name for mark in "[]→←") for name in names)


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return not name.strip()
    return True
