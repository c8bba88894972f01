"""Warnings that the filters people have for scikit-learn's own estimators reach as well."""

import warnings
from pathlib import Path
from typing import Any

import sklearn

from glassnet.core.users_line import users_line

__all__ = ["warn"]

#: From which module scikit-learn's estimators warn.
MODULE = "sklearn.neural_network._multilayer_perceptron"

_registry: dict[Any, Any] = {}


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning as from scikit-learn's module: ``module="sklearn"`` in a filter is met."""
    warnings.warn_explicit(
        message,
        category,
        *users_line(str(Path(sklearn.__file__).parent)),
        module=MODULE,
        registry=_registry,
    )
