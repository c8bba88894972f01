"""Learning curves by matplotlib."""

from typing import TYPE_CHECKING

from glassnet.core.validation import one_of
from glassnet.plot.pyplot import new_axes
from glassnet.render.colours import LIGHT, SERIES
from glassnet.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_history"]


def plot_history(history: History, *, metric: str = "loss", ax: "Axes | None" = None) -> "Axes":
    """Plot the learning curves of a training, and where the validation was best.

    Parameters
    ----------
    history : History
        What `fit` returns.
    metric : str
        ``"loss"``, ``"learning_rate"``, or a name in ``history.metrics``: ``"accuracy"``.
    ax : matplotlib Axes, optional
        Where to plot; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If there is no such metric.
    MissingPackageError
        If matplotlib is not installed.

    Examples
    --------
    >>> import glassnet as gn
    >>> history = gn.Network([1, 1], output="identity").fit([[0], [1]], [0, 1], epochs=5)
    >>> ax = gn.plot_history(history)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('epoch', 'loss')
    """
    series = {
        "loss": {"training": history.losses, "validation": history.validation_losses},
        "learning_rate": {"learning rate": history.learning_rates},
        **{name: {"validation": values} for name, values in history.metrics.items()},
    }
    chosen = series[one_of("metric", metric, tuple(series))]
    axes = ax if ax is not None else new_axes("plot_history")
    from matplotlib.ticker import MaxNLocator

    for name, role in zip(chosen, SERIES, strict=False):
        values = chosen[name]
        if values:
            marker = "o" if len(values) == 1 else None
            epochs = range(1, len(values) + 1)
            axes.plot(epochs, values, color=LIGHT[role], label=name, marker=marker)
    if history.best_epoch is not None and metric != "learning_rate":
        best = history.best_epoch + 1
        colour = LIGHT["soft"]
        axes.axvline(best, color=colour, linestyle="--", linewidth=1, label=f"best: epoch {best}")
    axes.set(xlabel="epoch", ylabel=metric.replace("_", " "))
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.legend()
    return axes
