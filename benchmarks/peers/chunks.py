"""Rows in chunks: between a call for each row and arrays too large for the cache."""

import time
from collections.abc import Callable

CHUNKS = (1000, 2000, 5000, 10_000)


def fastest_chunk(prepare: Callable[[int], None], run: Callable[[], None], rows: int) -> int:
    """Return how many rows at once are fastest, all of them included."""

    def seconds(chunk: int) -> float:
        prepare(chunk)
        return min(_timed(run), _timed(run))

    candidates = [chunk for chunk in CHUNKS if chunk < rows]
    return min((*candidates, rows), key=seconds) if candidates else rows


def slices(rows: int, chunk: int) -> list[slice]:
    return [slice(first, min(first + chunk, rows)) for first in range(0, rows, chunk)]


def _timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
