"""Temperature scaling: probabilities that mean what they say (Guo et al. 2017, section 4.2)."""

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.network import Network

__all__ = ["calibrate"]

# Temperatures outside are not looked for: a few validation rows that are all right ask for 0.
COLDEST, HOTTEST = 0.2, 20.0


def calibrate(network: Network, x: Array, y: ArrayLike | Targets) -> float:
    """Divide the logits of a network by the temperature that suits some held-out examples best.

    The last layer's weights and biases are divided, which does the same, so that the network stays
    a network and each probability can be explained as before. Which class is the most probable does
    not change.

    Parameters
    ----------
    network : Network
        Ends in softmax.
    x : array of shape (examples, inputs)
    y : array-like or Targets
        Their labels.

    Returns
    -------
    float
        The temperature of the lowest log loss; above 1 the network was too certain.
    """
    from scipy.optimize import minimize_scalar

    last = network.architecture.places[-1].parameters
    trained = network.parameters[last].copy()

    def log_loss(log_temperature: float) -> float:
        network.parameters[last] = trained / np.exp(log_temperature)
        return network.evaluate(x, y, loss="categorical_crossentropy")

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    found = minimize_scalar(log_loss, bounds=bounds, method="bounded")
    log_temperature = found.x if found.fun < log_loss(0.0) else 0.0
    network.parameters[last] = trained / np.exp(log_temperature)
    return float(np.exp(log_temperature))
