"""What a file says of a network: the records, and the way from a network to them and back."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
import numpy as np

from glassnet.core.array import Array
from glassnet.core.file_record import AboveZero, Count, FileRecord, Labels, NotNegative
from glassnet.core.record import record_from_file
from glassnet.core.validation import whole_number
from glassnet.errors import FileFormatError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.architecture import Architecture
from glassnet.nn.layers import Dense, Layer, Scale
from glassnet.nn.losses.loss import Loss
from glassnet.nn.task import Task

__all__ = ["LayerRecord", "NetworkFile", "NetworkRecord", "arrays_of_networks"]


class LayerRecord(FileRecord, frozen=True):
    """A layer.

    Attributes
    ----------
    connection : {"dense", "scale"}
    units : int
    activation : str
        Its name.
    hyper_parameters : dict of str to float
        All that the activation has, by name.
    bias : bool
    multiplier : float or "ntk"
    weight_rate, bias_rate : float
        Factors on the learning rate.
    """

    connection: Literal["dense", "scale"]
    units: Count
    activation: str
    hyper_parameters: dict[str, float]
    bias: bool
    multiplier: AboveZero | Literal["ntk"]
    weight_rate: NotNegative
    bias_rate: NotNegative

    def __post_init__(self) -> None:
        self.layer  # noqa: B018 - an unknown activation is refused where it stands

    @classmethod
    def of(cls, layer: Layer) -> "LayerRecord":
        """Return the record of a layer."""
        return cls(
            connection=layer.connection,  # type: ignore[arg-type]  # one of the two
            units=layer.units,
            activation=layer.activation.name,
            hyper_parameters=layer.activation.hyper_parameters,
            bias=layer.bias,
            multiplier=layer.multiplier,  # type: ignore[arg-type]  # a number or "ntk"
            weight_rate=layer.weight_rate,
            bias_rate=layer.bias_rate,
        )

    @property
    def layer(self) -> Layer:
        """The layer. Its weights come from the file, so that no random ones are needed."""
        activation = record_from_file(Activation, self.activation, self.hyper_parameters)
        rates = {"weight_rate": self.weight_rate, "bias_rate": self.bias_rate}
        if self.connection == "dense":
            options = {"multiplier": self.multiplier, **rates}
            return Dense(self.units, activation, bias=self.bias, initial="zero", **options)  # type: ignore[arg-type]
        if self.multiplier == "ntk":
            raise ValueError("a scale layer has a multiplier that is a number")
        return Scale(activation, bias=self.bias, multiplier=self.multiplier, **rates)


class NetworkRecord(FileRecord, frozen=True):
    """A network; its weights are arrays beside it.

    Attributes
    ----------
    inputs : int
    layers : list of LayerRecord
    dtype : {"float32", "float64"}
    seed : int
    loss : str
        The name of the last training's.
    hyper_parameters : dict of str to float
        All that the loss has, by name.
    classes : Labels or null
        The labels of the outputs.
    feature_names : list of str or null
    epochs_trained : int
    """

    inputs: Count
    layers: Annotated[list[LayerRecord], msgspec.Meta(min_length=1)]
    dtype: Literal["float32", "float64"]
    seed: Annotated[int, msgspec.Meta(ge=0)]
    loss: str
    hyper_parameters: dict[str, float]
    classes: Labels | None
    feature_names: list[str] | None
    epochs_trained: Annotated[int, msgspec.Meta(ge=0, le=2**62)]

    def __post_init__(self) -> None:
        whole_number("the seed", self.seed, 0, 2**64 - 1)
        architecture, loss = (
            self.architecture,
            record_from_file(Loss, self.loss, self.hyper_parameters),
        )
        loss.paired_with(architecture.layers[-1].activation)
        outputs, inputs = architecture.outputs, architecture.inputs
        if self.classes is not None and len(self.classes.values) != Task.of(architecture).classes(
            outputs
        ):
            raise ValueError("the class names of the file do not fit its outputs")
        if self.feature_names is not None and len(self.feature_names) != inputs:
            raise ValueError("the feature names of the file do not fit its inputs")

    @property
    def architecture(self) -> Architecture:
        """The layers."""
        return Architecture.of(self.inputs, [record.layer for record in self.layers])

    def require_fitting(self, arrays: Mapping[str, Array]) -> None:
        """Check that a file's arrays fit, before memory is allocated for them.

        Raises
        ------
        FileFormatError
            If they differ in names, shapes or precision, or a number is not finite.
        """
        expected: dict[str, tuple[int, ...]] = {}
        for number, place in enumerate(self.architecture.places, start=1):
            expected[f"w{number}"] = place.shape
            if place.biases:
                expected[f"b{number}"] = (place.to_units,)
        found = {name: array.shape for name, array in arrays.items()}
        if found != expected or any(array.dtype.name != self.dtype for array in arrays.values()):
            raise FileFormatError("the arrays of the file do not fit the network in its header")
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise FileFormatError(
                    f"the array {name!r} of the file holds numbers that are not finite"
                )


class NetworkFile(NetworkRecord, frozen=True, tag_field="kind", tag="network"):
    """A file with one network."""


def arrays_of_networks(arrays: Mapping[str, Array], networks: int) -> list[dict[str, Array]]:
    """Return the arrays of each of a file's networks: w1, b1, ...; then 2.w1, 2.b1, ...

    Raises
    ------
    FileFormatError
        If there are arrays of further networks.
    """
    own: list[dict[str, Array]] = [{} for _ in range(networks)]
    numbers = {"": 0} | {f"{number}": number - 1 for number in range(2, networks + 1)}
    for name, array in arrays.items():
        prefix, _, rest = name.rpartition(".")
        if prefix not in numbers:
            raise FileFormatError("the arrays of the file do not match the networks in its header")
        own[numbers[prefix]][rest] = array
    return own
