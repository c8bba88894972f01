"""The messages between page and server: each a JSON object, told apart by its `kind`.

The page sends JSON. The server answers with four bytes (little endian) that say how long the JSON
is, the JSON, and what follows it: numbers and maps of a frame. An answer has the `id` of its
question. The page asks for each frame when it has shown the last one, so that it sets the pace and
always gets the newest.
"""

from typing import Annotated, Any, TypeAlias

import msgspec

from glassnet.core.file_record import read_record
from glassnet.page.setup import Record, Setup

__all__ = ["Answer", "Question", "question_in", "read", "written"]

Index: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Id: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class Asked(Record, frozen=True, tag_field="kind"):
    """What the page asks for."""

    id: Id


class Build(Asked, frozen=True, tag="build"):
    """Begin anew, with a setup; Built is the answer."""

    setup: Setup


class Open(Asked, frozen=True, tag="open"):
    """Take a table, its bytes in base64, and begin anew with it; Built is the answer."""

    name: Annotated[str, msgspec.Meta(max_length=500)]
    content: str


class Present(Asked, frozen=True, tag="present"):
    """See what is built; Built is the answer."""


class Play(Asked, frozen=True, tag="play"):
    """Train, at a speed or as fast as possible."""

    steps_a_second: Annotated[float, msgspec.Meta(gt=0, le=1e9)] | None = None


class Pause(Asked, frozen=True, tag="pause"):
    """Stop training."""


class Forward(Asked, frozen=True, tag="forward"):
    """Take some steps."""

    steps: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class GoTo(Asked, frozen=True, tag="goTo"):
    """Go back or forward to a step."""

    step: Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class SetRate(Asked, frozen=True, tag="setRate"):
    """Set the learning rate."""

    learning_rate: float


class Change(Asked, frozen=True, tag="change"):
    """Give a weight or, without a source, a bias a value; Changed is the answer."""

    layer: Index
    source: Index | None
    unit: Index
    value: float


class Look(Asked, frozen=True, tag="look"):
    """See the newest state after one with a number; Frame is the answer."""

    after: Annotated[int, msgspec.Meta(ge=-1, lt=2**53)]
    example: Index = 0
    across: Index = 0
    up: Index = 1


class Hover(Asked, frozen=True, tag="hover"):
    """See the equations of a unit, with an example's numbers; Page is the answer."""

    example: Index
    layer: Index
    unit: Index


class ListRows(Asked, frozen=True, tag="rows"):
    """See rows, those with the largest loss first; Rows is the answer."""

    most: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class Explain(Asked, frozen=True, tag="explain"):
    """Explain a step, or a unit (layer and unit) or a weight (by name) in it; Page is the answer.

    Without `step` it is the next one. Where the example is not in the step's batch, it is explained
    alone. With `why`, what makes the prediction of the example is explained.
    """

    example: Index
    step: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None = None
    layer: Index = 0
    unit: Index = 0
    weight: Annotated[str, msgspec.Meta(max_length=200)] = ""
    why: bool = False
    full: bool = False


Begin: TypeAlias = Build | Open | Present
Train: TypeAlias = Play | Pause | Forward | GoTo | SetRate | Change
Question: TypeAlias = Begin | Train | Look | Hover | ListRows | Explain


class Answer(Record, frozen=True, tag_field="kind"):
    """What the server answers."""


class LayerBuilt(Record, frozen=True):
    """A layer: its units, those that are drawn by name, and its activation."""

    units: int
    names: list[str]
    activation: str


