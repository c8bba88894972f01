"""What the page sees of a training at one moment: losses, an example's numbers, weights, maps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.engine.interface import Program, Trace
from glassnet.formula.number import number_text
from glassnet.page.messages import Distribution, ExampleSeen, Frame, Measured, UnitSeen
from glassnet.page.player import Snapshot
from glassnet.page.playground import Examples, Playground

__all__ = ["View", "frame_of"]

#: A map has so many points across and up, fewer of a large network; a line so many points.
FINEST, COARSEST, LINE = 40, 10, 120
#: All points of the maps take so many multiply-adds at most.
MAP_MULTIPLY_ADDS = 20_000_000
#: Activations and gradients are seen over at most so many examples, in so many bars.
MOST_EXAMPLES, BARS = 256, 24
#: Digits of the numbers beside units; a click shows more.
DIGITS = 4
#: Bytes of a map: 0 stands for the neutral middle.
STEPS = 127
#: A unit that never reacts, or is never away from its bounds, on this part of the examples.
NEARLY_ALL = 0.99
#: A bounded activation this close to its bound is saturated.
CLOSE = 0.02


@dataclass(frozen=True)
class View:
    """What the page looks at: an example, and the two inputs that are the axes of maps."""

    example: int = 0
    across: int = 0
    up: int = 1


def frame_of(playground: Playground, snapshot: Snapshot, view: View) -> tuple[Frame, bytes]:
    """Return what the page sees, and its weights (float64) and maps (bytes) behind one another."""
    program = playground.network.program()
    inputs, bounds = plane_of(playground, view)
    maps = _trace(program, snapshot.parameters, inputs)
    scales, pictures = _pictures(playground, maps)
    weights = _drawn_weights(playground, snapshot.parameters)
    learning = _measured(playground, program, snapshot.parameters, playground.learning)
    held_out = playground.held_out
    frame = Frame(
        number=snapshot.number,
        step=snapshot.step,
        epoch=snapshot.step / playground.training.steps_in_epoch,
        learning_rate=snapshot.learning_rate,
        playing=snapshot.playing,
        course=snapshot.course,
        problem=snapshot.problem,
        learning=learning,
        held_out=None
        if held_out is None
        else _measured(playground, program, snapshot.parameters, held_out),
        example=_example(playground, program, snapshot.parameters, view.example),
        layers=_distributions(playground, program, snapshot.parameters),
        bounds=bounds,
        scales=scales,
        weights=len(weights),
    )
    return frame, weights.tobytes() + pictures


def plane_of(playground: Playground, view: View) -> tuple[Array, tuple[float, float, float, float]]:
    """Return the inputs of a map, row by row from the top left, and its left, right, low, high.

    All inputs but the two are those of the example. A network of one input has a line.
    """
    x = playground.everything.x
    left, right = _ends(x[:, view.across])
    if x.shape[1] == 1:
        return np.linspace(left, right, LINE, dtype=x.dtype)[:, None], (left, right, 0.0, 0.0)
    low, high = _ends(x[:, view.up])
    side = side_of(len(playground.network.parameters))
    inputs = np.repeat(x[view.example : view.example + 1], side * side, axis=0)
    inputs[:, view.across] = np.tile(_centres(left, right, side), side)
    inputs[:, view.up] = np.repeat(_centres(low, high, side)[::-1], side)
    return inputs, (left, right, low, high)


def side_of(parameters: int) -> int:
    """Return how many points a map has across and up, for a network of so many parameters.

    Examples
    --------
    >>> side_of(4810), side_of(535_818)
    (40, 10)
    """
    return int(np.clip(np.sqrt(MAP_MULTIPLY_ADDS / parameters), COARSEST, FINEST))


def _ends(values: Array) -> tuple[float, float]:
    """The ends of an axis: those of the values and a margin."""
    low, high = float(values.min()), float(values.max())
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin


def _centres(first: float, last: float, count: int) -> NDArray[np.float64]:
    return first + (last - first) / count * np.arange(0.5, count)


def _trace(program: Program, parameters: Array, x: Array, targets: Array | None = None) -> Trace:
    if targets is None:
        targets = np.zeros((len(x), program.architecture.outputs), x.dtype)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return program.trace(parameters, x, targets)


def _pictures(playground: Playground, maps: Trace) -> tuple[list[list[float]], bytes]:
    """The map of each drawn unit in bytes, and what the largest byte of each stands for."""
    scales, pictures = [], []
    for outputs, drawn in zip(maps.outputs, playground.drawn[1:], strict=True):
        shown = np.nan_to_num(outputs[:, drawn.start : drawn.stop].T.astype(np.float64))
        largest = np.maximum(np.abs(shown).max(axis=1), 1.0)
        scales.append(largest.tolist())
        steps = np.rint(shown / largest[:, None] * STEPS) + STEPS + 1
        pictures.append(steps.astype(np.uint8).tobytes())
    return scales, b"".join(pictures)


def _drawn_weights(playground: Playground, parameters: Array) -> NDArray[np.float64]:
    """Weights between drawn units, layer by layer (from, to), each followed by the biases."""
    architecture, drawn = playground.network.architecture, playground.drawn
    parts = []
    layers = zip(architecture.weights(parameters), architecture.biases(parameters), strict=True)
    for layer, (w, b) in enumerate(layers, start=1):
        sources, units = drawn[layer - 1], drawn[layer]
        parts.append(w[sources.start : sources.stop, units.start : units.stop].ravel())
        assert b is not None  # layers of the page have biases
        parts.append(b[units.start : units.stop])
    return np.concatenate(parts).astype(np.float64)


def _measured(
    playground: Playground, program: Program, parameters: Array, examples: Examples
) -> Measured:
    watched = playground.watched(examples)
    outputs, losses = program.evaluate(parameters, watched.x, watched.targets, 1)
    ((name, metric),) = playground.network.task.metrics.items()
    loss, value = float(losses.mean()), metric(outputs, watched.targets)
    return Measured(len(watched), loss, number_text(loss), name, value, number_text(value, 4))


def _example(
    playground: Playground, program: Program, parameters: Array, example: int
) -> ExampleSeen:
    examples = playground.everything
    part = slice(example, example + 1)
    trace = _trace(program, parameters, examples.x[part], examples.targets[part])
    layers = [
        [
            UnitSeen(*(number_text(float(values[0, unit]), DIGITS) for values in quantities))
            for unit in drawn
        ]
        for drawn, *quantities in zip(
            playground.drawn[1:], trace.net_inputs, trace.outputs, trace.deltas, strict=True
        )
    ]
    inputs = [number_text(float(examples.x[example, unit]), DIGITS) for unit in playground.drawn[0]]
    targets = [number_text(float(value)) for value in examples.targets[example]]
    return ExampleSeen(example, inputs, targets, layers, number_text(float(trace.losses[0])))


def _distributions(
    playground: Playground, program: Program, parameters: Array
) -> list[Distribution]:
    """How activations and gradients of each layer are spread, and which units do nothing."""
    x, targets = playground.learning.x[:MOST_EXAMPLES], playground.learning.targets[:MOST_EXAMPLES]
    trace = _trace(program, parameters, x, targets)
    architecture = program.architecture
    gradients = architecture.weights(trace.gradient)
    return [
        Distribution(
            *_bars(outputs),
            *_bars(gradient),
            dead=_where((np.abs(outputs) < 1e-12).mean(axis=0) >= NEARLY_ALL),
            saturated=_where(_saturated(layer.activation.name, outputs)),
        )
        for layer, outputs, gradient in zip(
            architecture.layers, trace.outputs, gradients, strict=True
        )
    ]


def _bars(values: Array) -> tuple[list[int], float, float]:
    """Counts of a histogram, and its ends."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not len(finite):
        return [0] * BARS, 0.0, 0.0
    counts, edges = np.histogram(finite, BARS)
    return counts.tolist(), float(edges[0]), float(edges[-1])


def _saturated(activation: str, outputs: Array) -> NDArray[np.bool_]:
    """Units of bounded activations that are at a bound for nearly all examples."""
    bounds = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0)}
    if activation not in bounds:
        return np.zeros(outputs.shape[1], bool)
    low, high = bounds[activation]
    at_bound = (outputs < low + CLOSE) | (outputs > high - CLOSE)
    saturated: NDArray[np.bool_] = at_bound.mean(axis=0) >= NEARLY_ALL
    return saturated


def _where(units: NDArray[np.bool_]) -> list[int]:
    return [int(unit) for unit in np.flatnonzero(units)]
