"""The models, each with its default hyperparameters: fit on one data frame, predict another."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["MODELS", "Predicted"]


@dataclass(frozen=True)
class Predicted:
    """What a model predicts for some rows: classes or numbers, and the classes' probabilities.

    Attributes
    ----------
    values : array of shape (rows,)
    probabilities : array of shape (rows, classes), optional
        Of the classes in sorted order.
    """

    values: NDArray[Any]
    probabilities: NDArray[np.float64] | None = None


def _text_columns(frame: Any) -> list[str]:
    return [name for name in frame.columns if not np.issubdtype(frame[name].dtype, np.number)]


def glassnet(recipe: Any = None, **options: Any) -> Callable[..., Any]:
    """Glassnet with its preset for tables, or another recipe, on the raw data frame."""

    def predict(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Predicted:
        import glassnet as gn

        own = replace(recipe or gn.Recipe(held_out=0, **options), seed=seed)
        task: Literal["classification", "regression"] = (
            "classification" if classification else "regression"
        )
        frame = train.assign(target=y)
        model = gn.train(frame, "target", own, task, progress=False).model
        return _predicted(model, test, classification)

    return predict


def _predicted(model: Any, test: Any, classification: bool) -> Predicted:
    """What a fitted model says, whose classes are in sorted order, as all of these have them."""
    values = np.asarray(model.predict(test)).reshape(len(test))
    return Predicted(values, model.predict_proba(test) if classification else None)


def _categorical(train: Any, test: Any, *, impute: bool = False) -> tuple[Any, Any]:
    """Both frames with text columns as pandas categories of the training rows."""
    import pandas as pd

    train, test = train.copy(), test.copy()
    for name in _text_columns(train):
        dtype = pd.CategoricalDtype(sorted(train[name].unique()))
        train[name], test[name] = train[name].astype(dtype), test[name].astype(dtype)
    if impute:
        for name in train.select_dtypes("number").columns:
            median = train[name].median()
            train[name], test[name] = train[name].fillna(median), test[name].fillna(median)
    return train, test


def sklearn_mlp(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Predicted:
    """scikit-learn's multilayer perceptron after standard preprocessing."""
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    text = _text_columns(train)
    numbers = [name for name in train.columns if name not in text]
    preprocess = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), text),
    )
    if classification:
        model = make_pipeline(preprocess, MLPClassifier(random_state=seed))
    else:
        regressor = TransformedTargetRegressor(
            MLPRegressor(random_state=seed), transformer=StandardScaler()
        )
        model = make_pipeline(preprocess, regressor)
    return _predicted(model.fit(train, y), test, classification)


def hist_gradient_boosting(
    train: Any, y: Any, test: Any, *, classification: bool, seed: int
) -> Predicted:
    """scikit-learn's histogram gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
    from sklearn.ensemble import HistGradientBoostingRegressor as Regressor

    train, test = _categorical(train, test)
    model = (Classifier if classification else Regressor)(random_state=seed)
    return _predicted(model.fit(train, y), test, classification)


def xgboost(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Predicted:
    """XGBoost."""
    from xgboost import XGBClassifier, XGBRegressor

    train, test = _categorical(train, test)
    if not classification:
        regressor = XGBRegressor(random_state=seed, enable_categorical=True).fit(train, y)
        return Predicted(regressor.predict(test))
    names, indices = np.unique(y, return_inverse=True)
    model = XGBClassifier(random_state=seed, enable_categorical=True).fit(train, indices)
    return Predicted(names[model.predict(test)], model.predict_proba(test))


def catboost(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Predicted:
    """CatBoost."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    model_class = CatBoostClassifier if classification else CatBoostRegressor
    options = {"random_seed": seed, "verbose": 0, "allow_writing_files": False}
    model = model_class(cat_features=_text_columns(train), **options).fit(train, y)
    return _predicted(model, test, classification)


def realmlp(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Predicted:
    """RealMLP-TD-S, as published by its authors."""
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    train, test = _categorical(train, test, impute=True)
    model_class = RealMLP_TD_S_Classifier if classification else RealMLP_TD_S_Regressor
    model = model_class(random_state=seed, device="cpu", verbosity=0).fit(train, y)
    return _predicted(model, test, classification)


MODELS: dict[str, Callable[..., Any]] = {
    "glassnet": glassnet(),
    "glassnet, preset realmlp": glassnet(preset="realmlp"),
    "scikit-learn MLP": sklearn_mlp,
    "HistGradientBoosting": hist_gradient_boosting,
    "XGBoost": xgboost,
    "CatBoost": catboost,
    "RealMLP-TD-S": realmlp,
}
