"""The journal of ``Network.fit`` and ``fit_many``."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.journal.settings import Journal, JournalPath

__all__ = ["keeping_fits"]


class Recorded(Protocol):
    """What a network is to the journal of its training."""

    def record_fields(self) -> dict[str, Any]:
        """Return the fields of its record."""


def _require_stateless(fitting: Fitting) -> None:
    """Refuse what remembers something and would be shared by networks that are trained at once."""
    from glassnet.training.journal.checkpoint import parts_with_state
    from glassnet.training.loop import Run

    for _, part in parts_with_state(fitting.run) if isinstance(fitting.run, Run) else ():
        raise TypeError(
            f"{part!r} remembers something (state()), and all networks would share it: no journal "
            "could bring it back for each. Train each network by its own fit(journal=...), or "
            "leave out the journal"
        )


def keeping_fits(
    journal: JournalPath | None,
    networks: Sequence[Recorded],
    fittings: Sequence[Fitting],
    options: FitOptions,
    feature_names: list[str] | None,
    what: str = "fit",
) -> AbstractContextManager[None]:
    """Keep a journal of the training of some networks on the same examples: see `keeping`.

    Parameters
    ----------
    journal : path or Journal, optional
    networks : sequence of Network
    fittings : sequence of Fitting
        One for each network.
    options : FitOptions
    feature_names : list of str, optional
        Of the inputs, where the networks have none.
    what : str
        The function that trains, if the journal knows no source.

    Raises
    ------
    TypeError
        If several networks share a callback or a schedule that remembers something.
    """
    if journal is None:
        return nullcontext()
    if len(networks) > 1:
        _require_stateless(fittings[0])
    from importlib.metadata import version

    from glassnet.core.file_record import Labels
    from glassnet.nn.schema import NetworkRecord
    from glassnet.training.journal.configuration import configured
    from glassnet.training.journal.journal import keeping, now
    from glassnet.training.journal.records import VERSION, RunRecord

    records = []
    for network, fitting in zip(networks, fittings, strict=True):
        fields, loss, classes = network.record_fields(), fitting.run.program.loss, fitting.classes
        fields |= {"loss": loss.name, "hyper_parameters": loss.hyper_parameters}
        fields["classes"] = None if classes is None else Labels.of(classes)
        fields["feature_names"] = fields["feature_names"] or feature_names
        records.append(NetworkRecord(**fields))
    chosen = Journal.of(journal)
    what = what if chosen.source is None else "train"
    record = RunRecord(
        version=VERSION,
        glassnet=version("glassnet"),
        started=now(),
        what=what,  # type: ignore[arg-type]  # one of the four
        networks=records,
        options={name: configured(value) for name, value in options.configuration.items()},
        source=chosen.source,
    )
    return keeping(chosen, record, [fitting.run for fitting in fittings], fittings[0].data)
