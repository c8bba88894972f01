"""Recipe: what someone chooses about a training; the rest is a preset's choice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from glassnet.core.validation import one_of, whole_number
from glassnet.optim.optimizer import Optimizer
from glassnet.workflows.presets import Optimize, Preset, preset_named

__all__ = ["Recipe"]

# What a recipe may choose in a preset's place.
CHOICES = ("hidden", "epochs", "batch_size", "validation")
# Where a preset has no validation rows, calibration takes this part of the rows.
FOR_CALIBRATION = 0.1


@dataclass(frozen=True)
class Recipe:
    """How to train on a table; what is not given is the preset's choice.

    Attributes
    ----------
    preset : {"tabular", "images", "plain"} or Preset, optional
        ``presets`` says what they choose, and why; or one of your own. If not given, ``"images"``
        for images, ``"tabular"`` for other columns.
    hidden : tuple of int, optional
        Units of the hidden layers.
    epochs, batch_size : int, optional
    optimizer : Optimizer, optional
    learning_rate : float, optional
        In the place of the optimizer's own.
    validation : float, optional
        Which part of the rows to learn from decides which epoch was the best; 0 for none, and the
        weights of the last epoch.
    held_out : float
        Which part of the rows to keep for the evaluation; 0 for none.
    seed : int
    ensemble : int
        So many networks are trained at once, and their outputs averaged.
    class_weight : mapping of class to weight, or "balanced", optional
        Multiplies the loss of a class's rows; ``"balanced"`` gives all classes the same weight,
        however many rows each has.
    optimize : {"accuracy", "log-loss"}
        What the choices for classification aim at. With ``"log-loss"`` the probabilities matter,
        not only which class is the most probable: labels are not smoothed, and the epoch of the
        lowest validation loss is the best.
    calibrate : bool
        Whether the probabilities are sharpened or softened so that they suit the validation rows
        best (temperature scaling); which class is the most probable stays.
    """

    preset: str | Preset | None = None
    hidden: tuple[int, ...] | None = None
    epochs: int | None = None
    batch_size: int | None = None
    optimizer: Optimizer | None = None
    learning_rate: float | None = None
    validation: float | None = None
    held_out: float = 0.2
    seed: int = 0
    ensemble: int = 1
    class_weight: Mapping[Any, float] | str | None = None
    optimize: Optimize = "accuracy"
    calibrate: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.preset, str):
            preset_named(self.preset)
        elif not isinstance(self.preset, Preset | None):
            raise TypeError(f"a preset is a name, like 'tabular', or a Preset; not {self.preset!r}")
        one_of("optimize", self.optimize, get_args(Optimize))
        whole_number("ensemble", self.ensemble, 1, 1000)
        for name in ("epochs", "batch_size"):
            if getattr(self, name) is not None:
                whole_number(name, getattr(self, name), 1)
        if self.calibrate and self.validation == 0:
            raise ValueError("to calibrate takes validation rows; expected validation above 0")
        if self.optimizer is not None and not isinstance(self.optimizer, Optimizer):
            raise TypeError(
                f"a recipe's optimizer takes steps, like gn.Adam(0.003); not {self.optimizer!r}"
            )
        if self.hidden is not None and not isinstance(self.hidden, tuple | list):
            raise TypeError(
                f"hidden are the units of each hidden layer, like (64, 64); not {self.hidden!r}"
            )

    def preset_for(self, *, images: bool) -> Preset:
        """Return the preset for images or other columns, with what was given in its place."""
        named = {name: getattr(self, name) for name in CHOICES}
        given = {name: value for name, value in named.items() if value is not None}
        preset = self.preset or ("images" if images else "tabular")
        if isinstance(preset, str):
            preset = preset_named(preset)
        if self.calibrate and not (preset.validation or "validation" in given):
            given["validation"] = FOR_CALIBRATION
        return replace(preset, **given)
