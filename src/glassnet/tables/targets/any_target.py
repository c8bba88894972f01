"""Every kind of target, as a file may hold it."""

from typing import TypeAlias

from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget

__all__ = ["AnyTarget"]

AnyTarget: TypeAlias = ClassTarget | NumberTarget | MultiNumberTarget | MultilabelTarget
