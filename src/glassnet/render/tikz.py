"""Scenes as TikZ, scaled to the page."""

from glassnet.formula.document import Curves, Drawing, Picture, Regions
from glassnet.render.network_layout import network_scene
from glassnet.render.plot_layout import curves_scene, picture_scene, regions_scene
from glassnet.render.shapes import Boxes, Circle, Line, Paint, Scene, Words, flat
from glassnet.render.tex import words_tex

__all__ = ["COLOURS", "curves_tikz", "drawing_tikz", "picture_tikz", "regions_tikz", "scene_tikz"]

#: Of bars, and in the preamble: the first four series.
COLOURS = ("one", "two", "three", "four")
ROLES = {"ink": "black", "soft": "black!65", "line": "black!25", "paper": "white"}
ROLES["shade"] = "black!5"
CM, POINTS = 0.0225, 0.64  # of a pixel
PAGE_WIDTH, PAGE_HEIGHT = 16.5, 22.0  # cm
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def drawing_tikz(drawing: Drawing) -> str:
    """Return a network: circles, and weights as lines behind them."""
    return scene_tikz(network_scene(drawing))


def curves_tikz(curves: Curves) -> str:
    """Return lines over one axis."""
    return "(no points)" if curves.bounds is None else scene_tikz(curves_scene(curves))


def regions_tikz(regions: Regions) -> str:
    """Return a plane of two inputs."""
    return scene_tikz(regions_scene(regions))


def picture_tikz(picture: Picture) -> str:
    """Return a small picture."""
    return scene_tikz(picture_scene(picture))


def scene_tikz(scene: Scene) -> str:
    r"""Return a scene as one picture, at most as large as a page.

    Examples
    --------
    >>> print(scene_tikz(Scene(100, 50, (Circle(50, 25, 10, Paint("paper")),))))
    \begin{tikzpicture}[x=0.0225cm,y=-0.0225cm]
    \useasboundingbox (0,0) rectangle (100,50);
    \path[draw=black!65,fill=white,line width=0.96pt] (50.0,25.0) circle[radius=0.225cm];
    \end{tikzpicture}
    """
    scale = min(1.0, PAGE_WIDTH / (CM * scene.width), PAGE_HEIGHT / (CM * scene.height))
    lines = [
        rf"\begin{{tikzpicture}}[x={CM * scale:.4g}cm,y=-{CM * scale:.4g}cm]",
        rf"\useasboundingbox (0,0) rectangle ({scene.width:.0f},{scene.height:.0f});",
    ]
    for shape in flat(scene.shapes):
        match shape:
            case Circle():
                lines.append(_circle(shape, scale))
            case Line():
                lines += _line(shape, scale)
            case Boxes():
                lines += _boxes(shape)
            case Words():
                lines.append(_words(shape, scale))
    return "\n".join([*lines, r"\end{tikzpicture}"])


def _colour(paint: Paint) -> str:
    """A colour, mixed with white where it is not at its full strength."""
    name = ROLES.get(paint.role, paint.role)
    return name if paint.strength >= 1 else f"{name}!{100 * paint.strength:.0f}!white"


def _circle(circle: Circle, scale: float) -> str:
    dashed = ",dashed" if circle.dashed else ""
    width = f"line width={POINTS * scale * circle.width:.2f}pt"
    style = f"draw={_colour(circle.rim)},fill={_colour(circle.fill)},{width}{dashed}"
    radius = CM * scale * circle.radius
    return rf"\path[{style}] ({circle.x:.1f},{circle.y:.1f}) circle[radius={radius:.3f}cm];"


def _line(line: Line, scale: float) -> list[str]:
    if line.paint.strength == 0:  # only for the pointer
        return []
    dashed = ",dashed" if line.dashed else ""
    style = f"{_colour(line.paint)},line width={POINTS * scale * line.width:.2f}pt{dashed}"
    way = " -- ".join(f"({x:.1f},{y:.1f})" for x, y in line.points)
    return [rf"\draw[{style}] {way};"]


def _boxes(boxes: Boxes) -> list[str]:
    across, down = boxes.cell
    colour = _colour(boxes.fill)
    return [
        rf"\fill[{colour}] ({boxes.x + across * x:.2f},{boxes.y + down * y:.2f}) "
        rf"rectangle ({boxes.x + across * (x + w):.2f},{boxes.y + down * (y + h):.2f});"
        for x, y, w, h in boxes.boxes
    ]


def _words(words: Words, scale: float) -> str:
    size = POINTS * scale * words.size
    font = rf"font=\fontsize{{{size:.1f}}}{{{1.2 * size:.1f}}}\selectfont"
    if words.bold:
        font += r"\bfseries"
    halo = ",fill=white,inner sep=0.6pt" if words.halo else ",inner sep=0pt"
    style = f"text={_colour(words.paint)},anchor={ANCHORS[words.anchor]}{halo},{font}"
    power = rf"\textsuperscript{{{words_tex(words.power)}}}" if words.power else ""
    return rf"\node[{style}] at ({words.x:.1f},{words.y:.1f}) {{{words_tex(words.words)}{power}}};"
