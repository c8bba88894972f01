"""Drop-in replacements for scikit-learn's MLPClassifier and MLPRegressor."""

from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
