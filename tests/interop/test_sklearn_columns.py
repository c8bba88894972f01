"""Transformers as layers: what comes out of a pipeline comes out of the network."""

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

import glassnet as gn
from glassnet.errors import PartialImportWarning

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(loc=3, scale=2, size=(60, 4))
CODES = np.column_stack([X, RANDOM.integers(3, 7, size=60), RANDOM.integers(0, 2, size=60)])
CODES[:4, 4] = [3, 4, 5, 6]
VALUES = X @ np.array([1.0, -0.5, 2.0, 0.3]) + CODES[:, 4] * CODES[:, 5]
FRAME = pd.DataFrame(X, columns=["a", "b", "c", "d"])


def same(transformer: Any, rows: Any, estimator: Any = None) -> gn.Network:
    """Import a pipeline of this transformer, and compare."""
    regressor = estimator or MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=1)
    with np.errstate(all="ignore"):
        pipeline = make_pipeline(transformer, regressor).fit(rows, VALUES)
    net = gn.from_sklearn(pipeline)
    assert net.predict(np.asarray(rows)) == pytest.approx(pipeline.predict(rows), abs=1e-9)
    return net


pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def named(transformer: object) -> str:
    """A test's name, the same in every process."""
    return re.sub(r" at 0x\w+", "", str(transformer))


@pytest.mark.parametrize(
    "transformer",
    [
        make_pipeline(StandardScaler(), make_pipeline(MinMaxScaler(), "passthrough")),
        make_union(StandardScaler(), make_pipeline(RobustScaler(), MinMaxScaler())),
        StandardScaler(with_mean=False, with_std=False),
        PCA(2),
        PCA(3, whiten=True),
        TruncatedSVD(2),
        VarianceThreshold(0.1),
        SelectKBest(lambda X, y: np.abs(np.corrcoef(X.T, y)[-1, :-1]), k=2),
        SimpleImputer(),
        FunctionTransformer(),
        ColumnTransformer([("s", StandardScaler(), [2, 0])]),
        ColumnTransformer([("s", StandardScaler(), slice(1, 3))], remainder="passthrough"),
        ColumnTransformer([("s", StandardScaler(), [True, False, True, False])]),
        ColumnTransformer([("s", StandardScaler(), [-1]), ("m", MinMaxScaler(), [-1, 0])]),
        ColumnTransformer([("d", "drop", [0]), ("p", "passthrough", [1])], remainder=PCA(1)),
        ColumnTransformer(
            [("s", StandardScaler(), [0]), ("e", MinMaxScaler(), [])],
            transformer_weights={"s": 2.0},
        ),
    ],
    ids=named,
)
def test_transformers_of_arrays(transformer: Any) -> None:
    net = same(transformer, X)
    assert net.architecture.inputs == 4


@pytest.mark.parametrize(
    "transformer",
    [
        ColumnTransformer([("s", StandardScaler(), ["b", "a"]), ("p", "passthrough", ["d"])]),
        ColumnTransformer([("s", StandardScaler(), slice("b", "c"))], remainder=RobustScaler()),
        make_column_transformer((StandardScaler(), make_column_selector(pattern="a|d"))),
        make_pipeline(
            ColumnTransformer([("s", MinMaxScaler(), ["c"])], remainder="passthrough"),
            StandardScaler(),
        ),
    ],
    ids=named,
)
def test_transformers_of_named_columns(transformer: Any) -> None:
    assert same(transformer, FRAME).feature_names == ["a", "b", "c", "d"]


@pytest.mark.parametrize("regressor", [Ridge(), LinearRegression()])
@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(),
        OneHotEncoder(drop="first"),
        OneHotEncoder(drop="if_binary", sparse_output=False),
        OneHotEncoder(handle_unknown="ignore"),
    ],
    ids=named,
)
def test_one_hot_columns_of_numbers(encoder: Any, regressor: Any) -> None:
    columns = [("one-hot", encoder, [4, 5]), ("scaled", StandardScaler(), [0, 3])]
    with pytest.warns(PartialImportWarning, match="for the categories that the encoder knows"):
        same(ColumnTransformer(columns, remainder="passthrough"), CODES, regressor)
    with pytest.warns(PartialImportWarning, match="for the categories that the encoder knows"):
        same(make_pipeline(ColumnTransformer(columns), StandardScaler(with_mean=False)), CODES)


