"""Import from PyTorch: Sequential, and modules whose traced graph is a sequence of layers."""

import copy
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.interop.comparison import Outputs
from glassnet.interop.network_builder import (
    NetworkBuilder,
    fitting_loss,
    note_not_imported,
    refuse,
    shared,
)
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits
from glassnet.interop.torch_files import entry_of, read_state_dict
from glassnet.interop.torch_functions import (
    EXAMPLES,
    UNITS,
    Arithmetic,
    Clipping,
    Product,
    Reshape,
)
from glassnet.interop.torch_graph import exported_examples, is_exported, layers_of, unwrapped
from glassnet.interop.torch_state import array_of, from_state_dict, place_of
from glassnet.network import Network
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named
from glassnet.nn.losses.unknown_loss import UnknownLoss

__all__ = ["from_torch"]

WITHOUT_EFFECT = ("Dropout", "Identity", "AlphaDropout")
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def from_torch(
    module: Any, *, loss: Any = None, like: Network | None = None, key: str | None = None
) -> Network:
    """Convert a PyTorch module, in inference mode, to a Network.

    Parameters
    ----------
    module : torch.nn.Module, ExportedProgram, state dict, or path of a saved state dict
        A module may be compiled, or a DataParallel. A file may be a ``.safetensors`` file, or is
        opened with ``weights_only=True``, which runs no code from it.
    loss : torch.nn loss, str or Loss, optional
        The training loss. Losses that take logits add the output activation: CrossEntropyLoss a
        softmax, BCEWithLogitsLoss a sigmoid.
    like : Network, optional
        The architecture of a state dict: its Linear layers in order, and a :class:`gn.Scale` where
        it has a BatchNorm.
    key : str, optional
        Which entry of a checkpoint is the state dict, if there are several.

    Returns
    -------
    Network
        A final LogSoftmax becomes a softmax. Parameters without ``requires_grad`` do not learn:
        the layer's ``weight_rate`` or ``bias_rate`` is 0. Buffers and numbers that the forward
        calculates with become scalings that do not learn.

    Warns
    -----
    PartialImportWarning
        If weights are made of other parameters, as by weight_norm or spectral_norm: the network
        has the weights themselves. If the slope of a PReLU learns in the module; in the network
        it stays. If the weights are in 16 bits.

    Raises
    ------
    LimitError
        If it is not a sequence of fully connected layers, or parameters are used twice; the
        message names the layer. If the network's outputs are not those of the module.
    FileFormatError
        If a file contains anything other than arrays.
    TypeError
        If a state dict is given without `like`.
    """
    if isinstance(module, str | os.PathLike):
        module = read_state_dict(os.fspath(module))
    if isinstance(module, Mapping):
        state = entry_of(module, key)
        return from_state_dict(state, like, loss_named(loss) if loss is not None else None)
    if key is not None:
        raise TypeError("key is for checkpoints; a module has no entries")
    module = _plain(module)
    layers = list(layers_of(module))
    first = next((layer for layer in layers if hasattr(layer, "in_features")), None)
    if first is None:
        raise refuse(f"a {type(module).__name__} without a Linear layer")
    _require_own_parameters(module, layers)
    builder = NetworkBuilder(_inputs(layers), _precision(first))
    for layer in layers:
        if any(getattr(layer, hooks, None) for hooks in HOOKS):
            raise refuse(f"the layer {layer} with hooks that may change its output or gradient")
        _add(builder, layer)
    _require_gradients(module, layers, builder.inputs)
    if isinstance(loss, str | Loss):
        chosen, logits = fitting_loss(builder, loss, None, logits=False)
    else:
        found, takes_logits = _loss_of(builder, loss)
        chosen, logits = fitting_loss(builder, None, found, logits=takes_logits)
    if isinstance(chosen, UnknownLoss):
        raise LimitError(f"{chosen.reason}; give another loss, or take the last activation away")
    net = builder.network(chosen, logits=logits, outputs=_outputs_of(module))
    notes = [layer.note for layer in layers if isinstance(layer, Product) and layer.note]
    note_not_imported(net, [*sorted(set(notes)), *_learned_slopes(layers)])
    warn_of_sixteen_bits({str(each.dtype) for each in module.parameters()})
    return net


def _learned_slopes(layers: list[Any]) -> list[str]:
    """What the slopes of PReLU are: learned in the module, fixed in the network."""
    learning = [
        layer for layer in layers if type(layer).__name__ == "PReLU" and layer.weight.requires_grad
    ]
    return [f"the layer {layer} learns its slope" for layer in learning]


