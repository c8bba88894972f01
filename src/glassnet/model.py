"""Model: encoder, network and target in one; predicts from the rows of a table."""

import os
import shlex
import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Unpack, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.file_record import read_record, shortened
from glassnet.core.plural import counted, named_in_short
from glassnet.drawing.image_shape import image_shape
from glassnet.errors import FileFormatError
from glassnet.explanation.example import Example
from glassnet.explanation.explain import explain_example, explain_steps
from glassnet.explanation.explanation import Explanation, Origins
from glassnet.explanation.limits import Limits
from glassnet.explanation.notation import Notation
from glassnet.explanation.several_steps import SeveralSteps
from glassnet.explanation.style import Style, StyleOptions
from glassnet.explanation.update_options import chosen_optimizer
from glassnet.explanation.why import FEW, Row, WhyExplanation, explain_why
from glassnet.formula.document import Cell, DocumentTable, Paragraph, Section
from glassnet.formula.number import number_text
from glassnet.network import Network
from glassnet.nn.file_format import read_file, write_file
from glassnet.nn.schema import NetworkFile, NetworkRecord, arrays_of_networks
from glassnet.nn.task import Task
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.update_rule import UpdateRule
from glassnet.tables.encoders.table_encoder import AnyEncoder, TableEncoder
from glassnet.tables.read.frames import as_table
from glassnet.tables.read.options import TableOptions
from glassnet.tables.source import Source, open_source
from glassnet.tables.table import Table
from glassnet.tables.targets.any_target import AnyTarget
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning
from glassnet.training.fit import DEFAULT_OPTIMIZER
from glassnet.training.journal.log import is_log

__all__ = ["Model", "load"]

MAX_COLUMNS_SHOWN = 40

# How more columns become inputs is folded behind the short form.
MANY_INPUTS = 8


