"""Predict in chunks of rows: fewer calls than rows, and arrays that fit into the cache."""

import time
from collections.abc import Callable

CHUNK_SIZES = (1000, 2000, 5000, 10_000)


def fastest_chunk_size(prepare: Callable[[int], None], run: Callable[[], None], rows: int) -> int:
    """Return the chunk size that is fastest; all rows at once are a candidate too."""

    def seconds(chunk_size: int) -> float:
        prepare(chunk_size)
        return min(_timed(run), _timed(run))

    candidates = [chunk_size for chunk_size in CHUNK_SIZES if chunk_size < rows]
    return min((*candidates, rows), key=seconds) if candidates else rows


def chunk_slices(rows: int, chunk_size: int) -> list[slice]:
    return [slice(first, min(first + chunk_size, rows)) for first in range(0, rows, chunk_size)]


def _timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
