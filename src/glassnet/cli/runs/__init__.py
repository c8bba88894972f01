"""``glassnet runs``: one file for each of its commands."""

from glassnet.cli.runs import compare, delete, export, list_, show  # noqa: F401 - each registers
