"""Losses: how far a prediction is from its target, one file each."""
