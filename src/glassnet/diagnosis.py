"""Training problems in plain words, each with the numbers that show it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.core.random import example_order
from glassnet.engine import Trace
from glassnet.explanation.symbols import Symbols
from glassnet.network import Network
from glassnet.nn.layers import Layer
from glassnet.training.fit import checked_examples
from glassnet.training.history import History

__all__ = ["Diagnosis", "DiagnosisCallback", "Finding", "diagnose"]

# At most this many examples are examined: after training, and during training.
MAX_EXAMPLES, MAX_WATCHED = 1000, 250
# This share of a layer's units may be saturated without a finding, and dead while it learns.
TOLERATED = 0.25
# Who asks about a network is told of dead units from this many on, or from this share of a layer.
FEW, FEW_OF_LAYER = 2, 1 / 16
# A unit is saturated if its slope is below this fraction of the steepest slope ...
FLAT = 0.01
# ... for more than this share of the examples.
MOSTLY = 0.95
# The gradient has vanished if the first layer's is below this fraction of the last layer's, and
# exploded if it is above the inverse.
VANISHED = 1e-3
# Inputs are not scaled if a mean or standard deviation exceeds the first number, or if the
# standard deviations differ by more than the second, a factor.
FAR, WIDER = 20.0, 1000.0
# A loss is unsteady if it changes from epoch to epoch by more than this fraction of it ...
UNSTEADY = 0.2
# ... while the learning rate changes by at most this fraction. It has risen above this factor.
STEADY_RATE, ABOVE_START = 0.2, 1.1
# If the last layer contributes less than this to the logits, almost no gradient reaches the
# layers before it.
SILENT = 0.01
# A validation loss that rises by more than this factor indicates overfitting.
RISEN = 1.3
# The first diagnosis during training, in epochs; earlier ones would be premature.
FIRST_LOOK = 10
# How many times in a row a finding must occur before it is reported, if not twice: some classes
# are learned late.
LOOKS = {"class never predicted": 4}
# The steepest slopes of these activations.
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}


@dataclass(frozen=True)
class Finding:
    """A training problem.

    Attributes
    ----------
    kind : str
        ``"dead units"``, ``"saturated units"``, ``"vanishing gradients"``, ``"exploding
        gradients"``, ``"identical units"``, ``"inputs not scaled"``, ``"learning rate too high"``,
        ``"learning rate too low"``, ``"overfitting"`` or ``"class never predicted"``.
    words : str
        What was observed, with numbers.
    advice : str
        What to try.
    """

    kind: str
    words: str
    advice: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}; {self.advice}"


class Diagnosis(list[Finding]):
    """The findings about a network, which print as one sentence each.

    Examples
    --------
    >>> print(Diagnosis([Finding("overfitting", "it rises by 40 %", "stop earlier")]))
    Overfitting: it rises by 40 %. Advice: stop earlier.
    >>> print(Diagnosis())
    No training problem was found.
    """

    def __str__(self) -> str:
        lines = (f"{one.kind.capitalize()}: {one.words}. Advice: {one.advice}." for one in self)
        return "\n".join(lines) or "No training problem was found."

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the sentences in notebooks and in IPython."""
        printer.text(str(self))


def diagnose(
    network: Network, X: ArrayLike, y: ArrayLike | Targets, history: History | None = None
) -> Diagnosis:
    """Diagnose training problems of a network, whoever trained it.

    Parameters
    ----------
    network : Network
    X : array-like
    y : array-like or Targets
        Training examples; a seeded sample of up to 1000 is examined.
    history : History, optional
        Of its training, which shows whether the learning rate was good, and overfitting.

    Returns
    -------
    Diagnosis
        A list of findings, which prints as sentences; empty if nothing was found.

    Raises
    ------
    ValueError, TypeError
        If the examples do not match the network.

    Examples
    --------
    >>> net = Network([1, 2], output="softmax", seed=1)
    >>> X, y = [[0.0], [1.0], [1000.0], [2000.0]], [0, 0, 1, 1]
    >>> history = net.fit(X, y, epochs=3)
    >>> [finding.kind for finding in diagnose(net, X, y, history)][0]
    'inputs not scaled'
    """
    if history is not None and not isinstance(history, History):
        raise TypeError(f"the history must be what fit returned, not {history!r}")
    x, targets = _sample(network, X, y, MAX_EXAMPLES)
    return Diagnosis(_found(network, history, x, targets, names_few=True))


