"""Glassnet: fully connected neural networks at the speed of the machine, with the hood open.

Examples
--------
>>> import glassnet as gn
>>> net = gn.Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> history = net.fit(X, y, optimizer=gn.SGD(0.5), epochs=10)
>>> step = gn.explain(net, x=[1, 0], desired=1, learning_rate=0.5)
>>> step.check.passed
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet.engine import info as info
    from glassnet.errors import DivergedError as DivergedError
    from glassnet.errors import FileFormatError as FileFormatError
    from glassnet.errors import GlassnetError as GlassnetError
    from glassnet.errors import LimitError as LimitError
    from glassnet.errors import MissingPackageError as MissingPackageError
    from glassnet.explanation.explain import Explanation as Explanation
    from glassnet.explanation.explain import explain as explain
    from glassnet.explanation.sections import Limits as Limits
    from glassnet.learning.history import History as History
    from glassnet.learning.schedule import Constant as Constant
    from glassnet.learning.schedule import Cosine as Cosine
    from glassnet.learning.schedule import Exponential as Exponential
    from glassnet.learning.stopping import EarlyStopping as EarlyStopping
    from glassnet.model import Model as Model
    from glassnet.model import load as load
    from glassnet.network import Network as Network
    from glassnet.structure.layer import Dense as Dense
    from glassnet.update.optimizer import SGD as SGD
    from glassnet.update.optimizer import Adam as Adam
    from glassnet.update.optimizer import Momentum as Momentum

__version__ = "0.1.0"

# Where each public name lives. They are imported when first used, so that `import glassnet`
# costs next to nothing and the command line answers at once.
_HOMES = {
    "Adam": "glassnet.update.optimizer",
    "Constant": "glassnet.learning.schedule",
    "Cosine": "glassnet.learning.schedule",
    "Dense": "glassnet.structure.layer",
    "DivergedError": "glassnet.errors",
    "EarlyStopping": "glassnet.learning.stopping",
    "Explanation": "glassnet.explanation.explain",
    "Exponential": "glassnet.learning.schedule",
    "FileFormatError": "glassnet.errors",
    "GlassnetError": "glassnet.errors",
    "History": "glassnet.learning.history",
    "LimitError": "glassnet.errors",
    "Limits": "glassnet.explanation.sections",
    "MissingPackageError": "glassnet.errors",
    "Model": "glassnet.model",
    "Momentum": "glassnet.update.optimizer",
    "Network": "glassnet.network",
    "SGD": "glassnet.update.optimizer",
    "explain": "glassnet.explanation.explain",
    "info": "glassnet.engine",
    "load": "glassnet.model",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - a test compares it with the imports above


def __getattr__(name: str) -> Any:
    if name == "engine":  # glassnet.engine.info()
        return import_module("glassnet.engine")
    if name not in _HOMES:
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
