"""What a journal says of its run, in words: what is trained, how it stands, when and how large."""

from datetime import datetime
from typing import Any

from glassnet.core.plural import counted, numbered
from glassnet.formula.number import number_text
from glassnet.nn.schema import NetworkRecord
from glassnet.training.history import History
from glassnet.training.journal.configuration import OF
from glassnet.training.journal.content import Content, RunState

__all__ = [
    "date_words",
    "layers_words",
    "loss_words",
    "moment",
    "run_words",
    "size_words",
    "state_of",
    "state_words",
    "value_words",
]

#: Of a deeper network, only the first and the last layer are named in a line.
MOST_LAYERS = 7


def run_words(content: Content) -> str:
    """Return what is trained: ``"iris.csv: species, 4-8-3 relu/softmax, Adam(0.001)"``."""
    networks = content.run.networks
    parts = [words for words in (_source_words(content.run.source),) if words]
    several = "" if len(networks) == 1 else f"{len(networks):,} networks "
    parts.append(several + layers_words(networks[0], short=True))
    optimizer = content.run.options.get("optimizer")
    if isinstance(optimizer, dict) and OF in optimizer:
        rate = optimizer.get("learning_rate")
        given = "" if rate is None else f"({value_words(rate)})"
        parts.append(f"{optimizer[OF]}{given}")
    return ", ".join(parts)


def _source_words(source: dict[str, Any] | None) -> str:
    """The table and its target, or the estimator."""
    source = source or {}
    if isinstance(name := source.get("estimator"), str):
        return name
    arguments = source.get("arguments")
    if not isinstance(arguments, dict):
        return ""
    table, target = arguments.get("name"), arguments.get("target")
    words = [value_words(one) for one in (table, target) if one]
    return ": ".join(words)


def layers_words(network: NetworkRecord, *, short: bool = False) -> str:
    """Return units and activations: ``"4-8-3 relu/softmax"``.

    Parameters
    ----------
    network : NetworkRecord
    short : bool
        Whether to leave out layers of a deep network, and what repeats itself.
    """
    units = [network.inputs]
    units += [layer.units for layer in network.layers if layer.connection != "scale"]
    names = [layer.activation for layer in network.layers if layer.connection != "scale"]
    names = names or [network.layers[-1].activation]
    hidden, output = names[:-1], names[-1]
    if short or len(set(hidden)) == 1:
        hidden = list(dict.fromkeys(hidden))
    sizes = "-".join(map(str, units))
    if short and len(units) > MOST_LAYERS:
        sizes = f"{units[0]}-{units[1]}-…-{units[-1]} ({len(units) - 1} layers)"
    return f"{sizes} {'/'.join([*([', '.join(hidden)] if hidden else []), output])}"


def state_words(state: RunState, done: int, planned: int, networks: int = 1) -> str:
    """Return how a run stands.

    Parameters
    ----------
    state : RunState
    done, planned : int
        Epochs of all networks together.
    networks : int

    Examples
    --------
    >>> state_words("interrupted", 12, 60)
    'interrupted after epoch 12 of 60'
    >>> state_words("died", 0, 60), state_words("running", 30, 80, networks=8)
    ('died in epoch 1 of 60', 'running, 30 of 80 epochs of 8 networks')
    """
    if networks > 1 and state == "finished" and done < planned:
        return f"finished early, {done:,} of at most {planned:,} epochs of {networks:,} networks"
    if networks > 1:
        after = "," if state in ("running", "finished") else " after"
        return f"{state}{after} {done:,} of {planned:,} epochs of {networks:,} networks"
    if state == "running":
        return f"running, {done:,} of {counted(planned, 'epoch')}"
    if state == "finished" and done == planned:
        return f"finished, {counted(done, 'epoch')}"
    return f"{state} {f'after epoch {done:,}' if done else 'in epoch 1'} of {planned:,}"


def state_of(content: Content, histories: list[History]) -> str:
    """Return how the run of a journal stands."""
    done, networks = sum(history.epochs for history in histories), len(histories)
    return state_words(content.state, done, networks * content.epochs, networks)


def loss_words(history: History) -> str:
    """Return the losses of the first and the last epoch, and the best one.

    Examples
    --------
    >>> loss_words(History(losses=[2.0, 1.0], validation_losses=[1.5, 1.75], best_epoch=0))
    'loss 2 → 1, validation loss 1.75, best 1.5 after epoch 1 (index 0)'
    """
    if not history.epochs:
        return "no complete epoch"
    words = f"loss {number_text(history.losses[0], 4)} → {number_text(history.losses[-1], 4)}"
    if history.validation_losses:
        words += f", validation loss {number_text(history.validation_losses[-1], 4)}"
    best = history.best_epoch
    if best is not None and best < len(history.validation_losses):
        loss = number_text(history.validation_losses[best], 4)
        words += f", best {loss} after epoch {numbered(best)}"
    return words


def date_words(text: str) -> str:
    """Return date and time to the minute; the text itself if it is none.

    Examples
    --------
    >>> date_words("2026-11-26T14:03:59+01:00")
    '2026-11-26 14:03'
    """
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text[:40]


def moment(text: str) -> float:
    """Return date and time as seconds since 1970; 0 if the text is none.

    Examples
    --------
    >>> moment("1970-01-01T01:00:05+01:00"), moment("yesterday")
    (5.0, 0.0)
    """
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def size_words(size: int) -> str:
    """Return a number of bytes.

    Examples
    --------
    >>> size_words(17), size_words(12_345), size_words(3_400_000)
    ('17 bytes', '12.3 kB', '3.4 MB')
    """
    if size < 1000:
        return counted(size, "byte")
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if size < 999.95 * factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1e9:,.1f} GB"


def value_words(value: Any) -> str:
    """Return a value of a configuration.

    Examples
    --------
    >>> value_words({"of": "EarlyStopping", "patience": 5, "measure": "loss"})
    'EarlyStopping(patience=5, measure=loss)'
    >>> value_words(True), value_words([8, 0.5]), value_words(None)
    ('yes', '8, 0.5', 'not given')
    """
    try:
        return _words(value)
    except RecursionError:
        return "nested too deeply to be shown"


def _words(value: Any) -> str:
    match value:
        case None:
            return "not given"
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return number_text(value, None)
        case list():
            return ", ".join(map(_words, value)) or "none"
        case {"of": name}:
            own = [f"{key}={_words(one)}" for key, one in value.items() if key != OF]
            return f"{name}({', '.join(own)})"
        case {"pairs": [*pairs]} if all(isinstance(one, list) and len(one) == 2 for one in pairs):
            return _words([f"{_words(key)}: {_words(one)}" for key, one in pairs])
        case dict():
            return ", ".join(f"{key}: {_words(one)}" for key, one in value.items())
    return str(value)
