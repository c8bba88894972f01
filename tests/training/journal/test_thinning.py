"""The older, the fewer checkpoints stay."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from glassnet.training.journal.thinning import thinned


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=60, unique=True),
    st.integers(0, 80),
    st.sets(st.integers(0, 59), max_size=4),
)
def test_first_last_and_recorded_stay_and_the_size_is_kept(
    steps: list[int], most: int, recorded: set[int]
) -> None:
    steps = sorted(steps)
    recorded = {place for place in recorded if place < len(steps)}
    left = thinned(steps, [1] * len(steps), recorded, most)
    needed = recorded | {0, len(steps) - 1}
    assert needed <= set(left)
    assert left == sorted(left)
    assert len(left) <= max(most, len(needed))
    if len(steps) <= most:
        assert left == list(range(len(steps)))


def test_distances_grow_with_age() -> None:
    left = thinned(range(1000), [1] * 1000, set(), 20)
    gaps = [after - before for before, after in pairwise(left)]
    assert all(older >= newer / 2 for older, newer in pairwise(gaps))
    assert gaps[0] > 100
    assert gaps[-1] == 1
