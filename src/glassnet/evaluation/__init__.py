"""How good a model is: scores, calibration, importance of columns."""
