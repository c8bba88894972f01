"""What a history says of itself."""

from glassnet.learning.history import History


def test_an_empty_history() -> None:
    assert repr(History()) == "History(no complete epoch)"


def test_a_full_one() -> None:
    history = History(
        errors=[1.0, 0.5],
        validation_errors=[0.9, 0.95],
        seconds=[0.25, 0.25],
        best_epoch=0,
        stopped_early=True,
    )
    assert repr(history) == (
        "History(2 epochs in 0.5 s, error 1 → 0.5, "
        "lowest validation error 0.9 after epoch 1, stopped early)"
    )
