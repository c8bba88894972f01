"""The letters of a page: in and y, or z and a, or one's own."""

from dataclasses import dataclass

from glassnet.core.validation import one_of

__all__ = ["NOTATIONS", "Notation", "notation_named"]


@dataclass(frozen=True)
class Notation:
    """The letters of the quantities on a page. Nothing else on it depends on them.

    Parameters
    ----------
    input, net_input, output, prediction, target : str
        x; the net input of a unit, its output, an output of the network, and what it should be.
    weight, bias, delta, loss, learning_rate : str
    to_first : bool
        Whether a weight's index names the unit that it leads to first, as in W[to,from]; otherwise
        the unit that it comes from.

    Examples
    --------
    >>> Notation(net_input="a", output="z").delta
    'δ'
    """

    input: str = "x"
    net_input: str = "in"
    output: str = "y"
    prediction: str = "p"
    target: str = "t"
    weight: str = "w"
    bias: str = "b"
    delta: str = "δ"
    loss: str = "E"
    learning_rate: str = "α"
    to_first: bool = False

    def __post_init__(self) -> None:
        letters = [getattr(self, name) for name in self.__dataclass_fields__ if name != "to_first"]
        for letter in letters:
            if not isinstance(letter, str) or not letter or any(mark in letter for mark in " [],"):
                raise ValueError(f"a letter of a notation is a text such as 'z', not {letter!r}")
        if len(set(letters)) < len(letters):
            raise ValueError(f"each letter of a notation has one meaning; given {letters}")


NOTATIONS = {
    "in-y": Notation(),
    "z-a": Notation(net_input="z", output="a", weight="W", learning_rate="η", to_first=True),
}


def notation_named(notation: str | Notation) -> Notation:
    """Return a notation, given it or its name.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> notation_named("z-a").net_input
    'z'
    """
    if isinstance(notation, Notation):
        return notation
    return NOTATIONS[one_of("notation", notation, tuple(NOTATIONS))]
