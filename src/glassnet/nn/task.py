"""What a network's outputs mean."""

from typing import Literal, TypeAlias

__all__ = ["Kind"]

#: What the outputs of a network mean: the probabilities of classes that exclude each other, of
#: one class against another, of several independent labels, or plain values.
Kind: TypeAlias = Literal["classes", "two classes", "labels", "values"]
