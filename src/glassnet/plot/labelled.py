"""The classes, bands and sides that a plane is divided into, and where each row belongs."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.core.array import Array
from glassnet.core.labels import distinct_labels, label_array, label_text, label_values, places_of
from glassnet.formula.number import number_text
from glassnet.render.ticks import Axis

__all__ = ["Labelled"]

SIDES = ("in < 0", "in ≥ 0")
BANDS = 8


@dataclass(frozen=True)
class Labelled:
    """Names, and for each cell and each row the place of its own.

    Attributes
    ----------
    names : tuple of str
    cells : array of shape (cells,)
    rows : array of shape (rows,)
        Empty without labels.
    ordered : bool
        Whether the names are bands of a number.
    """

    names: tuple[str, ...]
    cells: NDArray[np.int64]
    rows: NDArray[np.int64]
    ordered: bool = False

    @classmethod
    def by_class(cls, predicted: Array, y: ArrayLike | None, classes: Array | None) -> "Labelled":
        """Return the regions of classes: all that are known, predicted or given.

        Raises
        ------
        ValueError
            If a label is none of the classes that the network knows.
        """
        if np.ndim(predicted) > 1:  # several labels, of which each combination is a region
            classes = None
        of_cells = _single(predicted, classes)
        of_rows = None if y is None else _single(y, classes)
        known = classes
        if known is None:
            given = of_cells if of_rows is None else np.concatenate([of_cells, of_rows])
            known = distinct_labels(given)
        rows = np.zeros(0, dtype=np.int64) if of_rows is None else places_of(of_rows, known)
        if of_rows is not None and (rows < 0).any():
            stray = label_text(label_values(of_rows)[int(np.argmin(rows))])
            raise ValueError(
                f"y holds {stray!r}, which is none of the network's classes: "
                f"{', '.join(map(label_text, label_values(known)))}"
            )
        names = tuple(map(label_text, label_values(known)))
        return cls(names, places_of(of_cells, known), rows)

    @classmethod
    def by_band(cls, predicted: Array, y: ArrayLike | None) -> "Labelled":
        """Return bands of a number between round ones."""
        numbers = predicted.reshape(len(predicted), -1)[:, 0].astype(np.float64)
        given = np.zeros(0) if y is None else np.asarray(y, dtype=np.float64).reshape(-1)
        every = np.concatenate([numbers, given])
        every = every[np.isfinite(every)]
        if not len(every):
            raise ValueError("no prediction is a finite number, so that there is nothing to plot")
        edges = Axis.over(float(every.min()), float(every.max()), BANDS).ticks
        texts = [number_text(edge, 4) for edge in edges]
        between = [f"{a} to {b}" for a, b in pairwise(texts)]
        names = (f"below {texts[0]}", *between, f"{texts[-1]} and more")
        places, rows = (np.digitize(values, edges) for values in (numbers, given))
        used = np.unique(np.concatenate([places, rows]))
        kept = np.arange(used[0], used[-1] + 1)
        return cls(
            tuple(names[place] for place in kept), places - kept[0], rows - kept[0], ordered=True
        )

    @classmethod
    def by_side(cls, net_input: Array, y: ArrayLike | None, *, decides: bool) -> "Labelled":
        """Return the two sides of in = 0, and the labels that are given.

        Parameters
        ----------
        net_input : array of shape (cells,)
        y : array-like, optional
        decides : bool
            Whether the side is the prediction: 0 or 1, or the first or second label.
        """
        cells = (net_input >= 0).astype(np.int64)
        if y is None:
            return cls(SIDES, cells, np.zeros(0, dtype=np.int64))
        labels = _single(y, None)
        known = distinct_labels(labels)
        texts = tuple(map(label_text, label_values(known)))
        rows = places_of(labels, known)
        if decides and len(known) == 2:
            return cls(tuple(f"{t}: {s}" for t, s in zip(texts, SIDES, strict=True)), cells, rows)
        return cls((*SIDES, *texts), cells, rows + 2)


def _single(labels: ArrayLike, classes: Array | None) -> Array:
    """One label for each row: its class if it is one-hot, all of them if it has several."""
    if np.ndim(labels) < 2:
        return label_array(labels)
    rows = np.asarray(labels)
    if rows.shape[1] == 1:
        return label_array(rows[:, 0])
    if classes is not None and rows.shape[1] == len(classes):
        chosen: Array = classes[rows.argmax(axis=1)]
        return chosen
    return label_array([f"({', '.join(map(label_text, row))})" for row in rows.tolist()])
