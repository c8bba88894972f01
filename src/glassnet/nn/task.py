"""The task of a network: what its outputs mean, and everything that follows from it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.architecture import Architecture

__all__ = ["TargetTask", "Task"]

#: A task in a user's words; classification is binary or multiclass.
TargetTask: TypeAlias = Literal["classification", "multilabel", "regression"]


class Task(StrEnum):
    """What the outputs of a network mean.

    Attributes
    ----------
    BINARY
        One output: the probability of the second of two classes.
    MULTICLASS
        The probabilities of classes that exclude each other.
    MULTILABEL
        The probabilities of labels that are independent of each other.
    REGRESSION
        Numbers.

    Examples
    --------
    >>> Task.MULTICLASS.output_activation, Task.REGRESSION.word
    ('softmax', 'regression')
    >>> Task.BINARY.labels(np.array([[0.9], [0.2]]), np.array(["no", "yes"])).tolist()
    ['yes', 'no']
    """

    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    REGRESSION = "regression"

    @classmethod
    def of(cls, architecture: Architecture) -> "Task":
        """Return the task of a network, which its output layer decides."""
        activation = architecture.layers[-1].activation
        if isinstance(activation, Softmax):
            return cls.MULTICLASS
        if isinstance(activation, Sigmoid):
            return cls.BINARY if architecture.outputs == 1 else cls.MULTILABEL
        return cls.REGRESSION

    @property
    def is_classification(self) -> bool:
        """Whether the outputs are the probabilities of classes."""
        return self in (Task.BINARY, Task.MULTICLASS)

    @property
    def word(self) -> TargetTask:
        """The task in a user's words."""
        if self.is_classification:
            return "classification"
        return "multilabel" if self is Task.MULTILABEL else "regression"

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        if self is Task.MULTICLASS:
            return "softmax"
        return "identity" if self is Task.REGRESSION else "sigmoid"

    def classes(self, outputs: int) -> int:
        """Return how many classes so many outputs stand for; 0 if they stand for none."""
        return {Task.BINARY: 2, Task.MULTICLASS: outputs}.get(self, 0)

    def places(self, outputs: Array) -> NDArray[np.int64]:
        """Return the place of the most probable class of each example, (examples,).

        For multilabel, 1 for each label that is more probable than not, (examples, labels).
        """
        if self is Task.MULTICLASS:
            likeliest: NDArray[np.int64] = outputs.argmax(axis=1)
            return likeliest
        probable: NDArray[np.int64] = (outputs > 0.5).astype(np.int64)
        return probable[:, 0] if self is Task.BINARY else probable

    def labels(self, outputs: Array, classes: Array | None) -> Array:
        """Return what outputs mean: labels; 0 or 1 for each independent label; numbers.

        Parameters
        ----------
        outputs : array of shape (examples, outputs)
        classes : array, optional
            The labels of the classes, in their order; their places, if there are none.
        """
        if self is Task.REGRESSION:
            return outputs[:, 0] if outputs.shape[1] == 1 else outputs
        places = self.places(outputs)
        return places if classes is None or self is Task.MULTILABEL else classes[places]

    @property
    def metrics(self) -> dict[str, Callable[[Array, Array], float]]:
        """What is measured besides the loss, by name: functions of outputs and targets."""
        if self is Task.REGRESSION:
            return {"mean_absolute_error": self.mean_absolute_error}
        return {"accuracy": self.accuracy}

    def accuracy(self, outputs: Array, targets: Array) -> float:
        """Return the fraction of examples whose class is right; of labels, for multilabel.

        Examples
        --------
        >>> Task.MULTICLASS.accuracy(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([[0, 1], [0, 1]]))
        0.5
        >>> round(Task.MULTILABEL.accuracy(np.array([[0.9, 0.8, 0.3]]), np.array([[0, 1, 0]])), 2)
        0.67
        """
        return float((self.places(outputs) == self.places(targets)).mean())

    def mean_absolute_error(self, outputs: Array, targets: Array) -> float:
        """Return the mean of |prediction − target|.

        Examples
        --------
        >>> Task.REGRESSION.mean_absolute_error(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
        1.5
        """
        return float(np.abs(outputs.astype(np.float64) - targets).mean())