def test_an_unknown_whole_number_has_no_category() -> None:
    encoder = ColumnTransformer([("o", OneHotEncoder(handle_unknown="ignore"), [4, 5])])
    pipeline = make_pipeline(encoder, Ridge()).fit(CODES, VALUES)
    with pytest.warns(PartialImportWarning):
        net = gn.from_sklearn(pipeline)
    others = np.tile(CODES[:1], (4, 1))
    others[:, 4] = [2, 8, -3, 100]
    assert net.predict(others) == pytest.approx(pipeline.predict(others), abs=1e-9)


def test_one_hot_layers_do_not_learn() -> None:
    pipeline = make_pipeline(ColumnTransformer([("o", OneHotEncoder(), [4, 5])]), Ridge())
    with pytest.warns(PartialImportWarning):
        net = gn.from_sklearn(pipeline.fit(CODES, VALUES))
    before = [np.array(W) for W in net.weights]
    net.fit(CODES, VALUES, epochs=2, optimizer=gn.SGD(0.01))
    after = [np.array(W) for W in net.weights]
    unchanged = [np.array_equal(W, now) for W, now in zip(before, after, strict=True)]
    assert unchanged == [True, True, False]


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (
            PolynomialFeatures(),
            "a PolynomialFeatures is not supported: no layer .*pipeline\\[1:\\]",
        ),
        (FunctionTransformer(np.abs), "a FunctionTransformer of absolute is not supported"),
        (SimpleImputer(add_indicator=True), "a SimpleImputer is not supported"),
        (SimpleImputer(missing_values=-1.0), "a SimpleImputer is not supported"),
        (OneHotEncoder(min_frequency=30), "with infrequent categories is not supported"),
        (
            make_pipeline(MinMaxScaler(), OneHotEncoder(handle_unknown="ignore")),
            "a OneHotEncoder after another transformer of its column",
        ),
    ],
    ids=named,
)
def test_what_no_layer_does_is_refused(transformer: Any, message: str) -> None:
    pipeline = make_pipeline(transformer, LinearRegression()).fit(CODES[:, 4:], VALUES)
    with pytest.raises(gn.LimitError, match=message):
        gn.from_sklearn(pipeline)


def test_text_and_missing_categories_are_refused() -> None:
    words = np.array(["ant", "bee", "cat"])[RANDOM.integers(0, 3, size=60)]
    frame = pl.DataFrame(X, schema=["a", "b", "c", "d"]).with_columns(kind=words)
    columns = ColumnTransformer([("o", OneHotEncoder(), ["kind"])], remainder="passthrough")
    pipeline = make_pipeline(columns, LogisticRegression()).fit(frame, words)
    with pytest.raises(gn.LimitError, match="of the categories 'ant', 'bee', 'cat' is not supp"):
        gn.from_sklearn(pipeline)
    missing = np.where(CODES[:, 4:5] == 5, np.nan, CODES[:, 4:5])
    pipeline = make_pipeline(OneHotEncoder(), LinearRegression()).fit(missing, VALUES)
    with pytest.raises(gn.LimitError, match="with missing values as a category"):
        gn.from_sklearn(pipeline)


def test_a_missing_value_that_an_imputer_would_fill_is_refused() -> None:
    pipeline = make_pipeline(SimpleImputer(), LinearRegression()).fit(X, VALUES)
    rows = X.copy()
    rows[0, 0] = np.nan
    with pytest.raises(ValueError, match="expected finite numbers"):
        gn.from_sklearn(pipeline).predict(rows)
