"""The engines: forward, backward, update and the training loop, twice.

``reference`` is the specification, in NumPy; ``native`` adapts the compiled kernels.
"""

from glassnet.engine.interface import DropoutMasks, Engine, Trace, Training
from glassnet.engine.select import engine, info, instruction_set, thread_count

__all__ = [
    "DropoutMasks",
    "Engine",
    "Trace",
    "Training",
    "engine",
    "info",
    "instruction_set",
    "thread_count",
]
