"""Trainings that are killed again and again: each has to end with the bits of an undisturbed one.

``python -m torture --minutes 10 --kills 200`` prints a row for each configuration. `configurations`
lists what is trained, `training` does it in a process of its own, `disturbances` are the ways in
which it ends, and `campaign` kills, goes on and compares.
"""
