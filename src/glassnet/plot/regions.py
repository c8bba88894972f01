"""Regions drawn by matplotlib, in the colours of pages."""

from typing import TYPE_CHECKING

from glassnet.formula.document import Regions
from glassnet.render.colours import LIGHT
from glassnet.render.line_names import line_name_places
from glassnet.render.plot_layout import region_paint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_regions"]


def draw_regions(axes: "Axes", regions: Regions) -> None:
    """Draw regions, lines, examples and a legend on axes."""
    from matplotlib.colors import ListedColormap

    places = range(len(regions.names))
    axes.imshow(
        regions.rows,
        cmap=ListedColormap([_colour(regions, place, of_point=False) for place in places]),
        vmin=-0.5,
        vmax=len(regions.names) - 0.5,
        extent=regions.bounds,
        aspect="auto",
        interpolation="nearest",
    )
    box = {"facecolor": LIGHT["paper"], "edgecolor": "none", "alpha": 0.8, "pad": 1}
    for line, (x, y) in zip(regions.lines, line_name_places(regions), strict=True):
        axes.plot(line.x, line.y, color=LIGHT["ink"], linewidth=1.5)
        axes.text(x, y, line.name, fontsize="small", ha="center", va="center", bbox=box)
    for place, name in enumerate(regions.names):
        own = [(point.x, point.y) for point in regions.points if point.place == place]
        axes.scatter(
            [x for x, _ in own],
            [y for _, y in own],
            color=[_colour(regions, place, of_point=True)],
            edgecolors=LIGHT["ink"],
            linewidths=0.8,
            label=name,
        )
    left, right, low, high = regions.bounds
    axes.set(xlim=(left, right), ylim=(low, high), xlabel=regions.x_name, ylabel=regions.y_name)
    axes.legend(fontsize="small")


def _colour(regions: Regions, place: int, *, of_point: bool) -> tuple[float, float, float]:
    """A colour, mixed with white as on paper."""
    paint = region_paint(regions, place, of_point=of_point)
    code = LIGHT[paint.role]
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    strong, white = paint.strength, 1 - paint.strength
    return red * strong + white, green * strong + white, blue * strong + white
