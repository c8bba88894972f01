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
    from glassnet.diagnosis import Watch as Watch
    from glassnet.diagnosis import diagnose as diagnose
    from glassnet.engine import info as info
    from glassnet.errors import DivergedError as DivergedError
    from glassnet.errors import FileFormatError as FileFormatError
    from glassnet.errors import GlassnetError as GlassnetError
    from glassnet.errors import LimitError as LimitError
    from glassnet.errors import MissingPackageError as MissingPackageError
    from glassnet.errors import NotFiniteError as NotFiniteError
    from glassnet.explanation.explain import explain as explain
    from glassnet.explanation.explanation import Explanation as Explanation
    from glassnet.explanation.selection import Limits as Limits
    from glassnet.interop.keras import from_keras as from_keras
    from glassnet.interop.onnx import from_onnx as from_onnx
    from glassnet.interop.sklearn import from_sklearn as from_sklearn
    from glassnet.interop.torch import from_torch as from_torch
    from glassnet.learning.history import History as History
    from glassnet.learning.schedule import Constant as Constant
    from glassnet.learning.schedules import Adaptive as Adaptive
    from glassnet.learning.schedules import Cosine as Cosine
    from glassnet.learning.schedules import CosLog4 as CosLog4
    from glassnet.learning.schedules import Exponential as Exponential
    from glassnet.learning.schedules import InverseScaling as InverseScaling
    from glassnet.learning.schedules import OneCycle as OneCycle
    from glassnet.learning.schedules import Step as Step
    from glassnet.learning.schedules import WarmUp as WarmUp
    from glassnet.learning.stopping import EarlyStopping as EarlyStopping
    from glassnet.model import Model as Model
    from glassnet.model import load as load
    from glassnet.network import Network as Network
    from glassnet.structure.cost import CategoricalCrossentropy as CategoricalCrossentropy
    from glassnet.structure.layer import Dense as Dense
    from glassnet.structure.layer import Scale as Scale
    from glassnet.structure.rectifier import Elu as Elu
    from glassnet.structure.rectifier import LeakyRelu as LeakyRelu
    from glassnet.structure.regression import Huber as Huber
    from glassnet.structure.regression import Pinball as Pinball
    from glassnet.together import fit_together as fit_together
    from glassnet.update.dropout import Dropout as Dropout
    from glassnet.update.lbfgs import LBFGS as LBFGS
    from glassnet.update.optimizer import SGD as SGD
    from glassnet.update.optimizer import Adam as Adam
    from glassnet.update.optimizer import AdamW as AdamW
    from glassnet.update.optimizer import Momentum as Momentum
    from glassnet.update.optimizer import Nesterov as Nesterov
    from glassnet.update.optimizer import RMSprop as RMSprop
    from glassnet.update.penalty import L1 as L1
    from glassnet.update.penalty import L2 as L2
    from glassnet.update.penalty import WeightDecay as WeightDecay
    from glassnet.workflows.recipe import Recipe as Recipe
    from glassnet.workflows.training import train as train

__version__ = "0.1.0"

# Where each public name lives. They are imported when first used, so that `import glassnet`
# costs next to nothing and the command line answers at once.
_HOMES = {
    "Adam": "glassnet.update.optimizer",
    "AdamW": "glassnet.update.optimizer",
    "Adaptive": "glassnet.learning.schedules",
    "CategoricalCrossentropy": "glassnet.structure.cost",
    "Constant": "glassnet.learning.schedule",
    "CosLog4": "glassnet.learning.schedules",
    "Cosine": "glassnet.learning.schedules",
    "Dense": "glassnet.structure.layer",
    "DivergedError": "glassnet.errors",
    "Dropout": "glassnet.update.dropout",
    "EarlyStopping": "glassnet.learning.stopping",
    "Elu": "glassnet.structure.rectifier",
    "Explanation": "glassnet.explanation.explanation",
    "Exponential": "glassnet.learning.schedules",
    "FileFormatError": "glassnet.errors",
    "GlassnetError": "glassnet.errors",
    "History": "glassnet.learning.history",
    "Huber": "glassnet.structure.regression",
    "InverseScaling": "glassnet.learning.schedules",
    "L1": "glassnet.update.penalty",
    "L2": "glassnet.update.penalty",
    "LBFGS": "glassnet.update.lbfgs",
    "LeakyRelu": "glassnet.structure.rectifier",
    "LimitError": "glassnet.errors",
    "Limits": "glassnet.explanation.selection",
    "MissingPackageError": "glassnet.errors",
    "Model": "glassnet.model",
    "Momentum": "glassnet.update.optimizer",
    "Nesterov": "glassnet.update.optimizer",
    "Network": "glassnet.network",
    "NotFiniteError": "glassnet.errors",
    "OneCycle": "glassnet.learning.schedules",
    "Pinball": "glassnet.structure.regression",
    "RMSprop": "glassnet.update.optimizer",
    "SGD": "glassnet.update.optimizer",
    "Recipe": "glassnet.workflows.recipe",
    "Scale": "glassnet.structure.layer",
    "Step": "glassnet.learning.schedules",
    "WarmUp": "glassnet.learning.schedules",
    "Watch": "glassnet.diagnosis",
    "WeightDecay": "glassnet.update.penalty",
    "diagnose": "glassnet.diagnosis",
    "explain": "glassnet.explanation.explain",
    "fit_together": "glassnet.together",
    "from_keras": "glassnet.interop.keras",
    "from_onnx": "glassnet.interop.onnx",
    "from_sklearn": "glassnet.interop.sklearn",
    "from_torch": "glassnet.interop.torch",
    "info": "glassnet.engine",
    "load": "glassnet.model",
    "train": "glassnet.workflows.training",
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
