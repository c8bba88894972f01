"""All random numbers of Glassnet: counter-based, not drawn in sequence.

A number is a function of (seed, purpose, index, position), computed by the Philox generator
(Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). It does not depend on what was
drawn before, so a training run that is repeated or shared between threads uses the same numbers.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLOCKS_IN_GROUP",
    "ROWS_IN_BLOCK",
    "ROWS_IN_CHUNK",
    "BlockOrder",
    "Purpose",
    "chosen_rows",
    "dropout_words",
    "example_order",
    "example_orders",
    "random_bits",
    "uniform",
]

#: Rows are shuffled in blocks of this many, and within groups of this many blocks, so that
#: streaming a file through a bounded buffer gives the same order as memory does.
ROWS_IN_BLOCK = 4096
BLOCKS_IN_GROUP = 64
# When rows are chosen by their random words, this many words are processed at once ...
ROWS_IN_CHUNK = 1 << 18
# ... first by their highest bits: twelve for few groups, fewer to keep within this many counts.
BITS, MAX_COUNTS = 12, 1 << 22


class Purpose(IntEnum):
    """The purpose of a random number; numbers for different purposes are independent."""

    WEIGHTS = 1
    BLOCKS = 2
    ROWS = 3
    SPLIT = 4
    CHECK = 5
    BIASES = 6
    SAMPLE = 7
    EVALUATION = 8


def random_bits(
    seed: int, purpose: Purpose, index: int, count: int, start: int = 0
) -> NDArray[np.uint64]:
    """Return `count` random 64-bit words, the first of them number `start`.

    Parameters
    ----------
    seed : int
        At least 0 and below 2**64.
    purpose : Purpose
    index : int
        The layer, the epoch, or whatever numbers the draws of one purpose.
    count : int
    start : int
        A multiple of 4: the words before it are skipped.

    Raises
    ------
    ValueError
        If the seed is not in that range.

    Examples
    --------
    >>> bits = random_bits(7, Purpose.WEIGHTS, 0, 4)
    >>> bool((bits == random_bits(7, Purpose.WEIGHTS, 0, 4)).all())
    True
    """
    bits: NDArray[np.uint64] = _generator(seed, purpose, index, start).random_raw(count)
    return bits


def _generator(seed: int, purpose: Purpose, index: int, start: int = 0) -> np.random.Philox:
    if not 0 <= seed < 2**64:
        raise ValueError(f"the seed must be from 0 to {2**64 - 1}, not {seed}")
    # The 256-bit counter's lowest word counts within the draw; index is its highest.
    return np.random.Philox(
        key=np.array([seed, purpose], dtype=np.uint64), counter=(index << 192) + start // 4
    )


def uniform(
    seed: int, purpose: Purpose, index: int, count: int, start: int = 0
) -> NDArray[np.float64]:
    """Return `count` numbers, uniform in [0, 1), multiples of 2**-53.

    Examples
    --------
    >>> whole = uniform(7, Purpose.WEIGHTS, 0, 12)
    >>> bool((uniform(7, Purpose.WEIGHTS, 0, 4, start=8) == whole[8:]).all())
    True
    """
    bits = random_bits(seed, purpose, index, count, start)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def example_order(seed: int, epoch: int, rows: int) -> NDArray[np.int64]:
    """Return the order of the examples in an epoch: a permutation of range(rows).

    Examples
    --------
    >>> sorted(example_order(seed=0, epoch=3, rows=5).tolist())
    [0, 1, 2, 3, 4]
    """
    order: NDArray[np.int64] = example_orders(seed, range(epoch, epoch + 1), rows)[0]
    return order


def example_orders(seed: int, epochs: range, rows: int) -> NDArray[np.int64]:
    """Return the orders of several epochs, (epochs, rows); faster than one by one if small.

    Examples
    --------
    >>> orders = example_orders(seed=0, epochs=range(3), rows=5)
    >>> orders[1].tolist() == example_order(seed=0, epoch=1, rows=5).tolist()
    True
    """
    if rows > ROWS_IN_BLOCK:
        return np.stack([BlockOrder(seed, epoch, rows)[:] for epoch in epochs])
    orders = np.empty((len(epochs), rows), dtype=np.int64)
    generator = _generator(seed, Purpose.ROWS, 0)
    state = generator.state
    for epoch, order in zip(epochs, orders, strict=True):
        state["state"]["counter"][3] = epoch  # faster than making a new generator
        generator.state = state
        order[:] = _permutation(generator.random_raw(rows))
    return orders


class BlockOrder:
    """The order of the examples in a large epoch, computed group by group as it is read.

    It can be sliced like an array.

    Parameters
    ----------
    seed, epoch, rows : int

    Examples
    --------
    >>> order = BlockOrder(seed=0, epoch=0, rows=300_000)
    >>> bool((order[262_000:263_000] == order[:][262_000:263_000]).all())
    True
    """

    def __init__(self, seed: int, epoch: int, rows: int) -> None:
        self.seed, self.epoch, self.rows = seed, epoch, rows
        block_count = -(-rows // ROWS_IN_BLOCK)
        self._blocks = _permutation(random_bits(seed, Purpose.BLOCKS, epoch, block_count))
        sizes = np.full(block_count, ROWS_IN_BLOCK)
        sizes[self._blocks == block_count - 1] -= block_count * ROWS_IN_BLOCK - rows
        firsts = np.arange(0, block_count, BLOCKS_IN_GROUP)
        self._starts = np.append(0, np.add.reduceat(sizes, firsts).cumsum())
        self._read: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, part: slice) -> NDArray[np.int64]:
        start, stop, _ = part.indices(self.rows)
        first, last = np.searchsorted(self._starts, [start, stop - 1], side="right") - 1
        groups = [self._group(number) for number in range(first, last + 1)]
        order = groups[0] if len(groups) == 1 else np.concatenate(groups)
        return order[start - self._starts[first] : stop - self._starts[first]]

    def _group(self, number: int) -> NDArray[np.int64]:
        """The order within one group; the last one read is cached."""
        if self._read[0] != number:
            own = self._blocks[number * BLOCKS_IN_GROUP : (number + 1) * BLOCKS_IN_GROUP]
            members = (own[:, np.newaxis] * ROWS_IN_BLOCK + np.arange(ROWS_IN_BLOCK)).reshape(-1)
            members = members[members < self.rows]
            start = int(self._starts[number])
            within = start % 4  # words come in fours
            words = random_bits(
                self.seed, Purpose.ROWS, self.epoch, within + len(members), start - within
            )
            self._read = (number, members[_permutation(words[within:])])
        return self._read[1]


def _permutation(bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    # Sorted by the upper halves of the words, stably. Sorting 16 bits at a time uses NumPy's radix
    # sort, which is several times as fast as sorting whole words.
    low = (bits >> np.uint64(32)).astype(np.uint16)
    high = (bits >> np.uint64(48)).astype(np.uint16)
    by_low: NDArray[np.int64] = np.argsort(low, kind="stable")
    ordered: NDArray[np.int64] = by_low[np.argsort(high[by_low], kind="stable")]
    return ordered


def chosen_rows(
    seed: int,
    purpose: Purpose,
    index: int,
    rows: int,
    counts: Sequence[int],
    groups: NDArray[np.integer[Any]] | None = None,
) -> NDArray[np.bool_]:
    """Choose rows at random: in each group the wanted number, those with the smallest words.

    Only a chunk of the words is in memory at once. A first pass counts the words by their leading
    bits; then only the words with the same leading bits as the last one wanted are sorted.

    Parameters
    ----------
    seed, purpose, index
        Of the random words, one for each row.
    rows : int
    counts : sequence of int
        The number of rows to choose from each group.
    groups : array of int, shape (rows,), optional
        The group of each row, from 0; all rows are one group if not given.

    Returns
    -------
    array of bool, shape (rows,)

    Examples
    --------
    >>> int(chosen_rows(0, Purpose.SPLIT, 0, 10, [3]).sum())
    3
    """
    bits = min(BITS, (MAX_COUNTS // len(counts)).bit_length() - 1)
    shift = np.uint64(64 - bits)

    def chunks() -> Iterator[
        tuple[slice, NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]
    ]:
        for start in range(0, rows, ROWS_IN_CHUNK):
            part = slice(start, min(start + ROWS_IN_CHUNK, rows))
            words = random_bits(seed, purpose, index, part.stop - start, start)
            own = np.zeros(len(words), np.int64) if groups is None else groups[part]
            yield part, words, (words >> shift).astype(np.int64), own.astype(np.int64)

    beginnings = np.zeros((len(counts), 1 << bits), dtype=np.int64)
    for _, _, begins, own in chunks():
        places = np.bincount((own << bits) + begins, minlength=beginnings.size)
        beginnings += places.reshape(beginnings.shape)
    # The leading bits of the last word wanted, and how many words with these bits are wanted.
    up_to = beginnings.cumsum(axis=1)
    border = (up_to < np.array(counts)[:, np.newaxis]).sum(axis=1)
    chosen = np.zeros(rows, dtype=np.bool_)
    on_border: list[list[tuple[int, int]]] = [[] for _ in counts]
    for part, words, begins, own in chunks():
        chosen[part] = begins < border[own]
        for place in np.flatnonzero(begins == border[own]).tolist():
            on_border[own[place]].append((int(words[place]), part.start + place))
    for group, candidates in enumerate(on_border):
        before = up_to[group, border[group] - 1] if border[group] else 0
        for _, row in sorted(candidates)[: counts[group] - before]:
            chosen[row] = True
    return chosen


def dropout_words(
    seed: int, step: int, layer: int, examples: int, units: int
) -> NDArray[np.uint32]:
    """Return a random 32-bit word for each output of a layer in one step, (examples, units).

    Uses Philox4x32-10, which is fast to compute: four units share the counter
    (unit // 4, example, layer, step). kernels/dropout.h implements the same function.

    Parameters
    ----------
    seed, step, layer : int
    examples, units : int
        The size of the batch and of the layer.

    Examples
    --------
    >>> dropout_words(seed=1, step=2, layer=3, examples=2, units=5).shape
    (2, 5)
    """
    low = np.uint64(0xFFFFFFFF)
    blocks, rows = np.meshgrid(np.arange(-(-units // 4)), np.arange(examples))
    c0, c1 = blocks.astype(np.uint64), rows.astype(np.uint64)
    c2, c3 = np.full_like(c0, layer), np.full_like(c0, step & 0xFFFFFFFF)
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        product0, product1 = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0 = (product1 >> np.uint64(32)) ^ c1 ^ np.uint64(keys[0])
        c2 = (product0 >> np.uint64(32)) ^ c3 ^ np.uint64(keys[1])
        c1, c3 = product1 & low, product0 & low
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    words = np.stack([c0, c1, c2, c3], axis=-1).astype(np.uint32)
    return words.reshape(examples, -1)[:, :units]
