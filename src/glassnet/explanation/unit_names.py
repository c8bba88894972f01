"""All names: what a weight, a unit or a class is called in formulas. Nothing else invents one.

Formulas count layers and units from 1; arrays in Python count from 0.
"""

import re
from dataclasses import dataclass

from glassnet.formula.tree import Symbol
from glassnet.nn.architecture import Architecture

__all__ = ["Notation", "UnitPlace", "WeightPlace", "place_of", "unit_place_of"]


@dataclass(frozen=True)
class WeightPlace:
    """A weight: layer counted from 1 (the first behind the inputs), units counted from 0.

    `source` is None for the bias unit.
    """

    layer: int
    source: int | None
    unit: int


@dataclass(frozen=True)
class UnitPlace:
    """A unit behind the inputs: layer counted from 1, unit counted from 0."""

    layer: int
    unit: int


@dataclass(frozen=True)
class Notation:
    """The names of one network's quantities.

    Parameters
    ----------
    architecture : Architecture
    feature_names, class_names : tuple of str, optional
        Of the inputs and of the outputs, where known.
    example : int, optional
        Which example of a batch is shown, counted from 0; none where it is the only one.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Notation(Architecture.of(2, [Dense(2, "tanh"), Dense(1, "sigmoid")]))
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
        """Return a unit's name in words: a feature, h1.3, or a class."""
        if layer == 0:
            return self.feature_names[unit] if self.feature_names else f"x{unit + 1}"
        if layer == self.depth:
            return self.class_names[unit] if self.class_names else f"output {unit + 1}"
        return f"h{layer}.{unit + 1}"

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
        """Return x for an input, p for an output of the network, y for the units between."""
        if layer == 0:
            index = self.feature_names[unit] if self.feature_names else str(unit + 1)
            return Symbol("x", value, index=index)
        if layer == self.depth:
            return Symbol("p", value, index=self._output_index(unit))
        return Symbol("y", value, layer=layer, index=str(unit + 1))

    def desired(self, unit: int, value: float) -> Symbol:
        """Return d."""
        return Symbol("d", value, index=self._output_index(unit))

    def delta(self, layer: int, unit: int, value: float) -> Symbol:
        """Return δ."""
        return Symbol("δ", value, layer=layer, index=str(unit + 1))

    def activated(self, layer: int, unit: int, value: float) -> Symbol:
        """Return g, an output before dropout."""
        return Symbol("g", value, layer=layer, index=str(unit + 1))

    def kept(self, layer: int, unit: int, value: float) -> Symbol:
        """Return m, what dropout multiplies an output with."""
        return Symbol("m", value, layer=layer, index=str(unit + 1))

    def multiplier(self, layer: int, value: float) -> Symbol:
        """Return c, a layer's fixed factor."""
        return Symbol("c", value, layer)

    def error(self, value: float) -> Symbol:
        """Return E of the shown example."""
        return Symbol("E", value) if self.example is None else self.error_of(self.example, value)

    def error_of(self, example: int, value: float) -> Symbol:
        """Return E of one example of a batch."""
        return Symbol("E", value, index=str(example + 1))

    def mean_error(self, value: float) -> Symbol:
        """Return E of a batch."""
        return Symbol("E", value)

    def path(self, number: int, value: float) -> Symbol:
        """Return the product along a path, numbered from 1."""
        return Symbol("path", value, index=str(number))

    def count(self, value: float) -> Symbol:
        """Return how often an example counts."""
        return Symbol("count", value)

    def total(self, value: float) -> Symbol:
        """Return N, for how many the examples of a batch count together."""
        return Symbol("N", value)

    def learning_rate(self, value: float) -> Symbol:
        """Return α."""
        return Symbol("α", value)

    def _output_index(self, unit: int) -> str:
        if self.class_names:
            return self.class_names[unit]
        return str(unit + 1)


