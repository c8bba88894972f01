"""The page of a whole step: the story, and everything else folded behind it."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeAlias

from glassnet.explanation.explainer import Explainer
from glassnet.explanation.numbers_end import (
    LOSS,
    OUTCOME,
    UPDATE,
    backward_stage,
    forward_stage,
)
from glassnet.explanation.pages.details import (
    ShownWeights,
    backward_details,
    batch_details,
    forward_details,
    loss_details,
    network_details,
    update_details,
)
from glassnet.explanation.pages.story import (
    backward_story,
    few,
    forward_story,
    loss_story,
    network_story,
    outcome_story,
    update_story,
)
from glassnet.formula.document import Paragraph, Section

__all__ = ["forward_sections", "step_sections"]

#: The stage of the numbers that a part of the page shows, and what makes its sections.
_Part: TypeAlias = tuple[str | None, Callable[[], list[Section]]]


def forward_sections(explainer: Explainer) -> list[Section]:
    """The network and the forward pass."""
    return _as_far_as_numbers_go(explainer, _forward_parts(explainer))


def step_sections(explainer: Explainer, shown: ShownWeights) -> list[Section]:
    """Forward pass, loss, backward pass, update and outcome."""
    return _as_far_as_numbers_go(explainer, _step_parts(explainer, shown))


def _forward_parts(explainer: Explainer) -> Iterator[_Part]:
    end = explainer.end
    if end is None or not end.in_forward_pass:
        yield None, lambda: [network_story(explainer), *network_details(explainer)]
        yield None, lambda: [forward_story(few(explainer))]
    else:
        yield None, lambda: network_details(explainer)
    for layer in range(1, explainer.depth + 1):
        yield forward_stage(layer), partial(forward_details, explainer, layer)


def _step_parts(explainer: Explainer, shown: ShownWeights) -> Iterator[_Part]:
    end, depth = explainer.end, explainer.depth
    yield from _forward_parts(explainer)
    yield LOSS, lambda: [loss_story(few(explainer)), *loss_details(explainer)]
    yield None, lambda: batch_details(explainer)
    if end is None or end.has_gradients:
        yield None, lambda: backward_story(few(explainer))
    for layer in range(depth, 0, -1):
        yield backward_stage(layer), partial(backward_details, explainer, layer, shown)
    if end is None:
        yield None, lambda: [update_story(few(explainer))]
    if explainer.update_equations is not None:
        yield UPDATE, lambda: [update_details(explainer, shown)]
        yield OUTCOME, lambda: [outcome_story(explainer)]


def _as_far_as_numbers_go(explainer: Explainer, parts: Iterable[_Part]) -> list[Section]:
    """The sections up to the first part with numbers that are not finite, and where that is."""
    sections: list[Section] = []
    for stage, make in parts:
        if explainer.end is not None and stage == explainer.end.stage:
            end = Section("Where the numbers end", (Paragraph(str(explainer.end)),))
            return [*sections, end]
        sections += make()
    return sections
