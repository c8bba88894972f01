"""How good models are without tuning, on real data sets that packages carry."""
