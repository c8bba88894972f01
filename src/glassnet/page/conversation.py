"""One page's conversation with the server: questions in, answers out."""

import tempfile
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.core.validation import whole_number
from glassnet.errors import GlassnetError
from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.explain import explain
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.places import index_of
from glassnet.explanation.step import take_forward
from glassnet.explanation.unit_names import place_of, unit_place_of
from glassnet.explanation.why import why
from glassnet.formula.document import Document, Section
from glassnet.formula.number import number_text
from glassnet.network import Network
from glassnet.page.looks import View, frame_of
from glassnet.page.messages import (
    Answer,
    Build,
    Built,
    Change,
    Changed,
    Done,
    Explain,
    Forward,
    GoTo,
    Hover,
    LayerBuilt,
    ListRows,
    Look,
    Open,
    Page,
    Pause,
    Play,
    Present,
    Question,
    Refused,
    SetRate,
    question_in,
    read,
    written,
)
from glassnet.page.own_model import OwnModel
from glassnet.page.own_table import OwnTable, stored
from glassnet.page.player import Player
from glassnet.page.playground import Examples, Playground
from glassnet.page.rows import rows_of
from glassnet.page.setup import HiddenLayer, Setup
from glassnet.render.html import document_html
from glassnet.step_by_step import StepByStep
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["Conversation"]

#: So many examples are drawn as points at most.
MOST_POINTS = 500
#: How an own table is learned at first.
OWN_TABLE = Setup(
    problem="own table",
    hidden=(HiddenLayer(8),),
    optimizer="adam",
    learning_rate=0.01,
    batch_size=32,
)
OWN_MODEL = Setup(problem="own model", optimizer="adam", learning_rate=0.001, batch_size=32)
#: An answer to Look comes after so long also where nothing has changed.
SECONDS_TO_LOOK = 20.0


class Conversation:
    """Answers the questions of one page; each may come from a thread of its own."""

    def __init__(self, table: OwnTable | None = None, model: OwnModel | None = None) -> None:
        self._table, self._model = table, model
        self._folder = tempfile.TemporaryDirectory(prefix="glassnet-page-")
        setup = OWN_TABLE if table is not None else OWN_MODEL if model is not None else Setup()
        self._playground = Playground(setup, table, model)
        self._player = Player(self._playground.training)

    def answer(self, message: bytes | str) -> bytes:
        """Return the answer to a message."""
        number = 0
        try:
            number, values = read(message)
            answer, behind = self._answered(question_in(values))
        except (GlassnetError, ValueError, TypeError) as error:
            answer, behind = Refused(str(error)), b""
        return written(number, answer, behind)

    @property
    def is_playing(self) -> bool:
        """Whether it trains."""
        return self._player.snapshot.playing

    def rest(self) -> None:
        """Stop training; the page goes on from there when it comes back."""
        self._player.pause()

    def close(self) -> None:
        """End the training."""
        self._player.close()
        self._folder.cleanup()

    def _answered(self, question: Question) -> tuple[Answer, bytes]:
        player = self._player
        match question:
            case Look():
                return self._look(question)
            case Build():
                return self._build(question.setup, self._table), b""
            case Open():
                table = stored(Path(self._folder.name), question.name, question.content)
                return self._build(OWN_TABLE, table), b""
            case Present():
                return _built(self._playground, self._table, self._model), b""
            case Play():
                player.play(question.steps_a_second)
            case Pause():
                player.pause()
            case Forward():
                player.ask(lambda training: training.forward(question.steps))
            case GoTo():
                player.ask(lambda training: training.go_to(question.step))
            case SetRate():
                player.change(lambda training: _set_rate(training, question.learning_rate))
            case Change():
                return self._change(question), b""
            case ListRows():
                parameters = self._player.snapshot.parameters
                return rows_of(self._playground, parameters, question.most), b""
            case Hover():
                return self._hover(question), b""
            case Explain():
                return self._explain(question), b""
        return Done(), b""

    def _build(self, setup: Setup, table: OwnTable | None) -> Built:
        """Begin anew; what was there stays if the setup is refused."""
        try:
            playground = Playground(setup, table, self._model)
        except (GlassnetError, ValueError, OSError) as error:
            if table is None:
                raise
            # Where it lies is nothing to its user, who knows it by its name.
            raise ValueError(str(error).replace(str(table.path), table.name)) from None
        self._table = table
        self._player.close()
        self._playground, self._player = playground, Player(playground.training)
        return _built(playground, table, self._model)

    def _look(self, look: Look) -> tuple[Answer, bytes]:
        playground, player = self._playground, self._player
        snapshot = player.wait_beyond(look.after, SECONDS_TO_LOOK)
        examples, inputs = playground.everything.x.shape
        view = View(
            min(look.example, examples - 1), min(look.across, inputs - 1), min(look.up, inputs - 1)
        )
        return frame_of(playground, snapshot, view)

    def _change(self, change: Change) -> Changed:
        playground = self._playground
        source = "bias" if change.source is None else change.source
        place = place_of(playground.symbols, None, change.layer, source, change.unit)
        index = index_of(playground.network.architecture, place)

        watched = playground.watched(playground.learning)
        targets = Targets(watched.targets, playground.network.classes)

        def do(training: StepByStep) -> tuple[float, float]:
            before = training.net.evaluate(watched.x, targets)
            training.change(index, change.value)
            return before, training.net.evaluate(watched.x, targets)

        before, after = self._player.change(do)
        return Changed(number_text(before), number_text(after))

    def _hover(self, hover: Hover) -> Page:
        playground = self._playground
        symbols, x = playground.symbols, playground.everything.x
        place = unit_place_of(symbols, None, hover.layer, hover.unit)
        example = whole_number("example", hover.example, 0, len(x) - 1)
        forward = take_forward(
            playground.network.program(), self._player.snapshot.parameters, x[example : example + 1]
        )
        equations = ForwardEquations(forward, symbols, 4)
        blocks = (
            equations.net_input(place.layer, place.unit),
            *equations.outputs(place.layer, place.unit),
        )
        name = symbols.unit_name(place.layer, place.unit)
        return Page(name, document_html(Document(name, (Section("", blocks),))))

    def _explain(self, wanted: Explain) -> Page:
        recorded = self._player.ask(lambda training: training.recorded(wanted.step))
        most = len(self._playground.everything) - 1
        example = whole_number("example", wanted.example, 0, most)
        if wanted.why:
            return _page(self._why(recorded, example), full=wanted.full)
        explanation = self._explanation(recorded, example)
        if wanted.weight:
            explanation = explanation.weight(wanted.weight)
        elif wanted.layer:
            explanation = explanation.unit(layer=wanted.layer, unit=wanted.unit)
        return _page(explanation, full=wanted.full)

    def _why(self, recorded: RecordedStep, example: int) -> Explanation:
        """What makes the prediction of an example."""
        examples, classes = self._playground.everything, self._playground.network.classes
        net = self._as_before(recorded)
        targets = examples.targets[example]
        target = targets if classes is None else net.task.labels(targets[np.newaxis], classes)[0]
        return why(net, examples.x[example], target)

    def _as_before(self, recorded: RecordedStep) -> Network:
        """The network as it was before a step."""
        net = copy(self._playground.network)
        net.parameters = recorded.parameters
        return net

    def _explanation(self, recorded: RecordedStep, example: int) -> Explanation:
        """The step, with the example in full; the example alone, where it is not in the batch."""
        places = np.flatnonzero(recorded.examples == example)
        if len(places):
            return explain(recorded, example=int(places[0]))
        net, examples = self._as_before(recorded), self._playground.everything
        return explain(net, examples.x[example], examples.targets[example])


