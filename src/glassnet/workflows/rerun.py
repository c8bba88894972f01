"""The training of a journal set up once more: its networks, its options and its data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.record import record_from_file
from glassnet.errors import FileFormatError, JournalError
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.nn.schema import NetworkRecord
from glassnet.optim.lbfgs import LBFGS
from glassnet.training.fit import GIVEN, FitOptions, Fitting
from glassnet.training.journal.configuration import OF, revived
from glassnet.training.journal.content import Content
from glassnet.training.journal.same_run import require_same_data

__all__ = [
    "LearnedFrom",
    "fittings_of",
    "is_full_batch",
    "networks_of",
    "options_of",
    "require_steps",
]

#: What a journal says of a training besides how many callbacks there were.
OPTIONS = FitOptions().configuration.keys() - {"callbacks"}


@dataclass(frozen=True)
class LearnedFrom:
    """What a run learned from, as it is given to ``Network.fit``."""

    X: Any
    y: Any
    sample_weight: Any = None
    class_weight: Any = None
    validation: Any = None

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
        )


def networks_of(content: Content) -> list[Network]:
    """Return the networks of a run with the weights that they began with."""
    return [_network(content, number, own) for number, own in enumerate(content.run.networks)]


def _network(content: Content, number: int, record: NetworkRecord) -> Network:
    architecture = record.architecture
    first = content.checkpoint(number, 0)
    if first is None:
        raise JournalError(f"{content.path} ends before the first checkpoint of its run")
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


def is_full_batch(content: Content) -> bool:
    """Return whether L-BFGS trained, which takes no steps that could be taken again."""
    optimizer = content.run.options.get("optimizer")
    return isinstance(optimizer, dict) and optimizer.get(OF) == LBFGS.__name__


def require_steps(content: Content) -> None:
    """Refuse the run of an estimator, whose steps cannot be taken again.

    Raises
    ------
    JournalError
    """
    if content.run.what == "estimator":
        name = (content.run.source or {}).get("estimator", "an estimator")
        raise JournalError(
            f"{content.path} is the run of {name}, whose steps cannot be taken again by its "
            "journal; those of Network.fit, fit_many and gn.train can"
        )


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
        If the run is an estimator's, or validation data are missing.
    """
    require_steps(content)
    options: dict[str, Any] = {
        name: revived(value)
        for name, value in content.run.options.items()
        if name != "callbacks"  # only how many there were
    }
    options["epochs"] = content.epochs
    unknown = options.keys() ^ OPTIONS
    if not unknown and isinstance(options["validation"], tuple):
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
