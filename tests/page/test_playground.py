import pytest

import glassnet as gn
from glassnet.page.playground import Playground
from glassnet.page.problems import PROBLEMS
from glassnet.page.setup import HiddenLayer, Setup


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_playground_learns_as_fit_does(problem: str) -> None:
    setup = Setup(problem=problem, optimizer="adam", learning_rate=0.01, batch_size=10, l2=0.001)
    playground = Playground(setup)
    training, learning = playground.training, playground.learning
    fitted = gn.Network(
        [learning.x.shape[1], gn.Dense(2, "tanh"), playground.network.architecture.layers[-1]],
        seed=setup.seed,
    )
    fitted.fit(
        learning.x,
        learning.targets,
        optimizer=gn.Adam(0.01),
        batch_size=10,
        penalties=gn.L2(0.001),
        epochs=3,
    )
    training.forward(3 * training.steps_in_epoch)
    assert playground.network.parameters.tobytes() == fitted.parameters.tobytes()


def test_examples_of_the_test_are_not_learned_from() -> None:
    playground = Playground(Setup(problem="spirals"))
    assert playground.held_out is not None
    rows = {*playground.learning.rows.tolist(), *playground.held_out.rows.tolist()}
    assert len(rows) == len(playground.learning) + len(playground.held_out) == 300


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        (Setup(output="identity"), "2 classes need an output layer of softmax or sigmoid"),
        (Setup(problem="three classes", output="sigmoid"), "3 classes need .* softmax, not"),
        (Setup(optimizer="lbfgs"), "L-BFGS takes no steps that could be watched"),
        (Setup(optimizer="adan"), "unknown optimizer 'adan'"),
        (Setup(loss="hinge"), "hinge"),
        (Setup(hidden=(HiddenLayer(2, "tan"),)), "unknown activation 'tan'"),
    ],
)
def test_what_does_not_fit_together_is_said(setup: Setup, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Playground(setup)
