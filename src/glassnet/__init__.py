"""Glassnet: fully connected neural networks at the speed of the machine, with the hood open.

Examples
--------
>>> import glassnet as gn
>>> net = gn.Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> history = net.fit(X, y, optimizer=gn.SGD(0.5), epochs=10)
>>> step = gn.explain(net, x=[1, 0], target=1, learning_rate=0.5)
>>> step.check.passed
True

Public are the names of this module and the modules in ``PUBLIC_MODULES``. All others can be
imported and are documented, but may change from version to version.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet.diagnosis import DiagnosisCallback as DiagnosisCallback
    from glassnet.diagnosis import diagnose as diagnose
    from glassnet.engine import info as info
    from glassnet.ensemble import fit_many as fit_many
    from glassnet.errors import DivergedError as DivergedError
    from glassnet.errors import FileFormatError as FileFormatError
    from glassnet.errors import GlassnetError as GlassnetError
    from glassnet.errors import JournalError as JournalError
    from glassnet.errors import JournalWarning as JournalWarning
    from glassnet.errors import LimitError as LimitError
    from glassnet.errors import MissingPackageError as MissingPackageError
    from glassnet.errors import NotFiniteError as NotFiniteError
    from glassnet.explanation.explain import explain as explain
    from glassnet.explanation.explanation import Explanation as Explanation
    from glassnet.explanation.limits import Limits as Limits
    from glassnet.explanation.notation import Notation as Notation
    from glassnet.explanation.several_steps import SeveralSteps as SeveralSteps
    from glassnet.explanation.why import why as why
    from glassnet.interop.keras import from_keras as from_keras
    from glassnet.interop.onnx import from_onnx as from_onnx
    from glassnet.interop.sklearn import from_sklearn as from_sklearn
    from glassnet.interop.torch import from_torch as from_torch
    from glassnet.model import Model as Model
    from glassnet.model import load as load
    from glassnet.network import Network as Network
    from glassnet.nn.activations.celu import Celu as Celu
    from glassnet.nn.activations.elu import Elu as Elu
    from glassnet.nn.activations.hard_sigmoid import HardSigmoid as HardSigmoid
    from glassnet.nn.activations.hard_tanh import HardTanh as HardTanh
    from glassnet.nn.activations.leaky_relu import LeakyRelu as LeakyRelu
    from glassnet.nn.layers import Dense as Dense
    from glassnet.nn.layers import Scale as Scale
    from glassnet.nn.losses.binary_crossentropy import BinaryCrossentropy as BinaryCrossentropy
    from glassnet.nn.losses.binary_focal_crossentropy import (
        BalancedBinaryFocalCrossentropy as BalancedBinaryFocalCrossentropy,
    )
    from glassnet.nn.losses.binary_focal_crossentropy import (
        BinaryFocalCrossentropy as BinaryFocalCrossentropy,
    )
    from glassnet.nn.losses.categorical_crossentropy import (
        CategoricalCrossentropy as CategoricalCrossentropy,
    )
    from glassnet.nn.losses.categorical_focal_crossentropy import (
        CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
    )
    from glassnet.nn.losses.huber import Huber as Huber
    from glassnet.nn.losses.pinball import Pinball as Pinball
    from glassnet.optim.adam import Adam as Adam
    from glassnet.optim.adam import AdamW as AdamW
    from glassnet.optim.adam_epsilon_hat import AdamEpsilonHat as AdamEpsilonHat
    from glassnet.optim.dropout import Dropout as Dropout
    from glassnet.optim.lbfgs import LBFGS as LBFGS
    from glassnet.optim.momentum import Momentum as Momentum
    from glassnet.optim.momentum import Nesterov as Nesterov
    from glassnet.optim.penalties import L1 as L1
    from glassnet.optim.penalties import L2 as L2
    from glassnet.optim.penalties import WeightDecay as WeightDecay
    from glassnet.optim.rmsprop import RMSprop as RMSprop
    from glassnet.optim.sgd import SGD as SGD
    from glassnet.plot.boundary import plot_boundary as plot_boundary
    from glassnet.plot.history import plot_history as plot_history
    from glassnet.plot.weights import plot_weights as plot_weights
    from glassnet.step_by_step import StepByStep as StepByStep
    from glassnet.tables.read.images import ImageOptions as ImageOptions
    from glassnet.tables.read.options import TableOptions as TableOptions
    from glassnet.training.early_stopping import EarlyStopping as EarlyStopping
    from glassnet.training.history import History as History
    from glassnet.training.journal.settings import Journal as Journal
    from glassnet.training.schedule import ConstantRate as ConstantRate
    from glassnet.training.schedules import Adaptive as Adaptive
    from glassnet.training.schedules import Cosine as Cosine
    from glassnet.training.schedules import CosLog4 as CosLog4
    from glassnet.training.schedules import ExponentialDecay as ExponentialDecay
    from glassnet.training.schedules import InverseScaling as InverseScaling
    from glassnet.training.schedules import OneCycle as OneCycle
    from glassnet.training.schedules import StepDecay as StepDecay
    from glassnet.training.schedules import WarmUp as WarmUp
    from glassnet.workflows.open_run import JournalledRun as JournalledRun
    from glassnet.workflows.open_run import open_run as open_run
    from glassnet.workflows.recipe import Recipe as Recipe
    from glassnet.workflows.resume import resume as resume
    from glassnet.workflows.train import TrainingResult as TrainingResult
    from glassnet.workflows.train import train as train

__version__ = "0.1.0"

#: Public beside this one: scikit-learn's estimators, what activations, losses, optimizers and
#: penalties of your own are made of, documents and how they are written, and data to start with.
PUBLIC_MODULES = (
    "glassnet.core.record",
    "glassnet.errors",
    "glassnet.estimators",
    "glassnet.explanation.explanation",
    "glassnet.formula.document",
    "glassnet.formula.tree",
    "glassnet.nn.activations.activation",
    "glassnet.nn.activations.registry",
    "glassnet.nn.losses.elementwise_loss",
    "glassnet.nn.losses.registry",
    "glassnet.optim.optimizer",
    "glassnet.optim.penalties",
    "glassnet.plot.boundary",
    "glassnet.plot.weights",
    "glassnet.render.html",
    "glassnet.render.json",
    "glassnet.render.latex",
    "glassnet.render.text",
    "glassnet.tables.samples",
)

# Where each public name lives. They are imported when first used, so that `import glassnet`
# costs next to nothing and the command line answers at once.
_HOMES = {
    "Adam": "glassnet.optim.adam",
    "AdamW": "glassnet.optim.adam",
    "AdamEpsilonHat": "glassnet.optim.adam_epsilon_hat",
    "Adaptive": "glassnet.training.schedules",
    "BalancedBinaryFocalCrossentropy": "glassnet.nn.losses.binary_focal_crossentropy",
    "BinaryCrossentropy": "glassnet.nn.losses.binary_crossentropy",
    "BinaryFocalCrossentropy": "glassnet.nn.losses.binary_focal_crossentropy",
    "CategoricalCrossentropy": "glassnet.nn.losses.categorical_crossentropy",
    "CategoricalFocalCrossentropy": "glassnet.nn.losses.categorical_focal_crossentropy",
    "Celu": "glassnet.nn.activations.celu",
    "ConstantRate": "glassnet.training.schedule",
    "CosLog4": "glassnet.training.schedules",
    "Cosine": "glassnet.training.schedules",
    "Dense": "glassnet.nn.layers",
    "DivergedError": "glassnet.errors",
    "Dropout": "glassnet.optim.dropout",
    "EarlyStopping": "glassnet.training.early_stopping",
    "Elu": "glassnet.nn.activations.elu",
    "Explanation": "glassnet.explanation.explanation",
    "ExponentialDecay": "glassnet.training.schedules",
    "FileFormatError": "glassnet.errors",
    "GlassnetError": "glassnet.errors",
    "HardSigmoid": "glassnet.nn.activations.hard_sigmoid",
    "HardTanh": "glassnet.nn.activations.hard_tanh",
    "History": "glassnet.training.history",
    "Journal": "glassnet.training.journal.settings",
    "Huber": "glassnet.nn.losses.huber",
    "ImageOptions": "glassnet.tables.read.images",
    "InverseScaling": "glassnet.training.schedules",
    "L1": "glassnet.optim.penalties",
    "L2": "glassnet.optim.penalties",
    "LBFGS": "glassnet.optim.lbfgs",
    "LeakyRelu": "glassnet.nn.activations.leaky_relu",
    "JournalError": "glassnet.errors",
    "JournalWarning": "glassnet.errors",
    "JournalledRun": "glassnet.workflows.open_run",
    "LimitError": "glassnet.errors",
    "Limits": "glassnet.explanation.limits",
    "Notation": "glassnet.explanation.notation",
    "MissingPackageError": "glassnet.errors",
    "Model": "glassnet.model",
    "Momentum": "glassnet.optim.momentum",
    "Nesterov": "glassnet.optim.momentum",
    "Network": "glassnet.network",
    "NotFiniteError": "glassnet.errors",
    "OneCycle": "glassnet.training.schedules",
    "Pinball": "glassnet.nn.losses.pinball",
    "RMSprop": "glassnet.optim.rmsprop",
    "SGD": "glassnet.optim.sgd",
    "Recipe": "glassnet.workflows.recipe",
    "Scale": "glassnet.nn.layers",
    "SeveralSteps": "glassnet.explanation.several_steps",
    "StepByStep": "glassnet.step_by_step",
    "StepDecay": "glassnet.training.schedules",
    "TableOptions": "glassnet.tables.read.options",
    "TrainingResult": "glassnet.workflows.train",
    "WarmUp": "glassnet.training.schedules",
    "DiagnosisCallback": "glassnet.diagnosis",
    "WeightDecay": "glassnet.optim.penalties",
    "diagnose": "glassnet.diagnosis",
    "explain": "glassnet.explanation.explain",
    "fit_many": "glassnet.ensemble",
    "from_keras": "glassnet.interop.keras",
    "from_onnx": "glassnet.interop.onnx",
    "from_sklearn": "glassnet.interop.sklearn",
    "from_torch": "glassnet.interop.torch",
    "info": "glassnet.engine",
    "load": "glassnet.model",
    "open_run": "glassnet.workflows.open_run",
    "plot_boundary": "glassnet.plot.boundary",
    "plot_history": "glassnet.plot.history",
    "plot_weights": "glassnet.plot.weights",
    "resume": "glassnet.workflows.resume",
    "train": "glassnet.workflows.train",
    "why": "glassnet.explanation.why",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - a test compares it with the imports above


def __getattr__(name: str) -> Any:
    if name == "engine":  # glassnet.engine.info()
        return import_module("glassnet.engine")
    importer = f"glassnet.interop.{name.removeprefix('from_')}"
    if name not in _HOMES and name.startswith("from_") and find_spec(importer):
        return getattr(import_module(importer), name)
    if name not in _HOMES:
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
