"""What a network's outputs mean."""

from typing import Literal, TypeAlias

__all__ = ["TargetTask", "Task"]

#: What the outputs of a network mean: the probabilities of classes that exclude each other, of
#: one class against another, of several independent labels, or plain values.
Task: TypeAlias = Literal["multiclass", "binary", "multilabel", "regression"]

#: What the target columns of a table ask for; classification is binary or multiclass.
TargetTask: TypeAlias = Literal["classification", "multilabel", "regression"]
