"""Weights and units by name: w1[1,2], b1[2], h1.3, a class."""

import re

from glassnet.explanation.places import UnitPlace, WeightPlace
from glassnet.explanation.symbols import Symbols
from glassnet.nn.architecture import Architecture

__all__ = ["place_of", "unit_place_of"]


def place_of(
    names: Symbols,
    name: str | None,
    layer: int | None,
    source: int | str | None,
    unit: int | None,
) -> WeightPlace:
    """Return the place of a weight given by its name, or by numbers.

    Parameters
    ----------
    names : Symbols
    name : str, optional
        ``"w1[1,2]"`` or ``"b1[2]"``, units counted from 1, or the name as a page prints it,
        ``"w1[petal length → 3]"``.
    layer, source, unit : int, optional
        Layer counted from 1, units from 0; ``source="bias"`` for the bias unit.

    Raises
    ------
    ValueError, TypeError
        If there is no such weight.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Symbols(Architecture.of(2, [Dense(2, "softmax")]))
    >>> place_of(names, "w1[1,2]", None, None, None)
    WeightPlace(layer=1, source=0, unit=1)
    """
    architecture = names.architecture
    if name is not None:
        if layer is not None or source is not None or unit is not None:
            raise TypeError("give the weight by its name or by numbers, not both")
        place = _parse(str(name), names)
        described = repr(name)
    else:
        if layer is None or source is None or unit is None:
            raise TypeError("give a weight: 'w1[1,2]', or layer=1, source=0, unit=1")
        if isinstance(source, str) and source != "bias":
            raise ValueError(f"source must be the index of a unit or 'bias', not {source!r}")
        described = f"layer={layer}, source={source!r}, unit={unit}"
        if not all(isinstance(n, int) for n in (layer, unit)) or not isinstance(source, int | str):
            raise TypeError(f"there is no weight {described}: give whole numbers")
        place = WeightPlace(layer, None if isinstance(source, str) else source, unit)
    require_place(architecture, place, described)
    return place


def _parse(name: str, names: Symbols) -> WeightPlace:
    letters = names.notation
    weight, bias = re.escape(letters.weight), re.escape(letters.bias)
    between = " [←→] " if re.search(" [←→] ", name) else ","
    match = re.fullmatch(
        rf"\s*(?:{weight}(\d+)\[(.+?)(?:{between})(.+)\]|{bias}(\d+)\[(.+)\])\s*", name
    )
    if not match:
        example = names.weight(WeightPlace(1, 0, 0), 0.0)
        order = "to, from" if letters.to_first else "from, to"
        raise ValueError(
            f"{name!r} is not a weight; expected {letters.weight}1[1,2] ({order}), or "
            f"{letters.bias}1[2] for a bias; the first here is {example.letter}1[{example.index}]"
        )
    layer, first, second, bias_layer, bias_unit = match.groups()
    if bias_layer:
        return WeightPlace(int(bias_layer), None, _unit(names, int(bias_layer), bias_unit, name))
    source, unit = (second, first) if letters.to_first else (first, second)
    to = int(layer)
    return WeightPlace(to, _unit(names, to - 1, source, name), _unit(names, to, unit, name))


def _unit(names: Symbols, layer: int, index: str, described: str) -> int:
    """The unit of an index: a number counted from 1, or a name."""
    index = index.strip()
    known = names.names_of(layer) or ()
    if index in known and index == names.index(layer, known.index(index)):
        return known.index(index)
    if not index.isdecimal():
        raise ValueError(
            f"there is no weight {described!r}: {index!r} is neither a number, counted from 1, nor "
            f"the name of a unit of layer {layer}"
        )
    return int(index) - 1


def unit_place_of(
    names: Symbols, name: str | None, layer: int | None, unit: int | None
) -> UnitPlace:
    """Return the place of a unit given by its name, or by numbers.

    Parameters
    ----------
    names : Symbols
    name : str, optional
        The name as printed: ``"h1.3"``, counted from 1, ``"output 2"``, or a class.
    layer, unit : int, optional
        Layer counted from 1, unit from 0.

    Raises
    ------
    ValueError, TypeError
        If there is no such unit.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> names = Symbols(Architecture.of(2, [Dense(3, "relu"), Dense(2, "softmax")]))
    >>> unit_place_of(names, "h1.3", None, None)
    UnitPlace(layer=1, unit=2)
    """
    units = names.architecture.units
    if name is not None:
        if layer is not None or unit is not None:
            raise TypeError("give the unit by its name or by numbers, not both")
        match = re.fullmatch(r"h(\d+)\.(\d+)", name)
        if match:
            layer, unit = int(match[1]), int(match[2]) - 1
        else:
            outputs = [names.unit_name(names.depth, k) for k in range(units[-1])]
            known = list(names.names_of(names.depth) or outputs)
            found = outputs if name in outputs else known
            layer, unit = names.depth, found.index(name) if name in found else -1
        hidden_only = match is not None and layer == names.depth
        described = repr(name)
    else:
        if not isinstance(layer, int) or not isinstance(unit, int):
            raise TypeError("give a unit: 'h1.3', or layer=1, unit=2")
        described, hidden_only = f"layer={layer}, unit={unit}", False
    if hidden_only or not 1 <= layer <= names.depth or not 0 <= unit < units[layer]:
        raise ValueError(
            f"there is no unit {described}: layers 1 to {names.depth} have "
            f"{', '.join(str(count) for count in units[1:])} units; those of the last layer are "
            f"called {names.unit_name(names.depth, 0)!r} and so on"
        )
    return UnitPlace(layer, unit)


def require_place(architecture: Architecture, place: WeightPlace, described: str) -> None:
    depth = len(architecture.layers)
    if not 1 <= place.layer <= depth:
        raise ValueError(f"there is no weight {described}: the layers are numbered 1 to {depth}")
    before, units = architecture.units[place.layer - 1 : place.layer + 1]
    if not 0 <= place.unit < units or not (place.source is None or 0 <= place.source < before):
        raise ValueError(
            f"there is no weight {described}: "
            f"layer {place.layer} connects {before} to {units} units"
        )
    own_only = len(architecture.places[place.layer - 1].shape) == 1
    if own_only and place.source not in (None, place.unit):
        raise ValueError(
            f"there is no weight {described}: layer {place.layer} is a scale layer, which connects "
            "each unit only to the unit of the same number"
        )
    if place.source is None and not architecture.layers[place.layer - 1].bias:
        raise ValueError(f"there is no weight {described}: layer {place.layer} has no bias unit")
