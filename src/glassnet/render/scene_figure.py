"""Scenes as PNG and PDF, drawn by matplotlib: it needs no program beside Python for either."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from glassnet.errors import MissingPackageError
from glassnet.render.colours import LIGHT
from glassnet.render.shapes import Boxes, Circle, Line, Paint, Scene, Words, flat

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["matplotlib_missing", "scene_pdf", "scene_png"]

POINTS = 72 / 96  # of a pixel
ANCHORS = {"start": "left", "middle": "center", "end": "right"}
#: What matplotlib's own font has as signs: the digits of powers.
POWERS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def scene_png(scene: Scene, width: int) -> bytes:
    """Return a scene as PNG, so many pixels wide.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    """
    figure = _figure(scene)
    return _saved(figure, format="png", dpi=width / figure.get_figwidth())


def scene_pdf(scene: Scene) -> bytes:
    """Return a scene as PDF with embedded fonts; the same bytes each time.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    """
    return _saved(_figure(scene), format="pdf", metadata={"CreationDate": None})


def matplotlib_missing(what: str) -> MissingPackageError:
    """Return the error that something cannot be made without matplotlib."""
    return MissingPackageError(
        f"{what} needs the package matplotlib; install it with: pip install matplotlib"
    )


def _saved(figure: "Figure", **options: Any) -> bytes:
    from matplotlib import rc_context

    file = BytesIO()
    with rc_context({"pdf.fonttype": 42}):  # text that can be searched and copied
        figure.savefig(file, facecolor=LIGHT["paper"], **options)
    return file.getvalue()


def _figure(scene: Scene) -> "Figure":
    """The scene on a figure of its own, whatever style the user has chosen."""
    try:
        from matplotlib import rc_context, rcParams, rcParamsDefault
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise matplotlib_missing("a PNG or PDF") from None
    inches = scene.width / 96, scene.height / 96
    with rc_context():
        rcParams.update(rcParamsDefault)
        figure = Figure(figsize=inches)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
        for order, shape in enumerate(flat(scene.shapes)):
            _add(axes, shape, order)
    return figure


def _add(axes: Any, shape: Circle | Line | Boxes | Words, order: int) -> None:
    match shape:
        case Circle():
            _circle(axes, shape, order)
        case Line():
            _line(axes, shape, order)
        case Boxes():
            _boxes(axes, shape, order)
        case Words():
            _words(axes, shape, order)


def _colour(paint: Paint) -> str:
    return LIGHT.get(paint.role, paint.role)


def _circle(axes: Any, circle: Circle, order: int) -> None:
    from matplotlib.patches import Circle as Patch

    axes.add_patch(
        Patch(
            (circle.x, circle.y),
            circle.radius,
            facecolor=(_colour(circle.fill), circle.fill.strength),
            edgecolor=_colour(circle.rim),
            linewidth=POINTS * circle.width,
            linestyle="--" if circle.dashed else "-",
            zorder=order,
        )
    )


def _line(axes: Any, line: Line, order: int) -> None:
    from matplotlib.lines import Line2D

    if line.paint.strength == 0:  # only for the pointer
        return
    x, y = zip(*line.points, strict=True)
    axes.add_line(
        Line2D(
            x,
            y,
            color=_colour(line.paint),
            alpha=line.paint.strength,
            linewidth=POINTS * line.width,
            linestyle="--" if line.dashed else "-",
            solid_capstyle="butt",
            marker="",
            zorder=order,
        )
    )


def _boxes(axes: Any, boxes: Boxes, order: int) -> None:
    from matplotlib.collections import PolyCollection

    across, down = boxes.cell
    corners = [
        [
            (boxes.x + across * i, boxes.y + down * j)
            for i, j in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        ]
        for x, y, w, h in boxes.boxes
    ]
    axes.add_collection(
        PolyCollection(
            corners,
            facecolor=(_colour(boxes.fill), boxes.fill.strength),
            edgecolor="none",
            antialiased=False,
            zorder=order,
        ),
        autolim=False,
    )


def _words(axes: Any, words: Words, order: int) -> None:
    from matplotlib.patheffects import Normal, Stroke

    halo: dict[str, Callable[..., Any] | list[Any]] = {}
    if words.halo:
        halo["path_effects"] = [Stroke(linewidth=2.5, foreground=LIGHT["paper"]), Normal()]
    axes.text(
        words.x,
        words.y,
        words.words + words.power.translate(POWERS),
        fontsize=POINTS * words.size,
        color=_colour(words.paint),
        ha=ANCHORS[words.anchor],
        va="baseline",
        parse_math=False,
        fontweight="bold" if words.bold else "normal",
        zorder=order,
        **halo,
    )