def place_of(
    names: Notation,
    name: str | None,
    layer: int | None,
    source: int | str | None,
    unit: int | None,
) -> WeightPlace:
    """Return the place of a weight given by its text, or by numbers.

    Parameters
    ----------
    names : Notation
    name : str, optional
        ``"w1[1,2]"`` or ``"b1[2]"``, units counted from 1; or as it is printed,
        ``"w[petal length → h1.3]"``.
    layer, source, unit : int, optional
        Layer counted from 1, units from 0; ``source="bias"`` for the bias unit.

    Raises
    ------
    ValueError, TypeError
        If there is no such weight.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Notation(Architecture.of(2, [Dense(2, "softmax")]))
    >>> place_of(names, "w1[1,2]", None, None, None)
    WeightPlace(layer=1, source=0, unit=1)
    """
    architecture = names.architecture
    if name is not None:
        if layer is not None or source is not None or unit is not None:
            raise TypeError("say which weight by its name or by numbers, not both")
        place = _parse(str(name), names)
        described = repr(name)
    else:
        if layer is None or source is None or unit is None:
            raise TypeError("say which weight: 'w1[1,2]', or layer=1, source=0, unit=1")
        if isinstance(source, str) and source != "bias":
            raise ValueError(f"source is the number of a unit, or 'bias', not {source!r}")
        described = f"layer={layer}, source={source!r}, unit={unit}"
        if not all(isinstance(n, int) for n in (layer, unit)) or not isinstance(source, int | str):
            raise TypeError(f"there is no weight {described}: give whole numbers")
        place = WeightPlace(layer, None if isinstance(source, str) else source, unit)
    _require_place(architecture, place, described)
    return place


def _parse(name: str, names: Notation) -> WeightPlace:
    if names.feature_names and name.startswith("w[") and " → " in name:
        feature, _, to = name.removeprefix("w[").removesuffix("]").rpartition(" → ")
        units = [names.unit_name(1, number) for number in range(names.architecture.units[1])]
        if feature in names.feature_names and to in units:
            return WeightPlace(1, names.feature_names.index(feature), units.index(to))
    match = re.fullmatch(r"\s*(?:w(\d+)\[(\d+)\s*,\s*(\d+)\]|b(\d+)\[(\d+)\])\s*", name)
    if not match:
        raise ValueError(f"{name!r} names no weight; expected w1[1,2], or b1[2] for a bias")
    layer, source, unit, bias_layer, bias_unit = match.groups()
    if layer:
        return WeightPlace(int(layer), int(source) - 1, int(unit) - 1)
    return WeightPlace(int(bias_layer), None, int(bias_unit) - 1)


def unit_place_of(
    names: Notation, name: str | None, layer: int | None, unit: int | None
) -> UnitPlace:
    """Return the place of a unit given by its name, or by numbers.

    Parameters
    ----------
    names : Notation
    name : str, optional
        As it is printed: ``"h1.3"``, counted from 1, ``"output 2"``, or a class.
    layer, unit : int, optional
        Layer counted from 1, unit from 0.

    Raises
    ------
    ValueError, TypeError
        If there is no such unit.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Notation(Architecture.of(2, [Dense(3, "relu"), Dense(2, "softmax")]))
    >>> unit_place_of(names, "h1.3", None, None)
    UnitPlace(layer=1, unit=2)
    """
    units = names.architecture.units
    if name is not None:
        if layer is not None or unit is not None:
            raise TypeError("say which unit by its name or by numbers, not both")
        match = re.fullmatch(r"h(\d+)\.(\d+)", name)
        if match:
            layer, unit = int(match[1]), int(match[2]) - 1
        else:
            outputs = [names.unit_name(names.depth, k) for k in range(units[-1])]
            layer, unit = names.depth, outputs.index(name) if name in outputs else -1
        hidden_only = match is not None and layer == names.depth
        described = repr(name)
    else:
        if not isinstance(layer, int) or not isinstance(unit, int):
            raise TypeError("say which unit: 'h1.3', or layer=1, unit=2")
        described, hidden_only = f"layer={layer}, unit={unit}", False
    if hidden_only or not 1 <= layer <= names.depth or not 0 <= unit < units[layer]:
        raise ValueError(
            f"there is no unit {described}: the layers 1 to {names.depth} have "
            f"{', '.join(str(count) for count in units[1:])} units, the last one being "
            f"{names.unit_name(names.depth, 0)!r} and so on"
        )
    return UnitPlace(layer, unit)


def _require_place(architecture: Architecture, place: WeightPlace, described: str) -> None:
    depth = len(architecture.layers)
    if not 1 <= place.layer <= depth:
        raise ValueError(f"there is no weight {described}: the layers are 1 to {depth}")
    before, units = architecture.units[place.layer - 1 : place.layer + 1]
    if not 0 <= place.unit < units or not (place.source is None or 0 <= place.source < before):
        raise ValueError(
            f"there is no weight {described}: "
            f"layer {place.layer} leads from {before} to {units} units"
        )
    own_only = len(architecture.places[place.layer - 1].shape) == 1
    if own_only and place.source not in (None, place.unit):
        raise ValueError(
            f"there is no weight {described}: layer {place.layer} is a scale layer, which connects "
            "each unit to its own only"
        )
    if place.source is None and not architecture.layers[place.layer - 1].bias:
        raise ValueError(f"there is no weight {described}: layer {place.layer} has no bias unit")
