"""Options are written down and come back equal; classes that are not known are named."""

from dataclasses import dataclass

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.record import records
from glassnet.errors import FileFormatError, JournalError
from glassnet.nn.losses.loss import Loss
from glassnet.optim.optimizer import Optimizer
from glassnet.training.journal.configuration import configured, differences, revived
from glassnet.training.schedule import Factors, Schedule, UpcomingSteps

OPTIONS = [
    *(kind() for kind in records(Optimizer).values()),
    *(kind() for kind in records(Loss).values() if kind.name != "pinball"),
    gn.Pinball(0.3),
    gn.LBFGS(memory=3),
    gn.L1(0.1),
    gn.L2(0.1, biases=True, over_examples=True),
    gn.WeightDecay(0.01),
    gn.Dropout([0.1, 0.2], inputs=0.05),
    gn.EarlyStopping(3, 0.1, "accuracy"),
    gn.ConstantRate(),
    gn.StepDecay(3, 0.5),
    gn.ExponentialDecay(0.1),
    gn.Cosine(0.2),
    gn.OneCycle(),
    gn.WarmUp(0.1, gn.WarmUp(0.2, gn.Adaptive(patience=2))),
    gn.InverseScaling(0.3),
    gn.CosLog4(),
    None,
    0.25,
    "balanced",
    {"yes": 2.0, 3: 1.0, True: 0.5},
    float("inf"),
    {"of": 1.0, "number": float("nan"), "pairs": -float("inf")},
]


@pytest.mark.parametrize("option", OPTIONS, ids=repr)
def test_an_option_comes_back_equal(option: object) -> None:
    again = revived(configured(option))
    assert type(again) is type(option)
    # repr tells NaN, which is equal to nothing.
    assert repr(again) == repr(option).replace("[0.1, 0.2]", "(0.1, 0.2)")


@dataclass(frozen=True)
class Halves(Schedule):
    """A user's own."""

    after: int

    def factors(self, steps: UpcomingSteps) -> Factors:
        return np.where(steps.epochs < self.after, 1.0, 0.5)


def test_a_users_own_comes_back_where_its_class_is_defined() -> None:
    assert revived(configured(Halves(4))) == Halves(4)
    with pytest.raises(JournalError, match="was made with Thirds, which is not known here"):
        revived({"of": "Thirds", "after": 2})
    with pytest.raises(JournalError, match="the run's StepDecay does not fit"):
        revived({"of": "StepDecay", "epochs": -3})
    with pytest.raises(JournalError, match="the run's StepDecay does not fit"):
        revived({"of": "StepDecay", "code": "import os"})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"of": 3},
        {"pairs": 3},
        {"pairs": [[1]]},
        {"pairs": [[[], 2]]},
        {"pairs": [], "more": 1},
        {"number": "0x1"},
        {"number": 1},
        [{"of": None}],
    ],
    ids=repr,
)
def test_what_is_no_option_is_refused(values: object) -> None:
    with pytest.raises(FileFormatError, match="option"):
        revived(values)


def test_options_that_are_nested_without_end_are_refused() -> None:
    values: list[object] = []
    for _ in range(100_000):
        values = [values]
    with pytest.raises(FileFormatError, match="nested too deeply"):
        revived(values)


def test_what_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(TypeError, match="a journal cannot hold"):
        configured(lambda: None)


def test_differences_are_said_in_words() -> None:
    before = {"epochs": 5, "schedule": configured(gn.Cosine()), "dropout": None}
    now = {"epochs": 10, "schedule": configured(gn.StepDecay(3)), "dropout": 0.1}
    assert differences(before, now) == [
        "epochs was 5 and is 10",
        "schedule was Cosine(final=0.0) and is StepDecay(epochs=3, factor=0.1)",
        "dropout was not given and is 0.1",
    ]
    inner = differences(configured(gn.Adam(0.1)), configured(gn.Adam(0.2)), "optimizer")
    assert inner == ["optimizer learning_rate was 0.1 and is 0.2"]
