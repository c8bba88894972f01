"""Calibration of probabilities by temperature scaling (Guo et al. 2017, section 4.2)."""

from numpy.typing import ArrayLike

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.elementary import exp, log
from glassnet.network import Network

__all__ = ["calibrate"]

# Bounds of the search: if all of a few validation rows are predicted correctly, the optimum is 0.
COLDEST, HOTTEST = 0.2, 20.0


def calibrate(network: Network, x: Array, y: ArrayLike | Targets) -> float:
    """Divide the logits of a network by the temperature with the lowest log loss.

    This divides the last layer's weights and biases in place, which is equivalent, so that the
    network stays a network and its probabilities can still be explained. The predicted classes do
    not change.

    Parameters
    ----------
    network : Network
        A network with a softmax output.
    x : array of shape (examples, inputs)
        Validation examples.
    y : array-like or Targets
        Their labels.

    Returns
    -------
    float
        The temperature; above 1 if the network was overconfident.
    """
    from scipy.optimize import minimize_scalar

    last = network.architecture.places[-1].parameters
    trained = network.parameters[last].copy()

    def log_loss(log_temperature: float) -> float:
        network.parameters[last] = trained / exp(log_temperature)
        return network.evaluate(x, y, loss="categorical_crossentropy")

    bounds = (log(COLDEST), log(HOTTEST))
    found = minimize_scalar(log_loss, bounds=bounds, method="bounded")
    log_temperature = found.x if found.fun < log_loss(0.0) else 0.0
    network.parameters[last] = trained / exp(log_temperature)
    return float(exp(log_temperature))
