"""Warnings that show the line of whoever called Glassnet, not one of ours."""

import sys
import warnings
from pathlib import Path
from types import FrameType

__all__ = ["users_line", "warn_at_users_line"]

PACKAGE = str(Path(__file__).parent.parent)


def users_line(*others: str) -> tuple[str, int]:
    """Return file and line of the nearest call that is not of Glassnet.

    Parameters
    ----------
    *others : str
        Folders of packages that stand between, and are not meant either.
    """
    ours = (PACKAGE, *others)
    frame: FrameType = sys._getframe(1)  # noqa: SLF001 - as the module warnings does
    while frame.f_back is not None and frame.f_code.co_filename.startswith(ours):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def warn_at_users_line(words: str, category: type[Warning]) -> None:
    """Warn at the nearest line that is not of Glassnet."""
    warnings.warn_explicit(words, category, *users_line())
