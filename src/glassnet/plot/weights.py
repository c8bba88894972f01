"""The weights of the first layer as pictures, where the inputs are the pixels of an image."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glassnet.core.validation import whole_number
from glassnet.drawing.image_shape import checked_image_shape
from glassnet.drawing.weight_pictures import weight_pictures as drawn_weights
from glassnet.formula.document import Picture
from glassnet.network import Network
from glassnet.nn.layers import Scale
from glassnet.nn.unit_name import class_names_of, unit_name
from glassnet.plot.pyplot import pyplot
from glassnet.render.colours import LIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_weights", "weight_pictures"]

ACROSS = 8


def plot_weights(
    model: Any, *, image: tuple[int, ...] | None = None, units: int | Sequence[int] = 32
) -> "Figure":
    """Plot the weights that lead to each unit of the first layer as a picture.

    Positive weights are blue, negative ones orange; the strongest colour is the largest weight of
    all units that are shown.

    Parameters
    ----------
    model : Network, Model, or an estimator of Glassnet
    image : tuple of int, optional
        (height, width) or (height, width, channels) of the images; known where the inputs' names
        say that they are pixels.
    units : int or sequence of int
        At most so many units, the first ones; or which ones, counted from 0.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError, TypeError
        If the inputs are no image, or a unit does not exist.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import glassnet as gn
    >>> net = gn.Network([64, 10, 10], hidden="relu", output="softmax", seed=1)
    >>> figure = gn.plot_weights(net, image=(8, 8))
    >>> [axes.get_title() for axes in figure.axes][:2]
    ['h1.1', 'h1.2']
    """
    pictures = weight_pictures(model, image=image, units=units)
    plt = pyplot("plot_weights")
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list(
        "signs", [LIGHT["two"], LIGHT["paper"], LIGHT["one"]]
    )
    columns = min(ACROSS, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    figure: Figure
    figure, grid = plt.subplots(
        rows, columns, squeeze=False, figsize=(1.2 * columns, 1.4 * rows), layout="constrained"
    )
    for axes in grid.flat[len(pictures) :]:
        axes.remove()
    for axes, picture in zip(grid.flat, pictures, strict=False):
        axes.imshow(picture.rows, cmap=colours, vmin=-1, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.set_title(picture.caption, fontsize="small")
    return figure


def weight_pictures(
    model: Any, *, image: tuple[int, ...] | None = None, units: int | Sequence[int] = 32
) -> list[Picture]:
    """Return the same as blocks for a document; it needs no matplotlib.

    Raises
    ------
    ValueError, TypeError
        If the inputs are no image, or a unit does not exist.
    """
    network = getattr(model, "network_", getattr(model, "network", model))
    if not isinstance(network, Network):
        raise TypeError(f"give a network or a model, not {type(model).__name__}")
    architecture = network.architecture
    shape = checked_image_shape(image, network.feature_names, architecture.inputs)
    if shape is None or isinstance(architecture.layers[0], Scale):
        raise ValueError(
            "the inputs are not known to be the pixels of an image; give its shape, for example "
            "image=(28, 28)"
        )
    chosen = _chosen(units, architecture.units[1])
    classes = class_names_of(network.classes, architecture.outputs)
    names = [unit_name(architecture, 1, unit, None, classes) for unit in chosen]
    weights = architecture.weights(network.parameters)[0]
    return drawn_weights(weights[:, chosen], shape, names)


def _chosen(units: int | Sequence[int], count: int) -> list[int]:
    if isinstance(units, Sequence):
        return [whole_number("unit", unit, 0, count - 1) for unit in units]
    return list(range(min(whole_number("units", units, 1), count)))