def _page(explanation: Explanation, *, full: bool) -> Page:
    document = (explanation.full() if full else explanation).document
    return Page(document.title, document_html(document))


def _set_rate(training: StepByStep, rate: float) -> None:
    training.learning_rate = rate


def _axes(x: Array) -> tuple[int, int]:
    """The two inputs that vary most."""
    first, *others = np.sort(np.argsort(-x.var(axis=0), kind="stable")[:2]).tolist()
    return first, others[0] if others else first


def _drawn(examples: Examples | None) -> NDArray[np.int64]:
    """Which examples are drawn as points: all of a few, some of many."""
    count = 0 if examples is None else len(examples)
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.int64))


def _built(playground: Playground, table: OwnTable | None, model: OwnModel | None) -> Built:
    network, problem = playground.network, playground.problem
    architecture, symbols = network.architecture, playground.symbols
    layers = [
        LayerBuilt(
            architecture.units[layer],
            [symbols.unit_name(layer, unit) for unit in drawn],
            architecture.layers[layer - 1].activation.name if layer else "",
        )
        for layer, drawn in enumerate(playground.drawn)
    ]
    learning, held_out = playground.learning, playground.held_out
    points, test_points = _drawn(learning), _drawn(held_out)
    classes = [] if network.classes is None else [label_text(label) for label in network.classes]
    return Built(
        setup=playground.setup,
        layers=layers,
        features=list(problem.features),
        classes=classes or list(problem.labels),
        axes=_axes(learning.x),
        model="" if model is None else model.name,
        table="" if table is None else table.name,
        columns=[] if table is None else list(table.columns),
        target="" if table is None else playground.setup.target or table.first_target,
        examples=len(learning),
        test_examples=0 if held_out is None else len(held_out),
        points=points.tolist(),
        test_points=(test_points + len(learning)).tolist(),
        task=network.task.value,
        loss=network.loss.name,
        x=learning.x[points].tolist(),
        y=learning.targets[points].tolist(),
        test_x=[] if held_out is None else held_out.x[test_points].tolist(),
        test_y=[] if held_out is None else held_out.targets[test_points].tolist(),
        steps_in_epoch=playground.training.steps_in_epoch,
        parameters=len(network.parameters),
    )
