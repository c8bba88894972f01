"""A network's layers as a table."""

from collections.abc import Sequence

from glassnet.formula.document import Cell, DocumentTable, Paragraph, Section
from glassnet.nn.architecture import Architecture

__all__ = ["layers_section", "not_imported_section"]


def layers_section(architecture: Architecture, dtype: str) -> Section:
    """Return a table of the layers, and the number of weights.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> architecture = Architecture.of(2, [Dense(3, "tanh"), Dense(2, "softmax")])
    >>> layers_section(architecture, "float32").blocks[1].text
    '17 weights and biases, float32.'
    """
    rows: list[tuple[Cell, ...]] = [("0 (input)", architecture.inputs, "", "", "")]
    for number, layer in enumerate(architecture.layers, start=1):
        place = architecture.places[number - 1]
        shape = " × ".join(str(count) for count in place.shape)
        biases = str(layer.units) if layer.bias else "none"
        rows.append((str(number), layer.units, layer.activation.name, shape, biases))
    table = DocumentTable(("layer", "units", "activation", "weights", "biases"), tuple(rows))
    count = architecture.parameter_count
    summary = Paragraph(f"{count:,} weights and biases, {dtype}.")
    return Section("The network", (table, summary))


def not_imported_section(not_imported: Sequence[str]) -> Section:
    """Return what acts on the training of the model that a network came from, and is not in it."""
    words = "The outputs are those of the model that was imported. Losses and steps are without:"
    return Section("Not imported", tuple(map(Paragraph, (words, *not_imported))))
