"""scikit-learn's multilayer perceptrons by Glassnet: change the import line, keep the rest."""

from glassnet.estimators.classifier import MLPClassifier
from glassnet.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