def _plain(module: Any) -> Any:
    """The module that layers can be read of."""
    import torch

    module = unwrapped(module)
    if isinstance(module, torch.export.ExportedProgram):
        return module.module()
    if isinstance(module, torch.jit.ScriptModule):
        raise LimitError(
            "a TorchScript module does not show its layers; give from_torch the module that it "
            "was made of, or its state dict with like="
        )
    if isinstance(module, torch.nn.Module):
        if any(map(torch.nn.parameter.is_lazy, module.parameters())):
            raise LimitError(
                f"a {type(module).__name__} has layers whose sizes are not known before its first "
                "call; apply it to an example, and give it then"
            )
    else:
        raise LimitError(
            f"a {type(module).__name__} is not supported; give from_torch a torch.nn.Module, its "
            "state dict with like=, or the path of one"
        )
    return module


def _require_own_parameters(module: Any, layers: list[Any]) -> None:
    """Refuse parameters that are used twice, by one layer or by two."""
    names = {id(each): name for name, each in module.named_modules()}
    owners: dict[Any, str] = {}
    for layer in layers:
        own = f"the layer {names.get(id(layer), '')!r} ({type(layer).__name__})"
        parameters = list(getattr(layer, "parameters", list)())
        if any(getattr(each, "_backward_hooks", None) for each in parameters):
            raise refuse(f"{own} with hooks that may change its gradient")
        places = {place_of(each) for each in parameters}
        for place in places:
            if place in owners:
                other = "another call of it" if owners[place] == own else owners[place]
                raise shared(own, other)
            owners[place] = own


def _outputs_of(module: Any) -> Outputs:
    def outputs(rows: Array) -> Array:
        predicted: Array = _applied(module, rows)[1].detach().double().numpy()
        return predicted

    return outputs


def _applied(module: Any, rows: Array) -> tuple[Any, Any]:
    """A copy of the module at inference, on the processor, in at least 32 bits; its outputs."""
    import torch

    try:
        # What a hook has computed cannot be copied, and is computed again.
        computed = (each for part in module.modules() for each in vars(part).values())
        tensors = [each for each in computed if isinstance(each, torch.Tensor)]
        memo = {id(each): each.detach() for each in tensors if not each.is_leaf}
        own = copy.deepcopy(module, memo).cpu()
        if any(each.dtype.itemsize < 4 for each in own.parameters()):
            own = own.float()
        dtypes = [each.dtype for each in own.parameters()]
        given = torch.from_numpy(rows).to(dtypes[0])
        if not is_exported(own):
            return own, own.eval()(given)
        size = exported_examples(own.graph) or len(rows)
        parts = [
            own(given[torch.arange(k, k + size) % len(rows)]) for k in range(0, len(rows), size)
        ]
        return own, torch.cat(parts)[: len(rows)]
    except Exception as error:  # noqa: BLE001 - a module's own forward may raise anything
        raise LimitError(
            f"the module does not run on rows of {rows.shape[1]} numbers, so that its outputs "
            f"cannot be compared ({(str(error).splitlines() or [type(error).__name__])[0]})"
        ) from None


def _require_gradients(module: Any, layers: list[Any], inputs: int) -> None:
    """Refuse a forward that keeps gradients from parameters that seem to learn."""
    import torch

    applied = {id(each) for layer in layers for each in getattr(layer, "parameters", list)()}
    names = [name for name, each in module.named_parameters() if id(each) in applied]
    own, outputs = _applied(module, np.zeros((1, inputs), dtype=np.float32))
    learning = {name: each for name, each in own.named_parameters() if each.requires_grad}
    chosen = [name for name in names if name in learning]
    if not chosen:
        return
    gradients: Any = [None]
    if outputs.requires_grad:
        parameters = [learning[name] for name in chosen]
        gradients = torch.autograd.grad(outputs.sum(), parameters, allow_unused=True)
    for name, gradient in zip(chosen, gradients, strict=False):
        if gradient is None:
            raise LimitError(
                f"no gradient reaches {name!r}, since the forward of the module keeps it away, by "
                "torch.no_grad for example; say so with requires_grad_(False)"
            )


def _inputs(layers: list[Any]) -> int:
    for layer in layers:
        for name in ("in_features", "num_features"):
            if hasattr(layer, name):
                return int(getattr(layer, name))
    raise AssertionError("there is a Linear layer")


def _precision(layer: Any) -> str:
    return "float64" if layer.weight.dtype.itemsize == 8 else "float32"


