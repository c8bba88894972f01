"""``gn.explain``: open the hood of a network for an example, a batch, or a step of a training."""

from __future__ import annotations  # signatures in help() keep their short names

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack, overload

from numpy.typing import ArrayLike

from glassnet import engine
from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.explanation.check.check import check_gradient
from glassnet.explanation.check.outcome import outcome_lines
from glassnet.explanation.example import Example, checked_batch, checked_rows
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.explanation import Explanation, Origins
from glassnet.explanation.headline import forward_title, step_title
from glassnet.explanation.limits import Limits
from glassnet.explanation.notation import Notation
from glassnet.explanation.pages.details import ShownWeights
from glassnet.explanation.pages.step import forward_sections, step_sections
from glassnet.explanation.several_steps import SeveralSteps
from glassnet.explanation.step import Batch, Update, take_forward, take_step
from glassnet.explanation.step_series import StepSeries, recorded_steps
from glassnet.explanation.steps_ahead import MOST_STEPS, steps_ahead
from glassnet.explanation.style import Style, StyleOptions
from glassnet.explanation.symbols import Symbols
from glassnet.explanation.unit_names import place_of
from glassnet.explanation.update_options import chosen_optimizer, chosen_rule, update_rule
from glassnet.formula.document import Document, Section
from glassnet.network import Network
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.nn.summary import layers_section, not_imported_section
from glassnet.nn.unit_name import class_names_of
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.optim.update_rule import UpdateRule
from glassnet.training.fit import DEFAULT_OPTIMIZER
from glassnet.training.recorded_steps import RecordedStep

__all__ = [
    "describe",
    "explain",
    "explain_example",
    "explain_steps",
]


class _Options(StyleOptions, total=False):
    """The options of a step and of several."""

    example: int
    learning_rate: float | None
    optimizer: str | Optimizer | None
    penalties: Penalty | Sequence[Penalty]
    clip_norm: float | None
    sample_weight: ArrayLike | None
    loss: str | Loss | None


@overload
def explain(
    subject: Network | RecordedStep,
    x: ArrayLike | None = None,
    target: Any = None,
    *,
    steps: None = None,
    **options: Unpack[_Options],
) -> Explanation: ...
@overload
def explain(
    subject: Network,
    x: ArrayLike,
    target: Any,
    *,
    steps: int,
    weights: Sequence[str] | None = None,
    **options: Unpack[_Options],
) -> SeveralSteps: ...
@overload
def explain(
    subject: Mapping[int, RecordedStep] | Sequence[RecordedStep],
    *,
    weights: Sequence[str] | None = None,
    **options: Unpack[_Options],
) -> SeveralSteps: ...
def explain(
    subject: Network | RecordedStep | Mapping[int, RecordedStep] | Sequence[RecordedStep],
    x: ArrayLike | None = None,
    target: Any = None,
    *,
    example: int = 0,
    learning_rate: float | None = None,
    optimizer: str | Optimizer | None = None,
    penalties: Penalty | Sequence[Penalty] = (),
    clip_norm: float | None = None,
    sample_weight: ArrayLike | None = None,
    loss: str | Loss | None = None,
    steps: int | None = None,
    weights: Sequence[str] | None = None,
    limits: Limits | None = None,
    digits: int | None = 6,
    decimals: int | None = None,
    notation: str | Notation = "in-y",
) -> Explanation | SeveralSteps:
    """Show every number of a step: forward, loss, backward, update, outcome, check.

    Or of several steps, as one story: those of a training, or so many from here.

    Parameters
    ----------
    subject : Network, RecordedStep, or several RecordedStep
        A network, which does not change; or a step that a training took, from
        ``history.steps``, which contains everything except `example` and how it is written; or
        ``history.steps`` themselves.
    x : array-like of shape (inputs,) or (examples, inputs)
        One example, an image in its own shape, or a batch.
    target : optional
        For one example a class label, a one-hot or other target vector, or a number; for a batch
        as many. Without it there is the forward pass only.
    example : int
        Which example of a batch is shown in full, counted from 0.
    learning_rate : float, optional
        Short for ``optimizer=SGD(learning_rate)``.
    optimizer : Optimizer or str, optional
        Its first step, from state 0, is shown as the update. Without it there is none. By its
        name, with its own default learning rate or the one given.
    penalties, clip_norm
        As of :meth:`Network.fit`.
    sample_weight : array-like of shape (examples,), optional
        The weight of each example of a batch.
    loss : str or Loss, optional
        That of the last training if not given.
    steps : int, optional
        Takes so many steps from here, as a training on this batch would; the network stays as it
        is. The optimizer is then ``Adam(0.001)`` if none is given, as in :meth:`Network.fit`.
    weights : sequence of str, optional
        Of several steps: the weights in their table, ``["w1[1,1]", "b2[1]"]``. If not given, all of
        a small network, or those that change most.
    limits : Limits, optional
        How many terms are shown before the rest is summed up.
    digits : int, optional
        Significant digits of the numbers shown; None writes all that identify a number.
    decimals : int, optional
        Computes as on paper, besides: each line is rounded to so many decimals and used as it is
        written. Exact values that round otherwise stand beside.
    notation : str or Notation
        ``"in-y"``; ``"z-a"`` for z, a, W[to,from] and η; or letters of your own.

    Returns
    -------
    Explanation, or SeveralSteps

    Raises
    ------
    ValueError, TypeError
        If the example or an option does not fit.

    Examples
    --------
    >>> net = Network([2, 2], output="softmax", dtype="float64", seed=7)
    >>> step = explain(net, x=[1, 0], target=1, learning_rate=0.5)
    >>> step.check.passed
    True
    >>> step.step.new_loss < step.step.loss
    True
    >>> history = net.fit([[1, 0], [0, 1]], [1, 0], epochs=3, batch_size=2, record=[2])
    >>> recorded = explain(history.steps[2])
    >>> bool((recorded.step.new_parameters == net.parameters).all())
    True
    >>> several = explain(net, [[1, 0], [0, 1]], [1, 0], learning_rate=0.5, steps=3)
    >>> len(several), several[2].step.new_mean_loss < several[0].step.mean_loss
    (3, True)
    """
    style = Style.of(limits, digits, decimals, notation)
    if not isinstance(subject, Network):
        unfit = (x, target, learning_rate, optimizer, clip_norm, sample_weight, loss, steps)
        if any(option is not None for option in unfit) or penalties != ():
            raise TypeError("a recorded step brings its own data and options; give it alone")
        if not isinstance(subject, RecordedStep):
            return _explain_several(recorded_steps(subject), _Shown(example, style), weights)
        _require_several(weights)
        return _explain_recorded(subject, _Shown(example, style))
    if x is None:
        raise TypeError("give an example, x, or a batch of them")
    given = Example(x, target, example, sample_weight)
    optimizer = chosen_optimizer(learning_rate, optimizer)
    if steps is not None:
        rule = update_rule(optimizer or DEFAULT_OPTIMIZER, penalties, clip_norm)
        return explain_steps(subject, given, rule, loss, style, steps, weights)
    _require_several(weights)
    return explain_example(
        subject, given, chosen_rule(optimizer, penalties, clip_norm), loss, style
    )


