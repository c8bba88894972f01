"""Plots of networks and trainings: matplotlib's objects, and the same as blocks of documents."""
