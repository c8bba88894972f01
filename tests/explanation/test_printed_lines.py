"""Every line holds as it is printed: each is read from the page and computed again."""

import numpy as np
import pytest

import glassnet as gn
from tests.explanation.printed_lines import printed_lines, sensitivity
from tests.random_networks import random_case

NOTATIONS: tuple[str | gn.Notation, ...] = ("in-y", "z-a", gn.Notation(net_input="s", output="o"))


def explained(seed: int, **style: object) -> gn.Explanation:
    case = random_case(seed, dtype="float64", widest=4, most_hidden=2, most_rows=3, plain=True)
    explanation: gn.Explanation = gn.explain(  # type: ignore[call-overload]  # of numbers and notation
        case.net,
        case.x,
        case.targets,
        loss=case.loss,
        optimizer=case.rule.optimizer,
        **style,
    )
    return explanation


@pytest.mark.parametrize("seed", range(60))
def test_on_paper_every_line_holds_to_the_last_digit(seed: int) -> None:
    step = explained(seed, decimals=4, notation=NOTATIONS[seed % 3])
    lines = list(printed_lines(step.full().to_text()))
    assert len(lines) > 10
    for line in lines:
        apart = abs(line.evaluate() - line.shown)
        assert apart <= line.unit / 2 * (1 + 1e-9) + 1e-9 * abs(line.shown), line


@pytest.mark.parametrize("seed", range(60))
def test_unrounded_every_line_holds_within_its_digits(seed: int) -> None:
    step = explained(seed, notation=NOTATIONS[seed % 3])
    text = step.full().to_text()
    says_why = "so nearly saturated that the rounded numbers above cancel" in " ".join(text.split())
    for line in printed_lines(text):
        apart = abs(line.evaluate() - line.shown)
        allowed = 1.01 * (sensitivity(line) + line.unit / 2) + 1e-12 * abs(line.shown)
        assert apart <= allowed or says_why or not np.isfinite(apart), line