@dataclass(frozen=True)
class _Shown:
    """What is shown of a step: which example, how, and whether a training took the step."""

    example: int
    style: Style
    trained: bool = True
    pixels: Array | None = None


def explain_example(
    net: Network,
    given: Example,
    rule: UpdateRule | None,
    loss: str | Loss | None,
    style: Style,
    preface: Sequence[Section] = (),
    origins: Origins | None = None,
) -> Explanation:
    """Explain an example, after sections of its own such as how a row became its inputs.

    `origins` are such sections for single inputs, by name, for the pages of single weights.
    """
    inputs = checked_rows(net, given)
    number = whole_number("example", given.number, 0, len(inputs) - 1)
    symbols = _symbols(net.architecture, net.classes, net.feature_names, style)
    parameters, origins = net.parameters.copy(), origins or {}
    if given.target is None:
        if rule is not None or given.sample_weight is not None:
            raise ValueError("an update and a sample_weight need a target; give target as well")
        one = inputs[number : number + 1]
        forward = take_forward(net.program(loss, for_loss=False), parameters, one)
        explainer = Explainer(forward, symbols, style, given.pixels)
        title = forward_title(explainer, net.classes)

        def made(explainer: Explainer) -> list[Section]:
            return [*preface, *forward_sections(explainer)]

        return Explanation.of(title, made, explainer, None, origins)
    batch = checked_batch(net, given, inputs)
    if net.not_imported:
        preface = [not_imported_section(net.not_imported), *preface]
    update = None
    if rule is not None:
        state = rule.optimizer.initial_state(parameters)
        update = Update(rule, 1, rule.optimizer.learning_rate, state)
    program = engine.compile(net.architecture, net.chosen_loss(loss), rule)
    step = take_step(program, parameters, batch, update, number)
    explainer = Explainer(step, symbols, style, given.pixels)
    return _explanation(explainer, net.classes, preface, origins)


