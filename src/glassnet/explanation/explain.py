"""``gn.explain``: open the hood of a network for one example."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from glassnet.data.arrays import checked_inputs, checked_targets, labels_of
from glassnet.explanation.check import Check, check_gradient
from glassnet.explanation.notation import Notation, WeightPlace, place_of
from glassnet.explanation.numbers import Forward, Step, take_forward, take_step
from glassnet.explanation.sections import (
    Limits,
    forward_sections,
    network_section,
    shown_weights,
    step_sections,
    weight_sections,
)
from glassnet.formula.document import Block, Document, Section
from glassnet.formula.number import number_text
from glassnet.network import Network
from glassnet.structure.activation import Array
from glassnet.structure.cost import Cost
from glassnet.structure.costs import cost_named
from glassnet.structure.file import write_atomically
from glassnet.update.optimizer import SGD, Optimizer
from glassnet.views.html import document_html, document_page
from glassnet.views.json import document_dict
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
        check = self.check
        if check is None or all(pair.place != place for pair in check.pairs):
            check = check_gradient(step, [place])
        symbol = self._names.weight(place, 0.0)
        sections = weight_sections(step, self._names, check, place, self._limits)
        if place.layer == 1 and place.source is not None:
            blocks = self._origins.get(self._names.unit_name(0, place.source))
            if blocks:
                sections.insert(0, Section("From the raw row to this input", tuple(blocks)))
        document = Document(f"The weight {formula_text(symbol)}", tuple(sections))
        return Explanation(document, step, check, self._names, self._limits, self._origins)

    def gradient(self, place: WeightPlace) -> float:
        """Return ∂E/∂w of a weight."""
        return self.step.gradient_at(place)

    def to_text(self) -> str:
        """Return the explanation as text of at most 80 columns."""
        return document_text(self.document)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the explanation as one HTML page; write it where a path is given."""
        page = document_page(self.document)
        if path is not None:
            write_atomically(path, lambda file: file.write_text(page, encoding="utf-8"))
        return page

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        content = document_dict(self.document)
        if self.check is not None:
            content["check"] = {
                "passed": self.check.passed,
                "largest_difference": self.check.largest_difference,
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

    def _repr_html_(self) -> str:
        return document_html(self.document)


def explain(
    net: Network,
    x: ArrayLike,
    desired: Any = None,
    *,
    learning_rate: float | None = None,
    optimizer: Optimizer | None = None,
    cost: str | Cost | None = None,
    limits: Limits | None = None,
) -> Explanation:
    """Show every number of one example: forward, error, backward, update, outcome, check.

    Parameters
    ----------
    net : Network
        It does not change.
    x : array-like of shape (inputs,)
        One example; an image may keep its shape.
    desired : optional
        A class label, a one-hot or other target vector, or a number. Without it there is the
        forward pass only.
    learning_rate : float, optional
        Short for ``optimizer=SGD(learning_rate)``.
    optimizer : Optimizer, optional
        Its first step, from state 0, is shown as the update. Without it there is none.
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
    """
    return explain_with_preface(
        net,
        x,
        desired,
        chosen_optimizer(learning_rate, optimizer),
        net.cost if cost is None else cost_named(cost),
        limits or Limits(),
        preface=(),
        origins={},
    )


def explain_with_preface(
    net: Network,
    x: ArrayLike,
    desired: Any,
    optimizer: Optimizer | None,
    cost: Cost,
    limits: Limits,
    preface: Sequence[Section],
    origins: Origins,
) -> Explanation:
    """Explain one example behind some sections of its own, such as how a row became its inputs.

    `origins` say the same of single inputs, by their names, for the stories of single weights.
    """
    net.require_finite()
    objective = cost.paired_with(net.output_activation)
    inputs = checked_inputs(np.asarray(x)[None, ...], net.architecture.inputs, net.dtype, "x")
    names, parameters = _notation(net), net.parameters.copy()
    if desired is None:
        if optimizer is not None:
            raise ValueError("an update needs a desired output; give desired as well")
        forward = take_forward(net.architecture, parameters, objective, inputs)
        sections = [*preface, *forward_sections(forward, names, limits)]
        title = f"Forward pass: predicted {_summary(net, forward.outputs[-1])}"
        document = Document(title, tuple(sections))
        return Explanation(document, forward, None, names, limits, origins)
    row = _desired_row(net, desired)
    step = take_step(net.architecture, parameters, objective, inputs, row, optimizer)
    check = check_gradient(step, shown_weights(step, limits))
    sections = [*preface, *step_sections(step, names, check, limits)]
    predicted, wanted = _summary(net, step.outputs[-1]), _summary(net, step.desired)
    title = f"One step: predicted {predicted}, desired {wanted}"
    return Explanation(Document(title, tuple(sections)), step, check, names, limits, origins)


def describe(net: Network) -> Explanation:
    """Show a network's layers, without an example."""
    names = _notation(net)
    section = network_section(net.architecture, net.dtype.name)
    return Explanation(Document("A network", (section,)), None, None, names, Limits(), {})


def _notation(net: Network) -> Notation:
    classes = None
    if net.classes is not None and len(net.classes) == net.architecture.outputs:
        classes = tuple(str(name) for name in net.classes)
    features = tuple(net.feature_names) if net.feature_names else None
    return Notation(net.architecture, features, classes)


def chosen_optimizer(learning_rate: float | None, optimizer: Optimizer | None) -> Optimizer | None:
    """Return the optimizer, or SGD at the learning rate; ValueError where both are given."""
    if learning_rate is None:
        return optimizer
    if optimizer is not None:
        raise ValueError("give learning_rate or optimizer, not both")
    return SGD(learning_rate)


def _desired_row(net: Network, desired: Any) -> Array:
    row = np.asarray(desired)[None, ...]
    return checked_targets(
        row, net.kind, net.architecture.outputs, net.dtype, net.classes, "the desired output"
    ).desired


def _summary(net: Network, outputs: Array) -> str:
    """What outputs mean, in a few words."""
    meaning = labels_of(outputs[None, :], net.kind, net.classes)[0]
    if np.ndim(meaning) == 0:
        return number_text(float(meaning)) if net.kind == "values" else str(meaning)
    values = [number_text(float(value)) for value in meaning[:4]]
    return f"({', '.join(values)}{', …' if len(meaning) > 4 else ''})"
