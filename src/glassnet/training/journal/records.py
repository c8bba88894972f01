"""What stands in a journal: one record for each kind, with the bodies that belong to it."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from glassnet.core.file_record import Count, FileRecord
from glassnet.errors import FileFormatError
from glassnet.nn.schema import NetworkRecord

__all__ = [
    "VERSION",
    "AnyRecord",
    "CheckpointRecord",
    "DataPart",
    "DataRecord",
    "EndRecord",
    "EpochsRecord",
    "FindingRecord",
    "LongerRecord",
    "RunRecord",
    "SessionRecord",
    "record_of",
    "text_of",
    "version_of",
]

#: Increased whenever older versions of Glassnet can no longer read the files; with the format of
#: models, too, where networks are written in another way.
VERSION = 1

#: From each version to the next: the JSON values of any record of it, as the next one writes them.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

#: A whole number of at least 0.
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class RunRecord(FileRecord, frozen=True, tag_field="kind", tag="run"):
    """The first record: what is trained, and how. Everything else follows from it and the data.

    Attributes
    ----------
    version : int
        Of this format.
    glassnet : str
        The version that wrote it.
    started : str
        Date and time with its zone, ISO 8601.
    what : {"fit", "fit_many", "train", "estimator"}
        Which function trains.
    networks : list of NetworkRecord
        As they are before the training.
    options : dict
        Of the training.
    source : dict or null
        Where the data come from, and what is done with them besides.
    """

    version: Annotated[int, msgspec.Meta(ge=1)]
    glassnet: str
    started: str
    what: Literal["fit", "fit_many", "train", "estimator"]
    networks: Annotated[list[NetworkRecord], msgspec.Meta(min_length=1)]
    options: dict[str, Any]
    source: dict[str, Any] | None = None

    @property
    def called(self) -> str:
        """What was called, as people name it."""
        if self.what == "estimator":
            return f"the fit of {(self.source or {}).get('estimator', 'an estimator')}"
        return "Network.fit" if self.what == "fit" else f"gn.{self.what}"


class DataPart(FileRecord, frozen=True):
    """One array of the data, by what it holds.

    Attributes
    ----------
    name : str
        ``"X"``, ``"y"``, ``"sample_weight"``, ``"validation X"``, ``"validation y"`` or
        ``"validation sample_weight"``.
    shape : list of int
    dtype : str
    blocks : list of str
        XXH3 (128 bits) of each block of `rows` rows.
    rows : int
    columns : list of str or null
        XXH3 of each column, where there are few numbers.
    """

    name: str
    shape: list[Number]
    dtype: str
    blocks: list[str]
    rows: Count
    columns: list[str] | None


class DataRecord(FileRecord, frozen=True, tag_field="kind", tag="data"):
    """What was learned from. The body has the arrays themselves by name, where they are small.

    Of a table, it also has ``rows``: which of its rows they are, counted from 0.

    Attributes
    ----------
    parts : list of DataPart
    is_kept : bool
        Whether the arrays are in the body.
    """

    parts: list[DataPart]
    is_kept: bool


class SessionRecord(FileRecord, frozen=True, tag_field="kind", tag="session"):
    """A process that began to write: the first, or one that went on.

    Attributes
    ----------
    at : str
        Date and time with its zone, ISO 8601.
    host : str
    process : int
    engine : dict
        What ``gn.info()`` says.
    """

    at: str
    host: str
    process: Number
    engine: dict[str, Any]


class EpochsRecord(FileRecord, frozen=True, tag_field="kind", tag="epochs"):
    """Some epochs of one network. The body has their numbers as arrays of float64.

    They are ``losses``, ``learning_rates``, ``seconds``, ``validation_losses`` and, under its name
    after ``metrics.``, each metric. What was said before of the same epochs no longer holds.

    Attributes
    ----------
    network : int
        Its number, from 0.
    first : int
        The index of the first of these epochs.
    """

    network: Number
    first: Number


class CheckpointRecord(FileRecord, frozen=True, tag_field="kind", tag="checkpoint"):
    """All that a training needs to go on from between two steps.

    The body has the arrays ``parameters``; ``state``, that of the optimizer, if it is not 0;
    ``best``, the parameters of the best epoch; ``losses`` and ``squared_weights`` of the steps
    since the last whole epoch; ``last.losses`` and ``last.squared_weights`` of that epoch; and,
    after ``more.``, the arrays of what else has a state.

    Attributes
    ----------
    network : int
        Its number, from 0.
    epochs : int
        Whole epochs taken.
    step : int
        Steps taken in this run.
    steps_done : int
        Steps that the optimizer counts.
    best_epoch : int or null
    stopped_early : bool
    is_recorded : bool
        Whether the next step is one that was asked to be recorded.
    is_last : bool
        Whether the training ended here.
    more : dict
        The state of callbacks, of the schedule and of the order of examples, where they have one.
    """

    network: Number
    epochs: Number
    step: Number
    steps_done: Number
    best_epoch: Number | None
    stopped_early: bool
    is_recorded: bool = False
    is_last: bool = False
    more: dict[str, Any] = msgspec.field(default_factory=dict)


class FindingRecord(FileRecord, frozen=True, tag_field="kind", tag="finding"):
    """A problem that was found while the training went on.

    Attributes
    ----------
    words : str
    """

    words: str


class LongerRecord(FileRecord, frozen=True, tag_field="kind", tag="longer"):
    """The run was to take more epochs than were planned.

    Attributes
    ----------
    epochs : int
        In all.
    """

    epochs: Count


class EndRecord(FileRecord, frozen=True, tag_field="kind", tag="end"):
    """How a process ended its training.

    Attributes
    ----------
    state : {"finished", "interrupted", "failed"}
    words : str
        Of a failure.
    """

    state: Literal["finished", "interrupted", "failed"]
    words: str = ""


AnyRecord: TypeAlias = (
    RunRecord
    | DataRecord
    | SessionRecord
    | EpochsRecord
    | CheckpointRecord
    | FindingRecord
    | LongerRecord
    | EndRecord
)


def text_of(record: AnyRecord) -> bytes:
    """Return the text of a record in a log."""
    return msgspec.json.encode(record)


def version_of(text: bytes) -> int:
    """Return the version of a journal, by the text of its first record.

    Raises
    ------
    FileFormatError
        If it is newer than this Glassnet.
    """
    values = _values_of(text)
    version = values.get("version") if isinstance(values, dict) else None
    if type(version) is not int or version < 1:
        return VERSION  # whoever reads the record says what is wrong with it
    if version > VERSION:
        raise FileFormatError(
            f"it has version {version}; this version of Glassnet reads up to {VERSION}. "
            "Install a newer one to open it"
        )
    return version


def record_of(text: bytes, version: int | None = None) -> AnyRecord:
    """Return the record that a text in a log describes.

    Parameters
    ----------
    text : bytes
    version : int, optional
        Of the journal that it stands in, if that is not today's.

    Raises
    ------
    FileFormatError
        If it describes none.

    Examples
    --------
    >>> record_of(text_of(EndRecord("finished"))).state
    'finished'
    """
    from glassnet.core.file_record import read_record

    values = _values_of(text)
    if version is not None and isinstance(values, dict):
        values = _upgraded(values, version)
    record: AnyRecord = read_record(values, AnyRecord, "a record of a run")
    return record


def _values_of(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise FileFormatError("a record is no JSON") from None


def _upgraded(values: dict[str, Any], version: int) -> dict[str, Any]:
    """A record of an older version as it is written today."""
    if version == VERSION:
        return values
    for older, upgrade in UPGRADES.items():
        if version <= older:
            values = upgrade(values)
    return values | {"version": VERSION} if values.get("kind") == "run" else values
