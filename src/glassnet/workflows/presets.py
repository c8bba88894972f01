"""Presets: training settings that need no tuning, each with its source."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from glassnet.core.validation import one_of
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.task import TargetTask
from glassnet.optim.adam import Adam
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.schedules import Cosine, CosLog4

__all__ = ["PRESETS", "Images", "Optimize", "Plain", "Preset", "Tabular", "preset_named"]

#: The output activation for each task.
OUTPUTS: dict[TargetTask, str] = {
    "classification": "softmax",
    "multilabel": "sigmoid",
    "regression": "identity",
}


#: The metric that a preset optimizes for classification.
Optimize: TypeAlias = Literal["accuracy", "log-loss"]


@dataclass(frozen=True)
class Preset(ABC):
    """How to encode a table, which layers to build, and how to train them.

    Attributes
    ----------
    hidden : tuple of int
        Units of the hidden layers.
    epochs, batch_size : int
    validation : float
        Share of the training rows used as validation rows, which decide the best epoch.
    """

    hidden: tuple[int, ...]
    epochs: int
    batch_size: int
    validation: float

    @abstractmethod
    def encoder(self, table: Table) -> TableEncoder:
        """Return the fitted encoder of the columns."""

    @abstractmethod
    def layers(self, outputs: int, task: TargetTask) -> list[Layer]:
        """Return the layers after the input."""

    @abstractmethod
    def options(self, task: TargetTask, *, optimize: Optimize) -> dict[str, Any]:
        """Return options of ``Network.fit``.

        Parameters
        ----------
        task : TargetTask
        optimize : {"accuracy", "log-loss"}
            Whether to optimize the predicted class or the probabilities.
        """


@dataclass(frozen=True)
class Plain(Preset):
    """The textbook recipe: standardised inputs, one ReLU hidden layer, Adam, early stopping."""

    hidden: tuple[int, ...] = (128,)
    epochs: int = 100
    batch_size: int = 32
    validation: float = 0.15
    patience: int = 20

    def encoder(self, table: Table) -> TableEncoder:
        """Return an encoder with standardised numbers and one-hot categories."""
        return TableEncoder.fit(table)

    def layers(self, outputs: int, task: TargetTask) -> list[Layer]:
        """Return ReLU hidden layers and the output layer for the task."""
        hidden = (Dense(units, "relu") for units in self.hidden)
        return [*hidden, Dense(outputs, OUTPUTS[task])]

    def options(self, task: TargetTask, *, optimize: Optimize) -> dict[str, Any]:
        """Return Adam, cosine learning rate decay, and early stopping."""
        return {
            "optimizer": Adam(0.003),
            "schedule": Cosine(),
            "stopping": EarlyStopping(self.patience),
        }


@dataclass(frozen=True)
class Tabular(Preset):
    """A recipe that makes fully connected networks competitive on tables.

    RealMLP-TD-S of Holzmüller, Grinsztajn and Steinwart 2024, "Better by default: strong pre-tuned
    MLPs and boosted trees on tabular data", section 3 and appendix A: robust scaling and smooth
    clipping of the inputs; a layer that scales each of them, at six times the learning rate; three
    hidden layers of 256 in the neural tangent parametrisation, SELU for classes and Mish for
    numbers, with weights and biases of variance 1; a last layer that starts from zero; biases at a
    tenth of the learning rate; Adam with β₂ = 0.95, the schedule coslog4; label smoothing 0.1 when
    optimizing accuracy; the weights of the best of 256 epochs.
    """

    hidden: tuple[int, ...] = (256, 256, 256)
    epochs: int = 256
    batch_size: int = 256
    validation: float = 0.2

    def encoder(self, table: Table) -> TableEncoder:
        """Return an encoder with robustly scaled, clipped numbers and one-hot categories."""
        return TableEncoder.fit(table, robust=True)

    def layers(self, outputs: int, task: TargetTask) -> list[Layer]:
        """Return a scale layer, hidden layers, and an output layer initialised to zero."""
        between = [
            Dense(
                units,
                "mish" if task == "regression" else "selu",
                initial="lecun",
                initial_bias="lecun",
                multiplier="ntk",
                bias_rate=0.1,
            )
            for units in self.hidden
        ]
        last = Dense(outputs, OUTPUTS[task], initial="zero", multiplier="ntk", bias_rate=0.1)
        return [Scale(weight_rate=6), *between, last]

    def options(self, task: TargetTask, *, optimize: Optimize) -> dict[str, Any]:
        """Return Adam, coslog4 and label smoothing; the best of all epochs is restored."""
        by_accuracy = task == "classification" and optimize == "accuracy"
        smoothing = 0.1 if by_accuracy else 0.0
        return {
            "loss": CategoricalCrossentropy(smoothing) if task == "classification" else None,
            "optimizer": Adam(0.07 if task == "regression" else 0.04, beta2=0.95),
            "schedule": CosLog4(),
            "stopping": EarlyStopping(self.epochs, measure="accuracy" if by_accuracy else "loss"),
        }


@dataclass(frozen=True)
class Images(Preset):
    """For images: two GELU hidden layers with dropout, Adam, cosine learning rate decay.

    Hendrycks and Gimpel 2016, "Gaussian error linear units", and Srivastava et al. 2014, "Dropout":
    on Fashion-MNIST, the best of the settings tried with about the same training time. Without
    validation rows, all epochs are run, and the weights of the last one are kept.
    """

    hidden: tuple[int, ...] = (512, 256)
    epochs: int = 30
    batch_size: int = 128
    validation: float = 0.0

    def encoder(self, table: Table) -> TableEncoder:
        """Return an encoder that divides pixels by 255."""
        return TableEncoder.fit(table)

    def layers(self, outputs: int, task: TargetTask) -> list[Layer]:
        """Return GELU hidden layers and the output layer for the task."""
        hidden = (Dense(units, "gelu") for units in self.hidden)
        return [*hidden, Dense(outputs, OUTPUTS[task])]

    def options(self, task: TargetTask, *, optimize: Optimize) -> dict[str, Any]:
        """Return Adam, cosine learning rate decay, and dropout."""
        return {
            "optimizer": Adam(0.001),
            "schedule": Cosine(),
            "stopping": EarlyStopping(
                self.epochs, measure="accuracy" if task == "classification" else "loss"
            ),
            "dropout": 0.3,
        }


PRESETS: dict[str, Preset] = {"tabular": Tabular(), "images": Images(), "plain": Plain()}


def preset_named(name: str) -> Preset:
    """Return the preset of that name.

    Raises
    ------
    ValueError
        If there is no such preset.
    """
    return PRESETS[one_of("preset", name, tuple(PRESETS))]
