"""Which inputs and which units make a score, the difference of two logits for example.

Everything here is in float64, in a forward and a backward pass of its own, written to be read
beside the equations.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.nn.architecture import Architecture

__all__ = [
    "Attribution",
    "Score",
    "gradient_times_input",
    "integrated_gradients",
    "kinks_on_path",
]

#: What an interval may add to the error, relative to what the inputs do altogether.
TOLERANCE = 1e-11
#: Two points of a path that are so close are one.
APART = 1e-12
#: So often are kinks looked for between those found; in a network of straight pieces each round
#: settles another layer. Those that are left are found by halving.
MAX_ROUNDS, MAX_POINTS = 200, 200_000
#: So many numbers of a layer are held at once.
HELD = 2**21

#: Places from −1 to 1, and their weights.
TWO, EIGHT, TWELVE = (np.polynomial.legendre.leggauss(order) for order in (2, 8, 12))


@dataclass(frozen=True)
class Score:
    """F(x) = Σ c_k in(L)_k: net inputs of the output layer, multiplied by coefficients and summed.

    Attributes
    ----------
    architecture : Architecture
    parameters : array of shape (parameters,)
    coefficients : array of shape (outputs,)
        c: 1 and −1, for the difference of two logits.

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> architecture = Architecture.of(2, [Dense(2, "softmax", bias=False)])
    >>> score = Score(architecture, np.array([1.0, 2.0, 3.0, 5.0]), np.array([-1.0, 1.0]))
    >>> score.values(np.array([[1.0, 1.0]])).tolist()  # (2 + 5) − (1 + 3)
    [3.0]
    """

    architecture: Architecture
    parameters: Array
    coefficients: NDArray[np.float64]

    @cached_property
    def _weights(self) -> list[Array]:
        """W of each layer, with its multiplier."""
        weights = self.architecture.weights(self.parameters.astype(np.float64))
        places = self.architecture.places
        return [w * place.multiplier for w, place in zip(weights, places, strict=True)]

    @cached_property
    def _biases(self) -> list[Array | None]:
        return self.architecture.biases(self.parameters.astype(np.float64))

    def net_inputs(self, x: Array) -> list[Array]:
        """Return in(1) ... in(L) of some examples, (examples, units) each."""
        y, net_inputs = x, []
        for w, b, layer in zip(self._weights, self._biases, self.architecture.layers, strict=True):
            net_input = y * w if w.ndim == 1 else y @ w
            net_inputs.append(net_input if b is None else net_input + b)
            y = layer.activation.value(net_inputs[-1])
        return net_inputs

    def values(self, x: Array) -> Array:
        """Return F of some examples, (examples,)."""
        values: Array = self.net_inputs(x)[-1] @ self.coefficients
        return values

    def gradients(self, x: Array) -> Array:
        """Return ∂F/∂x of some examples, (examples, inputs)."""
        net_inputs = self.net_inputs(x)
        d_net_input = np.broadcast_to(self.coefficients, net_inputs[-1].shape)
        for number in range(len(net_inputs) - 1, -1, -1):
            w = self._weights[number]
            d_y: Array = d_net_input * w if w.ndim == 1 else d_net_input @ w.T
            if number:
                activation = self.architecture.layers[number - 1].activation
                d_net_input = activation.backward(net_inputs[number - 1], d_y)
        return d_y

    def contributions(self, x: Array) -> tuple[Array, float]:
        """Return what each unit before the output layer adds to F, and what its biases add.

        A unit adds y_j Σ c_k w_jk; all of it sums to F.

        Parameters
        ----------
        x : array of shape (inputs,)
        """
        y, layers = x, self.architecture.layers
        if len(layers) > 1:
            y = layers[-2].activation.value(self.net_inputs(x[None, :])[-2])[0]
        w, b = self._weights[-1], self._biases[-1]
        own: Array = y * (w * self.coefficients if w.ndim == 1 else w @ self.coefficients)
        return own, 0.0 if b is None else float(b @ self.coefficients)


@dataclass(frozen=True)
class Attribution:
    """What each input and each unit before the output layer adds to a score.

    Attributes
    ----------
    score : Score
    x, baseline : array of shape (inputs,)
    integrated_gradients, gradient_times_input : array of shape (inputs,)
        The first sum to the score less that of the baseline.
    units : array of shape (units,)
        Of the last hidden layer, or the inputs if there is none; with the biases they sum to the
        score.
    biases : float
    value, baseline_value : float
        The score.
    """

    score: Score
    x: Array
    baseline: Array
    integrated_gradients: Array
    gradient_times_input: Array
    units: Array
    biases: float
    value: float
    baseline_value: float

    @classmethod
    def of(cls, score: Score, x: Array, baseline: Array) -> "Attribution":
        """Return what the inputs and units of an example add to a score."""
        units, biases = score.contributions(x)
        value, at_baseline = score.values(np.stack([x, baseline])).tolist()
        integrated = integrated_gradients(score, x, baseline)
        product = gradient_times_input(score, x)
        return cls(score, x, baseline, integrated, product, units, biases, value, at_baseline)

    @property
    def missing(self) -> float:
        """By how much the integrated gradients miss their sum, relative to the larger of the two.

        The two are their sum and what they should sum to; 0 where both are 0.
        """
        total, expected = float(self.integrated_gradients.sum()), self.value - self.baseline_value
        largest = max(abs(total), abs(expected))
        return abs(total - expected) / largest if largest else 0.0


def gradient_times_input(score: Score, x: Array) -> Array:
    """Return x_i ∂F/∂x_i, (inputs,): what each input would add if F were straight."""
    product: Array = x * score.gradients(x[None, :])[0]
    return product


def integrated_gradients(score: Score, x: Array, baseline: Array) -> Array:
    """Return (x_i − x′_i) ∫ ∂F/∂x_i over the straight path from a baseline x′ to x, (inputs,).

    They sum to F(x) − F(x′) (completeness). Sundararajan, Taly and Yan 2017, "Axiomatic attribution
    for deep networks", equation 1. The path is cut at the kinks of the network, between which the
    slope of a network of straight pieces is constant, so that its integral is exact; elsewhere
    Gauss-Legendre quadrature halves each piece until two orders agree.

    Parameters
    ----------
    score : Score
    x, baseline : array of shape (inputs,)

    Examples
    --------
    >>> from glassnet.nn.layers import Dense
    >>> architecture = Architecture.of(2, [Dense(1, "relu"), Dense(1, "identity", bias=False)])
    >>> score = Score(architecture, np.array([1.0, 3.0, -1.0, 2.0]), np.array([1.0]))
    >>> integrated_gradients(score, np.array([1.0, 1.0]), np.zeros(2)).tolist()
    [1.5, 4.5]
    """
    path = _Path(score, baseline, x - baseline)
    points, mean = kinks_on_path(score, x, baseline), np.zeros(len(x))
    at_once = max(HELD // (12 * max(score.architecture.units)), 1)
    pending = list(zip(points[:-1].tolist(), np.diff(points).tolist(), strict=True))
    looked_at = 0
    while pending:
        left, width = np.array(pending[-at_once:]).T
        del pending[-at_once:]
        looked_at += len(left)
        integrals, settled = path.integrals(left, width)
        if looked_at > MAX_POINTS:
            settled[:] = True
        mean += integrals[settled].sum(axis=0)
        left, half = left[~settled], width[~settled] / 2
        pending += zip(left.tolist(), half.tolist(), strict=True)
        pending += zip((left + half).tolist(), half.tolist(), strict=True)
    attributions: Array = path.direction * mean
    return attributions


@dataclass(frozen=True)
class _Path:
    """The straight path from a baseline, and how ∂F/∂x is integrated over intervals of it."""

    score: Score
    baseline: Array
    direction: Array

    @cached_property
    def tolerance(self) -> float:
        """What an interval may add to the error; below it, all is rounding."""
        points = np.linspace(0.05, 0.95, 5)
        own, bias = self.score.contributions(self.baseline + self.direction)
        rounding = float(np.abs(own).sum()) + abs(bias)
        slopes = self.slopes(np.zeros(1), np.ones(1), 2 * points - 1)
        return TOLERANCE * (rounding + float(self.size(slopes).mean()))

    def values(self, points: Array) -> Array:
        """Return F at points of the path, from 0 to 1."""
        return self.score.values(self.baseline + points[:, None] * self.direction)

    def slopes(self, left: Array, width: Array, places: Array) -> Array:
        """Return ∂F/∂x at places, from −1 to 1, in intervals: (intervals, places, inputs)."""
        at = left[:, None] + width[:, None] * (places + 1) / 2
        rows = self.baseline + at.reshape(-1, 1) * self.direction
        return self.score.gradients(rows).reshape(len(left), len(places), -1)

    def size(self, slopes: Array) -> Array:
        """Return what slopes do altogether, one way or the other."""
        size: Array = np.abs(slopes * self.direction).sum(axis=-1)
        return size

    def integrals(self, left: Array, width: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return the integrals of ∂F/∂x, (intervals, inputs), and which are near enough.

        They are near enough if two orders agree, and F at the ends of the interval differs by
        their sum: a kink close to an end lies between the places of both orders.
        """
        two = self.slopes(left, width, TWO[0])
        integrals = two.mean(axis=1) * width[:, None]
        error = self.size(two[:, 1] - two[:, 0]) * width
        bent = error > self.tolerance
        if bent.any():
            eight, twelve = (
                np.einsum("ipx,p->ix", self.slopes(left[bent], width[bent], places), weights / 2)
                for places, weights in (EIGHT, TWELVE)
            )
            integrals[bent] = twelve * width[bent, None]
            error[bent] = self.size(twelve - eight) * width[bent]
        missing = integrals @ self.direction - (self.values(left + width) - self.values(left))
        error = np.maximum(error, np.abs(missing))
        # What is no number is not so by halves either.
        return integrals, ~(error > self.tolerance) | (width < APART)


