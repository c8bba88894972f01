"""``gn.resume``: a run goes on where it was left, with the same bits."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet.core.near_file import near_file
from glassnet.core.plural import counted
from glassnet.ensemble import fit_many
from glassnet.errors import JournalError
from glassnet.training.journal.content import Content, read_content
from glassnet.training.journal.log import is_log
from glassnet.training.journal.same_run import changes_told
from glassnet.training.journal.settings import Journal
from glassnet.training.plan import Callback
from glassnet.workflows.rerun import LearnedFrom, networks_of, options_of
from glassnet.workflows.table_call import TableCall
from glassnet.workflows.train import TrainingResult, train

__all__ = ["require_there", "resume"]

#: What lets a run go on with changed data.
ANYWAY = "allow_changes=True"


def resume(
    path: str | os.PathLike[str],
    X: Any = None,
    y: Any = None,
    *,
    table: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    validation: Any = None,
    epochs: int | None = None,
    callbacks: Callback | Sequence[Callback] | None = None,
    threads: int | None = None,
    save_as: str | os.PathLike[str] | None = None,
    allow_changes: bool = False,
    on_finding: Callable[[str], object] | None = None,
    progress: bool | None = None,
) -> Any:
    """Go on with the run of a journal; it ends with the bits of one that nothing disturbed.

    What died in whatever way goes on from its last checkpoint, also on another machine. A run that
    is finished is not trained again. With L-BFGS it starts anew, and ends with the same bits.

    Parameters
    ----------
    path : path
        The journal.
    X, y, sample_weight, class_weight, validation
        The data of ``Network.fit`` or ``fit_many``, where the journal does not hold them: it does
        up to 16 MiB. `validation` only where validation data of their own were given.
    table : path, data frame or mapping, optional
        That of ``gn.train``, if it is no longer where it was, or was in memory.
    epochs : int, optional
        More than were planned. The result is that of having planned them; where the learning
        rates follow from the number of epochs, it is refused.
    callbacks : callable or sequence of callable, optional
        Those of the run, which a journal cannot hold; ``()`` for none. They are called for the
        epochs since the last checkpoint once more.
    threads : int, optional
    save_as : path, optional
        Where ``gn.train`` saves the model, if not where it was to.
    allow_changes : bool
        Whether to go on with data, or an engine, that are not those of the run.
    on_finding : callable, optional
        As of ``gn.train``.
    progress : bool, optional

    Returns
    -------
    (Network, History), (list of Network, list of History) or TrainingResult
        For a run of ``Network.fit``, ``fit_many`` or ``gn.train``.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If there is no such file, or it is no journal.
    ChangedError
        If the table is gone, or data, or the engine, are not what they were.
    JournalError
        If data are missing, or somebody else writes the journal.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> place = Path(folder.name) / "run.glassnet"
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> import glassnet as gn
    >>> net = gn.Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
    >>> _ = net.fit(X, y, epochs=10, journal=place)
    >>> longer, history = gn.resume(place, epochs=20)
    >>> history.epochs
    20
    >>> folder.cleanup()
    """
    require_there(Path(path))
    content = read_content(Path(path))
    journal = Journal(path, allow_changes=allow_changes)
    if content.run.what == "estimator":
        name = (content.run.source or {}).get("estimator", "an estimator")
        raise JournalError(
            f"{path} is the run of {name}, which goes on by its own fit, called once more with "
            f"journal={os.fspath(path)!r}"
        )
    if content.run.what == "train":
        if X is not None or y is not None:
            raise JournalError(f"{path} is the run of a table; give table=, not X and y")
        with changes_told("Give the table as it was: table=...", ANYWAY):
            return _resume_table(content, journal, table, save_as, epochs, on_finding, progress)
    if table is not None:
        raise JournalError(f"{path} is the run of arrays; give X and y, not table=")
    had = content.run.options.get("callbacks")
    if had and callbacks is None:
        raise JournalError(
            f"the run of {path} had {counted(int(had), 'callback')}, which a journal cannot hold. "
            f"Go on in Python: gn.resume({os.fspath(path)!r}, callbacks=...), or callbacks=() to "
            "go on without"
        )
    if any(content.checkpoint(number, 0) is None for number in range(len(content.networks))):
        raise JournalError(
            f"{path} ends before the first weights of each network were kept. It goes on by the "
            f"same call of {content.run.called} once more, with journal={os.fspath(path)!r}"
        )
    if X is None or y is None:
        _require_kept(content)
        learned = LearnedFrom.kept_in(content)
    else:
        learned = LearnedFrom(X, y, sample_weight, class_weight, validation)
    changed: dict[str, Any] = {"callbacks": callbacks or ()}
    if epochs is not None:
        changed["epochs"] = epochs
    networks = networks_of(content)
    given = options_of(content, learned, **changed)
    given |= {"loss": networks[0].loss, "journal": journal, "progress": progress}
    with changes_told("Give the data as they were: X and y", ANYWAY):
        if content.run.what == "fit_many":
            return networks, fit_many(networks, learned.X, learned.y, **given)
        (net,) = networks
        return net, net.fit(learned.X, learned.y, threads=threads, **given)


def require_there(path: Path) -> None:
    """Say of a journal that is gone what became of its run, where a model of its name is there.

    Raises
    ------
    FileNotFoundError
    """
    model = path.parent / f"{path.stem}.safetensors"
    if not path.exists() and model.is_file():
        raise FileNotFoundError(
            f"{path} does not exist, and its model does: {model}. A training that ends removes "
            "the journal that it kept by itself: it is finished, and there is nothing to go on "
            f"with{near_file(path, is_log)}"
        )


def _require_kept(content: Content) -> None:
    """Refuse a run whose data have to be given."""
    if content.data is None or not content.data.is_kept:
        raise JournalError(
            f"{content.path} does not hold the data of its run, which are too large. Give them in "
            f"Python: gn.resume({str(content.path)!r}, X, y)"
        )


def _resume_table(
    content: Content,
    journal: Journal,
    table: Any,
    save_as: str | os.PathLike[str] | None,
    epochs: int | None,
    on_finding: Callable[[str], object] | None,
    progress: bool | None,
) -> TrainingResult:
    call = TableCall.from_source(content.run.source, content.path)
    call = call.with_table(table, content.path)
    recipe = call.recipe if epochs is None else replace(call.recipe, epochs=epochs)
    return train(
        call.table,
        call.target,
        recipe,
        call.task,
        Path(save_as) if save_as is not None else call.save_as,
        call.name,
        progress,
        call.drop,
        call.test,
        on_finding,
        images=call.images,
        options=call.options,
        journal=replace(journal, source=content.run.source),
    )
