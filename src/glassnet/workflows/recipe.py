"""Recipe: how to train on a table; each of its fields is an option."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Literal, TypeAlias, get_args

from glassnet.core.validation import one_of, real_number, whole_number
from glassnet.nn.activations.activation import Activation
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.task import Task
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.registry import optimizer_named
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.schedule import Schedule
from glassnet.workflows.presets import PRESETS

__all__ = ["Measure", "Optimize", "Parametrisation", "Recipe", "Scaling"]

#: What a training aims at in classification: the predicted class, or its probabilities.
Optimize: TypeAlias = Literal["accuracy", "log-loss"]
Measure: TypeAlias = Literal["accuracy", "loss"]
Scaling: TypeAlias = Literal["standard", "robust"]
Parametrisation: TypeAlias = Literal["standard", "ntk"]
CHOICES = {
    "best_by": Measure,
    "scaling": Scaling,
    "parametrisation": Parametrisation,
}
#: What options of other types are, for messages.
KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "hidden": ((tuple, list), "the units of each hidden layer, like (64, 64)"),
    "optimizer": ((Optimizer,), "an Optimizer or its name, like gn.Adam(0.003) or 'adam'"),
    "activation": ((str, Activation), "a name or an Activation"),
    "schedule": ((Schedule,), "a Schedule, like gn.Cosine()"),
    "class_weight": ((str, Mapping), "a mapping like {'yes': 2} or 'balanced'"),
    "calibrate": ((bool,), "True or False"),
}
# If a preset has no validation rows, calibration uses this share of the training rows.
FOR_CALIBRATION = 0.1


@dataclass(frozen=True)
class Recipe:
    """How to train on a table. Options that are not given come from the preset.

    Attributes
    ----------
    preset : {"tabular", "realmlp", "images", "plain"}, optional
        Where options come from that are not given: a function of ``glassnet.workflows.presets``.
        If not given, ``"images"`` for images and ``"tabular"`` for other columns.
    hidden : sequence of int, optional
        Units of the hidden layers.
    epochs, batch_size : int, optional
    optimizer : Optimizer or str, optional
        By its name, with its own default learning rate.
    learning_rate : float, optional
        Overrides the optimizer's learning rate.
    validation : float, optional
        Share of the training rows that a network holds back as its validation rows, which decide
        its best epoch. With 0, the weights of the last epoch are kept.
    held_out : float
        Share of the rows held out as test rows; 0 for none.
    seed : int
    ensemble : int, optional
        Number of networks to train, each with validation rows of its own; their outputs are
        averaged.
    class_weight : mapping of class to weight, or "balanced", optional
        Multiplies the loss of the rows of a class; ``"balanced"`` gives all classes the same total
        weight.
    optimize : {"accuracy", "log-loss"}
        The metric to optimize in classification. With ``"log-loss"``, labels are not smoothed, and
        the best epoch is the one with the lowest validation loss.
    calibrate : bool
        Whether to calibrate the probabilities of each network on its validation rows (temperature
        scaling), which does not change the classes that it predicts.
    activation : str or Activation, optional
        Of the hidden layers.
    schedule : Schedule, optional
        How the learning rate changes.
    dropout : float, optional
        The rate of the hidden layers.
    label_smoothing : float, optional
        In classification, where accuracy is what is optimized.
    patience : int, optional
        Stops after so many epochs without a better one; if not given, after the last epoch.
    best_by : {"accuracy", "loss"}, optional
        What the best epoch is measured by in classification, where accuracy is what is optimized.
    scaling : {"standard", "robust"}, optional
        Of numbers: by mean and standard deviation, or by median and quartiles, smoothly clipped.
    parametrisation : {"standard", "ntk"}, optional
        ``"ntk"``: a layer that scales each input, multipliers of 1 / √inputs, initial weights and
        biases of variance 1, a last layer that starts at 0, and small steps of biases.

    Raises
    ------
    ValueError, TypeError
        If an option is out of range.

    Examples
    --------
    >>> recipe = Recipe(epochs=50).complete(Task.REGRESSION, images=False)
    >>> recipe.preset, recipe.epochs, recipe.ensemble, recipe.activation
    ('tabular', 50, 8, 'mish')
    """

    preset: str | None = None
    hidden: Sequence[int] | None = None
    epochs: int | None = None
    batch_size: int | None = None
    optimizer: str | Optimizer | None = None
    learning_rate: float | None = None
    validation: float | None = None
    held_out: float = 0.2
    seed: int = 0
    ensemble: int | None = None
    class_weight: Mapping[Any, float] | str | None = None
    optimize: Optimize = "accuracy"
    calibrate: bool = False
    activation: str | Activation | None = None
    schedule: Schedule | None = None
    dropout: float | None = None
    label_smoothing: float | None = None
    patience: int | None = None
    best_by: Measure | None = None
    scaling: Scaling | None = None
    parametrisation: Parametrisation | None = None

    def __post_init__(self) -> None:
        if self.preset is not None:
            one_of("preset", self.preset, tuple(PRESETS))
        one_of("optimize", self.optimize, get_args(Optimize))
        for name, known in CHOICES.items():
            if (value := getattr(self, name)) is not None:
                one_of(name, value, get_args(known))
        whole_number("seed", self.seed, 0, 2**64 - 1)
        if self.ensemble is not None:
            whole_number("ensemble", self.ensemble, 1, 1000)
        for name in ("epochs", "batch_size", "patience"):
            if getattr(self, name) is not None:
                whole_number(name, getattr(self, name), 1)
        real_number("held_out", self.held_out, 0, 1, include_maximum=False)
        for name in ("validation", "dropout", "label_smoothing"):
            if getattr(self, name) is not None:
                real_number(name, getattr(self, name), 0, 1, include_maximum=False)
        if self.learning_rate is not None:
            real_number("learning_rate", self.learning_rate, 0, include_minimum=False)
        if isinstance(self.optimizer, str):
            object.__setattr__(self, "optimizer", optimizer_named(self.optimizer))
        for name, (kinds, expected) in KINDS.items():
            if (value := getattr(self, name)) is not None and not isinstance(value, kinds):
                raise TypeError(f"{name} must be {expected}, not {value!r}")
        if self.calibrate and self.validation == 0:
            raise ValueError("calibrate needs validation rows; expected validation above 0")

    def complete(self, task: Task, *, images: bool) -> "Recipe":
        """Return the recipe with what its preset says where it says nothing itself.

        Parameters
        ----------
        task : Task
        images : bool
            Whether the columns are images.

        Raises
        ------
        ValueError
            If an option does not fit the task.
        """
        for name in ("class_weight", "calibrate"):
            if getattr(self, name) and not task.is_classification:
                raise ValueError(f"{name} is for classification, not for numbers or several labels")
        preset = self.preset or ("images" if images else "tabular")
        given = {own.name: getattr(self, own.name) for own in fields(self)}
        given = {name: value for name, value in given.items() if value is not None}
        options = PRESETS[preset](task) | given | {"preset": preset}
        if self.calibrate and not options["validation"]:
            options["validation"] = FOR_CALIBRATION
        if self.learning_rate is not None:
            options["optimizer"] = _at_rate(options["optimizer"], self.learning_rate)
        return replace(self, **options)

    @property
    def encoder(self) -> Callable[[Table], TableEncoder]:
        """How an encoder is fitted to some columns."""
        return partial(TableEncoder.fit, robust=self.scaling == "robust")

    def layers(self, outputs: int, task: Task) -> list[Layer]:
        """Return the layers after the inputs."""
        hidden, activation = self.hidden or (), self.activation or "relu"
        if self.parametrisation != "ntk":
            between = [Dense(units, activation) for units in hidden]
            return [*between, Dense(outputs, task.output_activation)]
        ntk: dict[str, Any] = {"multiplier": "ntk", "bias_rate": 0.1}
        start: dict[str, Any] = {"initial": "lecun", "initial_bias": "lecun"}
        between = [Dense(units, activation, **start, **ntk) for units in hidden]
        last = Dense(outputs, task.output_activation, initial="zero", **ntk)
        return [Scale(weight_rate=6), *between, last]

    def fit_options(self, task: Task) -> dict[str, Any]:
        """Return the options of :meth:`glassnet.Network.fit`."""
        assert self.epochs is not None  # as the preset says
        by_accuracy = task.is_classification and self.optimize == "accuracy"
        smoothing = self.label_smoothing if by_accuracy else 0.0
        measure: Measure = "accuracy" if by_accuracy and self.best_by == "accuracy" else "loss"
        stopping = EarlyStopping(self.patience or self.epochs, measure=measure)
        return {
            "loss": CategoricalCrossentropy(smoothing) if smoothing else None,
            "optimizer": self.optimizer,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "schedule": self.schedule,
            "dropout": self.dropout,
            "class_weight": self.class_weight,
            "validation": self.validation or None,
            "stopping": stopping if self.validation else None,
        }


def _at_rate(optimizer: Optimizer, learning_rate: float) -> Optimizer:
    numbers = optimizer.hyper_parameters
    if "learning_rate" not in numbers:
        raise ValueError(
            f"{optimizer!r} has no hyper-parameter learning_rate; say its rate where it is made"
        )
    return type(optimizer)(**numbers | {"learning_rate": learning_rate})
