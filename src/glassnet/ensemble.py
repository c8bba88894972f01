"""Several networks trained at once, one to a core."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from statistics import fmean
from typing import Any

from numpy.typing import ArrayLike

from glassnet.arrays.inputs import feature_names_of
from glassnet.arrays.targets import Targets
from glassnet.engine import thread_count
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.history import History
from glassnet.training.interruption import interruption
from glassnet.training.journal.fits import keeping_fits
from glassnet.training.journal.settings import JournalPath
from glassnet.training.plan import Progress
from glassnet.training.progress_bar import Show, progress_bar

__all__ = ["fit_many", "trained_networks"]


def fit_many(
    networks: Sequence[Network],
    X: ArrayLike,
    y: ArrayLike | Targets,
    *,
    loss: str | Loss | None = None,
    journal: JournalPath | None = None,
    progress: bool | None = None,
    **options: Any,
) -> list[History]:
    """Train several networks on the same examples, at once on the cores of the machine.

    Each learns as by its own :meth:`Network.fit` on one thread, with the same bits: by its own
    seed, so that networks of different seeds start from different weights, meet the examples in
    different orders, and hold back different ones with ``validation=0.2``.

    Parameters
    ----------
    networks : sequence of Network
        Different objects.
    X : array-like
    y : array-like or Targets
    loss : str or Loss, optional
    journal : path or Journal, optional
        One file for all of them, as of :meth:`Network.fit`. A callback or a schedule with
        ``state()`` is refused, as all networks would share it. One without is called in the
        threads of all networks, in no certain order, and once more for the epochs since the last
        checkpoint where the run goes on: what it counts or gathers is then in no journal.
    progress : bool, optional
        Whether to show a bar on standard error, of how far all are on average; if not given, only
        on a terminal.
    **options
        As of :meth:`Network.fit`, but for `threads`.

    Returns
    -------
    list of History
        After Ctrl-C, with ``interrupted=True`` of each that had not ended; of a network that had
        not begun yet, it has no epochs.

    Raises
    ------
    ValueError, TypeError
        If the data or an option are wrong, or networks with a journal share what remembers
        something; the networks are as they were.
    DivergedError
        If the loss of one is no longer a finite number; that one is as it was.

    Examples
    --------
    >>> nets = [Network([2, 2], output="softmax", seed=seed) for seed in (1, 2)]
    >>> histories = fit_many(nets, [[0, 0], [1, 1]], [0, 1], epochs=5)
    >>> [history.epochs for history in histories]
    [5, 5]
    """
    if len({id(net) for net in networks}) != len(networks):
        raise ValueError("the networks to train at once must be different objects")
    chosen = FitOptions(**options, threads=1)
    fittings = [Fitting.prepare(net, net.chosen_loss(loss), X, y, chosen) for net in networks]
    with (
        keeping_fits(journal, networks, fittings, chosen, feature_names_of(X), "fit_many"),
        interruption() as interrupted,
        progress_bar(progress) as bar,
    ):
        _run_at_once(fittings, chosen.epochs, interrupted, bar)
        histories = [fitting.run.finish(interrupted()) for fitting in fittings]
    for net, fitting, history in zip(networks, fittings, histories, strict=True):
        net.adopt(fitting, history, X)
    return histories


def _run_at_once(
    fittings: Sequence[Fitting], epochs: int, interrupted: Callable[[], bool], bar: Show
) -> None:
    """Train in threads, and show how far all are on average."""
    latest = [fitting.run.reached for fitting in fittings]

    def follow(number: int) -> None:
        def watch(now: Progress) -> bool:
            latest[number] = now
            return interrupted()

        fittings[number].run.follow(watch)

    with ThreadPoolExecutor(thread_count()) as pool:
        futures = [pool.submit(follow, number) for number in range(len(fittings))]
        running = True
        while running:
            # Python notes Ctrl-C only while the main thread comes by.
            running = bool(wait(futures, timeout=0.1).not_done)
            done = fmean(now.epochs_done for now in latest)
            bar(done, epochs, _mean_loss(latest), None)
        for future in futures:
            future.result()


def _mean_loss(latest: Sequence[Progress]) -> float:
    """The mean loss of the networks that have begun; NaN if none has."""
    losses = [now.loss for now in latest if not math.isnan(now.loss)]
    return fmean(losses) if losses else math.nan


def trained_networks(histories: Sequence[History]) -> list[int]:
    """Return which networks of an ensemble are trained, also where Ctrl-C ended the training.

    Those whose training ended. Where none did, those with at least half as many epochs as the one
    with the most: what has hardly begun would spoil a mean. Before the first epoch is complete,
    all of them are alike.

    Parameters
    ----------
    histories : sequence of History
        As :func:`fit_many` returns them.

    Returns
    -------
    list of int
        Their indices, of at least one.

    Examples
    --------
    >>> begun = [History(losses=[1.0] * epochs, interrupted=True) for epochs in (40, 38, 3, 0)]
    >>> trained_networks(begun)
    [0, 1]
    >>> trained_networks([*begun, History(losses=[1.0] * 60)])
    [4]
    """
    ended = [number for number, own in enumerate(histories) if not own.interrupted]
    most = max(own.epochs for own in histories)
    return ended or [number for number, own in enumerate(histories) if 2 * own.epochs >= most]
