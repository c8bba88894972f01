"""The loss of a network from another library, which may be one that Glassnet does not know."""

from dataclasses import dataclass
from typing import overload

from glassnet.core.record import records
from glassnet.errors import LimitError
from glassnet.nn.losses.loss import Loss

__all__ = ["LossAttribute", "UnknownLoss"]


@dataclass(frozen=True)
class UnknownLoss:
    """In place of a loss that Glassnet does not know.

    Attributes
    ----------
    reason : str
        Which one, and why not, as a sentence without its stop.
    """

    reason: str


class LossAttribute:
    """The attribute ``loss``; reading it raises LimitError while the loss is unknown."""

    @overload
    def __get__(self, net: None, owner: object = None) -> "LossAttribute": ...
    @overload
    def __get__(self, net: object, owner: object = None) -> Loss: ...
    def __get__(self, net: object | None, owner: object = None) -> "Loss | LossAttribute":
        if net is None:
            return self
        loss = vars(net)["loss"]
        if isinstance(loss, UnknownLoss):
            raise LimitError(
                f"the loss of this network is not known: {loss.reason}. Give loss= (--loss), one "
                f"of {', '.join(records(Loss))}"
            )
        known: Loss = loss
        return known

    def __set__(self, net: object, loss: Loss | UnknownLoss) -> None:
        vars(net)["loss"] = loss

    @staticmethod
    def is_unknown(net: object) -> bool:
        """Return whether the network's loss is one that Glassnet does not know."""
        return isinstance(vars(net)["loss"], UnknownLoss)
