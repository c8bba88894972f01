"""``gn.why``: why a network predicts what it does for an example, on one or two pages."""

from __future__ import annotations  # signatures in help() keep their short names

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.inputs import checked_inputs
from glassnet.arrays.numbers import numbers_of
from glassnet.core.array import Array
from glassnet.errors import NotFiniteError
from glassnet.explanation.attribution import Attribution, Score
from glassnet.explanation.example import Example
from glassnet.explanation.explain import explain_example
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.explanation import Explanation, Origins
from glassnet.explanation.image_shape import image_shape
from glassnet.explanation.limits import Limits
from glassnet.explanation.notation import Notation
from glassnet.explanation.pages.pixels import image_picture, pixel_names
from glassnet.explanation.pages.why import InputPart, Why, why_sections
from glassnet.explanation.places import WeightPlace, name_of
from glassnet.explanation.question import Question
from glassnet.explanation.style import Style
from glassnet.formula.document import Block, Paragraph, Picture, Section
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

__all__ = [
    "FEW",
    "Row",
    "WhyExplanation",
    "background",
    "blank_words",
    "explain_why",
    "shape_of_pixels",
    "why",
]

#: The sections of a weight that are the same for all weights.
SHARED = ("Loss", "Outcome")

#: How many inputs and units a page of two sheets has room for.
FEW = Limits(terms=6, units=6)

#: The most frequent value of a picture is its background, if so large a part of it has it.
BACKGROUND = 0.25


class WhyExplanation(Explanation):
    """Why a prediction is what it is: a page, and the numbers of the step that it is about.

    Attributes
    ----------
    attribution : Attribution
        What each input and each unit of the last hidden layer adds to the distance in logits.
    question : Question
        Which two outputs are compared.
    """

    attribution: Attribution
    question: Question


@dataclass(frozen=True)
class Row:
    """How the row of a table is shown, whose values became the inputs.

    Attributes
    ----------
    parts : sequence of InputPart, optional
        Its columns; if not given, each input stands for itself.
    picture : Picture, optional
    baseline : array of shape (inputs,), optional
    baseline_words : str
        What the baseline is.
    is_blank : bool
        Whether the baseline is a blank picture.
    origins : Origins
        For each input, how it was computed.
    title : str
        The question in the unit of the row's target, where the network has another.
    note : str
        What is to be said before all.
    """

    parts: Sequence[InputPart] | None = None
    picture: Picture | None = None
    baseline: ArrayLike | None = None
    baseline_words: str = "the given baseline"
    is_blank: bool = False
    origins: Origins | None = None
    title: str = ""
    note: str = ""


def why(
    net: Network,
    x: ArrayLike,
    target: Any,
    *,
    baseline: ArrayLike | None = None,
    learning_rate: float = 0.1,
    loss: str | Loss | None = None,
    limits: Limits | None = None,
    digits: int | None = 4,
    notation: str | Notation = "in-y",
) -> WhyExplanation:
    """Say why a network predicts what it does for an example, and not its target.

    The page compares the logits of the predicted and of the right class (of the next one, where
    the prediction is right; a number is taken as it is): which inputs and which units of the last
    hidden layer make the difference, which weights have the largest gradients, and what a small
    step would change.

    Parameters
    ----------
    net : Network
        It does not change.
    x : array-like of shape (inputs,)
        One example; an image in its own shape is shown as one, as are 64 unnamed inputs, or
        another square number from there on.
    target : class label, number or vector
        The right one.
    baseline : array-like of shape (inputs,), optional
        Where integrated gradients begin; if not given, zeros, or a blank picture in the most
        frequent value of an image.
    learning_rate : float
        Of the step whose effect is shown.
    loss : str or Loss, optional
        That of the last training if not given.
    limits : Limits, optional
        How many inputs and units are listed.
    digits : int, optional
        Significant digits of the numbers shown.
    notation : str or Notation
        The letters, as of :func:`glassnet.explain`.

    Returns
    -------
    WhyExplanation
        With ``.attribution`` and everything of :class:`Explanation`: ``.weight("w2[3,1]")`` tells
        the story of a weight.

    Raises
    ------
    ValueError, TypeError
        If the example, the target or an option does not fit.
    NotFiniteError
        If the numbers of the network are not all finite.

    Examples
    --------
    >>> net = Network([2, 3, 2], hidden="relu", output="softmax", dtype="float64", seed=7)
    >>> page = why(net, [1, 0.5], target=1)
    >>> page.document.title
    'Why class 0 and not class 1?'
    >>> found = page.attribution
    >>> bool(np.isclose(found.integrated_gradients.sum(), found.value - found.baseline_value))
    True
    """
    row = Row(baseline=baseline)
    style = Style.of(limits or FEW, digits, None, notation)
    return explain_why(net, x, target, row, learning_rate, loss, style)