def _sample(
    network: Network, X: ArrayLike, y: ArrayLike | Targets, most: int
) -> tuple[Array, Array]:
    """Inputs and targets of a seeded sample."""
    x, targets = checked_examples(network, X, y)
    chosen = np.sort(example_order(0, 0, len(x))[:most])
    return x[chosen], targets.values[chosen]


def _found(
    network: Network, history: History | None, x: Array, targets: Array, *, names_few: bool = False
) -> list[Finding]:
    trace = network.program().trace(network.parameters, x, targets)
    return [
        *_inputs(x),
        *_units(network, trace, names_few=names_few),
        *_gradients(network, trace),
        *(_curves(history) if history else ()),
        *_classes(network, trace.predicted, targets),
    ]


class DiagnosisCallback:
    """A callback for ``Network.fit`` that diagnoses problems during training.

    It runs after 10, 15, 22 epochs and so on, each interval half as long again, and reports a
    problem once, when it occurs twice in a row (four times for a class that is never predicted), so
    that passing problems are not reported.

    Parameters
    ----------
    network : Network
        The network being trained.
    X, y : array-like
        Training examples; a seeded sample of up to 250 is examined.
    on_finding : callable, optional
        Called with each finding as text; by default findings go to standard error.
    restores_best : bool
        Whether the weights with the best validation result are restored after training, so that
        overfitting in later epochs does no harm and is not reported.

    Examples
    --------
    >>> net = Network([1, 2], output="softmax", seed=1)
    >>> X, y = [[0.0], [1.0], [1000.0], [2000.0]], [0, 0, 1, 1]
    >>> reported = []
    >>> _ = net.fit(X, y, epochs=15, callbacks=DiagnosisCallback(net, X, y, reported.append))
    >>> reported[0][:34]
    'after 15 epochs: inputs not scaled'
    """

    def __init__(
        self,
        network: Network,
        X: ArrayLike,
        y: ArrayLike | Targets,
        on_finding: Callable[[str], object] | None = None,
        *,
        restores_best: bool = False,
    ) -> None:
        self._network, self._x, self._y = network, X, y
        self._sample: tuple[Array, Array] | None = None
        self._on_finding = on_finding or (lambda words: sys.stderr.write(f"{words}\n"))
        self._harmless = {"overfitting"} if restores_best else set()
        self._begin()

    def _begin(self) -> None:
        self._next, self._reported = FIRST_LOOK, set[str]()
        self._in_a_row: dict[str, int] = {}

    def state(self) -> dict[str, Any]:
        """Return what it has seen and said, as JSON values."""
        return {
            "next": self._next,
            "reported": sorted(self._reported),
            "in_a_row": self._in_a_row,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state` returned."""
        self._next, self._reported = int(state["next"]), set(state["reported"])
        self._in_a_row = dict(state["in_a_row"])

    def __call__(self, history: History) -> None:
        """Diagnose the network, if it is due."""
        if history.epochs == 1:  # a new training run
            self._begin()
        if history.epochs < self._next:
            return
        self._next = history.epochs * 3 // 2
        if self._sample is None:
            self._sample = _sample(self._network, self._x, self._y, MAX_WATCHED)
        found = _found(self._network, history, *self._sample)
        self._in_a_row = {
            finding.kind: self._in_a_row.get(finding.kind, 0) + 1
            for finding in found
            if finding.kind not in self._reported | self._harmless
        }
        for finding in found:
            if self._in_a_row.get(finding.kind, 0) >= LOOKS.get(finding.kind, 2):
                self._reported.add(finding.kind)
                self._on_finding(f"after {history.epochs} epochs: {finding}")


def _inputs(x: Array) -> Iterator[Finding]:
    means, spreads = np.abs(x.mean(axis=0)), x.std(axis=0)
    varying = spreads > 1e-6 * (1 + means)  # less is rounding
    if not varying.any():
        return
    farthest, widest = float(means[varying].max()), float(spreads.max())
    narrowest = float(spreads[varying].min())
    if max(farthest, widest) > FAR or (widest > 1 and widest > WIDER * narrowest):
        yield Finding(
            "inputs not scaled",
            f"means up to {farthest:.3g}, standard deviations from {narrowest:.3g} to {widest:.3g}",
            "standardise each input: subtract its mean and divide by its standard deviation",
        )


def _units(network: Network, trace: Trace, *, names_few: bool) -> Iterator[Finding]:
    names = Symbols(network.architecture)
    layers = zip(network.architecture.layers[:-1], trace.net_inputs, trace.outputs, strict=False)
    for number, (layer, net_input, output) in enumerate(layers, start=1):
        slopes = layer.activation.backward(net_input, np.ones_like(net_input))
        if layer.activation.name in STEEPEST:
            yield from _saturated(layer, slopes, names, number)
        else:
            yield from _dead(layer, slopes, output, names, number, names_few=names_few)
        if layer.units > 1 and network.architecture.places[number - 1].from_units > 1:
            apart = np.abs(output - output[:, :1]).max()
            if apart <= 1e-6 * max(float(np.abs(output).max()), 1e-30) and np.any(output):
                yield Finding(
                    "identical units",
                    f"all {layer.units} units of layer {number} have the same output for every "
                    "example",
                    "use random initial weights, so that units can learn different things",
                )


def _dead(
    layer: Layer, slopes: Array, output: Array, names: Symbols, number: int, *, names_few: bool
) -> Iterator[Finding]:
    """Units whose slope is 0 for every example, so that no gradient reaches their weights."""
    dead = np.flatnonzero((slopes == 0).all(axis=0))
    few = len(dead) >= FEW or len(dead) > FEW_OF_LAYER * layer.units
    if not (few if names_few else len(dead) > TOLERATED * layer.units):
        return
    does = "output 0" if not output[:, dead].any() else "have the slope 0"
    yield Finding(
        "dead units",
        f"{len(dead)} of {layer.units} units of layer {number} {does} for every example "
        f"({_listed(names, number, dead)})",
        "they no longer learn; try a lower learning rate, He initialisation, or leaky_relu",
    )


def _saturated(layer: Layer, slopes: Array, names: Symbols, number: int) -> Iterator[Finding]:
    """Units of a sigmoid or tanh that are in a flat part for nearly every example."""
    name = layer.activation.name
    flat = (slopes < FLAT * STEEPEST[name]).mean(axis=0)
    saturated = np.flatnonzero(flat > MOSTLY)
    if len(saturated) > TOLERATED * layer.units:
        yield Finding(
            "saturated units",
            f"{len(saturated)} of {layer.units} units of layer {number} are in a flat part "
            f"of {name} for nearly every example ({_listed(names, number, saturated)})",
            "scale the inputs, or use smaller initial weights",
        )


def _gradients(network: Network, trace: Trace) -> Iterator[Finding]:
    architecture = network.architecture
    gradients = zip(architecture.weights(trace.gradient), architecture.places, strict=True)
    sizes = [  # by the weights as they act: a multiplier makes the gradient by its own smaller
        float(np.sqrt(np.square(gradient, dtype=np.float64).mean())) / place.multiplier
        for gradient, place in gradients
        if gradient.ndim == 2
    ]
    if len(sizes) < 2 or not sizes[-1] or _is_silent(network):
        return
    shown = ", ".join(f"{size:.2g}" for size in sizes)
    if sizes[0] < VANISHED * sizes[-1]:
        flat = any(layer.activation.name in STEEPEST for layer in architecture.layers[:-1])
        instead = "relu or a similar activation instead of sigmoid or tanh, or " if flat else ""
        yield Finding(
            "vanishing gradients",
            f"root mean square gradient by layer, from first to last: {shown}",
            f"try {instead}fewer layers",
        )
    if sizes[0] * VANISHED > sizes[-1] or max(sizes) > 1 / VANISHED:
        yield Finding(
            "exploding gradients",
            f"root mean square gradient by layer, from first to last: {shown}",
            "try clip_norm=1, smaller initial weights, or scaled targets",
        )


def _is_silent(network: Network) -> bool:
    """Whether the last layer's weights are still close to 0, where they may have started."""
    place = network.architecture.places[-1]
    weights = network.architecture.weights(network.parameters)[-1]
    size = float(np.sqrt(np.square(weights, dtype=np.float64).sum(axis=0)).max())
    return size * place.multiplier < SILENT


def _curves(history: History) -> Iterator[Finding]:
    losses = np.array(history.losses)
    if len(losses) < 5:
        return
    quarter = max(len(losses) // 4, 2)
    late = losses[-2 * quarter :]
    usual = float(np.median(late))
    changes = np.diff(late)[_steady(np.array(history.learning_rates[-2 * quarter :]))]
    # A loss that only falls, or only rises, does not oscillate.
    ups, downs = (np.maximum(sign * changes, 0).sum() for sign in (1, -1))
    wobble = 2 * float(min(ups, downs)) / max(len(changes), 1)
    wobbles = wobble > UNSTEADY * usual and usual > 0.05 * losses[0]
    if usual > ABOVE_START * losses[0] or wobbles:
        yield Finding(
            "learning rate too high",
            f"the training loss oscillates: in the second half its median is {usual:.3g}, and it "
            f"changes by about {wobble:.3g} from epoch to epoch",
            "divide the learning rate by 10",
        )
    elif losses[-1] > 0.9 * losses[0] and _still_as_fast(
        losses, np.array(history.learning_rates), quarter
    ):
        yield Finding(
            "learning rate too low",
            f"the training loss fell only from {losses[0]:.4g} to {losses[-1]:.4g}, and is still "
            "falling about as fast as at the start",
            "multiply the learning rate by 10",
        )
    if not history.restored:
        yield from _overfitting(losses, np.array(history.validation_losses))


def _steady(rates: Array) -> NDArray[np.bool_]:
    """Between which epochs the learning rate stays about the same."""
    steady: NDArray[np.bool_] = np.abs(np.diff(rates)) <= STEADY_RATE * np.maximum(
        rates[1:], rates[:-1]
    )
    return steady


def _still_as_fast(losses: Array, rates: Array, quarter: int) -> bool:
    """Whether the loss still falls at least half as fast, per learning rate, as at the start."""

    def speed(part: Array, learned: Array) -> float:
        return float((part[0] - part[-1]) / learned[1:].sum())

    falls = (np.diff(losses) < 0).mean() > 0.9
    if not falls or len(rates) != len(losses) or not rates.all():
        return False
    first, last = slice(0, quarter), slice(-quarter, None)
    return speed(losses[last], rates[last]) > 0.5 * speed(losses[first], rates[first])


def _overfitting(losses: Array, validation: Array) -> Iterator[Finding]:
    if len(validation) != len(losses):
        return
    best = int(validation.argmin())
    last = float(np.median(validation[-max(len(validation) // 10, 1) :]))
    if last > RISEN * validation[best] and losses[-1] < losses[best]:
        yield Finding(
            "overfitting",
            f"the validation loss was lowest after epoch {best + 1}, {validation[best]:.3g}, and "
            f"ended at {last:.3g}, while the training loss kept falling to {losses[-1]:.3g}",
            "use early stopping, or try more data, dropout, weight decay or a smaller network",
        )


def _classes(network: Network, predicted: Array, targets: Array) -> Iterator[Finding]:
    if not network.task.is_classification:
        return
    places, true = network.task.places(predicted), network.task.places(targets)
    for place in np.setdiff1d(true, places).tolist():
        name = place if network.classes is None else label_text(network.classes[place])
        count = int((true == place).sum())
        if count >= 5:
            yield Finding(
                "class never predicted",
                f"{str(name)!r} is never predicted, although it is the target of {count} of "
                f"{len(true)} examples",
                'weight the classes equally (class_weight="balanced"), or train longer',
            )


def _listed(names: Symbols, layer: int, units: Array) -> str:
    """The names of all units; of three or more in a row, the first and the last."""
    listed = []
    for run in np.split(units, np.flatnonzero(np.diff(units) > 1) + 1):
        own = [names.unit_name(layer, unit) for unit in run.tolist()]
        listed += [f"{own[0]} to {own[-1]}"] if len(own) > 2 else own
    return ", ".join(listed)
