"""All costs by name, and which one follows an output activation."""

from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.binary_crossentropy import BinaryCrossentropy, SummedBinaryCrossentropy
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Cost
from glassnet.nn.losses.mean_absolute_error import MeanAbsoluteError
from glassnet.nn.losses.mean_squared_error import HalfSquaredError, MeanSquaredError
from glassnet.nn.losses.pinball import Pinball
from glassnet.nn.losses.poisson import Poisson, SummedPoisson
from glassnet.nn.named import named, require_own_name

__all__ = ["COSTS", "cost_named", "default_cost"]

COSTS: dict[str, Cost] = {
    cost.name: cost
    for cost in (
        CategoricalCrossentropy(),
        BinaryCrossentropy(),
        MeanSquaredError(),
        MeanAbsoluteError(),
        Huber(),
        Poisson(),
        Pinball(),
        HalfSquaredError(),
        SummedBinaryCrossentropy(),
        SummedPoisson(),
    )
}


def cost_named(cost: str | Cost, parameter: float | None = None) -> Cost:
    """Return the cost of that name; a Cost is returned unchanged.

    Parameters
    ----------
    cost : str or Cost
    parameter : float, optional
        The number of a cost that has one: ``label_smoothing``, ``threshold``, ``quantile``.

    Raises
    ------
    ValueError
        If there is no cost of that name, or one of your own bears that of a built-in one.
    """
    if isinstance(cost, Cost):
        return require_own_name(COSTS, cost)
    return named(Cost, COSTS, cost, parameter)  # type: ignore[type-abstract]  # never called


def default_cost(activation: Activation) -> Cost:
    """Return the cost that follows an output activation unless another is given.

    Examples
    --------
    >>> from glassnet.nn.activations.registry import activation_named
    >>> default_cost(activation_named("softmax"))
    CategoricalCrossentropy(0)
    """
    return cost_named(activation.default_cost)
