"""How a Keras model was meant to be trained: its loss, and what Glassnet does not take over."""

from collections.abc import Sequence
from typing import Any

from glassnet.errors import LimitError
from glassnet.interop.keras_weights import is_own
from glassnet.interop.loss_names import keras_loss
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.unknown_loss import UnknownLoss

__all__ = ["loss_of", "training_only"]

#: Settings of an optimizer that change a step beyond its rule.
BESIDES_THE_RULE = ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema")


def loss_of(compiled: dict[str, Any]) -> tuple[Loss | UnknownLoss | None, bool]:
    """Return what a model's loss is, and whether it takes logits."""
    if compiled.get("loss_weights") is not None:
        return UnknownLoss("the model was compiled with loss_weights, which Glassnet lacks"), False
    try:
        return _loss_named_in(compiled.get("loss"))
    except LimitError as error:
        return UnknownLoss(str(error)), False


def _loss_named_in(loss: Any) -> tuple[Loss | None, bool]:
    if loss is None:
        return None, False
    settings: dict[str, Any] = {}
    if isinstance(loss, dict) and "class_name" not in loss and len(loss) == 1:
        (loss,) = loss.values()
    if isinstance(loss, list | tuple) and len(loss) == 1:
        (loss,) = loss
    if isinstance(loss, dict) and "class_name" in loss:
        name, settings = loss["class_name"], loss.get("config") or {}
        if loss.get("module") == "builtins" and name == loss.get("registered_name") == "function":
            return _loss_named_in(settings)  # as Keras reads keras.losses.mean_squared_error
        if not is_own(loss) or not isinstance(settings, dict):
            own = settings if isinstance(settings, str) else name
            raise LimitError(f"the model was compiled with the loss {own!r}, which is not Keras's")
        loss = name
    if not isinstance(loss, str):
        raise LimitError("the model was compiled with several losses; Glassnet knows one")
    return keras_loss(loss, settings), bool(settings.get("from_logits"))


def training_only(layers: Sequence[dict[str, Any]], compiled: dict[str, Any]) -> list[str]:
    """Return what the model has for its training that a Network does not hold, in words."""
    found = [words for layer in layers for words in _of_layer(layer)]
    given = _penalties_of_all(layers)
    if found and given:
        found[-1] += f" (for all, give explain and fit penalties={given})"
    optimizer = compiled.get("optimizer") or compiled.get("optimizer_config")
    return found + _of_optimizer(optimizer if isinstance(optimizer, dict) else {})


def _of_layer(layer: dict[str, Any]) -> list[str]:
    config = layer["config"]
    words = [
        f"the layer {config['name']!r} has {key}={_shown(value)}"
        for key, value in config.items()
        if key.endswith(("regularizer", "constraint")) and value
    ]
    if layer["class_name"] == "PReLU":
        words.append(f"the layer {config['name']!r} learns its slope")
    if layer["class_name"] == "ActivityRegularization":
        words.append(f"the layer {config['name']!r} adds a loss of its outputs")
    return words


def _shown(value: Any) -> str:
    """A regularizer or constraint, as one would write it: L2(l2=0.01)."""
    if not isinstance(value, dict):
        return str(value)
    settings = value.get("config")
    numbers = settings.items() if isinstance(settings, dict) else ()
    shown = [f"{k}={v:.6g}" if isinstance(v, float) else f"{k}={v}" for k, v in numbers]
    return f"{value.get('class_name')}({', '.join(shown)})"


def _penalties_of_all(layers: Sequence[dict[str, Any]]) -> str:
    """The penalties that stand for the regularizers, where all weights have the same one."""
    dense = [layer for layer in layers if layer["class_name"] == "Dense"]
    first = dense[0]["config"].get("kernel_regularizer") if dense else None
    alike = all(
        layer["config"].get("kernel_regularizer") == first and len(_of_layer(layer)) == 1
        for layer in dense
    )
    # A penalty of Glassnet holds for the weights of all layers, those of scalings too.
    scalings = ("BatchNormalization", "Normalization", "Rescaling")
    others = any(
        layer["class_name"] in scalings or _of_layer(layer)
        for layer in layers
        if layer not in dense
    )
    settings = first.get("config") if isinstance(first, dict) else None
    if others or not alike or not isinstance(settings, dict) or settings.keys() - {"l1", "l2"}:
        return ""
    l1, l2 = settings.get("l1"), settings.get("l2")
    # Keras's L2 is λ Σ w², Glassnet's λ/2 Σ w².
    given = ([f"gn.L1({l1:.6g})"] if l1 else []) + ([f"gn.L2({2 * l2:.6g})"] if l2 else [])
    return given[0] if len(given) == 1 else f"[{', '.join(given)}]"


def _of_optimizer(optimizer: dict[str, Any]) -> list[str]:
    settings = optimizer.get("config")
    if not isinstance(settings, dict):
        return []
    shown = [f"{name}={settings[name]}" for name in BESIDES_THE_RULE if settings.get(name)]
    if not shown:
        return []
    words = f"the optimizer {optimizer.get('class_name')} has {', '.join(shown)}"
    instead = []
    if decay := settings.get("weight_decay"):
        instead.append(f"penalties=gn.WeightDecay({decay:.6g}, biases=True)")
    if norm := settings.get("global_clipnorm"):
        instead.append(f"clip_norm={norm:.6g}")
    return [f"{words} (give explain and fit {' and '.join(instead)})" if instead else words]
