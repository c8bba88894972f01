"""matplotlib, imported when something is plotted."""

from typing import TYPE_CHECKING, Any

from glassnet.render.scene_figure import matplotlib_missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["new_axes", "pyplot"]


def pyplot(what: str) -> Any:
    """Return matplotlib.pyplot.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed; `what` needs it.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise matplotlib_missing(what) from None
    return plt


def new_axes(what: str) -> "Axes":
    """Return the axes of a new figure, which a notebook shows."""
    axes: Axes = pyplot(what).subplots(layout="constrained")[1]
    return axes
