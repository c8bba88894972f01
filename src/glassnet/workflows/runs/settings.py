"""The configuration of a run as names and words, so that runs can be compared."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xxhash import xxh3_128_hexdigest

from glassnet.core.file_record import as_json
from glassnet.formula.number import typed_text
from glassnet.nn.schema import NetworkRecord
from glassnet.training.journal.configuration import OF
from glassnet.training.journal.content import Content
from glassnet.training.journal.records import DataPart
from glassnet.workflows.runs.words import layers_words, value_words

__all__ = ["data_hash", "data_words", "engine_words", "places_of", "settings_of", "typed_settings"]

#: What a layer is where nothing else is said.
USUAL_LAYER = {
    "connection": "dense",
    "bias": True,
    "multiplier": 1.0,
    "weight_rate": 1.0,
    "bias_rate": 1.0,
    "hyper_parameters": {},
}
#: What a recipe has, and options and networks say as well.
SAID_TWICE = {"hidden", "activation", "learning_rate", "ensemble", "class_weight"}


def settings_of(content: Content) -> dict[str, str]:
    """Return all that decides a run: networks, options, data, engine, each by a name of its own."""
    run = content.run
    found = {"trained by": run.called, "networks": str(len(run.networks))}
    each = [dict(_of_network(network)) for network in run.networks]
    for name in dict.fromkeys(name for one in each for name in one):
        words = [one.get(name, "—") for one in each]
        found[name] = words[0] if len(set(words)) == 1 else ", ".join(words)
    options = run.options | {"epochs": content.epochs}
    found |= dict(_flat(options))
    found |= _of_source(run.source, known=options.keys() | SAID_TWICE)
    for part in content.data.parts if content.data is not None else []:
        found[f"data: {part.name}"] = f"{data_words(part)}, {data_hash(part)}"
    if content.sessions:
        found["engine"] = engine_words(content.sessions[-1].engine)
    return found | {"Glassnet": run.glassnet}


def typed_settings(content: Content) -> dict[str, str]:
    """Return the same with numbers that other programs can read: ``"1e-8"``."""
    return {name: typed_text(words) for name, words in settings_of(content).items()}


def _of_network(network: NetworkRecord) -> Iterator[tuple[str, str]]:
    yield "layers", layers_words(network)
    for number, layer in enumerate(network.layers, start=1):
        for name, value in as_json(layer).items():
            if name not in USUAL_LAYER or value == USUAL_LAYER[name]:
                continue
            if isinstance(value, dict):
                for own, one in value.items():
                    yield f"layer {number}: {own}", value_words(one)
            else:
                yield f"layer {number}: {name.replace('_', ' ')}", value_words(value)
    yield "loss", network.loss
    for name, value in network.hyper_parameters.items():
        yield f"loss: {name.replace('_', ' ')}", value_words(value)
    yield "precision", network.dtype
    yield "seed", str(network.seed)
    if network.feature_names is not None:
        yield "inputs", ", ".join(network.feature_names)
    if network.classes is not None:
        yield "classes", ", ".join(map(str, network.classes.array.tolist()))
    if network.epochs_trained:
        yield "epochs trained before", str(network.epochs_trained)


def _of_source(source: dict[str, Any] | None, known: set[str]) -> dict[str, str]:
    """What was called on which table, without what networks and options say."""
    found: dict[str, str] = {}
    for group in ("estimator", "arguments", "places"):
        own = (source or {}).get(group)
        if isinstance(own, str):
            found[group] = own
        for name, value in own.items() if isinstance(own, dict) else ():
            if isinstance(value, dict) and OF in value:
                chosen = {key: one for key, one in value.items() if key not in known | {OF}}
                found |= dict(_flat(chosen, f"{name}: "))
            elif name != "is_temporary" and value not in (None, [], ""):
                found[_plain(name)] = value_words(value)
    return found


def _flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and words; of an object its class, and each of its hyper-parameters."""
    for key, value in values.items():
        name = before + _plain(key)
        if isinstance(value, dict) and OF in value:
            yield name, str(value[OF])
            own = {inner: one for inner, one in value.items() if inner != OF}
            yield from _flat(own, f"{name}: ")
        elif value not in (None, [], {}):
            yield name, value_words(value)


def _plain(name: str) -> str:
    return {"save_as": "model", "record": "recorded steps"}.get(name, name.replace("_", " "))


def places_of(content: Content) -> list[Path]:
    """Return the files of a run besides its journal: what it learned from, and what it writes."""
    places = (content.run.source or {}).get("places")
    given = places.values() if isinstance(places, dict) else ()
    return [Path(place) for place in given if isinstance(place, str)]


def engine_words(engine: dict[str, Any]) -> str:
    """Return which engine trained, and on which instruction set: ``"native, avx2"``."""
    names = ("engine", "instruction set", "isa")
    return ", ".join(str(engine[name]) for name in names if name in engine)


def data_words(part: DataPart) -> str:
    """Return shape and type of an array: ``"150 × 4 float64"``."""
    return f"{' × '.join(f'{size:,}' for size in part.shape)} {part.dtype}"


def data_hash(part: DataPart) -> str:
    """Return the first digits of a hash of an array's content."""
    return xxh3_128_hexdigest("".join(part.blocks).encode())[:8]
