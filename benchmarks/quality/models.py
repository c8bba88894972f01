"""The models, each with its default hyperparameters: fit on one data frame, predict another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

__all__ = ["MODELS"]


def _text_columns(frame: Any) -> list[str]:
    return [name for name in frame.columns if not np.issubdtype(frame[name].dtype, np.number)]


def glassnet(recipe: Any = None, **options: Any) -> Callable[..., Any]:
    """Glassnet with its preset for tables, or another recipe, on the raw data frame."""

    def predict(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Any:
        import glassnet as gn

        own = replace(recipe or gn.Recipe(held_out=0, **options), seed=seed)
        task: Literal["classification", "regression"] = (
            "classification" if classification else "regression"
        )
        frame = train.assign(target=y)
        return gn.train(frame, "target", own, task, progress=False).model.predict(test)

    return predict


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


def sklearn_mlp(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Any:
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
    return model.fit(train, y).predict(test)


def hist_gradient_boosting(
    train: Any, y: Any, test: Any, *, classification: bool, seed: int
) -> Any:
    """scikit-learn's histogram gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
    from sklearn.ensemble import HistGradientBoostingRegressor as Regressor

    train, test = _categorical(train, test)
    model = (Classifier if classification else Regressor)(random_state=seed)
    return model.fit(train, y).predict(test)


def xgboost(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Any:
    """XGBoost."""
    from xgboost import XGBClassifier, XGBRegressor

    train, test = _categorical(train, test)
    if not classification:
        return XGBRegressor(random_state=seed, enable_categorical=True).fit(train, y).predict(test)
    names, indices = np.unique(y, return_inverse=True)
    model = XGBClassifier(random_state=seed, enable_categorical=True).fit(train, indices)
    return names[model.predict(test)]


def catboost(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Any:
    """CatBoost."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    model_class = CatBoostClassifier if classification else CatBoostRegressor
    options = {"random_seed": seed, "verbose": 0, "allow_writing_files": False}
    model = model_class(cat_features=_text_columns(train), **options).fit(train, y)
    return np.asarray(model.predict(test)).reshape(len(test))


def realmlp(train: Any, y: Any, test: Any, *, classification: bool, seed: int) -> Any:
    """RealMLP-TD-S, as published by its authors."""
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    train, test = _categorical(train, test, impute=True)
    model_class = RealMLP_TD_S_Classifier if classification else RealMLP_TD_S_Regressor
    return model_class(random_state=seed, device="cpu", verbosity=0).fit(train, y).predict(test)


MODELS: dict[str, Callable[..., Any]] = {
    "glassnet": glassnet(),
    "glassnet, 8 networks": glassnet(ensemble=8),
    "scikit-learn MLP": sklearn_mlp,
    "HistGradientBoosting": hist_gradient_boosting,
    "XGBoost": xgboost,
    "CatBoost": catboost,
    "RealMLP-TD-S": realmlp,
}
