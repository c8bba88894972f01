"""Documents: sections with paragraphs, equations, tables, bars, curves, regions and drawings.

A document holds everything that its renderings show. The renderers in ``render`` compute nothing,
so terminal, page and JSON have the same content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Self, TypeAlias

from glassnet.formula.number import NumberFormat, column_texts
from glassnet.formula.tree import Formula, Number
from glassnet.formula.working import working

__all__ = [
    "Bars",
    "Block",
    "Cell",
    "Command",
    "Curve",
    "Curves",
    "Document",
    "DocumentTable",
    "Drawing",
    "DrawnImage",
    "DrawnLayer",
    "DrawnUnit",
    "DrawnWeight",
    "Equation",
    "Heading",
    "Link",
    "Mark",
    "Matrices",
    "Matrix",
    "MatrixEquation",
    "Paragraph",
    "Picture",
    "RegionPoint",
    "Regions",
    "Section",
    "equation_with_numbers",
]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed at a command line, on a line that is never broken, so that it can be copied."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section, under which its next blocks stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Equation:
    """``left = steps[0] = steps[1] = ...``, each step a form of the same quantity.

    `between` is the last step before the value, worked out in part; it is shown where there is
    room. `exact` is the value that is not rounded, where that on paper differs from it. A `brief`
    equation is shown without its symbols, where those of a line above say the same.
    """

    left: Formula
    steps: tuple[Formula, ...]
    between: Formula | None = None
    exact: float | None = None
    brief: bool = False

    @property
    def shown(self) -> tuple[Formula, ...]:
        """The steps that are shown at least."""
        return self.steps[1:] if self.brief and len(self.steps) > 1 else self.steps

    @property
    def all_steps(self) -> tuple[Formula, ...]:
        """The steps that are shown, with the one that is worked out in part."""
        between = () if self.between is None else (self.between,)
        return (*self.shown[:-1], *between, self.shown[-1])

    @property
    def value(self) -> float:
        """The last step's value."""
        return float(self.steps[-1].evaluate())


class Link(str):
    """Text that links to another page, in formats that have links; elsewhere plain text."""

    __slots__ = ("address",)
    address: str

    def __new__(cls, text: str, address: str) -> Self:
        """Return the text with the other page's address, relative to this page."""
        link = super().__new__(cls, text)
        link.address = address
        return link


