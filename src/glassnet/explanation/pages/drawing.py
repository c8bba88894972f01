"""The network as a drawing: units with their values, weights as lines; wide layers shortened."""

from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import Limits, largest
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import Drawing, DrawnLayer, DrawnUnit, DrawnWeight
from glassnet.nn.architecture import Architecture
from glassnet.nn.layers import Scale
from glassnet.render.text import formula_text

__all__ = ["draw_example", "draw_network"]


def draw_example(explainer: Explainer) -> Drawing:
    """Return the network with an example's values; of wide layers, the largest outputs."""
    forward, names, most = explainer.forward, explainer.symbols, explainer.limits.units
    depth = names.depth
    shown = [largest(forward.units(layer), most).shown for layer in range(depth + 1)]
    layers = []
    for layer, units in enumerate(shown):
        y = forward.units(layer)
        net_input = forward.net_inputs[layer - 1] if layer else None
        drawn = tuple(
            DrawnUnit(
                names.unit_name(layer, unit),
                None if net_input is None else float(net_input[unit]),
                float(y[unit]),
            )
            for unit in units
        )
        layers.append(_drawn_layer(forward.architecture, layer, drawn))
    weights = _weights(forward.architecture, forward.parameters, names, shown)
    caption = "Units show their net input in and their output y; the lines are weights."
    return Drawing(tuple(layers), weights, caption)


def draw_network(
    architecture: Architecture, parameters: Array, names: Symbols, limits: Limits
) -> Drawing:
    """Return the network without an example; of wide layers, the first units."""
    shown = [list(range(min(units, limits.units))) for units in architecture.units]
    layers = [
        _drawn_layer(
            architecture,
            layer,
            tuple(DrawnUnit(names.unit_name(layer, unit), None, None) for unit in units),
        )
        for layer, units in enumerate(shown)
    ]
    weights = _weights(architecture, parameters, names, shown)
    return Drawing(tuple(layers), weights, "The lines are weights.")


def _drawn_layer(
    architecture: Architecture, layer: int, units: tuple[DrawnUnit, ...]
) -> DrawnLayer:
    title = "input"
    if layer:
        title = f"layer {layer}: {architecture.layers[layer - 1].activation.name}"
    has_bias = layer < len(architecture.layers) and architecture.layers[layer].bias
    return DrawnLayer(title, units, architecture.units[layer] - len(units), has_bias)


def _weights(
    architecture: Architecture, parameters: Array, names: Symbols, shown: Sequence[list[int]]
) -> tuple[DrawnWeight, ...]:
    """The weights between units that are shown, and those from the bias units."""
    weights = []
    for layer in range(1, len(shown)):
        own_only = isinstance(architecture.layers[layer - 1], Scale)
        bias: list[int | None] = [None] if architecture.layers[layer - 1].bias else []
        for j, unit in enumerate(shown[layer]):
            for source in [*shown[layer - 1], *bias]:
                if own_only and source not in (None, unit):
                    continue
                place = WeightPlace(layer, source, unit)
                value = float(parameters[index_of(architecture, place)])
                name = formula_text(names.weight(place, value))
                at = None if source is None else shown[layer - 1].index(source)
                weights.append(DrawnWeight(layer, at, j, name, value))
    return tuple(weights)
