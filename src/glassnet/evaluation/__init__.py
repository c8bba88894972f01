"""Model evaluation: scores, calibration, permutation importance."""
