"""Dropout: in training, random outputs are set to 0."""

from collections.abc import Sequence
from dataclasses import dataclass

from glassnet.core.validation import real_number

__all__ = ["Dropout"]


@dataclass(frozen=True)
class Dropout:
    """Sets each output to 0 with a given probability, and divides the others by 1 − rate.

    Srivastava et al. 2014, "Dropout". In training only; a prediction uses all outputs.

    Parameters
    ----------
    rate : float or sequence of float
        From 0 to below 1: one rate for all hidden layers, or one for each.
    inputs : float
        The rate of the inputs.

    Examples
    --------
    >>> Dropout(0.5, inputs=0.1).rates(hidden=2)
    [0.1, 0.5, 0.5]
    """

    rate: float | Sequence[float]
    inputs: float = 0.0

    def __post_init__(self) -> None:
        given = self.rate if isinstance(self.rate, Sequence) else [self.rate]
        for rate in [*given, self.inputs]:
            real_number("a dropout rate", rate, 0, 1, include_maximum=False)

    def rates(self, hidden: int) -> list[float]:
        """Return the rate of the inputs and that of each hidden layer.

        Raises
        ------
        ValueError
            If the number of rates differs from the number of hidden layers.
        """
        of_hidden = (
            list(self.rate) if isinstance(self.rate, Sequence) else [float(self.rate)] * hidden
        )
        if len(of_hidden) != hidden:
            raise ValueError(
                f"dropout has {len(of_hidden)} rates; the network has {hidden} hidden layers"
            )
        return [self.inputs, *of_hidden]
