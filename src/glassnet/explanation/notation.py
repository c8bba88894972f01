"""All names: what a weight, a unit or a class is called in formulas. Nothing else invents one.

Formulas count layers and units from 1; arrays in Python count from 0.
"""

import re
from dataclasses import dataclass

from glassnet.formula.tree import Symbol
from glassnet.structure.architecture import Architecture

__all__ = ["Notation", "WeightPlace", "place_of"]


@dataclass(frozen=True)
class WeightPlace:
    """A weight: layer counted from 1 (the first behind the inputs), units counted from 0.

    `source` is None for the bias unit.
    """

    layer: int
    source: int | None
    unit: int


@dataclass(frozen=True)
class Notation:
    """The names of one network's quantities.

    Parameters
    ----------
    architecture : Architecture
    feature_names, class_names : tuple of str, optional
        Of the inputs and of the outputs, where known.

    Examples
    --------
    >>> from glassnet.structure.layer import Dense
    >>> names = Notation(Architecture.of(2, [Dense(2, "tanh"), Dense(1, "sigmoid")]))
    >>> symbol = names.weight(WeightPlace(1, 0, 1), 0.5)
    >>> symbol.letter, symbol.layer, symbol.index
    ('w', 1, '1,2')
    """

    architecture: Architecture
    feature_names: tuple[str, ...] | None = None
    class_names: tuple[str, ...] | None = None

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

    def error(self, value: float) -> Symbol:
        """Return E."""
        return Symbol("E", value)

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
    >>> from glassnet.structure.layer import Dense
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
