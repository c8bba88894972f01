"""Scenes as SVG, in the colours of the surrounding page or in colours of their own."""

from collections.abc import Mapping
from html import escape

from glassnet.formula.document import Curves, Drawing, Picture, Regions
from glassnet.render.colours import LIGHT
from glassnet.render.network_layout import NARROW, network_scene
from glassnet.render.plot_layout import curves_scene, picture_scene, regions_scene
from glassnet.render.shapes import Boxes, Circle, Group, Line, Paint, Scene, Shape, Words
from glassnet.render.text_width import POWER_SIZE

__all__ = [
    "STYLE",
    "curves_svg",
    "drawing_alone_svg",
    "drawing_svg",
    "picture_svg",
    "regions_svg",
    "scene_svg",
]

WIDEST = 1200  # pixels of a page
FONT = "system-ui, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

#: Of the figures of a page: which of the two layouts is seen, at most as wide as it was made.
STYLE = """
.glassnet figure { container-type: inline-size; }
.glassnet svg { display: block; height: auto; width: 100%; }
.glassnet svg.narrow { display: none; }
@container (max-width: 32rem) { .glassnet svg.wide { display: none; }
  .glassnet svg.narrow { display: block; } }
.glassnet svg.picture { width: 8rem; }
"""


def drawing_svg(drawing: Drawing) -> str:
    """Return a network for a page: one svg element for wide and one for narrow screens.

    Hovering over a weight highlights its paths. This needs no script: the classes of each weight
    name its source and unit.
    """
    rules = f"<style>{_rules(drawing)}</style>"
    return "".join(
        scene_svg(network_scene(drawing, narrow=narrow), kind=f"network {kind}", before=rules)
        for kind, narrow in (("wide", False), ("narrow", True))
    )


def drawing_alone_svg(drawing: Drawing) -> str:
    """Return a network as an SVG image that stands alone, on its own paper."""
    rules = f"<style>{_rules(drawing)}</style>"
    return scene_svg(network_scene(drawing), LIGHT, kind="network", before=rules)


def curves_svg(curves: Curves) -> str:
    """Return lines over one axis for a page, for wide and for narrow screens."""
    return "".join(
        scene_svg(curves_scene(curves, narrow=narrow), kind=kind)
        for kind, narrow in (("wide", False), ("narrow", True))
    )


def regions_svg(regions: Regions) -> str:
    """Return a plane of two inputs for a page, for wide and for narrow screens."""
    return "".join(
        scene_svg(regions_scene(regions, narrow=narrow), kind=kind)
        for kind, narrow in (("wide", False), ("narrow", True))
    )


def picture_svg(picture: Picture) -> str:
    """Return a small picture for a page."""
    return scene_svg(picture_scene(picture), kind="picture")


def scene_svg(
    scene: Scene, colours: Mapping[str, str] | None = None, kind: str = "", before: str = ""
) -> str:
    """Return a scene as an svg element.

    Parameters
    ----------
    scene : Scene
    colours : mapping of role to colour, optional
        For an image that stands alone, on paper of its own. Without them the colours are the CSS
        variables of the page.
    kind : str
        Its CSS classes.
    before : str
        Further elements, such as a style.
    """
    width, height = f"{scene.width:.0f}", f"{scene.height:.0f}"
    writer = _Writer(colours)
    shapes = "".join(map(writer.shape, scene.shapes))
    box = f'viewBox="0 0 {width} {height}" font-family="{FONT}" role="img"'
    if colours is None:
        # A wider one than a page, or a phone, is not made smaller than can be read: it scrolls.
        room = NARROW if "narrow" in kind else WIDEST
        least = f";min-width:{0.8 * scene.width:.0f}px" if scene.width > room else ""
        size = f'class="{kind}" style="max-width:{width}px{least}"'
        return f"<svg {size} {box}>{before}{shapes}</svg>"
    paper = f'<rect width="{width}" height="{height}" fill="{colours["paper"]}"/>'
    alone = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return f'<svg {alone} class="{kind}" {box}>{before}{paper}{shapes}</svg>'


