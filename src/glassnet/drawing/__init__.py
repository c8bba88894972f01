"""Drawings of networks: what is drawn, and the object that a notebook shows."""
