"""``gn.explain``: open the hood of a network for an example, a batch, or a step of a training."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from glassnet.data.arrays import checked_inputs, checked_targets, labels_of
from glassnet.explanation.backward import StepEquations
from glassnet.explanation.check import Check, check_also, check_gradient
from glassnet.explanation.drawing import draw_network
from glassnet.explanation.forward import ForwardEquations
from glassnet.explanation.notation import (
    Notation,
    WeightPlace,
    place_of,
    unit_place_of,
)
from glassnet.explanation.numbers import Batch, Forward, Step, Update, take_forward, take_step
from glassnet.explanation.one_unit import unit_sections
from glassnet.explanation.one_weight import weight_sections
from glassnet.explanation.selection import Limits
from glassnet.explanation.whole_step import ShownWeights, forward_sections, step_sections
from glassnet.formula.document import Block, Document, Section
from glassnet.formula.number import number_text
from glassnet.given import whole_number
from glassnet.learning.recording import TrainingStep
from glassnet.network import Network, output_kind
from glassnet.structure.activation import Array
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import Cost
from glassnet.structure.costs import cost_named
from glassnet.structure.file import write_atomically
from glassnet.structure.summary import layers_section
from glassnet.update.lbfgs import LBFGS
from glassnet.update.optimizer import SGD, Optimizer
from glassnet.update.penalty import Penalty
from glassnet.update.rule import UpdateRule
from glassnet.views.html import document_html, document_page
from glassnet.views.json import document_dict, json_number
from glassnet.views.latex import document_latex
from glassnet.views.text import document_text, formula_text

#: How a single input came about, by its name.
Origins: TypeAlias = Mapping[str, Sequence[Block]]

__all__ = ["Explanation", "chosen_optimizer", "describe", "explain", "explain_with_preface"]


class Explanation:
    """A document with every number of a step, or of one weight's part in it.

    It prints itself as text and shows itself in a notebook.

    Attributes
    ----------
    document : Document
        Sections of formulas, tables and bars; all renderings show the same.
    forward : Forward or None
        The numbers of the forward pass; a :class:`Step` where a desired output was given.
    check : Check or None
        The independent check of the gradients; None without a desired output.
    """

    def __init__(
        self,
        document: Document,
        forward: Forward | None,
        check: Check | None,
        names: Notation,
        limits: Limits,
        origins: Origins,
    ) -> None:
        self.document = document
        self.forward = forward
        self.check = check
        self._names = names
        self._limits = limits
        self._origins = origins

    @property
    def step(self) -> Step:
        """The numbers of the step.

        Raises
        ------
        ValueError
            If there is no backward pass, because no desired output was given.
        """
        if not isinstance(self.forward, Step):
            raise ValueError("there is no backward pass; give explain a desired output")
        return self.forward

    def weight(
        self,
        name: str | None = None,
        *,
        layer: int | None = None,
        source: int | str | None = None,
        unit: int | None = None,
    ) -> "Explanation":
        """Return one weight's whole story.

        Parameters
        ----------
        name : str, optional
            ``"w1[1,2]"``, or ``"b1[2]"`` for a bias: text counts units from 1. Or as it is
            printed: ``"w[petal length → h1.3]"``.
        layer, source, unit : int, optional
            The same by numbers: the layer counted from 1, units from 0; ``source="bias"``.

        Raises
        ------
        ValueError, TypeError
            If there is no such weight, or no desired output was given.

        Examples
        --------
        >>> net = Network([1, 1], output="sigmoid", dtype="float64")
        >>> story = explain(net, x=[10], desired=1).weight("w1[1,1]")
        >>> story.document.sections[3].title
        'Chain rule'
        """
        step = self.step
        place = place_of(self._names, name, layer, source, unit)
        assert self.check is not None  # a step has one
        check = check_also(step, self.check, place)
        symbol = self._names.weight(place, 0.0)
        sections = weight_sections(step, self._names, check, place, self._limits)
        if place.layer == 1 and place.source is not None:
            blocks = self._origins.get(self._names.unit_name(0, place.source))
            if blocks:
                sections.insert(0, Section("From the raw row to this input", tuple(blocks)))
        return self._part(f"The weight {formula_text(symbol)}", sections, check)

    def unit(
        self, name: str | None = None, *, layer: int | None = None, unit: int | None = None
    ) -> "Explanation":
        """Return one unit's story: what each of its inputs adds, its output, and its δ.

        Parameters
        ----------
        name : str, optional
            As it is printed: ``"h1.3"``, counted from 1, ``"output 2"``, or a class.
        layer, unit : int, optional
            The same by numbers: the layer counted from 1, units from 0.

        Raises
        ------
        ValueError, TypeError
            If there is no such unit.

        Examples
        --------
        >>> net = Network([2, 3, 2], hidden="tanh", output="softmax")
        >>> explain(net, x=[1, 0]).unit("h1.3").document.title
        'The unit h1.3'
        """
        if self.forward is None:
            raise ValueError("a unit's story needs an example; give explain an input")
        place = unit_place_of(self._names, name, layer, unit)
        equations: ForwardEquations
        if isinstance(self.forward, Step):
            equations = StepEquations(self.forward, self._names, self._limits.terms)
        else:
            equations = ForwardEquations(self.forward, self._names, self._limits.terms)
        sections = unit_sections(equations, place, self._limits)
        title = f"The unit {self._names.unit_name(place.layer, place.unit)}"
        return self._part(title, sections, self.check)

    def gradient(self, place: WeightPlace) -> float:
        """Return ∂E/∂w of a weight."""
        return self.step.gradient_at(place)

    def _part(self, title: str, sections: Sequence[Section], check: Check | None) -> "Explanation":
        document = Document(title, tuple(sections), self._limits.digits)
        return Explanation(document, self.forward, check, self._names, self._limits, self._origins)

    def to_text(self) -> str:
        """Return the explanation as text of at most 80 columns."""
        return document_text(self.document)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the explanation as one HTML page; write it where a path is given."""
        page = document_page(self.document)
        if path is not None:
            write_atomically(path, lambda file: file.write_text(page, encoding="utf-8"))
        return page

    def to_latex(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the explanation as a LaTeX document; write it where a path is given.

        It needs what every TeX Live brings: amsmath, longtable and TikZ.
        """
        text = document_latex(self.document)
        if path is not None:
            write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        content = document_dict(self.document)
        if self.check is not None:
            content["check"] = {
                "passed": self.check.passed,
                "largest_difference": json_number(self.check.largest_difference),
                "tolerance": self.check.tolerance,
                "arithmetic": self.check.arithmetic,
                "compared": len(self.check.pairs),
                "weights": self.check.weights,
                "at_kinks": self.check.kinks,
            }
        return content

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the explanation as JSON text; write it where a path is given."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
        if path is not None:
            write_atomically(path, lambda file: file.write_text(text + "\n", encoding="utf-8"))
        return text

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Explanation: {self.document.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: HTML, and text where it has no HTML."""
        return {"text/html": document_html(self.document), "text/plain": self.to_text()}


def explain(
    subject: Network | TrainingStep,
    x: ArrayLike | None = None,
    desired: Any = None,
    *,
    example: int = 0,
    learning_rate: float | None = None,
    optimizer: Optimizer | None = None,
    penalties: Penalty | Sequence[Penalty] = (),
    clip_norm: float | None = None,
    weights: ArrayLike | None = None,
    cost: str | Cost | None = None,
    limits: Limits | None = None,
) -> Explanation:
    """Show every number of a step: forward, error, backward, update, outcome, check.

    Parameters
    ----------
    subject : Network or TrainingStep
        A network, which does not change; or a step that a training took, from
        ``history.steps``, which brings all but `example` and `limits`.
    x : array-like of shape (inputs,) or (examples, inputs)
        One example, an image in its own shape, or a batch.
    desired : optional
        For one example a class label, a one-hot or other target vector, or a number; for a batch
        as many. Without it there is the forward pass only.
    example : int
        Which example of a batch is shown in full, counted from 0.
    learning_rate : float, optional
        Short for ``optimizer=SGD(learning_rate)``.
    optimizer : Optimizer, optional
        Its first step, from state 0, is shown as the update. Without it there is none.
    penalties, clip_norm
        As of :meth:`Network.fit`.
    weights : array-like of shape (examples,), optional
        How much each example of a batch counts.
    cost : str or Cost, optional
        That of the last training if not given.
    limits : Limits, optional
        How much is listed before the rest is summed up.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError, TypeError
        If the example or an option does not fit.

    Examples
    --------
    >>> net = Network([2, 2], output="softmax", dtype="float64", seed=7)
    >>> step = explain(net, x=[1, 0], desired=1, learning_rate=0.5)
    >>> step.check.passed
    True
    >>> step.step.new_error < step.step.error
    True
    >>> history = net.fit([[1, 0], [0, 1]], [1, 0], epochs=3, batch_size=2, record=[2])
    >>> recorded = explain(history.steps[2])
    >>> bool((recorded.step.new_parameters == net.parameters).all())
    True
    """
    chosen_limits = limits or Limits()
    if isinstance(subject, TrainingStep):
        unfit = (x, desired, learning_rate, optimizer, clip_norm, weights, cost)
        if any(option is not None for option in unfit) or penalties != ():
            raise TypeError("a recorded step brings its own data and options; give it alone")
        return _explain_recorded(subject, example, chosen_limits)
    if x is None:
        raise TypeError("give an example, x, or a batch of them")
    return explain_with_preface(
        subject,
        x,
        desired,
        _rule(chosen_optimizer(learning_rate, optimizer), penalties, clip_norm),
        subject.cost if cost is None else cost_named(cost),
        chosen_limits,
        preface=(),
        origins={},
        example=example,
        weights=weights,
    )


def explain_with_preface(
    net: Network,
    x: ArrayLike,
    desired: Any,
    rule: UpdateRule | None,
    cost: Cost,
    limits: Limits,
    preface: Sequence[Section],
    origins: Origins,
    *,
    example: int = 0,
    weights: ArrayLike | None = None,
) -> Explanation:
    """Explain an example behind some sections of its own, such as how a row became its inputs.

    `origins` say the same of single inputs, by their names, for the stories of single weights.
    """
    net.require_finite()
    objective = cost.paired_with(net.output_activation)
    given = np.asarray(x)
    alone = given.size == net.architecture.inputs
    if alone and given.ndim > 1 and len(given) == 1 and np.ndim(desired) > 0:
        alone = len(desired) != 1 or net.architecture.outputs == 1  # else a batch of one example
    rows = given.reshape(1, -1) if alone else given
    inputs = checked_inputs(rows, net.architecture.inputs, net.dtype, "x")
    example = whole_number("example", example, 0, len(inputs) - 1)
    names = _notation(net.architecture, net.classes, net.feature_names)
    parameters = net.parameters.copy()
    if desired is None:
        if rule is not None or weights is not None:
            raise ValueError(
                "an update, and weights of examples, need a desired output; give desired as well"
            )
        one = inputs[example : example + 1]
        forward = take_forward(net.architecture, parameters, objective, one)
        sections = [*preface, *forward_sections(forward, names, limits)]
        predicted = _summary(net.architecture, net.classes, forward.outputs[-1])
        document = Document(f"Forward pass: predicted {predicted}", tuple(sections), limits.digits)
        return Explanation(document, forward, None, names, limits, origins)
    batch = Batch(inputs, _desired_rows(net, desired, len(inputs), alone), _counts(weights, inputs))
    update = None
    if rule is not None:
        state = rule.optimizer.initial_state(parameters)
        update = Update(rule, 1, rule.optimizer.learning_rate, state)
    step = take_step(net.architecture, parameters, objective, batch, update, example)
    return _explanation(step, names, net.classes, limits, preface, origins)


def _explain_recorded(recorded: TrainingStep, example: int, limits: Limits) -> Explanation:
    batch = Batch(recorded.x, recorded.desired, recorded.weights, recorded.masks, recorded.examples)
    example = whole_number("example", example, 0, len(batch) - 1)
    names = _notation(recorded.architecture, recorded.classes, recorded.feature_names)
    step = take_step(
        recorded.architecture,
        recorded.parameters,
        recorded.objective,
        batch,
        Update(recorded.rule, recorded.number, recorded.learning_rate, recorded.state),
        example,
    )
    return _explanation(step, names, recorded.classes, limits, (), {})


def _explanation(
    step: Step,
    names: Notation,
    classes: Array | None,
    limits: Limits,
    preface: Sequence[Section],
    origins: Origins,
) -> Explanation:
    if not step.batch.total:
        raise ValueError("all examples of the batch count 0, so that there is no error to explain")
    if not step.alone:
        names = replace(names, example=step.example)
    shown = ShownWeights.of(step, limits)
    check = check_gradient(step, shown.all)
    sections = [*preface, *step_sections(step, names, check, shown, limits)]
    predicted = _summary(step.architecture, classes, step.outputs[-1])
    wanted = _summary(step.architecture, classes, step.desired)
    which = "One step"
    if step.update is not None and step.update.number > 1:
        which = f"Step {step.update.number:,}"
    if len(step.batch) > 1:
        which += f" on {len(step.batch)} examples; of number {step.example + 1}"
    title = f"{which}: predicted {predicted}, desired {wanted}"
    document = Document(title, tuple(sections), limits.digits)
    return Explanation(document, step, check, names, limits, origins)


def describe(net: Network) -> Explanation:
    """Show a network's layers, without an example."""
    names = _notation(net.architecture, net.classes, net.feature_names)
    section = layers_section(net.architecture, net.dtype.name)
    drawing = draw_network(net.architecture, net.parameters, names, Limits())
    sections = (section, Section("Its units and weights", (drawing,)))
    return Explanation(Document("A network", sections), None, None, names, Limits(), {})


def chosen_optimizer(learning_rate: float | None, optimizer: Optimizer | None) -> Optimizer | None:
    """Return the optimizer, or SGD at the learning rate; ValueError where both are given."""
    if isinstance(optimizer, LBFGS):
        raise TypeError("L-BFGS takes no steps that could be explained one by one; give another")
    if learning_rate is None:
        return optimizer
    if optimizer is not None:
        raise ValueError("give learning_rate or optimizer, not both")
    return SGD(learning_rate)


def _rule(
    optimizer: Optimizer | None, penalties: Penalty | Sequence[Penalty], clip_norm: float | None
) -> UpdateRule | None:
    several = tuple(penalties) if isinstance(penalties, Sequence) else (penalties,)
    if optimizer is not None:
        return UpdateRule(optimizer, several, clip_norm)
    if several or clip_norm is not None:
        raise ValueError("penalties and clipping act in an update; give an optimizer as well")
    return None


def _notation(
    architecture: Architecture, classes: Array | None, features: Sequence[str] | None
) -> Notation:
    class_names = None
    if classes is not None and len(classes) == architecture.outputs:
        class_names = tuple(str(name) for name in classes)
    return Notation(architecture, tuple(features) if features else None, class_names)


def _desired_rows(net: Network, desired: Any, examples: int, alone: bool) -> Array:
    rows = np.asarray(desired)[None, ...] if alone else desired
    name = "the desired output" if alone else "the desired outputs"
    outputs = net.architecture.outputs
    targets = checked_targets(rows, net.kind, outputs, net.dtype, net.classes, name)
    if len(targets.desired) != examples:
        raise ValueError(
            f"there are {examples} examples and {len(targets.desired)} desired outputs; "
            "expected as many"
        )
    return targets.desired


def _counts(weights: ArrayLike | None, inputs: Array) -> Array | None:
    if weights is None:
        return None
    counts = np.asarray(weights, dtype=inputs.dtype)
    if counts.shape != (len(inputs),) or not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError(
            f"weights have shape {counts.shape}; expected one number, at least 0, for each of the "
            f"{len(inputs)} examples"
        )
    return counts


def _summary(architecture: Architecture, classes: Array | None, outputs: Array) -> str:
    """What outputs mean, in a few words."""
    kind = output_kind(architecture)
    meaning = labels_of(outputs[None, :], kind, classes)[0]
    if np.ndim(meaning) == 0:
        return number_text(float(meaning)) if kind == "values" else str(meaning)
    values = [number_text(float(value)) for value in meaning[:4]]
    return f"({', '.join(values)}{', …' if len(meaning) > 4 else ''})"
