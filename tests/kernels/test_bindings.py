"""The border to the compiled kernels: what they know by name, and what they refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.core.record import records
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.optim.optimizer import Optimizer
from tests.random_networks import built_in

pytestmark = pytest.mark.native


@pytest.fixture
def kernels() -> Any:
    from glassnet.engine import _kernels

    return _kernels


def layer(kernels: Any, **changes: Any) -> Any:
    """One weight and one bias."""
    options = {
        "connection": kernels.Connection.dense,
        "from_units": 1,
        "to_units": 1,
        "weights": 0,
        "biases": 1,
        "activation": kernels.Activation.elu,
        "hyper_parameters": {"alpha": 0.5},
        "multiplier": 1.0,
        "weight_rate": 1.0,
        "bias_rate": 1.0,
    }
    return kernels.Layer(**options | changes)


def program(kernels: Any, **changes: Any) -> Any:
    options = {
        "layers": [layer(kernels)],
        "loss": kernels.Loss.huber,
        "hyper_parameters": {"threshold": 1.0},
        "isa": "scalar",
    }
    return kernels.Program(**options | changes)


def update(kernels: Any, **changes: Any) -> Any:
    none = kernels.Penalty(0.0, 0.0, 0.0, 0.0)
    options = {
        "rule": kernels.Rule.rmsprop,
        "hyper_parameters": {"rho": 0.9, "epsilon": 1e-8},
        "l1": none,
        "l2": none,
        "decay": none,
        "clip_norm": 0.0,
    }
    return kernels.Update(**options | changes)


def activate(kernels: Any, **changes: Any) -> Any:
    options = {
        "isa": "scalar",
        "activation": kernels.Activation.elu,
        "hyper_parameters": {"alpha": 0.5},
        "derivative": False,
        "x": np.zeros(1),
        "y": np.zeros(1),
    }
    return kernels.activate(**options | changes)


Made = Callable[..., Any]
# How it is made, the argument that says which one, and the names of its hyper-parameters.
PLACES: dict[str, tuple[Made, str, tuple[str, ...]]] = {
    "layer": (layer, "activation", ("alpha",)),
    "program": (program, "loss", ("threshold",)),
    "update": (update, "rule", ("rho", "epsilon")),
    "activate": (activate, "activation", ("alpha",)),
}
both = pytest.mark.parametrize(("make", "which", "names"), PLACES.values(), ids=PLACES)


@both
def test_the_right_hyper_parameters_are_taken(
    kernels: Any, make: Made, which: str, names: tuple[str, ...]
) -> None:
    make(kernels)
    make(kernels, hyper_parameters=dict.fromkeys(reversed(names), 0.25))


@both
def test_unknown_and_missing_hyper_parameters_are_refused(
    kernels: Any, make: Made, which: str, names: tuple[str, ...]
) -> None:
    right = dict.fromkeys(names, 0.5)
    fewer = dict.fromkeys(names[1:], 0.5)
    wrong = [{}, {**right, "beta": 0.5}, {**fewer, "beta": 0.5}, fewer]
    for numbers in wrong:
        expected = rf"expected the hyper-parameters \({', '.join(names)}\), but got "
        got = rf"\({', '.join(sorted(numbers))}\)"
        with pytest.raises(ValueError, match=expected + got):
            make(kernels, hyper_parameters=numbers)


@both
@pytest.mark.parametrize("numbers", [None, [0.5], {"alpha": "0.5"}, {1: 0.5}])
def test_what_is_no_mapping_of_names_to_numbers_is_refused(
    kernels: Any, make: Made, which: str, names: tuple[str, ...], numbers: Any
) -> None:
    with pytest.raises(TypeError):
        make(kernels, hyper_parameters=numbers)


@both
def test_unknown_numbers_names_and_members_of_other_kinds_are_refused(
    kernels: Any, make: Made, which: str, names: tuple[str, ...]
) -> None:
    for wrong in (-1, 99, 2**31, "elu", None, kernels.Connection.scale, kernels.Elementary.exp):
        with pytest.raises(TypeError):
            make(kernels, **{which: wrong})


def test_there_are_no_members_of_other_numbers_or_names(kernels: Any) -> None:
    for kind in (kernels.Activation, kernels.Loss, kernels.Rule, kernels.Elementary):
        for number in (-1, len(kind.__members__), 2**31):
            with pytest.raises(ValueError, match="is not a valid"):
                kind(number)
        with pytest.raises(KeyError):
            kind["swish"]


def test_a_layer_is_dense_or_scales(kernels: Any) -> None:
    for connection in (kernels.Connection.dense, kernels.Connection.scale):
        layer(kernels, connection=connection)
    for wrong in (2, "dense", kernels.Loss.huber):
        with pytest.raises(TypeError):
            layer(kernels, connection=wrong)


def test_an_elementary_function_is_named_by_its_member(kernels: Any) -> None:
    x, y = np.array([1.0]), np.zeros(1)
    kernels.elementary("scalar", kernels.Elementary.exp, x, y)
    assert y[0] == pytest.approx(np.e)
    for wrong in (99, "exp", kernels.Activation.exponential):
        with pytest.raises(TypeError):
            kernels.elementary("scalar", wrong, x, y)


def test_the_kernels_know_what_python_knows_with_the_same_hyper_parameters(kernels: Any) -> None:
    activations = records(Activation)
    losses = records(Loss)
    optimizers = records(Optimizer)
    names = built_in(Activation)
    assert sorted(names) == sorted(kernels.Activation.__members__)
    for name in names:
        numbers = activations[name]().hyper_parameters
        layer(kernels, activation=kernels.Activation[name], hyper_parameters=numbers)
    names = built_in(Loss)
    assert sorted(names) == sorted(kernels.Loss.__members__)
    for name in names:
        numbers = losses[name]().hyper_parameters
        program(kernels, loss=kernels.Loss[name], hyper_parameters=numbers)
    names = built_in(Optimizer)
    rules = {vars(optimizers[name]).get("kernel", name) for name in names}
    assert sorted({*rules, "gradient_only"}) == sorted(kernels.Rule.__members__)


STARTS, COLUMNS, VALUES = np.array([0, 1, 2]), np.array([0, 0], np.int32), np.array([0.5, 2.0])


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ((STARTS[:0], COLUMNS, VALUES), "a start and an end of its rows"),
        ((STARTS, COLUMNS[:1], VALUES), "a column for each number"),
        ((np.array([0, 2, 3]), COLUMNS, VALUES), "a sparse row is not there"),
        ((np.array([1, 0, 2]), COLUMNS, VALUES), "a sparse row is not there"),
        ((np.array([-1, 1, 2]), COLUMNS, VALUES), "a sparse row is not there"),
        ((STARTS, np.array([0, 1], np.int32), VALUES), "a column that is not there"),
        ((STARTS, np.array([-1, 0], np.int32), VALUES), "a column that is not there"),
    ],
)
def test_sparse_inputs_that_point_elsewhere_are_refused(
    kernels: Any, arrays: tuple[Any, ...], expected: str
) -> None:
    def predict(x: Any) -> None:
        kernels.predict(program(kernels), np.ones(2), x, None, np.zeros((2, 1)), None, 1)

    def learn(x: Any) -> None:
        order, starts, rates, losses = np.arange(2), np.array([0, 2]), np.zeros(1), np.zeros(1)
        kernels.run(
            *(program(kernels), update(kernels), None, 0, np.ones(2), np.zeros((1, 2)), 0),
            *(x, np.zeros((2, 1)), None, order, starts, rates, losses, None, np.inf, 1, False),
        )

    for use in (predict, learn):
        use((STARTS, COLUMNS, VALUES))
        with pytest.raises(ValueError, match=expected):
            use(arrays)
    scale = layer(kernels, connection=kernels.Connection.scale)
    with pytest.raises(ValueError, match="needs a first layer that is dense"):
        kernels.predict(
            program(kernels, layers=[scale]),
            *(np.ones(2), (STARTS, COLUMNS, VALUES), None, np.zeros((2, 1)), None, 1),
        )
