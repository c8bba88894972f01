"""What is set up on the page: the problem, the network, how it learns."""

from typing import Annotated, TypeAlias

import msgspec

from glassnet.optim.penalties import L1, L2, Penalty

__all__ = ["HiddenLayer", "Setup"]

#: So many units of a layer, and layers, at most.
MOST_UNITS, MOST_LAYERS = 512, 8

#: So many points are set by hand at most.
MOST_POINTS = 500

Place: TypeAlias = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Point: TypeAlias = tuple[Place, Place, Annotated[int, msgspec.Meta(ge=0, le=9)]]
Part: TypeAlias = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Strength: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What goes between page and server."""


class HiddenLayer(Record, frozen=True):
    """A hidden layer."""

    units: Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS)]
    activation: str = "tanh"


class Setup(Record, frozen=True, kw_only=True):
    """Everything from which the network of the page follows, bit for bit.

    Attributes
    ----------
    problem : str
        One of ``PROBLEMS``, or ``"own points"``, ``"own formula"``, ``"own table"``,
        ``"own model"``.
    points : tuple of (x1, x2, class)
        Those that were set by hand.
    formula : str
        What is to learn of x1 and x2: numbers, or a comparison that is true or not.
    target : str
        The column of the own table to predict; the last one if empty.
    hidden : tuple of HiddenLayer
    output, loss : str
        Empty for those that follow from the problem.
    seed : int
        Of the points, the initial weights and the order of examples.
    optimizer : str
    learning_rate : float
    batch_size : int
    l1, l2 : float
        Strengths of the penalties.
    dropout : float
    """

    problem: str = "xor"
    points: Annotated[tuple[Point, ...], msgspec.Meta(max_length=MOST_POINTS)] = ()
    formula: str = "sin(3*x1) > 2*x2"
    target: str = ""
    hidden: Annotated[tuple[HiddenLayer, ...], msgspec.Meta(max_length=MOST_LAYERS)] = (
        HiddenLayer(2),
    )
    output: str = ""
    loss: str = ""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] = 7
    optimizer: str = "sgd"
    learning_rate: Annotated[float, msgspec.Meta(gt=0, le=1e6)] = 0.5
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 4
    l1: Strength = 0.0
    l2: Strength = 0.0
    dropout: Part = 0.0

    @property
    def penalties(self) -> tuple[Penalty, ...]:
        """Those that act."""
        return tuple(
            penalty(strength) for penalty, strength in ((L1, self.l1), (L2, self.l2)) if strength
        )
