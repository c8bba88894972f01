"""A playground: a problem, a network that learns it step by step, and what is set up."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.splits import split_rows
from glassnet.arrays.targets import Targets, checked_targets
from glassnet.core.array import Array
from glassnet.explanation.symbols import Symbols
from glassnet.network import Network
from glassnet.nn.layers import Dense
from glassnet.nn.unit_name import class_names_of
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.registry import optimizer_named
from glassnet.page.own_model import OwnModel
from glassnet.page.own_table import OwnTable
from glassnet.page.problems import Problem, of_formula, of_points, problem_named
from glassnet.page.setup import Setup
from glassnet.step_by_step import StepByStep

__all__ = ["Examples", "Playground"]

#: So many units of each layer are drawn at most.
MOST_DRAWN = 12
#: The loss is watched over as many examples as take so many multiply-adds.
WATCHED_MULTIPLY_ADDS = 100_000_000
#: A training of fewer multiply-adds a step is not worth a second thread.
SMALL_STEP = 10_000_000


@dataclass(frozen=True)
class Examples:
    """Inputs and targets as the network takes them, and where they stand among all examples."""

    x: Array
    targets: Array
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.x)


class Playground:
    """What the page plays with; it follows from its setup, bit for bit.

    Attributes
    ----------
    setup : Setup
    table : OwnTable, optional
        What the setup calls the own table.
    model : OwnModel, optional
        What it calls the own model, whose network goes on from its weights.
    problem : Problem
    network : Network
        Learns; belongs to whoever trains.
    training : StepByStep
    learning, held_out : Examples
        Those to learn from, and those for the test.

    Raises
    ------
    ValueError, LimitError
        If the setup does not fit together.
    """

    def __init__(
        self, setup: Setup, table: OwnTable | None = None, model: OwnModel | None = None
    ) -> None:
        self.setup = setup
        if setup.problem == "own model":
            if model is None:
                raise ValueError("there is no model; open one with: glassnet page MODEL TABLE")
            self.problem, self.network, targets = model.problem, model.network(), model.targets
        else:
            self.problem = _problem(setup, table)
            self.network = _network(setup, self.problem)
            targets = _targets(self.problem, self.network)
        self.learning, self.held_out = _examples(setup, self.problem, self.network, targets)
        optimizer = optimizer_named(setup.optimizer, setup.learning_rate)
        if isinstance(optimizer, LBFGS):
            raise ValueError(
                "L-BFGS takes no steps that could be watched; choose another optimizer"
            )
        self.training = StepByStep(
            self.network,
            self.learning.x,
            Targets(self.learning.targets, targets.classes),
            loss=setup.loss or None,
            optimizer=optimizer,
            batch_size=setup.batch_size,
            penalties=setup.penalties,
            dropout=setup.dropout or None,
            threads=1 if 3 * setup.batch_size * len(self.network.parameters) < SMALL_STEP else None,
        )
        self.network.feature_names = list(self.problem.features)

    def watched(self, examples: Examples) -> Examples:
        """Return the examples whose loss is watched: all, or so many as take a few milliseconds."""
        most = max(WATCHED_MULTIPLY_ADDS // len(self.network.parameters), 100)
        if len(examples) <= most:
            return examples
        some = np.linspace(0, len(examples) - 1, most).astype(np.int64)
        return Examples(examples.x[some], examples.targets[some], examples.rows[some])

    @cached_property
    def everything(self) -> Examples:
        """All examples: those to learn from, then those of the test."""
        learning, held_out = self.learning, self.held_out
        if held_out is None:
            return learning
        return Examples(
            np.concatenate([learning.x, held_out.x]),
            np.concatenate([learning.targets, held_out.targets]),
            np.concatenate([learning.rows, held_out.rows]),
        )

    @cached_property
    def drawn(self) -> list[range]:
        """The units of each layer, the inputs first, that are drawn."""
        return [range(min(units, MOST_DRAWN)) for units in self.network.architecture.units]

    @cached_property
    def symbols(self) -> Symbols:
        """The names of units and weights."""
        architecture = self.network.architecture
        labels = tuple(self.problem.labels)
        classes = class_names_of(self.network.classes, architecture.outputs) or labels or None
        return Symbols(architecture, tuple(self.problem.features), classes)


def _problem(setup: Setup, table: OwnTable | None) -> Problem:
    match setup.problem:
        case "own points":
            return of_points(setup.points)
        case "own formula":
            return of_formula(setup.formula, setup.seed)
        case "own table":
            if table is None:
                raise ValueError("there is no table yet; drop one on the page")
            return table.problem(setup.target, setup.seed)
    return problem_named(setup.problem, setup.seed)


def _network(setup: Setup, problem: Problem) -> Network:
    outputs, output = _output(setup, problem)
    hidden = [Dense(layer.units, layer.activation) for layer in setup.hidden]
    layers = [problem.x.shape[1], *hidden, Dense(outputs, output)]
    return Network(layers, seed=setup.seed)


def _output(setup: Setup, problem: Problem) -> tuple[int, str]:
    """How many outputs there are, with which activation."""
    if problem.task == "multilabel":
        return problem.y.shape[1], setup.output or "sigmoid"
    if problem.task == "regression":
        return problem.y.shape[1], setup.output or "identity"
    classes = len(np.unique(problem.y))
    output = setup.output or "softmax"
    if output == "sigmoid" and classes == 2:
        return 1, output
    if output == "softmax":
        return classes, output
    raise ValueError(
        f"{classes} classes need an output layer of softmax"
        f"{' or sigmoid' if classes == 2 else ''}, not {output!r}"
    )


def _targets(problem: Problem, network: Network) -> Targets:
    outputs = network.architecture.outputs
    return checked_targets(problem.y, network.task, outputs, network.dtype)


def _examples(
    setup: Setup, problem: Problem, network: Network, targets: Targets
) -> tuple[Examples, Examples | None]:
    """Examples to learn from, and those for the test."""
    task, x = network.task, np.ascontiguousarray(problem.x, network.dtype)
    numbers = np.arange(len(x)) if problem.rows is None else problem.rows
    if not problem.held_out:
        return Examples(x, targets.values, numbers), None
    groups = task.places(targets.values) if task.is_classification else None
    split = problem.split or split_rows(len(x), problem.held_out, setup.seed, groups)
    learning, held_out = (Examples(x[rows], targets.values[rows], numbers[rows]) for rows in split)
    return learning, held_out
