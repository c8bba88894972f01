"""What scikit-learn's estimators have not: what their users asked for."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csr_matrix, issparse
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

import glassnet as gn
from glassnet.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True)
    return scale(X), y


def test_the_network_is_ready_to_be_explained() -> None:
    X, y = iris()
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = MLPClassifier((5,), max_iter=30, random_state=0).fit(X, names)
    step = gn.explain(model.network_, X[0], "setosa", learning_rate=0.1)
    assert step.check is not None
    assert step.check.passed
    assert model.network_.classes is not None
    assert model.network_.classes.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.predict(X).tolist() == model.network_.predict(X).tolist()


def test_class_weight_are_weights_of_examples() -> None:
    X, y = iris()
    weights = {0: 1.0, 1: 3.0, 2: 0.5}
    by_class = MLPClassifier(max_iter=10, random_state=0, class_weight=weights).fit(X, y)
    by_example = MLPClassifier(max_iter=10, random_state=0)
    by_example.fit(X, y, sample_weight=[weights[label] for label in y])
    assert by_class.network_.parameters.tobytes() == by_example.network_.parameters.tobytes()
    balanced = MLPClassifier(max_iter=10, random_state=0, class_weight="balanced")
    rare = np.concatenate([np.arange(100), [100, 101]])
    recall = (balanced.fit(X[rare], y[rare]).predict(X[100:]) == 2).mean()
    plain = MLPClassifier(max_iter=10, random_state=0).fit(X[rare], y[rare])
    assert recall > (plain.predict(X[100:]) == 2).mean()


def test_each_layer_may_have_an_activation_of_its_own() -> None:
    X, y = iris()
    model = MLPClassifier((6, 4), ["mish", "tanh"], max_iter=50, random_state=0).fit(X, y)
    found = [layer.activation.name for layer in model.network_.architecture.layers]
    assert found == ["mish", "tanh", "softmax"]
    model = MLPClassifier((6, 4), gn.LeakyRelu(0.2), max_iter=2).fit(X, y)
    layers = model.network_.architecture.layers
    assert [layer.activation for layer in layers[:2]] == [gn.LeakyRelu(0.2)] * 2
    with pytest.raises(ValueError, match="activation names 3 activations; there are 2 hidden"):
        MLPClassifier((6, 4), ["relu"] * 3).fit(X, y)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("absolute_error", "mean_absolute_error"),
        ("huber", "huber"),
        ("quantile", "pinball"),
        (gn.Pinball(0.9), "pinball"),
        ("mean_squared_error", "mean_squared_error"),
    ],
)
def test_other_losses_are_descended(loss: Any, name: str) -> None:
    X, y = load_diabetes(return_X_y=True)
    y = scale(y)
    model = MLPRegressor(loss=loss, max_iter=60, random_state=0).fit(X, y)
    assert model.network_.loss.name == name
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    if loss == gn.Pinball(0.9):
        assert 0.8 < (y < model.predict(X)).mean() < 0.97


def test_smoothed_labels_make_it_less_certain() -> None:
    X, y = iris()
    smooth = MLPClassifier(loss=gn.CategoricalCrossentropy(0.2), max_iter=300, random_state=0)
    plain = MLPClassifier(max_iter=300, random_state=0)
    certain = [model.fit(X, y).predict_proba(X).max(axis=1).mean() for model in (smooth, plain)]
    assert certain[0] < certain[1]


def test_validation_data_are_measured_after_each_epoch_and_the_best_comes_back() -> None:
    X, y = iris()
    hold = np.arange(0, 150, 3)
    learn = np.setdiff1d(np.arange(150), hold)
    seen: list[float] = []

    def watch(model: MLPClassifier) -> None:
        seen.append(float((model.predict(X[hold]) == y[hold]).mean()))

    model = MLPClassifier(max_iter=40, random_state=2, callbacks=watch, learning_rate_init=0.02)
    model.fit(X[learn], y[learn], X_val=X[hold], y_val=y[hold])
    assert model.validation_scores_ == pytest.approx(seen)
    assert model.best_validation_score_ == max(seen)
    assert model.score(X[hold], y[hold]) == max(seen)
    assert len(model.validation_loss_curve_) == 40
    last = MLPClassifier(max_iter=40, random_state=2, learning_rate_init=0.02, restore_best=False)
    last.fit(X[learn], y[learn], X_val=X[hold], y_val=y[hold])
    assert last.score(X[hold], y[hold]) == seen[-1]


def test_a_callback_can_end_the_training() -> None:
    X, y = iris()

    def enough(model: MLPClassifier) -> bool:
        return model.loss_ < 0.8

    model = MLPClassifier(callbacks=[enough], random_state=0, learning_rate_init=0.01).fit(X, y)
    assert model.loss_ < 0.8 <= model.loss_curve_[-2]
    assert model.n_iter_ < 200


def test_dropout_leaves_units_out_and_is_repeated_by_the_seed() -> None:
    X, y = iris()
    first, second, none = (
        MLPClassifier(max_iter=5, random_state=3, dropout=rate).fit(X, y)
        for rate in (0.5, 0.5, 0.0)
    )
    assert first.network_.parameters.tobytes() == second.network_.parameters.tobytes()
    assert first.network_.parameters.tobytes() != none.network_.parameters.tobytes()


def test_any_number_of_threads_gives_the_same_bits() -> None:
    X, y = iris()
    one, two = (
        MLPClassifier((64,), max_iter=5, random_state=3, n_jobs=jobs).fit(X, y) for jobs in (1, 2)
    )
    assert one.network_.parameters.tobytes() == two.network_.parameters.tobytes()


def test_verbose_prints_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = iris()
    model = MLPClassifier(max_iter=3, random_state=0, verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Iteration 1, loss = {model.loss_curve_[0]:.8f}"
    assert len(lines) == 3


def test_weights_and_biases_can_be_set() -> None:
    X, y = iris()
    model = MLPClassifier((3,), max_iter=3, random_state=0).fit(X, y)
    model.coefs_ = [np.zeros((4, 3)), np.zeros((3, 3))]
    model.intercepts_ = [np.zeros(3), np.zeros(3)]
    assert model.predict_proba(X[:1]) == pytest.approx(np.full((1, 3), 1 / 3))
    model.intercepts_[-1] = np.log([0.5, 0.25, 0.25])
    assert model.predict_proba(X[:1]) == pytest.approx(np.array([[0.5, 0.25, 0.25]]))
    assert isinstance(model.coefs_, list)
    assert sum(w.size for w in model.coefs_ + model.intercepts_ if w is not None) == 27


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"solver": "newton"},
            "solver must be one of 'lbfgs', 'sgd', 'adam', 'adamw', not 'newton'",
        ),
        ({"hidden_layer_sizes": (5, 0)}, "each of hidden_layer_sizes must be at least 1, not 0"),
        ({"activation": "step"}, "unknown activation 'step'"),
        ({"alpha": -1}, "alpha must be at least 0"),
        ({"learning_rate": "quick"}, "learning_rate must be one of"),
        ({"learning_rate_init": 0}, "learning_rate must be above 0"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
        ({"validation_fraction": 1.0}, "validation_fraction must be from 0 to below 1"),
        (
            {"validation_fraction": 0.0, "early_stopping": True},
            "validation_fraction must be above 0 and below 1",
        ),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"dropout": 1.0}, "a dropout rate must be from 0 to below 1"),
        ({"loss": "ctc"}, "unknown loss 'ctc'"),
        ({"loss": "categorical_crossentropy"}, "needs the output activation 'softmax'"),
    ],
)
def test_impossible_parameters_are_refused(parameters: dict[str, Any], message: str) -> None:
    X, y = iris()
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**parameters).fit(X[:100], y[:100])


def test_a_callback_is_a_function() -> None:
    X, y = iris()
    with pytest.raises(TypeError, match="a callback must be a function of the estimator, not 5"):
        MLPClassifier(callbacks=5).fit(X, y)


def test_mistakes_in_the_data_are_named() -> None:
    X, y = iris()
    with pytest.raises(ValueError, match="classes must be given in the first call"):
        MLPClassifier().partial_fit(X, y)
    model = MLPClassifier(random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"y holds the class 3; the classes are \[0, 1, 2\]"):
        model.partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="'balanced' is not supported by partial_fit"):
        MLPClassifier(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"class_weight names the class 9; the classes are"):
        MLPClassifier(class_weight={9: 2.0}).fit(X, y)
    with pytest.raises(ValueError, match="in the first call of partial_fit it was"):
        model.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="loss='poisson' needs targets of at least 0"):
        MLPRegressor(loss="poisson").fit(X, -y)
    with pytest.raises(ValueError, match="y_val is missing; X_val and y_val belong together"):
        MLPClassifier().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="X_val is missing; X_val and y_val belong together"):
        MLPClassifier().fit(X, y, sample_weight_val=np.ones(150))
    with pytest.raises(ValueError, match=r"y holds the class 3; the classes are \[0, 1, 2\]"):
        MLPClassifier().fit(X, y, X_val=X, y_val=y + 1)
    with pytest.raises(ValueError, match="has no epochs to measure"):
        MLPClassifier(solver="lbfgs").fit(X, y, X_val=X, y_val=y)
    with pytest.raises(AttributeError, match="partial_fit"):
        MLPClassifier(solver="lbfgs").partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="fewer than 2"):
        MLPClassifier(early_stopping=True, validation_fraction=0.01).fit(X[::2], y[::2])


def test_sparse_labels_are_predicted_sparse_as_in_scikit_learn() -> None:
    X, y = make_multilabel_classification(60, random_state=0)
    model = MLPClassifier(max_iter=5, random_state=0).fit(X, csr_matrix(y))
    predicted = model.predict(X)
    assert issparse(predicted)
    dense = MLPClassifier(max_iter=5, random_state=0).fit(X, y).predict(X)
    assert csr_matrix(predicted).toarray().tolist() == dense.tolist()


def test_one_class_alone_is_always_predicted() -> None:
    X, _ = iris()
    model = MLPClassifier(max_iter=2, random_state=0).fit(X, ["only"] * len(X))
    assert set(model.predict(X).tolist()) == {"only"}


def test_a_training_that_does_not_end_is_warned_of() -> None:
    X, y = iris()
    with pytest.warns(
        ConvergenceWarning, match=r"Stochastic Optimizer: Maximum iterations \(2\) reached"
    ):
        MLPClassifier(max_iter=2).fit(X, y)


def test_a_warm_start_keeps_what_it_learned_without_validation() -> None:
    X, y = iris()
    model = MLPClassifier(max_iter=5, random_state=0, warm_start=True)
    model.fit(X, y, X_val=X[::3], y_val=y[::3])
    model.fit(X, y)
    error = model.network_.evaluate(X, y)
    model.fit(X, y)
    assert model.network_.evaluate(X, y) < error


def test_another_solver_starts_with_a_state_of_its_own() -> None:
    X, y = iris()
    changed, adam = (MLPClassifier(solver=solver, random_state=0) for solver in ("sgd", "adam"))
    changed.partial_fit(X, y, classes=[0, 1, 2])
    parameters = np.array(changed.network_.parameters)
    adam.partial_fit(X, y, classes=[0, 1, 2])
    adam.network_.parameters[...] = parameters
    adam._optimizer_state = None
    for model in (changed.set_params(solver="adam"), adam):
        model.set_params(random_state=1).partial_fit(X, y)
    assert changed.network_.parameters.tobytes() == adam.network_.parameters.tobytes()


def test_callbacks_may_return_the_truth_of_numpy() -> None:
    X, y = iris()
    for solver in ("adam", "sgd", "lbfgs"):
        model = MLPClassifier(solver=solver, callbacks=lambda model: np.bool_(model.n_iter_ == 3))
        assert model.fit(X, y).n_iter_ == 3


def test_dropout_has_no_place_in_a_full_batch() -> None:
    X, y = iris()
    with pytest.raises(ValueError, match="one smooth loss; dropout has no place there"):
        MLPClassifier(solver="lbfgs", dropout=0.2).fit(X, y)


def test_scores_of_many_validation_rows_are_those_of_all_at_once() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(70_000, 1))
    y = X[:, 0] + np.where(np.arange(70_000) < 65_536, 0, 5) + random.normal(size=70_000)
    model = MLPRegressor(
        hidden_layer_sizes=(4,), max_iter=2, batch_size=1000, random_state=0, restore_best=False
    )
    model.fit(X[:1000], y[:1000], X_val=X, y_val=y)
    assert model.validation_scores_ is not None
    assert model.validation_scores_[-1] == pytest.approx(model.score(X, y))


def test_callbacks_of_a_full_batch_see_the_loss_that_is_minimised() -> None:
    X, y = load_diabetes(return_X_y=True)
    losses: list[float] = []
    calls: list[int] = []

    def watch(model: MLPRegressor) -> bool:
        losses.append(model.loss_)
        return len(losses) == 5

    both = [watch, lambda model: calls.append(model.n_iter_)]
    model = MLPRegressor(
        hidden_layer_sizes=(5,), solver="lbfgs", alpha=5.0, random_state=0, callbacks=both
    )
    model.fit(X, scale(y))
    assert calls == [1, 2, 3, 4, 5]
    assert model.loss_ == pytest.approx(losses[-1])
    assert losses[-1] < losses[0]


SPARSE_TRAININGS: list[dict[str, Any]] = [
    {},
    {"early_stopping": True, "solver": "sgd"},
    {"solver": "lbfgs"},
    {"hidden_layer_sizes": (64, 32), "batch_size": 290, "n_jobs": 2},
    {"hidden_layer_sizes": (), "alpha": 0.0},
    {"dropout": gn.Dropout(0.3, inputs=0.2), "batch_size": 40},
]


@pytest.mark.native
@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("options", SPARSE_TRAININGS)
def test_sparse_examples_give_the_bits_of_dense_ones(
    options: dict[str, Any], precision: Any
) -> None:
    X = sparse.random(300, 40, 0.1, format="csr", random_state=0, dtype=precision)
    y = np.asarray(X.sum(axis=1)).ravel() > 2
    weights = np.linspace(0, 2, 300)
    of_sparse, of_dense = (
        MLPClassifier(**{"max_iter": 5, "random_state": 0, **options}).fit(inputs, y, weights)
        for inputs in (X, X.toarray())
    )
    assert of_sparse.network_.dtype == precision
    assert of_sparse.network_.parameters.tobytes() == of_dense.network_.parameters.tobytes()
    assert of_sparse.loss_ == of_dense.loss_
    assert of_sparse.predict_proba(X).tobytes() == of_dense.predict_proba(X.toarray()).tobytes()


@pytest.mark.parametrize("form", ["bsr", "coo", "csc", "dia", "dok", "lil"])
def test_every_form_of_sparse_matrix_is_learned_from(form: str) -> None:
    X = sparse.random(60, 12, 0.3, format="csr", random_state=0)
    y = np.asarray(X.sum(axis=1)).ravel()
    expected = MLPRegressor(max_iter=5, random_state=0).fit(X.toarray(), y)
    for given in (X.asformat(form), sparse.coo_array(X).asformat(form)):
        model = MLPRegressor(max_iter=5, random_state=0).fit(given, y)
        assert model.coefs_[0] == pytest.approx(expected.coefs_[0], abs=1e-12)
        assert model.predict(given) == pytest.approx(expected.predict(X.toarray()), abs=1e-12)


def test_numbers_of_one_cell_that_a_sparse_matrix_holds_apart_are_added() -> None:
    cells = (np.array([1.0, 2.0, 4.0, 8.0]), ([0, 0, 1, 2], [1, 1, 0, 1]))
    X = sparse.coo_matrix(cells, shape=(3, 2))
    apart = sparse.csr_matrix((cells[0], [1, 1, 0, 1], [0, 2, 3, 4]), shape=(3, 2))
    expected = MLPRegressor(max_iter=5, random_state=0).fit(X.toarray(), [1, 2, 3])
    model = MLPRegressor(max_iter=5, random_state=0).fit(apart, [1, 2, 3])
    assert model.predict(apart) == pytest.approx(expected.predict(X.toarray()), abs=1e-12)
    assert apart.nnz == 4  # what was given is as it was


def test_numbers_of_a_sparse_matrix_that_are_not_finite_are_refused() -> None:
    X = sparse.csr_matrix([[0.0, 1.0], [np.inf, 0.0]])
    with pytest.raises(ValueError, match="infinity"):
        MLPRegressor().fit(X, [1, 2])
