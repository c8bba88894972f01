"""The engines: forward, backward, update and the training loop, twice.

``reference`` is the specification, in NumPy; ``native`` adapts the compiled kernels.
"""

from glassnet.engine.interface import DropoutMasks, Engine, Program, Trace, Training
from glassnet.engine.select import (
    compile,  # noqa: A004 - always called as engine.compile
    engine,
    info,
    instruction_set,
    thread_count,
)

__all__ = [
    "DropoutMasks",
    "Engine",
    "Program",
    "Trace",
    "Training",
    "compile",
    "engine",
    "info",
    "instruction_set",
    "thread_count",
]
