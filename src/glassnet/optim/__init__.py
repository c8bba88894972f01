"""Optimizers, penalties, dropout, clipping."""
