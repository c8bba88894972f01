"""Learning curves by matplotlib."""

import numpy as np
import pytest

import glassnet as gn
from tests.plot.style import without_windows

__all__ = ["without_windows"]


def history() -> gn.History:
    return gn.History(
        losses=[1.0, 0.5, 0.25],
        validation_losses=[0.9, 0.6, 0.7],
        metrics={"accuracy": [0.5, 0.75, 0.75]},
        learning_rates=[0.1, 0.1, 0.05],
        seconds=[0.1, 0.1, 0.1],
        best_epoch=1,
    )


def test_curves_begin_with_epoch_1_and_mark_the_best(without_windows: None) -> None:
    axes = gn.plot_history(history())
    training, validation, best = axes.lines
    assert np.asarray(training.get_xdata()).tolist() == [1, 2, 3]
    assert np.asarray(training.get_ydata()).tolist() == [1.0, 0.5, 0.25]
    assert np.asarray(validation.get_ydata()).tolist() == [0.9, 0.6, 0.7]
    assert np.asarray(best.get_xdata()).tolist() == [2, 2]
    legend = axes.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["training", "validation", "best: epoch 2"]


def test_other_metrics(without_windows: None) -> None:
    axes = gn.plot_history(history(), metric="accuracy")
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [0.5, 0.75, 0.75]
    rates = gn.plot_history(history(), metric="learning_rate", ax=axes.figure.add_subplot())
    assert rates.get_ylabel() == "learning rate"
    assert len(rates.lines) == 1
    with pytest.raises(ValueError, match="metric"):
        gn.plot_history(history(), metric="recall")