class Built(Answer, frozen=True, tag="built"):
    """A network and the examples, as the page draws them.

    Attributes
    ----------
    model : str
        The name of the own model; empty if there is none.
    table : str
        The name of the own table; empty if there is none.
    columns : list of str
        Its columns.
    target : str
        The one that is predicted.
    examples, test_examples : int
        How many there are to learn from, and for the test. Those of the test are counted on from
        those to learn from.
    points, test_points : list of int
        Which of them are drawn.
    x, y : list of list of float
        Inputs and targets of the points.
    test_x, test_y
        Those of the test points.
    task : str
        ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
    axes : tuple of int
        The two inputs that tell most, for maps.
    parameters : int
        How many weights and biases there are.
    """

    setup: Setup
    layers: list[LayerBuilt]
    features: list[str]
    classes: list[str]
    axes: tuple[int, int]
    model: str
    table: str
    columns: list[str]
    target: str
    examples: int
    test_examples: int
    points: list[int]
    test_points: list[int]
    task: str
    loss: str
    x: list[list[float]]
    y: list[list[float]]
    test_x: list[list[float]]
    test_y: list[list[float]]
    steps_in_epoch: int
    parameters: int


class Done(Answer, frozen=True, tag="done"):
    """It is done; the next frame shows it."""


class Changed(Answer, frozen=True, tag="changed"):
    """What a change by hand did to the loss of the examples to learn from."""

    before: str
    after: str


class RowSeen(Record, frozen=True):
    """A row: its example, whether it is one of the test, and how its prediction compares."""

    example: int
    row: int
    is_test: bool
    predicted: str
    target: str
    is_wrong: bool
    loss: str


class Rows(Answer, frozen=True, tag="rows"):
    """Rows, those with the largest loss first, and how many are wrong of how many."""

    rows: list[RowSeen]
    wrong: int
    examples: int


class Page(Answer, frozen=True, tag="page"):
    """A piece of HTML."""

    title: str
    html: str


class Refused(Answer, frozen=True, tag="refused"):
    """Why it cannot be done, in a sentence."""

    sentence: str


class Measured(Record, frozen=True):
    """Loss and metric over so many examples, as numbers and as they are written."""

    examples: int
    loss: float
    loss_text: str
    metric: str
    value: float
    value_text: str


class UnitSeen(Record, frozen=True, array_like=True):
    """Net input, output and delta of a unit."""

    net_input: str
    output: str
    delta: str


class ExampleSeen(Record, frozen=True):
    """An example's numbers, of the units that are drawn."""

    index: int
    inputs: list[str]
    targets: list[str]
    layers: list[list[UnitSeen]]
    loss: str


class Distribution(Record, frozen=True):
    """How a layer's activations and gradients are spread; which of its units do nothing."""

    activations: list[int]
    lowest_activation: float
    highest_activation: float
    gradients: list[int]
    lowest_gradient: float
    highest_gradient: float
    dead: list[int]
    saturated: list[int]


class Frame(Answer, frozen=True, tag="frame"):
    """A training at one moment; behind it stand weights and maps.

    Attributes
    ----------
    weights : int
        How many numbers (float64) follow: for each layer the weights between drawn units (from,
        to), then the biases. Then follow the maps of drawn units, one byte a point, 128 for 0.
    scales : list of list of float
        What the bytes 1 and 255 of each map stand for, below and above 0.
    bounds : tuple of float
        Left, right, low and high end of the maps.
    """

    number: int
    step: int
    epoch: float
    learning_rate: float
    playing: bool
    course: int
    problem: str
    learning: Measured
    held_out: Measured | None
    example: ExampleSeen
    layers: list[Distribution]
    bounds: tuple[float, float, float, float]
    scales: list[list[float]]
    weights: int


def read(message: bytes | str) -> tuple[int, Any]:
    """Return the id in a message of the page, 0 if there is none, and its JSON values.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    try:
        values = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ValueError("this is no message of the page") from None
    number = values.get("id") if isinstance(values, dict) else None
    return number if isinstance(number, int) and number >= 0 else 0, values


def question_in(values: Any) -> Question:
    """Return the question that JSON values ask.

    Raises
    ------
    FileFormatError
        If they ask none; the message says where, and what was expected.
    """
    question: Question = read_record(values, Question, "what the page may ask for")
    return question


def written(question: int, answer: Answer, behind: bytes = b"") -> bytes:
    """Return an answer as it is sent."""
    text = msgspec.json.encode(answer)
    head = b'{"id":%d,' % question + text[1:]
    return len(head).to_bytes(4, "little") + head + behind