class _Writer:
    """Shapes as elements, in one set of colours."""

    def __init__(self, colours: Mapping[str, str] | None) -> None:
        self._colours = colours

    def shape(self, shape: Shape) -> str:
        """Return a shape as an element."""
        match shape:
            case Circle():
                return self._circle(shape)
            case Line():
                return self._line(shape)
            case Boxes():
                return self._boxes(shape)
            case Words():
                return self._words(shape)
            case Group(shapes, kind, title):
                of_class = f' class="{kind}"' if kind else ""
                words = f"<title>{escape(title)}</title>" if title else ""
                return f"<g{of_class}>{words}{''.join(map(self.shape, shapes))}</g>"

    def _colour(self, role: str) -> str:
        if role in ("black", "white"):
            return role
        return f"var(--{role})" if self._colours is None else self._colours[role]

    def _fill(self, paint: Paint) -> str:
        strength = f' fill-opacity="{paint.strength:.2g}"' if paint.strength < 1 else ""
        return f'fill="{self._colour(paint.role)}"{strength}'

    def _stroke(self, paint: Paint, width: float, dashed: bool) -> str:
        strength = f' stroke-opacity="{paint.strength:.2g}"' if paint.strength < 1 else ""
        dashes = ' stroke-dasharray="4 3"' if dashed else ""
        return f'stroke="{self._colour(paint.role)}" stroke-width="{width:.3g}"{strength}{dashes}'

    def _circle(self, circle: Circle) -> str:
        rim = self._stroke(circle.rim, circle.width, circle.dashed)
        place = f'cx="{circle.x:.1f}" cy="{circle.y:.1f}" r="{circle.radius:.1f}"'
        return f"<circle {place} {self._fill(circle.fill)} {rim}/>"

    def _line(self, line: Line) -> str:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line.points)
        stroke = self._stroke(line.paint, line.width, line.dashed)
        return f'<polyline points="{points}" fill="none" {stroke}/>'

    def _boxes(self, boxes: Boxes) -> str:
        """All boxes as one path, in units of the grid's cells."""
        path = "".join(f"M{x} {y}h{w}v{h}h{-w}z" for x, y, w, h in boxes.boxes)
        across, down = boxes.cell
        place = f"translate({boxes.x:.2f} {boxes.y:.2f}) scale({across:.4g} {down:.4g})"
        sharp = 'shape-rendering="crispEdges"'
        return f'<path transform="{place}" d="{path}" {self._fill(boxes.fill)} {sharp}/>'

    def _words(self, words: Words) -> str:
        place = f'x="{words.x:.1f}" y="{words.y:.1f}" text-anchor="{words.anchor}"'
        style = f'font-size="{words.size:.3g}"'
        if words.bold:
            style += ' font-weight="600"'
        content = escape(words.words)
        if words.power:
            size = POWER_SIZE * words.size
            up = f'dy="{-0.4 * words.size:.3g}" font-size="{size:.3g}"'
            content += f"<tspan {up}>{escape(words.power)}</tspan>"
        ink, before = self._fill(words.paint), ""
        if words.halo:
            paper = f'{self._stroke(Paint("paper"), 3, dashed=False)} stroke-linejoin="round"'
            if self._colours is None:
                ink += f' {paper} paint-order="stroke"'
            else:  # programs for slides do not know that order
                before = (
                    f"<text {place} {style} {self._fill(Paint('paper'))} {paper}>{content}</text>"
                )
        return f"{before}<text {place} {style} {ink}>{content}</text>"


def _rules(drawing: Drawing) -> str:
    """CSS rules: under the pointer, a weight and those that its signal goes through stay lit.

    In the next layer these start from the unit that it leads to; in all further layers they are
    all but those from bias units.
    """
    rules = [
        ".network:has(.w:hover) .w { opacity: .12; }",
        ".network .w:hover { opacity: 1 !important; }",
        ".layer:has(.w:hover) + .layer ~ .layer .w:not(.from-bias) { opacity: 1; }",
    ]
    rules += [
        f".layer:has(.j{unit}:hover) + .layer .i{unit}.w {{ opacity: 1; }}"
        for unit in range(max(len(layer.units) for layer in drawing.layers[1:]))
    ]
    return " ".join(rules)