Cell: TypeAlias = str | float | Formula


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """Rows of cells under column names; text, numbers or formulas.

    The numbers of a column are written in one way, unless each row is a `mixed` measure.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    mixed: bool = False

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column holds only numbers."""
        return tuple(
            bool(self.rows) and all(isinstance(row[column], float | int) for row in self.rows)
            for column in range(len(self.columns))
        )

    def number_texts(self, numbers: NumberFormat) -> list[list[str | None]]:
        """Return the text of each cell that is a number, written as its whole column."""
        texts: list[list[str | None]] = [[None] * len(self.columns) for _ in self.rows]
        for column in range(len(self.columns)):
            cells = [(n, row[column]) for n, row in enumerate(self.rows)]
            found = [(n, float(cell)) for n, cell in cells if isinstance(cell, float | int)]
            values = [value for _, value in found]
            written = (
                list(map(numbers.text, values)) if self.mixed else column_texts(values, numbers)
            )
            for (row, _), text in zip(found, written, strict=True):
                whole = isinstance(self.rows[row][column], int)
                texts[row][column] = str(self.rows[row][column]) if whole else text
        return texts


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers in rows and columns, by the name of the whole."""

    name: Formula
    rows: tuple[tuple[float, ...], ...]

    def number_texts(self, numbers: NumberFormat) -> list[list[str]]:
        """Return its numbers as text, all written in one way."""
        written = iter(column_texts([value for row in self.rows for value in row], numbers))
        return [[next(written) for _ in row] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Matrices:
    """Matrices of one shape beside each other, with the names of their rows and columns."""

    matrices: tuple[Matrix, ...]
    row_names: tuple[Cell, ...]
    column_names: tuple[str, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class MatrixEquation:
    """Matrices with the signs before them, the first without: in(1) = x · W(1) + b(1)."""

    parts: tuple[tuple[str, Matrix], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """For each label one bar in each series, for example the prediction and the target."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    caption: str = ""

    def size(self, value: float) -> float:
        """The length of a value's bar relative to the longest, from 0 to 1."""
        longest = max((abs(value) for _, values in self.series for value in values), default=0.0)
        return abs(value) / longest if longest else 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through points (x, y)."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The points whose numbers are finite."""
        pairs = zip(self.x, self.y, strict=True)
        return tuple((x, y) for x, y in pairs if isfinite(x) and isfinite(y))


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis that has a name, for example the best epoch."""

    name: str
    x: float


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over one axis, for example the loss over the epochs."""

    x_name: str
    y_name: str
    curves: tuple[Curve, ...]
    caption: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The smallest and the largest x, then y; None if there are no points."""
        points = [point for curve in self.curves for point in curve.points]
        if not points:
            return None
        x, y = zip(*points, strict=True)
        return min(x), max(x), min(y), max(y)


@dataclass(frozen=True, slots=True)
class RegionPoint:
    """An example in the plane, and the place of its class, or of its band, among the names."""

    x: float
    y: float
    place: int


@dataclass(frozen=True, slots=True)
class Regions:
    """A plane of two inputs: what is predicted where, the examples, and lines between.

    Attributes
    ----------
    x_name, y_name : str
        The inputs.
    bounds : (left, right, low, high)
    names : tuple of str
        Of the classes; or of bands of a number, in ascending order, where `ordered`.
    rows : tuple of tuple of int
        For each cell of a grid the place of its name; the highest row first.
    points : tuple of RegionPoint
    lines : tuple of Curve
    caption : str
    ordered : bool
    """

    x_name: str
    y_name: str
    bounds: tuple[float, float, float, float]
    names: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    points: tuple[RegionPoint, ...] = ()
    lines: tuple[Curve, ...] = ()
    caption: str = ""
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture: rows of values from 0 (paper) to 1 (ink).

    A `signed` one has values from −1 to 1: positive ones in one colour, negative ones in another.
    """

    rows: tuple[tuple[float, ...], ...]
    caption: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """Inputs that are the pixels of an image: rows of values from 0 (white) to 1 (black).

    Without an example there are no rows.
    """

    height: int
    width: int
    rows: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A unit with its values, if there are any; an input has no net input.

    `letters` are those of the two values.
    """

    name: str
    net_input: float | None
    output: float | None
    letters: tuple[str, str] = ("in", "y")


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """Units in a column, the number of units not drawn, and whether there is a bias unit.

    Inputs that are an image are drawn as `image`; their units are among those not drawn.
    """

    title: str
    units: tuple[DrawnUnit, ...]
    more: int
    has_bias: bool
    image: DrawnImage | None = None

    @property
    def rows(self) -> int:
        """The number of places in its column; an image takes two."""
        if self.image is not None:
            return 2 + self.has_bias
        return len(self.units) + bool(self.more) + self.has_bias


@dataclass(frozen=True, slots=True)
class DrawnWeight:
    """A line between two units that are drawn, into a layer counted from 1.

    `source` and `unit` are places in their columns; the bias unit's is None.
    """

    layer: int
    source: int | None
    unit: int
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A network: units in layers, and the weights between them."""

    layers: tuple[DrawnLayer, ...]
    weights: tuple[DrawnWeight, ...]
    caption: str = ""


Block: TypeAlias = (
    Paragraph
    | Command
    | Heading
    | Equation
    | DocumentTable
    | Matrices
    | MatrixEquation
    | Bars
    | Curves
    | Regions
    | Picture
    | Drawing
)


@dataclass(frozen=True, slots=True)
class Section:
    """A title and the blocks under it.

    A folded section goes into the details of the one before. A page shows its title, which opens
    it; text and LaTeX leave it out. `anchor` is a name by which links on a page find a section.
    """

    title: str
    blocks: tuple[Block, ...] = field(default=())
    folded: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A title and its sections.

    `numbers` says how numbers are written. `data` are further JSON values, for formats that
    programs read. `unfold` says how to see the folded sections, where they are left out.
    """

    title: str
    sections: tuple[Section, ...]
    numbers: NumberFormat = field(default_factory=NumberFormat)
    data: Mapping[str, Any] = field(default_factory=dict)
    unfold: str = ""

    @property
    def story(self) -> tuple[Section, ...]:
        """The sections that are not folded."""
        return tuple(section for section in self.sections if not section.folded)

    def unfolded(self) -> "Document":
        """Return the document with all sections open."""
        sections = tuple(replace(section, folded=False) for section in self.sections)
        return replace(self, sections=sections)


def equation_with_numbers(left: Formula, formula: Formula, value: float | None = None) -> Equation:
    """Return an equation in stages: symbols, numbers put in, worked out in part, value.

    Parameters
    ----------
    left : Formula
        The quantity that is computed.
    formula : Formula
        Its formula.
    value : float, optional
        The value that the engine computed; the value of the formula if not given.

    Examples
    --------
    >>> from glassnet.formula.tree import Symbol
    >>> w, y = Symbol("w", 0.5), Symbol("y", 10.0)
    >>> equation_with_numbers(Symbol("in", 5.0), w * y).value
    5.0
    """
    decimals = getattr(left, "decimals", None)
    final = Number(formula.evaluate() if value is None else float(value), decimals)
    numbers = formula.with_numbers()
    steps = (formula, numbers, final)
    distinct = tuple(step for i, step in enumerate(steps) if step not in steps[i + 1 :])
    return Equation(left, distinct, working(numbers, final.value, decimals))
