"""The names of units: features, h1.3, classes."""

from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.core.labels import label_text, label_values
from glassnet.nn.architecture import Architecture

__all__ = ["class_names_of", "unit_name"]


def unit_name(
    architecture: Architecture,
    layer: int,
    unit: int,
    feature_names: Sequence[str] | None,
    class_names: Sequence[str] | None,
) -> str:
    """Return a unit's name: a feature, h1.3, or a class.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> architecture = Architecture.of(2, [Dense(3, "tanh"), Dense(1, "sigmoid")])
    >>> [unit_name(architecture, layer, 0, None, None) for layer in range(3)]
    ['x1', 'h1.1', 'output 1']
    """
    if layer == 0:
        return feature_names[unit] if feature_names else f"x{unit + 1}"
    if layer == len(architecture.layers):
        return class_names[unit] if class_names else f"output {unit + 1}"
    return f"h{layer}.{unit + 1}"


def class_names_of(classes: Array | None, outputs: int) -> tuple[str, ...] | None:
    """Return the names of the outputs, where each stands for one class."""
    if classes is None or len(classes) != outputs:
        return None
    return tuple(map(label_text, label_values(classes)))