def explain_why(
    net: Network,
    x: ArrayLike,
    target: Any,
    row: Row,
    learning_rate: float,
    loss: str | Loss | None = None,
    style: Style | None = None,
) -> WhyExplanation:
    """Do what :func:`why` does, for a row that may come from a table."""
    if np.size(x) != net.architecture.inputs:
        raise ValueError(
            f"x has {np.size(x)} values; expected one example of {net.architecture.inputs} inputs"
        )
    if target is None:
        raise TypeError("give the target: the right class or number, which is compared")
    rule, chosen = UpdateRule(SGD(learning_rate)), style or Style.of(FEW, digits=4)
    example = Example(np.asarray(x).reshape(-1), target)
    step = explain_example(net, example, rule, loss, chosen, origins=row.origins)
    explainer = step.explainer
    if explainer.end is not None:
        raise NotFiniteError(f"the numbers of this example cannot be explained. {explainer.end}")
    inputs = explainer.step.x.astype(np.float64)
    shape = image_shape(len(inputs), net.feature_names, np.shape(x))
    parts = row.parts or _single_inputs(explainer, inputs, shape)
    if row.parts:
        shape = shape_of_pixels(parts)
    start, words = _baseline(explainer.step.x, shape, row)
    picture = row.picture
    if shape and picture is None:
        picture = image_picture(_values(parts), shape, "The row")
    question = Question.of(explainer.step, explainer.symbols, net.classes)
    score = Score(net.architecture, net.parameters, question.coefficients)
    page = Why(
        explainer,
        question,
        Attribution.of(score, inputs, start),
        words,
        parts,
        shape,
        picture,
        row.note,
        _Stories(step),
    )
    return _finished(page, step, row)


def _finished(page: Why, step: Explanation, row: Row) -> WhyExplanation:
    title, origins = row.title or page.question.title, row.origins or {}

    def made(explainer: Explainer) -> list[Section]:
        return why_sections(replace(page, explainer=explainer))

    whole = WhyExplanation.of(title, made, page.explainer, step.check, origins)
    whole.attribution, whole.question = page.attribution, page.question
    return whole


@dataclass(frozen=True)
class _Stories:
    """How the gradients and updates of single weights come about."""

    step: Explanation

    def __call__(self, place: WeightPlace) -> list[Block]:
        """Return the blocks of a weight's page, but for what all weights share."""
        story = self.step.weight(name_of(place, self.step.explainer.symbols.notation)).document
        blocks: list[Block] = []
        for section in story.sections[:-1]:
            if not section.folded and not section.title.startswith(SHARED):
                blocks += [Paragraph(f"{section.title}:"), *section.blocks]
        return blocks


def _single_inputs(
    explainer: Explainer, x: Array, shape: tuple[int, ...] | None
) -> list[InputPart]:
    names = [explainer.symbols.unit_name(0, unit) for unit in range(len(x))]
    if shape and not explainer.symbols.feature_names:
        names = pixel_names(shape)
    return [InputPart(name, float(x[n]), (n,)) for n, name in enumerate(names)]


def shape_of_pixels(parts: Sequence[InputPart]) -> tuple[int, ...] | None:
    """Return the shape of the picture whose pixels are columns of numbers, if they are."""
    if not all(isinstance(part.value, float) for part in parts):
        return None
    return image_shape(len(parts), [part.name for part in parts])


def background(values: Array) -> float | None:
    """Return the value of a picture's background, the most frequent one, if it has one."""
    different, counts = np.unique(values, return_counts=True)
    most = int(counts.argmax())
    return float(different[most]) if counts[most] >= BACKGROUND * len(values) else None


def blank_words(value: float) -> str:
    """Return what a picture of one value is called."""
    return f"a blank picture (every pixel {value:.4g})"


def _values(parts: Sequence[InputPart]) -> Array:
    return np.array([part.value for part in parts], dtype=np.float64)


def _baseline(x: Array, shape: tuple[int, ...] | None, row: Row) -> tuple[Array, str]:
    """The baseline, and what it is in words."""
    if row.baseline is not None:
        # In the precision of the inputs, so that what is alike is so to the last bit.
        given = numbers_of(row.baseline, x.dtype, "the baseline")
        start = checked_inputs(given.reshape(1, -1), len(x), given.dtype, "the baseline")
        return start[0].astype(np.float64), row.baseline_words
    blank = background(x) if shape else None
    if blank is not None:
        return np.full(len(x), blank), blank_words(blank)
    return np.zeros(len(x)), "a row of zeros"