def _add(builder: NetworkBuilder, layer: Any) -> None:
    kind = type(layer).__name__
    if kind in WITHOUT_EFFECT:
        return
    match kind:
        case "Flatten" if (layer.start_dim, layer.end_dim) == (1, -1):
            pass
        case "Arithmetic":
            assert isinstance(layer, Arithmetic)
            _scale(builder, layer)
        case "Clipping":
            assert isinstance(layer, Clipping)
            builder.clip(layer.minimum, layer.maximum)
        case "Reshape":
            assert isinstance(layer, Reshape)
            rows = len(layer.sizes) == 2 and layer.sizes[0] in (EXAMPLES, -1)
            kept = rows and layer.sizes[1] in (builder.units, UNITS) and layer.sizes != (-1, -1)
            if not kept and not (builder.units == 1 and layer.sizes == (-1,)):
                raise refuse(f"the reshaping {layer.words!r}, which mixes examples or units,")
        case "Softmax" | "LogSoftmax" if layer.dim in (None, -1, 1):
            if kind == "LogSoftmax":
                builder.log_softmax()
            else:
                builder.activate("softmax")
        case "Linear" | "Product":
            b = None if layer.bias is None else array_of(layer.bias)
            builder.dense(
                array_of(layer.weight).T,
                b,
                learns=any(each.requires_grad for each in _of_weight(layer)),
                bias_learns=b is not None and layer.bias.requires_grad,
            )
        case "BatchNorm1d" if layer.running_mean is not None:
            _normalise(builder, layer)
        case "LeakyReLU":
            builder.activate("leaky_relu", slope=layer.negative_slope)
        case "ELU":
            builder.activate("elu", alpha=layer.alpha)
        case "GELU" if layer.approximate in ("none", "tanh"):
            builder.activate("gelu" if layer.approximate == "none" else "gelu_tanh")
        case "CELU":
            builder.activate("celu", alpha=layer.alpha)
        case "Hardtanh":
            builder.clip(layer.min_val, layer.max_val)
        case "Hardsigmoid":
            builder.activate("hard_sigmoid")
        case "PReLU":
            builder.leaky_relu_of(array_of(layer.weight), f"the layer {layer}")
        case "Softplus" if layer.beta == 1:
            builder.activate("softplus")
        case _ if layer.extra_repr() in ("", "inplace=True") and builder.activate_known_as(kind):
            pass  # an activation that has nothing to be set
        case _:
            raise refuse(f"the layer {layer}")


def _of_weight(layer: Any) -> list[Any]:
    """The parameters that its weight is made of."""
    return [each for each in layer.parameters() if each is not layer.bias]


def _scale(builder: NetworkBuilder, layer: Arithmetic) -> None:
    """Add y · factor + shift; a parameter learns, if it is not one for several units."""
    learning, numbers = layer.parameters(), []
    for value in (layer.factor, layer.shift):
        values = array_of(value).reshape(-1) if hasattr(value, "detach") else np.array([value])
        if values.size not in (1, builder.units):
            raise refuse(f"the calculation {layer.words!r} of {values.size} values for each unit")
        numbers.append(values)
    if any(each.numel() != builder.units for each in learning):
        raise refuse(f"a parameter for all units at {layer.words!r}")
    factor, shift = numbers
    by_shift = any(each is layer.shift for each in learning)
    kept = shift if shift.any() or by_shift else None
    learns = any(each is layer.factor for each in learning)
    builder.scale(factor, kept, learns=learns, bias_learns=by_shift)


def _normalise(builder: NetworkBuilder, layer: Any) -> None:
    gamma, beta, learns = None, None, (False, False)
    if layer.affine:
        gamma, beta = array_of(layer.weight), array_of(layer.bias)
        learns = layer.weight.requires_grad, layer.bias.requires_grad
    mean, variance = array_of(layer.running_mean), array_of(layer.running_var)
    builder.normalise(gamma, beta, mean, variance, layer.eps, learns=learns)


def _loss_of(builder: NetworkBuilder, loss: Any) -> tuple[Loss | None, bool]:
    """Return what a PyTorch loss is, and whether it takes logits."""
    kind = type(loss).__name__
    if loss is None:
        return None, False
    usual = {"reduction": "mean", "weight": None, "pos_weight": None, "ignore_index": -100}
    if any(getattr(loss, name, value) != value for name, value in usual.items()):
        raise LimitError(f"the loss {loss} is not the plain mean over the examples")
    if builder.log_probabilities != (kind == "NLLLoss") and kind != "CrossEntropyLoss":
        raise LimitError(
            f"the loss {kind} does not match the output of the module: NLLLoss, and only NLLLoss, "
            "takes the log-probabilities of a LogSoftmax"
        )
    match kind:
        case "CrossEntropyLoss":  # after a LogSoftmax, a second softmax changes nothing
            return CategoricalCrossentropy(loss.label_smoothing), not builder.log_probabilities
        case "NLLLoss":
            return CategoricalCrossentropy(), False
        case "BCEWithLogitsLoss":
            return loss_named("binary_crossentropy"), True
        case "BCELoss":
            return loss_named("binary_crossentropy"), False
        case "MSELoss":
            return loss_named("mean_squared_error"), False
        case "L1Loss":
            return loss_named("mean_absolute_error"), False
        case "HuberLoss":
            return Huber(loss.delta), False
    raise LimitError(f"the loss {kind} is not supported")
