"""The task of a network: what its outputs mean."""

from typing import Literal, TypeAlias

from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.architecture import Architecture

__all__ = ["TargetTask", "Task", "task_of"]

#: What the outputs of a network mean: the probabilities of mutually exclusive classes, of one of
#: two classes, of several independent labels, or numbers.
Task: TypeAlias = Literal["multiclass", "binary", "multilabel", "regression"]

#: The task for the target columns of a table; classification is binary or multiclass.
TargetTask: TypeAlias = Literal["classification", "multilabel", "regression"]


def task_of(architecture: Architecture) -> Task:
    """Return what the outputs of a network mean."""
    activation = architecture.layers[-1].activation
    if isinstance(activation, Softmax):
        return "multiclass"
    if isinstance(activation, Sigmoid):
        return "binary" if architecture.outputs == 1 else "multilabel"
    return "regression"
