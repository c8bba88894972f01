"""What is measured: networks, optimizers and data sets by name, as records that import nothing."""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Training:
    """A training from given initial weights, over given examples in a given order."""

    name: str
    dataset: str
    layer_sizes: tuple[int, ...]
    activation: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int

    @property
    def tolerance(self) -> float:
        """The largest relative difference of final mean losses.

        Adam divides by the root of the second moments, which turns a rounding error of a small
        gradient into a whole step.
        """
        return 5e-3 if self.optimizer == "adam" else 1e-3

    def flops(self, examples: int) -> float:
        """Those of the matrix products: forward, weight gradients, and backward above layer 1."""
        products = [fan_in * units for fan_in, units in pairwise(self.layer_sizes)]
        return examples * (6.0 * sum(products) - 2.0 * products[0])


@dataclass(frozen=True)
class Prediction:
    """The probabilities of some rows, `calls` times."""

    name: str
    dataset: str
    layer_sizes: tuple[int, ...]
    activation: str
    calls: int
    tolerance: float = 1e-5  # largest absolute difference from probabilities in float64

    def flops(self, examples: int) -> float:
        return 2.0 * examples * sum(fan_in * units for fan_in, units in pairwise(self.layer_sizes))


Workload = Training | Prediction

DIGITS, IMAGE, TABULAR, WIDE = (
    (64, 64, 10),
    (784, 128, 10),
    (54, 256, 256, 7),
    (784, 1024, 1024, 10),
)

TRAININGS = (
    Training("xor", "xor", (2, 2, 2), "sigmoid", "sgd", 2.0, 4, 10_000),
    Training("digits-sgd", "digits", DIGITS, "sigmoid", "sgd", 0.5, 32, 20),
    Training("digits-adam", "digits", DIGITS, "sigmoid", "adam", 0.003, 32, 20),
    Training("image-sgd", "images-centred", IMAGE, "relu", "sgd", 0.05, 64, 1),
    Training("image-adam", "images-centred", IMAGE, "relu", "adam", 0.001, 64, 1),
    Training("image-sgd-raw", "images", IMAGE, "relu", "sgd", 0.05, 64, 1),
    Training("image-adam-raw", "images", IMAGE, "relu", "adam", 0.001, 64, 1),
    Training("tabular", "tabular", TABULAR, "relu", "adam", 0.001, 256, 1),
    Training("wide", "images-short", WIDE, "relu", "sgd", 0.05, 256, 1),
)

PREDICTIONS = (
    Prediction("predict-one", "one-digit", DIGITS, "sigmoid", 2_000),
    Prediction("predict-many", "images-many", IMAGE, "relu", 1),
)

WORKLOADS: dict[str, Workload] = {work.name: work for work in (*TRAININGS, *PREDICTIONS)}
