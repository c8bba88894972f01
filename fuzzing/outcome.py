"""What may happen over a file, and what an exception tells of it."""

import dis
from enum import IntEnum
from pathlib import Path
from types import TracebackType

import glassnet
from glassnet.errors import GlassnetError

__all__ = ["Outcome", "outcome_of"]

OURS = str(Path(glassnet.__file__).parent)
RAISES = dis.opmap["RAISE_VARARGS"]


class Outcome(IntEnum):
    """Fine and refused are as it should be."""

    FINE = 0
    REFUSED = 1
    TRACEBACK = 2
    ABORT = 3
    HANG = 4
    MEMORY = 5


def outcome_of(error: BaseException) -> tuple[Outcome, str]:
    """Return refused for an exception of ours in our words, else a traceback; and its kind."""
    place = f"{type(error).__name__} at {_innermost_line_of_ours(error.__traceback__)}"
    spoken = GlassnetError, ValueError, TypeError, OSError
    if not isinstance(error, spoken) or not _is_raised_by_us(error):
        return Outcome.TRACEBACK, place
    if inner := _inner_words(error):
        return Outcome.TRACEBACK, f"inner words of {type(inner).__name__} in {place}"
    return Outcome.REFUSED, place


def _frames(trace: TracebackType | None) -> list[TracebackType]:
    found = []
    while trace is not None:
        found.append(trace)
        trace = trace.tb_next
    return found


def _is_ours(trace: TracebackType) -> bool:
    return trace.tb_frame.f_code.co_filename.startswith(OURS)


def _innermost_line_of_ours(trace: TracebackType | None) -> str:
    own = [each for each in _frames(trace) if _is_ours(each)]
    if not own:
        return "no line of ours"
    code = own[-1].tb_frame.f_code
    return f"{Path(code.co_filename).relative_to(OURS)}:{own[-1].tb_lineno}"


def _is_raised_by_us(error: BaseException) -> bool:
    """Whether a raise of ours made it, and not a library or Python itself."""
    frames = _frames(error.__traceback__)
    if not frames or not _is_ours(frames[-1]):
        return False
    return frames[-1].tb_frame.f_code.co_code[frames[-1].tb_lasti] == RAISES


def _inner_words(error: BaseException) -> BaseException | None:
    """An exception of a library whose words stand in ours."""
    inner = error.__context__
    while inner is not None:
        words = str(inner)
        system = isinstance(inner, OSError) and inner.errno
        if len(words) > 5 and words in str(error) and not system and not _is_raised_by_us(inner):
            return inner
        inner = inner.__context__
    return None
