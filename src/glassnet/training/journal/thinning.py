"""Which checkpoints are kept when a journal grows too large: the older, the fewer."""

from collections.abc import Sequence

__all__ = ["thinned"]


def thinned(steps: Sequence[int], sizes: Sequence[int], kept: set[int], most: int) -> list[int]:
    """Return the places of the checkpoints to keep.

    The one goes whose neighbours lie closest together for its age, again and again; so the
    distances grow with age, like powers.

    Parameters
    ----------
    steps : sequence of int
        Of each checkpoint, ascending.
    sizes : sequence of int
        In bytes.
    kept : set of int
        Places that stay in any case; the first and the last stay, too.
    most : int
        How many bytes all may take.

    Examples
    --------
    >>> thinned(range(0, 100, 10), [1] * 10, set(), 5)
    [0, 4, 6, 8, 9]
    """
    left, total = list(range(len(steps))), sum(sizes)
    now = steps[-1] if steps else 0
    while total > most:
        candidates = [
            ((steps[left[k + 1]] - steps[left[k - 1]]) / (now - steps[left[k]] + 1), k)
            for k in range(1, len(left) - 1)
            if left[k] not in kept
        ]
        if not candidates:
            break
        _, place = min(candidates)
        total -= sizes[left.pop(place)]
    return left