def explain_steps(
    net: Network,
    given: Example,
    rule: UpdateRule,
    loss: str | Loss | None,
    style: Style,
    steps: int,
    weights: Sequence[str] | None = None,
    preface: Sequence[Section] = (),
) -> SeveralSteps:
    """Explain so many steps from here, after sections of one's own; the network stays as it is."""
    count = whole_number("steps", steps, 1, MOST_STEPS)
    if given.target is None:
        raise ValueError("steps need a target; give target as well")
    batch = checked_batch(net, given, checked_rows(net, given))
    number = whole_number("example", given.number, 0, len(batch) - 1)
    program = engine.compile(net.architecture, net.chosen_loss(loss), rule)
    taken = [
        replace(step, classes=net.classes, feature_names=net.feature_names)
        for step in steps_ahead(program, net.parameters, batch, rule, count)
    ]
    if net.not_imported:
        preface = [not_imported_section(net.not_imported), *preface]
    shown = _Shown(number, style, trained=False, pixels=given.pixels)
    return _explain_several(taken, shown, weights, preface, count)


def _explain_several(
    taken: Sequence[RecordedStep],
    shown: _Shown,
    weights: Sequence[str] | None,
    preface: Sequence[Section] = (),
    wanted: int | None = None,
) -> SeveralSteps:
    explainers = [_recorded_explainer(step, shown) for step in taken]
    if isinstance(weights, str):
        raise TypeError(f"weights must be a list of names, like ['w1[1,1]'], not {weights!r}")
    names = explainers[0].symbols
    chosen = [place_of(names, name, None, None, None) for name in weights or ()]
    series = StepSeries(taken, explainers, chosen, wanted)

    def explain_one(recorded: RecordedStep) -> Explanation:
        return _explain_recorded(recorded, shown)

    return SeveralSteps.of(series, explain_one, preface)


def _require_several(weights: Sequence[str] | None) -> None:
    if weights is not None:
        raise ValueError(
            "weights are for several steps, steps=3; .weight('w1[1,1]') explains one weight"
        )


def _explain_recorded(recorded: RecordedStep, shown: _Shown) -> Explanation:
    return _explanation(_recorded_explainer(recorded, shown), recorded.classes, (), {})


def _recorded_explainer(recorded: RecordedStep, shown: _Shown) -> Explainer:
    rows = recorded.examples if shown.trained else None
    batch = Batch(
        recorded.x,
        recorded.targets,
        recorded.sample_weight,
        recorded.masks,
        rows,
        recorded.table_rows,
    )
    step = take_step(
        recorded.program,
        recorded.parameters,
        batch,
        Update(recorded.rule, recorded.number, recorded.learning_rate, recorded.state),
        whole_number("example", shown.example, 0, len(batch) - 1),
    )
    architecture = recorded.program.architecture
    symbols = _symbols(architecture, recorded.classes, recorded.feature_names, shown.style)
    return Explainer(step, symbols, shown.style, shown.pixels)


def _explanation(
    explainer: Explainer, classes: Array | None, preface: Sequence[Section], origins: Origins
) -> Explanation:
    step = explainer.step
    if not step.batch.weight:
        raise ValueError("all examples of the batch count 0, so that there is no loss to explain")
    if not step.alone:
        symbols = replace(explainer.symbols, example=step.example)
        explainer = replace(explainer, symbols=symbols)
    shown = ShownWeights.of(step, explainer.limits)
    end = explainer.end
    check = check_gradient(step, shown.all) if end is None or end.has_gradients else None

    def made(explainer: Explainer) -> list[Section]:
        return [*preface, *step_sections(explainer, shown)]

    further = outcome_lines(step) if end is None else ()

    def of_example(index: int) -> Explanation:
        number = whole_number("example", index, 0, len(step.batch) - 1)
        other = take_step(step.program, step.parameters, step.batch, step.update, number)
        return _explanation(replace(explainer, forward=other), classes, preface, origins)

    title = step_title(explainer, classes)
    return Explanation.of(title, made, explainer, check, origins, (), further, of_example)


def describe(net: Network) -> Explanation:
    """Show a network's layers, without an example."""
    section = layers_section(net.architecture, net.dtype.name)
    drawing = net.draw().drawing
    sections = [section, Section("Its units and weights", (drawing,))]
    if net.not_imported:
        sections.append(not_imported_section(net.not_imported))
    return Explanation(Document("A network", tuple(sections)), None, None, {})


def _symbols(
    architecture: Architecture,
    classes: Array | None,
    features: Sequence[str] | None,
    style: Style,
) -> Symbols:
    class_names = class_names_of(classes, architecture.outputs)
    feature_names = tuple(features) if features else None
    return Symbols(architecture, feature_names, class_names, notation=style.notation)
