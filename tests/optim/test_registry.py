"""Optimizers by name: in fit, explain and recipes; unknown ones are refused with the known ones."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.record import records
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.registry import optimizer_named

X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1]


def fitted(optimizer: str | Optimizer | gn.LBFGS) -> gn.Network:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=1)
    net.fit(X, y, epochs=2, optimizer=optimizer)
    return net


@pytest.mark.parametrize("name", records(Optimizer))
def test_a_name_stands_for_the_optimizer_with_its_own_defaults(name: str) -> None:
    if not records(Optimizer)[name].__module__.startswith("glassnet."):
        return
    for spelled in (name, name.upper(), name.replace("_", "-").title()):
        assert optimizer_named(spelled) == records(Optimizer)[name]()
    expected = fitted(records(Optimizer)[name]()).parameters
    np.testing.assert_array_equal(fitted(name).parameters, expected)


def test_l_bfgs_has_a_name_too() -> None:
    np.testing.assert_array_equal(fitted("L-BFGS").parameters, fitted(gn.LBFGS()).parameters)
    with pytest.raises(ValueError, match="no use for dropout"):
        gn.Network([2, 2], output="softmax").fit(X, y, optimizer="lbfgs", dropout=0.5)
    with pytest.raises(TypeError, match="L-BFGS takes no steps"):
        gn.explain(fitted("sgd"), X[0], 1, optimizer="lbfgs")


def test_an_explained_step_takes_a_name_and_its_rate() -> None:
    net = fitted("adam")
    by_name = gn.explain(net, X[0], 1, optimizer="Adam", learning_rate=0.25)
    given = gn.explain(net, X[0], 1, optimizer=gn.Adam(0.25))
    assert by_name.document == given.document
    with pytest.raises(ValueError, match="learning_rate or optimizer, not both"):
        gn.explain(net, X[0], 1, optimizer=gn.Adam(), learning_rate=0.25)


def test_a_recipe_takes_a_name() -> None:
    assert gn.Recipe(optimizer="nesterov").optimizer == gn.Nesterov()
    with pytest.raises(TypeError, match="optimizer must be an Optimizer or its name"):
        gn.Recipe(optimizer="lbfgs")


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    net = gn.Network([2, 2], output="softmax")
    for use in (
        lambda: net.fit(X, y, optimizer="sdg"),
        lambda: gn.explain(net, X[0], 1, optimizer="sdg"),
        lambda: gn.Recipe(optimizer="sdg"),
    ):
        with pytest.raises(ValueError, match=r"unknown optimizer 'sdg'; known are: adam, .*lbfgs"):
            use()
    with pytest.raises(TypeError, match=r"optimizer must be .*like 'adam' or gn.Adam"):
        net.fit(X, y, optimizer=0.1)  # type: ignore[arg-type]