def kinks_on_path(score: Score, x: Array, baseline: Array) -> Array:
    """Return where the straight path from a baseline to x meets kinks; 0 and 1 are the ends.

    A kink is where the slope of an activation jumps. Between the kinks of the layers before it the
    net input of a unit of relu networks is a straight line, so that its own kinks are found by
    their ends; elsewhere they are approached by secants.
    """
    points = np.array([0.0, 1.0])
    if not any(layer.activation.kinks for layer in score.architecture.layers[:-1]):
        return points
    for _ in range(MAX_ROUNDS):
        found = _crossings(score, baseline, x - baseline, points)
        if not len(found) or len(points) > MAX_POINTS:
            break
        points = np.unique(np.concatenate([points, found]))
    return points


def _crossings(score: Score, baseline: Array, direction: Array, points: Array) -> Array:
    """Where units cross a kink between neighbouring points, of the first layer that does so."""
    found = [np.empty(0)]
    at_once = max(HELD // max(score.architecture.units), 2)
    for start in range(0, len(points) - 1, at_once):
        own = points[start : start + at_once + 1]
        net_inputs = score.net_inputs(baseline + own[:, None] * direction)
        straight = np.ones(len(own) - 1, dtype=np.bool_)
        for layer, net_input in zip(score.architecture.layers[:-1], net_inputs, strict=False):
            bent = np.zeros_like(straight)
            for kink in layer.activation.kinks:
                places, intervals = _of_layer(net_input - kink, own, straight)
                found.append(places)
                bent[intervals] = True
            straight &= ~bent
    return np.unique(np.concatenate(found))


def _of_layer(
    distance: Array, points: Array, straight: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.int64]]:
    """The places where distances from a kink change their sign, and in which intervals they do."""
    before, after = distance[:-1], distance[1:]
    intervals, units = np.nonzero((before * after < 0) & straight[:, None])
    ends = before[intervals, units], after[intervals, units]
    left, right = points[intervals], points[intervals + 1]
    places = left + (right - left) * ends[0] / (ends[0] - ends[1])
    new = (places - left > APART) & (right - places > APART)
    return places[new], intervals[new]