@dataclass(repr=False)
class Model:
    """A network with the encoder of its input columns and the target of its outputs.

    Parameters
    ----------
    network : Network
    encoder : TableEncoder
    target : Target
    provenance : dict
        Origin of the model as JSON values: data, seed, scores.
    others : tuple of Network
        Further networks of an ensemble: predictions are the mean over all of them.

    Examples
    --------
    >>> table = as_table({"length": [1.0, 2.0, 8.0, 9.0]})
    >>> encoder = TableEncoder.fit(table)
    >>> net = Network([1, 2], output="softmax", seed=1)
    >>> model = Model(net, encoder, ClassTarget("size", ("small", "large")))
    >>> model.predict({"length": [3.0]}).shape
    (1,)
    """

    network: Network
    encoder: TableEncoder
    target: Target
    provenance: dict[str, Any] = field(default_factory=dict)
    others: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        names = self.encoder.feature_names
        expected = self.target.outputs
        for network in self.networks:
            inputs, outputs = network.architecture.inputs, network.architecture.outputs
            if len(names) != inputs:
                raise ValueError(f"the encoder makes {len(names)} inputs; the network has {inputs}")
            if outputs != expected:
                raise ValueError(f"the target needs {expected} outputs; the network has {outputs}")
            network.feature_names = names
            if isinstance(self.target, ClassTarget):
                network.classes = self.target.labels

    @property
    def networks(self) -> tuple[Network, ...]:
        """All networks; one unless the model is an ensemble."""
        return (self.network, *self.others)

    @property
    def values_of_row(self) -> int:
        """Number of inputs and outputs of a row."""
        return len(self.encoder.feature_names) + self.target.outputs

    def open(
        self, given: Any, options: TableOptions | None = None, keep: Collection[str] = ()
    ) -> Source:
        """Open rows to predict from or to evaluate on: a table, images, or an object in memory.

        Parameters
        ----------
        given : Rows, data frame, mapping of column names to values, or path
        options : TableOptions, optional
            How a text file is written.
        keep : collection of str
            Further columns of the rows.

        Raises
        ------
        FileNotFoundError, FileFormatError
            If a path does not exist, or cannot be read.
        ValueError
            If the model is for images and the rows are not, or vice versa.
        """
        return open_source(
            given, (), None, options, encoder=self.encoder, target=self.target, keep=keep
        )

    def encode(self, frame: Any) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the network's inputs, and warnings about missing or unseen values."""
        return self.encoder.encode(as_table(frame, needed=self.encoder.columns))

    def predict(self, frame: Any) -> Array:
        """Return labels in the type in which they were given, or numbers in the target's unit.

        Parameters
        ----------
        frame : Table, data frame or mapping of column names to values

        Returns
        -------
        array of shape (rows,), or (rows, columns)

        Raises
        ------
        ValueError, TypeError
            If a column is missing or has the wrong type.

        Warns
        -----
        UserWarning
            About texts that are no numbers or dates, and categories that did not occur in training.
        """
        return self.target.decode(self.outputs(self._warned(frame)))

    def predict_proba(self, frame: Any) -> Array:
        """Return the probability of each class, (rows, classes).

        For multilabel, the probability of the second class of each label, (rows, labels). For
        regression, the same as :meth:`predict`, also in what it warns of.
        """
        outputs = self.outputs(self._warned(frame))
        return self.target.decode(outputs) if self.target.task is Task.REGRESSION else outputs

    def _warned(self, frame: Any) -> Array:
        """The inputs of the networks; values that the model does not know are warned of."""
        x, found = self.encode(frame)
        for warning in found:
            if warning.values:  # that others are missing is plain to see
                warnings.warn(str(warning), stacklevel=3)
        return x

    def outputs(self, x: Array) -> Array:
        """Return the outputs in the target's own unit, given encoded inputs."""
        return self.target.rescale(self._mean_outputs(x))

    def _mean_outputs(self, x: Array) -> Array:
        mean: Array = np.mean([network.predict_proba(x) for network in self.networks], axis=0)
        return mean

    @overload
    def explain(
        self,
        frame: Any,
        row: int = 0,
        target: Any = None,
        *,
        learning_rate: float | None = None,
        optimizer: str | Optimizer | None = None,
        steps: None = None,
        **style: Unpack[StyleOptions],
    ) -> Explanation: ...
    @overload
    def explain(
        self,
        frame: Any,
        row: int = 0,
        target: Any = None,
        *,
        learning_rate: float | None = None,
        optimizer: str | Optimizer | None = None,
        steps: int,
        weights: Sequence[str] | None = None,
        **style: Unpack[StyleOptions],
    ) -> SeveralSteps: ...
    def explain(
        self,
        frame: Any,
        row: int = 0,
        target: Any = None,
        *,
        learning_rate: float | None = None,
        optimizer: str | Optimizer | None = None,
        steps: int | None = None,
        weights: Sequence[str] | None = None,
        limits: Limits | None = None,
        digits: int | None = 6,
        decimals: int | None = None,
        notation: str | Notation = "in-y",
    ) -> Explanation | SeveralSteps:
        """Explain the prediction, loss and update for one row, starting from its raw values.

        Parameters
        ----------
        frame : Table, data frame or mapping
        row : int
            Counted from 0.
        target : optional
            Class name, or number in the target's own unit; for several columns, a list of them.
            Without a target, only the forward pass is explained.
        learning_rate, optimizer, steps, weights, limits, digits, decimals, notation
            As in :func:`glassnet.explain`.

        Raises
        ------
        ValueError
            If the row does not exist, or a value is not valid.
        """
        style = Style.of(limits, digits, decimals, notation)
        chosen = chosen_optimizer(learning_rate, optimizer)
        one = self._one(frame, row)
        x, _ = self.encode(one)
        value = None if target is None else self.target.encode_value(target)
        given = Example(x[0], value, pixels=self._pixels(one))
        preface, origins = self._before(one, x, target)
        net = self.network
        if steps is not None:
            rule = UpdateRule(chosen or DEFAULT_OPTIMIZER)
            return explain_steps(net, given, rule, net.loss, style, steps, weights, preface)
        rule_of_one = None if chosen is None else UpdateRule(chosen)
        return explain_example(net, given, rule_of_one, net.loss, style, preface, origins)

    def _before(self, one: Table, x: Array, target: Any) -> tuple[list[Section], Origins]:
        """What stands before an explanation: how the row became inputs, of each by its name."""
        columns = self.encoder.explain(one, 0)
        of_inputs = tuple(block for own in columns.values() for block in own)
        many = len(of_inputs) > MANY_INPUTS
        preface = [Section("From the raw row to the inputs", of_inputs, folded=many)]
        if self.others:
            preface.append(self._ensemble_section(x))
        letter = "mean p" if self.others else "p"
        if blocks := self.target.explain(self._mean_outputs(x)[0], target, letter):
            preface.append(Section("From the output to the target", blocks))
        names = self.encoder.feature_names
        return preface, {name: columns[self.encoder.column_of(name)] for name in names}

    def why(
        self,
        frame: Any,
        row: int = 0,
        target: Any = None,
        *,
        learning_rate: float = 0.1,
        limits: Limits | None = None,
        digits: int | None = 4,
        notation: str | Notation = "in-y",
    ) -> WhyExplanation:
        """Say why a row is predicted as it is, column by column: see :func:`glassnet.why`.

        Parameters
        ----------
        frame : Table, data frame or mapping
        row : int
            Counted from 0.
        target : class name or number
            The right one, in the target's own unit; for several columns, a list of them.
        learning_rate, limits, digits, notation
            As in :func:`glassnet.why`.

        Raises
        ------
        ValueError, TypeError
            If the row does not exist, or a value is not valid.
        """
        one = self._one(frame, row)
        x, _ = self.encode(one)
        own_target = None if target is None else self.target.encode_value(target)
        asked = replace(self._row(one), note=self._note(x, target))
        if isinstance(self.target, NumberTarget) and target is not None:
            predicted = number_text(float(self.target.decode(self.outputs(x))[0]), 4)
            asked = replace(asked, title=f"Why {predicted} where the target is {target}?")
        style = Style.of(limits or FEW, digits, None, notation)
        return explain_why(self.network, x[0], own_target, asked, learning_rate, None, style)

    def _one(self, frame: Any, row: int) -> Table:
        """One row of a table."""
        table = as_table(frame, needed=self.encoder.columns)
        if not 0 <= row < len(table):
            raise ValueError(f"there is no row {row}; the table has rows 0 to {len(table) - 1}")
        return table.rows(np.array([row]))

    def _row(self, one: Table) -> Row:
        """How a row is shown beside its inputs."""
        return self.encoder.row(one)

    def _note(self, x: Array, target: Any) -> str:
        """What the numbers of the first network are to the model's own."""
        several = f"The model is the mean of {len(self.networks)} networks, this the first one. "
        own = self.target.own_unit(self.network.predict_proba(x), target)
        return several + own if self.others else own

    def _pixels(self, one: Table) -> Array | None:
        """The image that a row of a table with a column for each pixel is, before it is scaled."""
        names = self.encoder.columns
        if image_shape(names) is None or names != self.encoder.feature_names:
            return None
        columns = [one.columns[name] for name in names]
        if any(column.dtype.kind not in "fiu" for column in columns):
            return None
        return np.concatenate(columns).astype(np.float64)

    def _ensemble_section(self, x: Array) -> Section:
        """What each network predicts for one row, and their mean."""
        rows: list[tuple[Cell, ...]] = [
            (f"network {number}", *network.predict_proba(x)[0].tolist())
            for number, network in enumerate(self.networks, start=1)
        ]
        rows.append(("mean", *self._mean_outputs(x)[0].tolist()))
        words = (
            f"The prediction is the mean of the outputs of {len(self.networks)} networks. The "
            "explanation below is for the first one."
        )
        table = DocumentTable(("", *self.target.output_names), tuple(rows))
        return Section("The ensemble", (Paragraph(words), table))

    def columns_section(self) -> Section:
        """Return what each column was read as, and what the target is."""
        inputs = [(encoder.name, encoder.summary) for encoder in self.encoder.encoders]
        shown: list[tuple[Cell, ...]] = list(inputs[:MAX_COLUMNS_SHOWN])
        if len(inputs) > MAX_COLUMNS_SHOWN:
            shown.append((f"... and {len(inputs) - MAX_COLUMNS_SHOWN:,} more", ""))
        target, task = self.target, self.target.task
        held = "" if task is Task.REGRESSION else f", {_classes(target)}"
        shown.append((f"{target.name} (target)", f"{task.word}{held}"))
        return Section("The columns", (DocumentTable(("column", "read as"), tuple(shown)),))

    def __repr__(self) -> str:
        columns = len(self.encoder.encoders)
        units = " → ".join(str(count) for count in self.network.architecture.units)
        several = f", {len(self.networks)} networks" if self.others else ""
        inputs = counted(columns, "column")
        return f"<Model: {self.target.name} from {inputs}, units {units}{several}>"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one safe file (safetensors).

        Raises
        ------
        OSError
            If the file cannot be written; an existing file is then left unchanged.
        ValueError
            If a weight is not a finite number.
        """
        for network in self.networks:
            network.require_finite()
        arrays = {
            f"{number}.{name}" if number > 1 else name: array
            for number, network in enumerate(self.networks, start=1)
            for name, array in network.to_arrays().items()
        }
        record = ModelFile(
            **self.network.record_fields(),
            encoders=list(self.encoder.encoders),
            target=self.target,  # type: ignore[arg-type]  # one of them
            provenance=self.provenance,
            others=[NetworkRecord(**network.record_fields()) for network in self.others],
        )
        write_file(path, record, arrays)


def _classes(target: Target) -> str:
    if isinstance(target, ClassTarget):
        return named_in_short("class", "classes", target.output_names)
    return counted(target.outputs, "label")


class ModelFile(NetworkRecord, frozen=True, tag_field="kind", tag="model"):
    """A file with a model: its first network, then what a table needs.

    Attributes
    ----------
    encoders : list of Encoder
        Of the input columns, in the order of the inputs.
    target : Target
    provenance : dict
        Where the model comes from, and its scores.
    others : list of NetworkRecord
        Of an ensemble; their arrays are 2.w1, 2.b1, ...
    """

    encoders: Annotated[list[AnyEncoder], msgspec.Meta(min_length=1)]
    target: AnyTarget
    provenance: dict[str, Any]
    others: list[NetworkRecord]

    def __post_init__(self) -> None:
        super().__post_init__()
        columns = Counter([*(encoder.name for encoder in self.encoders), *self.target.columns])
        name, count = columns.most_common(1)[0]
        if count > 1:
            raise ValueError(f"two encoders or targets are for the column {name!r}")
        made = sum(encoder.inputs for encoder in self.encoders)
        if made != self.inputs:
            raise ValueError(f"the encoders make {made} inputs; the network has {self.inputs}")


def load(path: str | os.PathLike[str]) -> Network | Model:
    """Load a file written by :meth:`Network.save` or :meth:`Model.save`.

    Loading a file never runs code from it.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    FileFormatError
        If it is not a model file, or is damaged.
    MemoryError
        If its arrays do not fit into memory.
    """
    if is_log(Path(path)):
        raise FileFormatError(
            f"{os.fspath(path)} is the journal of a run, not a model. To look into it: glassnet "
            f"explain {shlex.quote(os.fspath(path))}; its network: "
            f"gn.open_run({os.fspath(path)!r}).network()"
        )
    header, arrays = read_file(path)
    try:
        return _revived(
            read_record(header, NetworkFile | ModelFile, "a network or a model"), arrays
        )
    except FileFormatError as error:
        raise FileFormatError(f"{os.fspath(path)}: {error}") from None
    except (TypeError, ValueError) as error:
        words = shortened(str(error))
        raise FileFormatError(f"{os.fspath(path)} does not describe a model: {words}") from None


def _revived(record: NetworkFile | ModelFile, arrays: dict[str, Array]) -> Network | Model:
    others = record.others if isinstance(record, ModelFile) else []
    records = (record, *others)
    networks = [
        Network.from_record(one, own)
        for one, own in zip(records, arrays_of_networks(arrays, len(records)), strict=True)
    ]
    if not isinstance(record, ModelFile):
        return networks[0]
    encoder, provenance = TableEncoder(tuple(record.encoders)), dict(record.provenance)
    return Model(networks[0], encoder, record.target, provenance, tuple(networks[1:]))
