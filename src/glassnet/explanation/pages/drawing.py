"""The network as a drawing, with an example's values in its units."""

import numpy as np

from glassnet.drawing.image_shape import image_shape
from glassnet.drawing.network_parts import NetworkParts
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.places import WeightPlace
from glassnet.formula.document import Drawing, DrawnUnit
from glassnet.render.text import formula_text

__all__ = ["draw_example"]


def draw_example(explainer: Explainer) -> Drawing:
    """Return the network with an example's values; of wide layers, the largest outputs."""
    forward, names, most = explainer.forward, explainer.symbols, explainer.limits.units
    outputs = [forward.units(layer) for layer in range(names.depth + 1)]
    shown = [largest(np.nan_to_num(values), most).shown for values in outputs]
    letters = names.notation.net_input, names.notation.output
    units = [
        [
            DrawnUnit(
                names.unit_name(layer, unit),
                float(forward.net_inputs[layer - 1][unit]) if layer else None,
                float(outputs[layer][unit]),
                letters,
            )
            for unit in own
        ]
        for layer, own in enumerate(shown)
    ]

    def weight_name(layer: int, source: int | None, unit: int) -> str:
        return formula_text(names.weight(WeightPlace(layer, source, unit), 0.0))

    image = image_shape(names.feature_names)
    parts = NetworkParts(forward.architecture, forward.parameters, weight_name, image)
    net_input, output = letters
    caption = f"Units show {net_input} and {output}; the lines are weights."
    pixels = outputs[0] if explainer.pixels is None else explainer.pixels
    return parts.drawing(shown, units, caption, pixels)
