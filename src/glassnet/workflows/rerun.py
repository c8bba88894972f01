"""The training of a journal set up once more: its networks, its options and its data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.plural import numbered
from glassnet.core.record import record_from_file
from glassnet.errors import FileFormatError, JournalError
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.optim.lbfgs import LBFGS
from glassnet.training.fit import GIVEN, FitOptions, Fitting
from glassnet.training.history import History
from glassnet.training.journal.checkpoint import Checkpoint
from glassnet.training.journal.configuration import OF, revived
from glassnet.training.journal.content import Content
from glassnet.training.journal.same_run import require_same_data

__all__ = [
    "LearnedFrom",
    "fittings_of",
    "is_full_batch",
    "network_of",
    "networks_of",
    "options_of",
    "parameters_at_end",
]

#: What a journal says of a training besides how many callbacks there were.
OPTIONS = FitOptions().configuration.keys() - {"callbacks"}


@dataclass(frozen=True)
class LearnedFrom:
    """What a run learned from, as it is given to ``Network.fit``; of a table, which rows it is."""

    X: Any
    y: Any
    sample_weight: Any = None
    class_weight: Any = None
    validation: Any = None
    rows: NDArray[np.int64] | None = None

    @classmethod
    def kept_in(cls, content: Content) -> "LearnedFrom":
        """Return the data that a journal holds.

        Raises
        ------
        JournalError
            If it holds none.
        FileFormatError
            If they are not what the journal says.
        """
        arrays, record = content.kept_data(), content.run.networks[0]
        classes = None if record.classes is None else record.classes.array
        if not {"X", "y"} <= arrays.keys():
            raise FileFormatError(f"{content.path} holds data without X or y")
        validation = None
        if {"validation X", "validation y"} <= arrays.keys():
            validation = arrays["validation X"], Targets(arrays["validation y"], classes)
        return cls(
            arrays["X"],
            Targets(arrays["y"], classes),
            arrays.get("sample_weight"),
            validation=validation,
            rows=arrays.get("rows"),
        )


def networks_of(content: Content) -> list[Network]:
    """Return the networks of a run with the weights that they began with.

    Raises
    ------
    JournalError
        If the run died before the weights of each were kept.
    """
    return [network_of(content, number) for number in range(len(content.networks))]


def network_of(content: Content, number: int) -> Network:
    """Return one network of a run with the weights that it began with.

    Raises
    ------
    JournalError
        If the run died before they were kept.
    """
    record = content.run.networks[number]
    architecture = record.architecture
    first = content.checkpoint(number, 0)
    if first is None:
        raise _without_weights(content, number)
    parameters: Array = first.arrays.get("parameters", np.zeros(0))
    if parameters.shape != (architecture.parameter_count,) or parameters.dtype != record.dtype:
        raise FileFormatError(f"{content.path}: the first checkpoint does not fit its network")
    layers = architecture.layers
    net = Network([record.inputs, *layers], dtype=record.dtype, seed=record.seed)
    net.parameters[...] = parameters
    net.loss = record_from_file(Loss, record.loss, record.hyper_parameters)
    net.classes = None if record.classes is None else record.classes.array
    net.feature_names, net.epochs_trained = record.feature_names, record.epochs_trained
    return net


def _without_weights(content: Content, number: int) -> JournalError:
    known = [str(other) for other, own in enumerate(content.networks) if own.checkpoints]
    if not known:
        return JournalError(f"{content.path} ends before the first checkpoint of its run")
    indices = f"index {known[0]}" if len(known) == 1 else f"indices {', '.join(known)}"
    return JournalError(
        f"{content.path} ends before the first checkpoint of network "
        f"{numbered(number)}; it has those of the networks with the {indices}"
    )


def is_full_batch(content: Content) -> bool:
    """Return whether L-BFGS trained, which takes no steps that could be taken again."""
    if content.run.what == "estimator":
        return content.run.options.get("solver") == "lbfgs"
    optimizer = content.run.options.get("optimizer")
    return isinstance(optimizer, dict) and optimizer.get(OF) == LBFGS.__name__


def parameters_at_end(content: Content, last: Checkpoint, history: History) -> Array:
    """Return the parameters that a network was left with.

    Parameters
    ----------
    content : Content
    last : Checkpoint
        The last one of the network.
    history : History
        That of the network, and whether the weights of the best epoch came back.
    """
    best = "best" if history.restored else None
    if content.run.what == "estimator":  # its rules know which are the best
        restores = last.record.is_last and content.run.options.get("restore_best", True)
        best = "more.schedule.best_parameters" if restores else None
    return last.arrays[best if best in last.arrays else "parameters"]


def options_of(content: Content, learned: LearnedFrom, **changes: Any) -> dict[str, Any]:
    """Return the options of ``Network.fit`` that a run was made with.

    Parameters
    ----------
    content : Content
    learned : LearnedFrom
    **changes
        Options in the place of its own.

    Raises
    ------
    JournalError
        If validation data are missing.
    """
    options: dict[str, Any] = {
        name: revived(value)
        for name, value in content.run.options.items()
        if name != "callbacks"  # only how many there were
    }
    options["epochs"] = content.epochs
    unknown = options.keys() ^ OPTIONS
    if not isinstance(options.get("validation"), int | float | str | None):
        unknown = {"validation"}
    if unknown:
        raise FileFormatError(
            f"{content.path} does not say how its network was trained: {min(unknown)!r} is not as "
            "this version writes it"
        )
    if options["validation"] == GIVEN:
        if learned.validation is None:
            raise JournalError(
                f"the run of {content.path} was measured on validation data of its own; give "
                "them: validation=(X, y)"
            )
        options["validation"] = learned.validation
    weights = {"sample_weight": learned.sample_weight, "class_weight": learned.class_weight}
    return options | weights | changes


def fittings_of(
    content: Content,
    networks: Sequence[Network],
    learned: LearnedFrom,
    **changes: Any,
) -> list[Fitting]:
    """Return the training of each network of a run, before its first step.

    Parameters
    ----------
    content : Content
    networks : sequence of Network
        As :func:`networks_of` returns them.
    learned : LearnedFrom
    **changes
        Options in the place of its own.

    Raises
    ------
    JournalError
        If the data are not those of the run.
    """
    if content.run.what == "estimator":
        return [_fitting_of_estimator(content, networks, learned, **changes)]
    given = options_of(content, learned, **changes)
    try:
        options = FitOptions(**given)
        fittings = [
            Fitting.prepare(net, net.loss, learned.X, learned.y, options) for net in networks
        ]
    except TypeError:
        raise FileFormatError(f"{content.path} holds options that are no training's") from None
    require_same_data(content, fittings[0].data)
    return fittings


def _fitting_of_estimator(
    content: Content,
    networks: Sequence[Network],
    learned: LearnedFrom,
    threads: int | None = None,
) -> Fitting:
    from glassnet.estimators.replay import fitting_of

    if not isinstance(learned.y, Targets):
        _require_needed(content, learned)
    (network,) = networks
    weights = learned.sample_weight
    fitting = fitting_of(content, network, learned.X, learned.y, weights, threads)
    require_same_data(content, fitting.data, for_steps=True)
    return fitting


def _require_needed(content: Content, learned: LearnedFrom) -> None:
    """Refuse what the steps of an estimator's fit do not follow from."""
    reasons = {
        "class_weight": "its class weights are in the journal",
        "validation": "its steps follow from what it learned from alone",
    }
    for name, reason in reasons.items():
        if getattr(learned, name) is not None:
            raise JournalError(
                f"{content.path} is the run of an estimator; {reason}. Leave {name} out"
            )
