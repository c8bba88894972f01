"""Targets: which columns a model predicts, and how they are encoded and decoded."""
