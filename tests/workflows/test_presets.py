"""Presets: what they choose, and that it is what their source says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.table import Table
from glassnet.workflows.presets import Tabular, preset_named
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train
from tests.small_tables import fruits, prices

SHORT = Recipe(hidden=(16, 16), epochs=20)


def test_the_tabular_preset_is_the_recipe_of_its_paper() -> None:
    preset = preset_named("tabular")
    assert (preset.hidden, preset.epochs, preset.batch_size) == ((256, 256, 256), 256, 256)
    net = gn.Network([4, *preset.layers(3, "classification")], seed=5)
    scale, *hidden, last = net.architecture.layers
    assert (scale.weight_rate, scale.bias) == (6, False)
    assert [layer.activation.name for layer in hidden] == ["selu"] * 3
    assert {layer.multiplier for layer in (*hidden, last)} == {"ntk"}
    assert {layer.bias_rate for layer in (*hidden, last)} == {0.1}
    # Weights and biases of variance 1, of the last layer 0.
    arrays = net.to_arrays()
    assert arrays["w3"].var() == pytest.approx(1, rel=0.02)
    assert arrays["b3"].var() == pytest.approx(1, rel=0.15)
    assert not arrays["w5"].any()
    numbers = replace(preset, hidden=(8,)).layers(1, "regression")
    assert [layer.activation.name for layer in numbers] == ["identity", "mish", "identity"]


def test_labels_are_smoothed_where_only_the_class_matters() -> None:
    tabular = Tabular()
    by_class = tabular.options("classification", optimize="accuracy")
    assert (by_class["loss"].label_smoothing, by_class["stopping"].measure) == (0.1, "accuracy")
    assert (by_class["optimizer"].learning_rate, by_class["optimizer"].beta2) == (0.04, 0.95)
    by_probability = tabular.options("classification", optimize="log-loss")
    assert (by_probability["loss"].label_smoothing, by_probability["stopping"].measure) == (
        0,
        "loss",
    )
    assert tabular.options("regression", optimize="accuracy")["optimizer"].learning_rate == 0.07


def test_the_weights_are_those_of_the_best_epoch() -> None:
    trained = train(fruits(200), "fruit", SHORT, progress=False)
    history = trained.history
    assert history.epochs == 20
    accuracies, errors = history.metrics["accuracy"], history.validation_losses
    best = max(range(20), key=lambda epoch: (accuracies[epoch], -errors[epoch]))
    assert history.best_epoch == best
    assert trained.model.provenance["preset"] == "tabular"


def test_a_scale_layer_and_clipped_inputs_are_explained_with_the_rest() -> None:
    model = train(prices(), "price", SHORT, progress=False).model
    assert isinstance(model.encoder.encoders[0], NumberEncoder)
    explanation = model.explain(prices(), 3, 7.5, learning_rate=0.01)
    assert explanation.check is not None
    assert explanation.check.passed
    assert "sqrt" in explanation.to_text() or "√" in explanation.to_text()


def test_an_ensemble_predicts_the_mean_of_its_networks(tmp_path: Path) -> None:
    recipe = Recipe(hidden=(8,), epochs=10, ensemble=3, seed=4)
    model = train(fruits(), "fruit", recipe, progress=False).model
    x, _ = model.encode(fruits())
    alone = [network.predict_proba(x) for network in model.networks]
    assert [network.seed for network in model.networks] == [4, 5, 6]
    assert len({network.parameters.tobytes() for network in model.networks}) == 3
    assert model.predict_proba(fruits()) == pytest.approx(np.mean(alone, axis=0), abs=1e-7)
    model.save(tmp_path / "fruits.safetensors")
    loaded = gn.load(tmp_path / "fruits.safetensors")
    assert isinstance(loaded, gn.Model)
    assert repr(loaded).endswith(", 3 networks>")
    assert loaded.predict_proba(fruits()).tobytes() == model.predict_proba(fruits()).tobytes()
    sections = loaded.explain(fruits(), 0).document.sections
    assert "The ensemble" in [section.title for section in sections]


def test_one_network_of_an_ensemble_is_the_one_trained_alone() -> None:
    single = train(prices(), "price", Recipe(hidden=(8,), epochs=5), progress=False).model
    several = train(prices(), "price", Recipe(hidden=(8,), epochs=5, ensemble=2), progress=False)
    assert several.model.network.parameters.tobytes() == single.network.parameters.tobytes()


def test_unknown_presets_and_no_networks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"preset must be one of 'tabular'.* not 'best'"):
        Recipe("best")
    with pytest.raises(ValueError, match="epochs must be at least 1, not 0"):
        Recipe(epochs=0)
    with pytest.raises(TypeError, match="recipe must be a Recipe, like"):
        train(prices(), "price", {"epochs": 3})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="ensemble must be from 1 to 1000, not 0"):
        Recipe(ensemble=0)


def test_a_data_frame_is_trained_on() -> None:
    table: Table = prices()
    trained = gn.train(dict(table.columns), "price", SHORT, progress=False)
    assert repr(trained).startswith("<TrainingResult: <Model: price from")
    assert "R²" in repr(trained)
    model = trained.model
    assert model.predict(table).shape == (80,)
