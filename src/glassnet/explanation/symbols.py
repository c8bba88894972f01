"""The symbols of a network's quantities, all defined here."""

from dataclasses import dataclass

from glassnet.explanation.places import WeightPlace
from glassnet.formula.tree import Symbol
from glassnet.nn.architecture import Architecture
from glassnet.nn.unit_name import unit_name

__all__ = ["Symbols"]


@dataclass(frozen=True)
class Symbols:
    """The symbols of a network's quantities.

    Parameters
    ----------
    architecture : Architecture
    feature_names, class_names : tuple of str, optional
        Names of the inputs and of the outputs, if known.
    example : int, optional
        The shown example of a batch, counted from 0; None if it is the only one.

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

    @property
    def depth(self) -> int:
        """The number of the output layer."""
        return len(self.architecture.layers)

    def unit_name(self, layer: int, unit: int) -> str:
        """Return a unit's name: a feature, h1.3, or a class."""
        names = self.feature_names, self.class_names
        return unit_name(self.architecture, layer, unit, *names)

    def weight(self, place: WeightPlace, value: float) -> Symbol:
        """Return w, or b for the bias unit's weight."""
        if place.source is None:
            return Symbol("b", value, layer=place.layer, index=str(place.unit + 1))
        if place.layer == 1 and self.feature_names:
            names = self.unit_name(0, place.source), self.unit_name(1, place.unit)
            return Symbol("w", value, index=f"{names[0]} → {names[1]}")
        return Symbol("w", value, layer=place.layer, index=f"{place.source + 1},{place.unit + 1}")

    def new_weight(self, place: WeightPlace, value: float) -> Symbol:
        """Return the weight after the update."""
        before = self.weight(place, value)
        return Symbol(f"new {before.letter}", value, before.layer, before.index)

    def net_input(self, layer: int, unit: int, value: float) -> Symbol:
        """Return in."""
        return Symbol("in", value, layer=layer, index=str(unit + 1))

    def output(self, layer: int, unit: int, value: float) -> Symbol:
        """Return x for an input, y for a hidden unit, p for an output of the network."""
        if layer == 0:
            index = self.feature_names[unit] if self.feature_names else str(unit + 1)
            return Symbol("x", value, index=index)
        if layer == self.depth:
            return Symbol("p", value, index=self._output_index(unit))
        return Symbol("y", value, layer=layer, index=str(unit + 1))

    def target(self, unit: int, value: float) -> Symbol:
        """Return t."""
        return Symbol("t", value, index=self._output_index(unit))

    def delta(self, layer: int, unit: int, value: float) -> Symbol:
        """Return δ."""
        return Symbol("δ", value, layer=layer, index=str(unit + 1))

    def activated(self, layer: int, unit: int, value: float) -> Symbol:
        """Return g, an output before dropout."""
        return Symbol("g", value, layer=layer, index=str(unit + 1))

    def dropout_mask(self, layer: int, unit: int, value: float) -> Symbol:
        """Return m, the entry of the dropout mask that multiplies an output."""
        return Symbol("m", value, layer=layer, index=str(unit + 1))

    def multiplier(self, layer: int, value: float) -> Symbol:
        """Return c, a layer's multiplier."""
        return Symbol("c", value, layer)

    def loss(self, value: float) -> Symbol:
        """Return E of the shown example."""
        return Symbol("E", value) if self.example is None else self.loss_of(self.example, value)

    def loss_of(self, example: int, value: float) -> Symbol:
        """Return E of one example of a batch."""
        return Symbol("E", value, index=str(example + 1))

    def mean_loss(self, value: float) -> Symbol:
        """Return E of a batch."""
        return Symbol("E", value)

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
        return Symbol("α", value)

    def _output_index(self, unit: int) -> str:
        if self.class_names:
            return self.class_names[unit]
        return str(unit + 1)
