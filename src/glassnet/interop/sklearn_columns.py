"""The columns that scikit-learn's transformers make of a network's inputs, as layers.

Scalers, selections and projections are linear. A one-hot encoder of numbers is a sum of relus: over
one category, 1 there and 0 at the next, it is a hat.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.interop.network_builder import NetworkBuilder

__all__ = ["Columns", "transformed"]

SUPPORTED = (
    "StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, OneHotEncoder of numbers, "
    "SimpleImputer, PCA, TruncatedSVD, selections of columns, ColumnTransformer, FeatureUnion and "
    "Pipeline"
)


@dataclass(frozen=True)
class Columns:
    """Columns y = x A + b + relu(x C + d) E of inputs x.

    Attributes
    ----------
    linear : numpy.ndarray
        A, (inputs, columns).
    constant : numpy.ndarray
        b, (columns,).
    bends, bend_constants : numpy.ndarray
        C, (inputs, bends), and d, (bends,).
    bent : numpy.ndarray
        E, (bends, columns).
    known : dict
        Inputs that have but few values, and these.
    """

    linear: Array
    constant: Array
    bends: Array
    bend_constants: Array
    bent: Array
    known: dict[int, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: int) -> "Columns":
        """Return the inputs as they are."""
        none = np.zeros((inputs, 0)), np.zeros(0), np.zeros((0, inputs))
        return cls(np.eye(inputs), np.zeros(inputs), *none)

    @property
    def count(self) -> int:
        """How many columns there are."""
        return int(self.constant.size)

    def times(self, matrix: Any, shift: Any = 0.0) -> "Columns":
        """Return y M + shift."""
        M = np.asarray(matrix, dtype=np.float64)
        return Columns(
            self.linear @ M,
            self.constant @ M + np.asarray(shift, dtype=np.float64),
            self.bends,
            self.bend_constants,
            self.bent @ M,
            self.known,
        )

    def scaled(self, factor: Any, shift: Any = 0.0) -> "Columns":
        """Return y · factor + shift, column by column."""
        by = np.broadcast_to(np.asarray(factor, dtype=np.float64), (self.count,))
        return self.times(np.diag(by), shift)

    def chosen(self, indices: Any) -> "Columns":
        """Return some of the columns, in this order."""
        return self.times(np.eye(self.count)[:, np.asarray(indices, dtype=int)])

    @staticmethod
    def beside(parts: Iterable["Columns"]) -> "Columns":
        """Return the columns of all parts, from left to right."""
        each = list(parts)
        bent = np.zeros((sum(len(part.bent) for part in each), sum(part.count for part in each)))
        row = column = 0
        for part in each:
            bent[row : row + len(part.bent), column : column + part.count] = part.bent
            row, column = row + len(part.bent), column + part.count
        known: dict[int, Array] = {}
        for part in each:
            known |= part.known
        return Columns(
            np.hstack([part.linear for part in each]),
            np.concatenate([part.constant for part in each]),
            np.hstack([part.bends for part in each]),
            np.concatenate([part.bend_constants for part in each]),
            bent,
            known,
        )

    def only_input(self, column: int) -> int | None:
        """Return the input that a column is, unchanged, if it is one."""
        (places,) = np.nonzero(self.linear[:, column])
        unchanged = len(places) == 1 and self.linear[places[0], column] == 1
        if not unchanged or self.constant[column] or self.bent[:, column].any():
            return None
        return int(places[0])

    def add_to(self, builder: NetworkBuilder) -> None:
        """Add them as layers that do not learn."""
        b = self.constant if self.constant.any() else None
        if self.bends.size:
            used = np.flatnonzero(self.linear.any(axis=1))
            straight = np.eye(len(self.linear))[:, used]
            # A number passes a layer of relus as relu(x) − relu(−x).
            first = np.hstack([straight, -straight, self.bends])
            shifts = np.concatenate([np.zeros(2 * len(used)), self.bend_constants])
            builder.dense(first, shifts, learns=False, bias_learns=False)
            builder.activate("relu")
            second = np.vstack([self.linear[used], -self.linear[used], self.bent])
            builder.dense(second, b, learns=False, bias_learns=False)
        elif not np.array_equal(self.linear, np.diag(np.diagonal(self.linear))):
            builder.dense(self.linear, b, learns=False, bias_learns=False)
        elif b is not None or not np.array_equal(self.linear, np.eye(builder.units)):
            builder.scale(np.diagonal(self.linear), b)


def transformed(columns: Columns, transformer: Any) -> Columns:
    """Return the columns that a fitted transformer makes of columns.

    Raises
    ------
    LimitError
        If layers cannot do the same.
    """
    kind = type(transformer).__name__
    if transformer is None or transformer == "passthrough":
        return columns
    if getattr(transformer, "clip", False):
        raise LimitError(
            f"a {kind} with clip=True is not supported: no layer cuts off values; fit it without"
        )
    match kind:
        case "StandardScaler":
            centre = transformer.mean_ if transformer.with_mean else None
            return _standardised(columns, centre, transformer.scale_)
        case "RobustScaler":
            return _standardised(columns, transformer.center_, transformer.scale_)
        case "MinMaxScaler":
            return columns.scaled(transformer.scale_, transformer.min_)
        case "MaxAbsScaler":
            return columns.scaled(1 / np.asarray(transformer.scale_))
        case "Pipeline":
            for _, step in transformer.steps:
                columns = transformed(columns, step)
            return columns
        case "ColumnTransformer":
            return _by_columns(columns, transformer)
        case "FeatureUnion":
            return _side_by_side(columns, transformer)
        case "OneHotEncoder":
            return _one_hot(columns, transformer)
        case "PCA" | "TruncatedSVD":
            return _projected(columns, transformer)
        case "FunctionTransformer" if transformer.func is None:
            return columns
        case "SimpleImputer" if _changes_only_missing(transformer):
            return columns
        case _ if hasattr(transformer, "get_support"):
            return columns.chosen(transformer.get_support(indices=True))
    raise _unknown(transformer)


def _unknown(transformer: Any) -> LimitError:
    kind = type(transformer).__name__
    function = getattr(transformer, "func", None)
    what = f"a {kind}" if function is None else f"a {kind} of {getattr(function, '__name__', '?')}"
    return LimitError(
        f"{what} is not supported: no layer does the same. Supported before an estimator are "
        f"{SUPPORTED}; apply the others to the rows yourself, and give from_sklearn the steps "
        "after them, as pipeline[1:]"
    )


def _standardised(columns: Columns, centre: Any, scale: Any) -> Columns:
    """(y − centre) / scale, where None is 0 and 1."""
    by = np.ones(columns.count) if scale is None else np.asarray(scale)
    return columns.scaled(1 / by, 0.0 if centre is None else -np.asarray(centre) / by)


def _projected(columns: Columns, transformer: Any) -> Columns:
    """The components of PCA, to unit variance if it whitens, or of a truncated SVD."""
    M = np.asarray(transformer.components_, dtype=np.float64).T
    if getattr(transformer, "whiten", False):
        M = M / np.sqrt(transformer.explained_variance_)
    centre = getattr(transformer, "mean_", None)
    return columns.times(M, 0.0 if centre is None else -np.asarray(centre) @ M)


def _changes_only_missing(imputer: Any) -> bool:
    """Whether it leaves numbers as they are. A network refuses rows with missing values."""
    missing, filled = imputer.missing_values, np.asarray(imputer.statistics_)
    nan = isinstance(missing, float) and np.isnan(missing)
    return bool(
        nan and not imputer.add_indicator and filled.dtype.kind == "f" and np.isfinite(filled).all()
    )


def _by_columns(columns: Columns, transformer: Any) -> Columns:
    names = list(getattr(transformer, "feature_names_in_", ()))
    weights = transformer.transformer_weights or {}
    parts = []
    for name, own, given in transformer.transformers_:
        indices = _indices(given, columns.count, names)
        if not len(indices) or (isinstance(own, str) and own == "drop"):
            continue
        part = transformed(columns.chosen(indices), own)
        parts.append(part.scaled(weights.get(name) or 1.0))
    return Columns.beside(parts)


def _indices(given: Any, count: int, names: list[str]) -> list[int]:
    """The columns that a ColumnTransformer names by numbers, names, slices or a mask."""
    if isinstance(given, slice):
        start, stop = given.start, given.stop
        if isinstance(start, str):
            start = names.index(start)
        if isinstance(stop, str):
            stop = names.index(stop) + 1  # a slice of names has its end in it
        return list(range(count))[slice(start, stop, given.step)]
    if isinstance(given, str | int | np.integer):
        given = [given]
    each = list(given)
    if each and all(isinstance(value, str) for value in each):
        return [names.index(value) for value in each]
    chosen = np.asarray(each, dtype=bool if _is_mask(each) else int)
    return [int(index) for index in np.arange(count)[chosen]] if each else []


def _is_mask(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, bool | np.bool_) for value in values)


def _side_by_side(columns: Columns, union: Any) -> Columns:
    weights = union.transformer_weights or {}
    return Columns.beside(
        transformed(columns, own).scaled(weights.get(name) or 1.0)
        for name, own in union.transformer_list
        if not (isinstance(own, str) and own == "drop")
    )


def _one_hot(columns: Columns, encoder: Any) -> Columns:
    if any(each is not None for each in getattr(encoder, "infrequent_categories_", None) or ()):
        raise LimitError(
            "a OneHotEncoder with infrequent categories is not supported: no layer puts them "
            "together; fit it without min_frequency and max_categories"
        )
    dropped = encoder.drop_idx_
    parts = []
    for index, categories in enumerate(encoder.categories_):
        values = _numbers(categories)
        part = _hats(columns, index, values, exact=encoder.handle_unknown == "error")
        kept = [each for each in range(len(values)) if dropped is None or each != dropped[index]]
        parts.append(part.chosen(kept))
    return Columns.beside(parts)


def _numbers(categories: Any) -> Array:
    values = np.asarray(categories)
    if values.dtype.kind not in "iufb":
        raise LimitError(
            f"a OneHotEncoder of the categories {', '.join(map(repr, values.tolist()[:3]))} is not "
            "supported: the inputs of a network are numbers. Encode the rows yourself, and give "
            "from_sklearn the steps after the encoder, as pipeline[1:]"
        )
    if not np.isfinite(values).all():
        raise LimitError(
            "a OneHotEncoder with missing values as a category is not supported: the inputs of a "
            "network are finite; fit it to rows without missing values"
        )
    return values.astype(np.float64)


def _hats(columns: Columns, index: int, values: Array, *, exact: bool) -> Columns:
    """A column for each category of one column: 1 for the category, 0 for the others.

    Two categories need no bend, if no other value comes: they lie on a line.
    """
    place = columns.only_input(index)
    if place is None:
        raise LimitError(
            "a OneHotEncoder after another transformer of its column is not supported; encode the "
            "column as it is"
        )
    inputs, count = len(columns.linear), len(values)
    linear, constant = np.zeros((inputs, count)), np.zeros(count)
    knots, bent = np.zeros(0), np.zeros((0, count))
    if exact and count == 1:
        constant[:] = 1.0
    elif exact and count == 2:
        width = values[1] - values[0]
        linear[place] = [-1 / width, 1 / width]
        constant[:] = values[1] / width, -values[0] / width
    else:
        knots, bent = _knots_of_hats(values)
    bends = np.zeros((inputs, len(knots)))
    bends[place] = 1.0
    return Columns(linear, constant, bends, -knots, bent, columns.known | {place: values})


def _knots_of_hats(values: Array) -> tuple[Array, Array]:
    """Where relus bend, (knots,), and the hats that they sum up to, (knots, categories).

    Hats of whole numbers are 0 at all others; hats of other values, at the other categories.
    """
    whole = bool((values == np.round(values)).all())
    width = 1.0 if whole or len(values) == 1 else float(np.diff(values).min())
    rises = np.stack([values - width, values, values + width])
    knots, places = np.unique(rises, return_inverse=True)
    bent = np.zeros((len(knots), len(values)))
    for row, factor in zip(places.reshape(rises.shape), (1, -2, 1), strict=True):
        bent[row, np.arange(len(values))] += factor / width
    return knots, bent
