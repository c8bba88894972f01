"""Which engine runs: the native one where it was built, else the reference engine.

Environment variables choose: ``GLASSNET_ENGINE`` (``native`` or ``reference``), ``GLASSNET_ISA``
(``scalar``, ``avx2``, ``avx512``, ``neon``) and ``GLASSNET_NUM_THREADS`` or ``OMP_NUM_THREADS``.
"""

import importlib.util
import os
import warnings
from functools import lru_cache

from glassnet.engine.cores import core_count
from glassnet.engine.interface import Engine, Program
from glassnet.errors import GlassnetError, LimitError
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.optim.update_rule import UpdateRule

__all__ = ["compile", "engine", "info", "instruction_set", "thread_count"]


def compile(  # noqa: A001 - always called as engine.compile
    architecture: Architecture, loss: Loss, rule: UpdateRule | None = None
) -> Program:
    """Return a network's program on the engine in use.

    It runs on the reference engine where the compiled kernels lack something: an activation, a
    loss, an optimizer or a penalty of one's own.

    Parameters
    ----------
    architecture : Architecture
    loss : Loss
    rule : UpdateRule, optional
        What will train it.

    Raises
    ------
    ValueError
        If the loss does not fit the output activation.
    LimitError
        If the kernels lack something, and ``GLASSNET_ENGINE=native`` asks for them.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.layers import Dense
    >>> from glassnet.nn.losses.registry import loss_named
    >>> architecture = Architecture.of(2, [Dense(1, "identity")])
    >>> program = compile(architecture, loss_named("mean_squared_error"))
    >>> w_and_b, x = np.array([3.0, 2.0, 0.5]), np.array([[1.0, 1.0]])
    >>> program.predict(w_and_b, x).tolist()
    [[5.5]]
    """
    try:
        return engine().compile(architecture, loss, rule)
    except LimitError:
        if os.environ.get("GLASSNET_ENGINE") == "native":
            raise
        from glassnet.engine.reference import Reference

        return Reference().compile(architecture, loss, rule)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Return the engine that is in use; the environment is read when it is first asked for.

    Raises
    ------
    ValueError
        If an environment variable asks for something unknown, or for an instruction set that this
        processor lacks.
    GlassnetError
        If ``GLASSNET_ENGINE=native`` and the kernels were not built.
    """
    name = os.environ.get("GLASSNET_ENGINE", "")
    if name not in ("", "native", "reference"):
        raise ValueError(f"GLASSNET_ENGINE is {name!r}; expected 'native' or 'reference'")
    built = importlib.util.find_spec("glassnet.engine._kernels") is not None
    if name == "native" and not built:
        raise GlassnetError(f"GLASSNET_ENGINE asks for the native engine, but {NOT_BUILT}")
    if built and name != "reference":
        from glassnet.engine.native import Native

        return Native(instruction_set(os.environ.get("GLASSNET_ISA", "")), thread_count())
    if not built and name == "":
        warnings.warn(f"Glassnet runs on its slower reference engine: {NOT_BUILT}", stacklevel=2)
    from glassnet.engine.reference import Reference

    return Reference()


NOT_BUILT = (
    "the compiled kernels were not built when it was installed. "
    "Install a C++ compiler and install Glassnet again to get them."
)


def instruction_set(forced: str = "") -> str:
    """Return the instruction set that the native engine uses.

    Parameters
    ----------
    forced : str
        One by name; the most capable one of this processor if empty.
    """
    from glassnet.engine import _kernels

    if not forced:
        return _kernels.instruction_sets()[0]
    try:
        _kernels.find_instruction_set(forced)
    except ValueError as error:
        raise ValueError(f"GLASSNET_ISA: {error}") from None
    return forced


def thread_count() -> int:
    """Return how many threads the native engine uses at most.

    What ``GLASSNET_NUM_THREADS`` says, else ``OMP_NUM_THREADS``, else the number of cores that
    this process may use, by its affinity and by the quota of its control group.

    Raises
    ------
    ValueError
        If ``GLASSNET_NUM_THREADS`` is no number above 0.
    """
    if forced := os.environ.get("GLASSNET_NUM_THREADS", ""):
        if not forced.isdecimal() or int(forced) < 1:
            raise ValueError(f"GLASSNET_NUM_THREADS is {forced!r}; expected a number above 0")
        return int(forced)
    usual = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if usual.isdecimal() and int(usual) >= 1:
        return int(usual)
    return core_count()


def info() -> dict[str, str | int | list[str]]:
    """Return what is in use: engine, instruction set and those available, threads.

    Examples
    --------
    >>> sorted(info())[0]
    'engine'
    """
    return engine().info()
