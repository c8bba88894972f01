"""Formulas that evaluate themselves, and the documents they stand in."""
