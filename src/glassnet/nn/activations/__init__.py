"""Activation functions: value, derivative and formula side by side, one file each."""
