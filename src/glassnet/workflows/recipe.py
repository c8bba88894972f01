"""Recipe: the settings of a training; a preset supplies the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from glassnet.core.validation import one_of, whole_number
from glassnet.optim.optimizer import Optimizer
from glassnet.workflows.presets import Optimize, Preset, preset_named

__all__ = ["Recipe"]

# Settings of a preset that a recipe may override.
CHOICES = ("hidden", "epochs", "batch_size", "validation")
# If a preset has no validation rows, calibration uses this share of the training rows.
FOR_CALIBRATION = 0.1


@dataclass(frozen=True)
class Recipe:
    """How to train on a table. Settings that are not given come from the preset.

    Attributes
    ----------
    preset : {"tabular", "images", "plain"} or Preset, optional
        A preset from ``presets``, or your own. If not given, ``"images"`` for images and
        ``"tabular"`` for other columns.
    hidden : tuple of int, optional
        Units of the hidden layers.
    epochs, batch_size : int, optional
    optimizer : Optimizer, optional
    learning_rate : float, optional
        Overrides the optimizer's learning rate.
    validation : float, optional
        Share of the training rows used as validation rows, which decide the best epoch. With 0, the
        weights of the last epoch are kept.
    held_out : float
        Share of the rows held out as test rows; 0 for none.
    seed : int
    ensemble : int
        Number of networks to train; their outputs are averaged.
    class_weight : mapping of class to weight, or "balanced", optional
        Multiplies the loss of the rows of a class; ``"balanced"`` gives all classes the same total
        weight.
    optimize : {"accuracy", "log-loss"}
        The metric to optimize in classification. With ``"log-loss"``, labels are not smoothed, and
        the best epoch is the one with the lowest validation loss.
    calibrate : bool
        Whether to calibrate the probabilities on the validation rows (temperature scaling), which
        does not change the predicted classes.
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
            raise TypeError(f"preset must be a name like 'tabular' or Preset, not {self.preset!r}")
        one_of("optimize", self.optimize, get_args(Optimize))
        whole_number("ensemble", self.ensemble, 1, 1000)
        for name in ("epochs", "batch_size"):
            if getattr(self, name) is not None:
                whole_number(name, getattr(self, name), 1)
        if self.calibrate and self.validation == 0:
            raise ValueError("calibrate needs validation rows; expected validation above 0")
        if self.optimizer is not None and not isinstance(self.optimizer, Optimizer):
            raise TypeError(
                f"optimizer must be an Optimizer, like gn.Adam(0.003), not {self.optimizer!r}"
            )
        if self.hidden is not None and not isinstance(self.hidden, tuple | list):
            raise TypeError(
                f"hidden must be the units of each hidden layer, like (64, 64), not {self.hidden!r}"
            )

    def preset_for(self, *, images: bool) -> Preset:
        """Return the preset for images or other columns, with the given settings applied."""
        named = {name: getattr(self, name) for name in CHOICES}
        given = {name: value for name, value in named.items() if value is not None}
        preset = self.preset or ("images" if images else "tabular")
        if isinstance(preset, str):
            preset = preset_named(preset)
        if self.calibrate and not (preset.validation or "validation" in given):
            given["validation"] = FOR_CALIBRATION
        return replace(preset, **given)
