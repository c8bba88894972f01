"""The models, each as its users get it without tuning: fit on a frame, predict another."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

__all__ = ["MODELS"]


def _text_columns(frame: Any) -> list[str]:
    return [name for name in frame.columns if not np.issubdtype(frame[name].dtype, np.number)]


def glassnet(
    ensemble: int = 1, preset: Any = None, learning_rate: float | None = None
) -> Callable[..., Any]:
    """Glassnet's preset for tables, or another one: the frame as it is."""

    def predict(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
        import glassnet as gn

        recipe = gn.Recipe(
            preset, seed=seed, held_out=0, ensemble=ensemble, learning_rate=learning_rate
        )
        task: Literal["classes", "numbers"] = "classes" if classes else "numbers"
        frame = train.assign(target=y)
        return gn.train(frame, "target", recipe, task, progress=False).model.predict(test)

    return predict


def _categorical(train: Any, test: Any, *, impute: bool = False) -> tuple[Any, Any]:
    """Both frames with text as pandas' categories, those of the training rows."""
    import pandas as pd

    train, test = train.copy(), test.copy()
    for name in _text_columns(train):
        kind = pd.CategoricalDtype(sorted(train[name].unique()))
        train[name], test[name] = train[name].astype(kind), test[name].astype(kind)
    if impute:
        for name in train.select_dtypes("number").columns:
            median = train[name].median()
            train[name], test[name] = train[name].fillna(median), test[name].fillna(median)
    return train, test


def sklearn_mlp(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
    """scikit-learn's multilayer perceptron behind the usual preparation."""
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    text = _text_columns(train)
    numbers = [name for name in train.columns if name not in text]
    prepare = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), text),
    )
    if classes:
        model = make_pipeline(prepare, MLPClassifier(random_state=seed))
    else:
        regressor = TransformedTargetRegressor(
            MLPRegressor(random_state=seed), transformer=StandardScaler()
        )
        model = make_pipeline(prepare, regressor)
    return model.fit(train, y).predict(test)


def hist_gradient_boosting(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
    """scikit-learn's histogram gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
    from sklearn.ensemble import HistGradientBoostingRegressor as Regressor

    train, test = _categorical(train, test)
    model = (Classifier if classes else Regressor)(random_state=seed)
    return model.fit(train, y).predict(test)


def xgboost(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
    """XGBoost."""
    from xgboost import XGBClassifier, XGBRegressor

    train, test = _categorical(train, test)
    if not classes:
        return XGBRegressor(random_state=seed, enable_categorical=True).fit(train, y).predict(test)
    names, places = np.unique(y, return_inverse=True)
    model = XGBClassifier(random_state=seed, enable_categorical=True).fit(train, places)
    return names[model.predict(test)]


def catboost(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
    """CatBoost."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if classes else CatBoostRegressor
    options = {"random_seed": seed, "verbose": 0, "allow_writing_files": False}
    model = kind(cat_features=_text_columns(train), **options).fit(train, y)
    return np.asarray(model.predict(test)).reshape(len(test))


def realmlp(train: Any, y: Any, test: Any, *, classes: bool, seed: int) -> Any:
    """RealMLP-TD-S by its authors."""
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    train, test = _categorical(train, test, impute=True)
    kind = RealMLP_TD_S_Classifier if classes else RealMLP_TD_S_Regressor
    return kind(random_state=seed, device="cpu", verbosity=0).fit(train, y).predict(test)


MODELS: dict[str, Callable[..., Any]] = {
    "glassnet": glassnet(),
    "glassnet, 8 networks": glassnet(ensemble=8),
    "scikit-learn MLP": sklearn_mlp,
    "HistGradientBoosting": hist_gradient_boosting,
    "XGBoost": xgboost,
    "CatBoost": catboost,
    "RealMLP-TD-S": realmlp,
}
