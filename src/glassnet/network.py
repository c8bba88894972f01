"""Network: build, train, predict and save."""

from __future__ import annotations  # signatures in help() keep their short names

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import engine
from glassnet.arrays.inputs import checked_inputs, feature_names_of, require_finite_inputs
from glassnet.arrays.sparse import SparseRows
from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.record import record_from_file
from glassnet.core.validation import float_dtype, whole_number
from glassnet.drawing.drawable import Drawable
from glassnet.errors import NotFiniteError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.architecture import Architecture
from glassnet.nn.layers import Layer
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import default_loss, loss_named
from glassnet.nn.losses.unknown_loss import LossAttribute
from glassnet.nn.parameters import ParameterViews
from glassnet.nn.task import Task
from glassnet.optim.dropout import Dropout
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.fit import FitOptions, Fitting, checked_examples
from glassnet.training.history import History
from glassnet.training.journal.fits import keeping_fits
from glassnet.training.journal.settings import JournalPath
from glassnet.training.plan import Callback
from glassnet.training.schedule import Schedule

if TYPE_CHECKING:
    from glassnet.nn.schema import NetworkRecord

__all__ = ["Network"]


class Network(Drawable):
    """A fully connected network: units in layers, weights between them, bias units of 1.

    Parameters
    ----------
    layers : sequence
        Units of each layer, the inputs first: ``[2, 3, 2]``. Or the number of inputs and then
        :class:`Dense` layers, each with its own activation: ``[2, Dense(3, "tanh"), Dense(1,
        "sigmoid")]``.
    hidden, output : str or Activation, optional
        Activations of the hidden layers and of the last one, where `layers` are numbers.
    dtype : {"float32", "float64"}
        Precision of parameters and arithmetic.
    seed : int
        Of the initial weights and of the order of examples; at least 0.

    Attributes
    ----------
    parameters : array of shape (parameters,)
        All weights and biases in one contiguous buffer: W(1), b(1), W(2), b(2), ...
    classes : array or None
        The labels that the outputs stand for.
    feature_names : list of str or None
        Names of the inputs.
    loss : Loss
        That of the last :meth:`fit`; before, the one that follows the output activation. Reading
        the loss of an imported model raises LimitError where Glassnet does not know it.
    weights : list of array
        W of each layer, from → to: ``net.weights[0][1, 2]`` leads from input 2 to unit 3. Set all
        by ``net.weights = [...]``, one layer by ``net.weights[0] = ...``.
    biases : list of array or None
        b of each layer.
    not_imported : tuple of str
        Of an imported model: what acts on its training and is not in this network, in words.

    Raises
    ------
    ValueError, TypeError
        If layers, names or numbers are wrong.

    Examples
    --------
    >>> net = Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
    >>> net
    Network([2, 2, 2], hidden="sigmoid", output="softmax", dtype="float32", seed=7)
    >>> net.weights[0].shape, net.biases[0].shape
    ((2, 2), (2,))
    """

    loss = LossAttribute()

    def __init__(
        self,
        layers: Sequence[int | Layer],
        *,
        hidden: str | Activation | None = None,
        output: str | Activation | None = None,
        dtype: str | np.dtype[Any] = "float32",
        seed: int = 0,
    ) -> None:
        self.architecture = Architecture.parse(layers, hidden, output)
        self.dtype = float_dtype(dtype)
        self.seed = whole_number("the seed", seed, 0, 2**64 - 1)
        self.parameters = self.architecture.initial_parameters(self.seed, self.dtype)
        self.classes: Array | None = None
        self.feature_names: list[str] | None = None
        self.loss = default_loss(self.output_activation)
        self.epochs_trained = 0
        self.not_imported: tuple[str, ...] = ()
        self._program: engine.Program | None = None

    @property
    def output_activation(self) -> Activation:
        """The activation of the last layer."""
        return self.architecture.layers[-1].activation

    @property
    def task(self) -> Task:
        """What the outputs mean."""
        return Task.of(self.architecture)

    @property
    def weights(self) -> ParameterViews:
        """Weights of layers 1 ... L, each W of shape (from, to); views that can be set.

        ``net.weights[0][1, 2]`` leads from the second input to the third unit of layer 1, and is
        called w1[2,3] on a page: a row holds what leaves a unit, a column what enters one. A matrix
        that is written W[to, from], as PyTorch and books with z = W x do, is set as its transpose.
        That of another shape is refused; of a square one, nothing tells which way it is meant.

        Examples
        --------
        >>> net = Network([2, 3, 1], hidden="sigmoid", output="sigmoid")
        >>> net.weights = [[[0.1, 0.2, 0.3],   # from input 1 to units 1, 2 and 3
        ...                 [0.4, 0.5, 0.6]],  # from input 2
        ...                [[0.7], [0.8], [0.9]]]
        >>> net.weights[0] = np.transpose([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]])  # W[to, from]
        >>> round(float(net.weights[0][1, 2]), 1)
        0.6
        """
        return ParameterViews("weights", self.architecture.weights(self.parameters))

    @weights.setter
    def weights(self, values: Sequence[ArrayLike]) -> None:
        self.weights.set_all(values)

    @property
    def biases(self) -> ParameterViews:
        """Biases of layers 1 ... L, each of shape (units,), or None; views that can be set."""
        return ParameterViews("biases", self.architecture.biases(self.parameters))

    @biases.setter
    def biases(self, values: Sequence[ArrayLike | None]) -> None:
        self.biases.set_all(values)

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | Targets,
        *,
        loss: str | Loss | None = None,
        optimizer: str | Optimizer | LBFGS | None = None,
        epochs: int = 100,
        batch_size: int = 32,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        penalties: Penalty | Sequence[Penalty] = (),
        dropout: float | Dropout | None = None,
        clip_norm: float | None = None,
        validation: float | tuple[ArrayLike, ArrayLike | Targets] | None = None,
        schedule: Schedule | None = None,
        stopping: EarlyStopping | None = None,
        record: Sequence[int] = (),
        threads: int | None = None,
        shuffle: bool = True,
        callbacks: Callback | Sequence[Callback] = (),
        journal: JournalPath | None = None,
        progress: bool | None = None,
    ) -> History:
        """Learn from examples, continuing from the present weights.

        The weights and the order of examples go on where the last call ended; the optimizer's
        state and the schedule start anew.

        Parameters
        ----------
        X : array-like of shape (examples, ...)
        y : array-like or Targets
            Class labels, one-hot rows, or targets of shape (examples, outputs). Targets are laid
            out already, in the network's precision, and are not looked at once more.
        loss : str or Loss, optional
            What follows the output activation if not given: softmax → categorical cross-entropy,
            sigmoid → binary cross-entropy, exponential → Poisson, otherwise mean squared error.
        optimizer : Optimizer, LBFGS or str, optional
            ``Adam(0.001)`` if not given; by its name, with its own default learning rate.
        epochs, batch_size : int
        sample_weight : array-like of shape (examples,), optional
            The weight of each example: the loss of a batch is the weighted mean.
        class_weight : mapping of label to weight, or "balanced", optional
            Multiplies the weights of a class's examples; ``"balanced"`` makes all classes equal.
        penalties : Penalty or sequence of Penalty
            ``L1``, ``L2``, ``WeightDecay``.
        dropout : float or Dropout, optional
            The rate for every hidden layer, or rates one by one.
        clip_norm : float, optional
            The largest norm of a step's gradient; larger gradients are scaled down to it.
        validation : float or (X, y), optional
            Data to measure on after each epoch and not to learn from, or which part of the
            examples to hold out for it by the seed; of classes, the same part of each.
        schedule : Schedule, optional
            How the learning rate changes; constant if not given.
        stopping : EarlyStopping, optional
            Needs `validation`. Brings back the weights that were best on it.
        record : sequence of int
            Steps to keep, counted from 0, as they were before they were taken: each stands in
            ``history.steps`` and can be given to ``gn.explain``.
        threads : int, optional
            If not given, all cores for networks that are worth it; where that is doubtful and a
            few hundred steps lie ahead, it is tried. The result has the same bits on any number.
        shuffle : bool
            Whether to shuffle the examples in each epoch.
        callbacks : callable or sequence of callable
            Called with the history so far after every epoch (of L-BFGS, every iteration), when
            the network has its weights. One that returns True ends the training.
        journal : path or Journal, optional
            A file from which the training goes on after any death, with the same bits: by the
            same call once more, or by ``gn.resume``. Any of its steps can be looked into later, by
            ``gn.open_run``. With L-BFGS it starts anew.
        progress : bool, optional
            Whether to show a bar on standard error; if not given, only on a terminal.

        Returns
        -------
        History
            With ``interrupted=True`` after Ctrl-C; the network then has the weights of the lowest
            validation loss so far, or of the last step where there is no validation.

        Raises
        ------
        ValueError, TypeError
            If the data or an option are wrong; the network is as it was.
        DivergedError
            If the loss is no longer a finite number; the network is as it was.
        JournalError
            If the journal is of another run or of other data, or is being written.

        Examples
        --------
        >>> net = Network([2, 2], output="softmax", seed=1)
        >>> from glassnet.optim.adam import Adam
        >>> _ = net.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1], epochs=300, batch_size=4,
        ...             optimizer=Adam(0.1))
        >>> net.predict([[1, 1], [0, 1]]).tolist()
        [1, 0]
        """
        options = FitOptions(
            optimizer,
            epochs,
            batch_size,
            sample_weight,
            class_weight,
            penalties,
            dropout,
            clip_norm,
            validation,
            schedule,
            stopping,
            record,
            threads,
            shuffle,
            callbacks,
        )
        fitting = Fitting.prepare(self, self.chosen_loss(loss), X, y, options)
        with keeping_fits(journal, [self], [fitting], options, feature_names_of(X)):
            history = fitting.finish(progress)
        self.adopt(fitting, history, X)
        return history

    def adopt(self, fitting: Fitting, history: History, X: ArrayLike) -> None:
        """Take over from a finished training what is not in the parameters."""
        self.classes, self.loss = fitting.classes, fitting.run.program.loss
        self.feature_names = self.feature_names or feature_names_of(X)
        self.epochs_trained += history.epochs
        history.steps = {
            number: replace(step, classes=self.classes, feature_names=self.feature_names)
            for number, step in history.steps.items()
        }

    def predict_proba(self, X: ArrayLike | SparseRows, *, threads: int | None = None) -> Array:
        """Return the network's outputs, of shape (examples, outputs).

        Examples
        --------
        >>> net = Network([2, 2], output="softmax")
        >>> float(net.predict_proba([[1, 2]]).sum().round(3))
        1.0
        """
        x = checked_inputs(X, self.architecture.inputs, self.dtype, finite=False)
        threads = None if threads is None else whole_number("threads", threads, 1)
        try:
            return self.program(for_loss=False).predict(self.parameters, x, threads)
        except NotFiniteError:
            require_finite_inputs(x, "X")
            raise

    def predict(self, X: ArrayLike, *, threads: int | None = None) -> Array:
        """Return labels in the type in which they were given, 0/1 for each label, or numbers."""
        return self.task.labels(self.predict_proba(X, threads=threads), self.classes)

    def evaluate(
        self, X: ArrayLike, y: ArrayLike | Targets, *, loss: str | Loss | None = None
    ) -> float:
        """Return the mean loss over some examples.

        Examples
        --------
        >>> net = Network([2, 2], output="softmax")
        >>> net.weights[0] = [[0, 0], [0, 0]]
        >>> round(net.evaluate([[1, 2]], [0]), 4)  # −ln ½
        0.6931
        """
        x, targets = checked_examples(self, X, y, learning=False)
        _, losses = self.program(loss).evaluate(self.parameters, x, targets.values)
        return float(losses.mean())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to one safe file (safetensors).

        Raises
        ------
        OSError
            If the place cannot be written; what stood there stays.
        ValueError
            If a weight is not a finite number.
        """
        from glassnet.nn.file_format import write_file  # msgspec, paths: not for a first network
        from glassnet.nn.schema import NetworkFile

        self.require_finite()
        write_file(path, NetworkFile(**self.record_fields()), self.to_arrays())

    def require_finite(self) -> None:
        """Refuse weights that are infinite or not a number.

        Raises
        ------
        ValueError
            If one is.
        """
        for name, array in self.to_arrays().items():
            if not np.isfinite(array).all():
                raise ValueError(f"the array {name!r} of the network holds numbers not finite")

    def record_fields(self) -> dict[str, Any]:
        """Return the fields of the network's record in a file: all that is not an array."""
        from glassnet.core.file_record import Labels
        from glassnet.nn.schema import LayerRecord

        return {
            "inputs": self.architecture.inputs,
            "layers": [LayerRecord.of(layer) for layer in self.architecture.layers],
            "dtype": self.dtype.name,
            "seed": self.seed,
            "loss": self.loss.name,
            "hyper_parameters": self.loss.hyper_parameters,
            "classes": None if self.classes is None else Labels.of(self.classes),
            "feature_names": self.feature_names,
            "epochs_trained": self.epochs_trained,
        }

    def to_arrays(self) -> dict[str, Array]:
        """Return weights and biases by name: w1, b1, w2, ..."""
        return self.architecture.to_arrays(self.parameters)

    @classmethod
    def from_record(cls, record: NetworkRecord, arrays: Mapping[str, Array]) -> Network:
        """Return the network that a file's record and arrays describe.

        Raises
        ------
        FileFormatError
            If the arrays do not fit the record.
        """
        record.require_fitting(arrays)
        layers = record.architecture.layers
        net = cls([record.inputs, *layers], dtype=record.dtype, seed=record.seed)
        for name, view in net.to_arrays().items():
            view[...] = arrays[name]
        net.loss = record_from_file(Loss, record.loss, record.hyper_parameters)
        net.classes = None if record.classes is None else record.classes.array
        net.feature_names, net.epochs_trained = record.feature_names, record.epochs_trained
        return net

    def __repr__(self) -> str:
        layers = self.architecture.layers
        hidden = {layer.activation.name for layer in layers[:-1]}
        end = f'dtype="{self.dtype.name}", seed={self.seed})'
        usual = [f'Dense({layer.units}, "{layer.activation.name}")' for layer in layers]
        if len(hidden) > 1 or [repr(layer) for layer in layers] != usual:
            return f"Network([{self.architecture.inputs}, {', '.join(map(repr, layers))}], {end}"
        inner = f'hidden="{hidden.pop()}", ' if hidden else ""
        ends = f'{inner}output="{self.output_activation.name}", {end}'
        return f"Network({list(self.architecture.units)}, {ends}"

    def chosen_loss(self, loss: str | Loss | None) -> Loss:
        """Return a loss given by name or as itself; that of the last training if not given."""
        return self.loss if loss is None else loss_named(loss)

    def program(self, loss: str | Loss | None = None, *, for_loss: bool = True) -> engine.Program:
        """Return the network as the engine computes it, with a loss; any one if not `for_loss`."""
        if loss is None and not for_loss and LossAttribute.is_unknown(self):
            loss = default_loss(self.output_activation)
        chosen, last = self.chosen_loss(loss), self._program
        if last is None or (last.loss is not chosen and last.loss != chosen):
            self._program = last = engine.compile(self.architecture, chosen)
        return last
