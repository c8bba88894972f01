"""Formulas that can be evaluated, and documents that contain them."""
