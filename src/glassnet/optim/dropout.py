"""Dropout: in training, outputs are left out at random."""

from collections.abc import Sequence
from dataclasses import dataclass

from glassnet.core.validation import real_number

__all__ = ["Dropout"]


@dataclass(frozen=True)
class Dropout:
    """Sets outputs to 0 with some probability; those that stay are divided by 1 − rate.

    Srivastava et al. 2014, "Dropout". Only in training: a prediction uses all outputs.

    Parameters
    ----------
    rate : float or sequence of float
        From 0 to below 1: of every hidden layer, or of each.
    inputs : float
        The same for the inputs.

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
            real_number("a rate of dropout", rate, 0, 1, most_too=False)

    def rates(self, hidden: int) -> list[float]:
        """Return the rate of the inputs and of each of so many hidden layers.

        Raises
        ------
        ValueError
            If there are not as many rates.
        """
        of_hidden = (
            list(self.rate) if isinstance(self.rate, Sequence) else [float(self.rate)] * hidden
        )
        if len(of_hidden) != hidden:
            raise ValueError(
                f"dropout has {len(of_hidden)} rates; the network has {hidden} hidden layers"
            )
        return [self.inputs, *of_hidden]
