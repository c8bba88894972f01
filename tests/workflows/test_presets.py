"""Presets: what they choose, and that it is what their source says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.arrays.targets import Targets
from glassnet.nn.task import Task
from glassnet.optim.optimizer import Optimizer
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.table import Table
from glassnet.training.fit import validation_split
from glassnet.workflows.presets import PRESETS
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import train
from tests.small_tables import fruits, prices

SHORT = Recipe(hidden=(16, 16), epochs=20)


def test_the_tabular_preset_is_eight_small_networks_with_validation_rows_of_their_own() -> None:
    recipe = Recipe().complete(Task.MULTICLASS, images=False)
    assert (recipe.preset, recipe.ensemble, recipe.hidden) == ("tabular", 8, (64, 64))
    options = recipe.fit_options(Task.MULTICLASS)
    assert (options["stopping"].measure, options["stopping"].patience) == ("loss", 16)
    assert (options["validation"], options["loss"]) == (0.2, None)
    model = train(fruits(200), "fruit", Recipe(epochs=2, held_out=0), progress=False).model
    targets = Targets(model.target.encode(fruits(200)), None)
    held_back = [set(validation_split(one, targets, 0.2)[1].tolist()) for one in model.networks]
    assert {len(rows) for rows in held_back} == {40}
    # All rows are learned from by some network: only one in 0.2⁸ would be held back by all.
    assert not set.intersection(*held_back)


def test_the_preset_realmlp_is_the_recipe_of_its_paper() -> None:
    recipe = Recipe("realmlp").complete(Task.MULTICLASS, images=False)
    assert recipe.ensemble == 1
    assert (recipe.hidden, recipe.epochs, recipe.batch_size) == ((256, 256, 256), 256, 256)
    net = gn.Network([4, *recipe.layers(3, Task.MULTICLASS)], seed=5)
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
    numbers = Recipe("realmlp", hidden=(8,)).complete(Task.REGRESSION, images=False)
    names = [layer.activation.name for layer in numbers.layers(1, Task.REGRESSION)]
    assert names == ["identity", "mish", "identity"]


def test_labels_are_smoothed_where_only_the_class_matters() -> None:
    by_class = Recipe("realmlp").complete(Task.MULTICLASS, images=False)
    options = by_class.fit_options(Task.MULTICLASS)
    assert (options["loss"].label_smoothing, options["stopping"].measure) == (0.1, "accuracy")
    assert (options["optimizer"].learning_rate, options["optimizer"].beta2) == (0.04, 0.95)
    by_probability = Recipe("realmlp", optimize="log-loss").complete(Task.MULTICLASS, images=False)
    options = by_probability.fit_options(Task.MULTICLASS)
    assert (options["loss"], options["stopping"].measure) == (None, "loss")
    numbers = Recipe("realmlp").complete(Task.REGRESSION, images=False)
    options = numbers.fit_options(Task.REGRESSION)
    assert options["optimizer"].learning_rate == 0.07
    assert (options["loss"], options["stopping"].measure) == (None, "loss")


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("task", list(Task))
def test_what_a_recipe_says_itself_goes_before_its_preset(name: str, task: Task) -> None:
    own: dict[str, Any] = {
        "hidden": (5,),
        "activation": "tanh",
        "epochs": 3,
        "batch_size": 7,
        "optimizer": gn.SGD(0.5),
        "schedule": gn.StepDecay(2, 0.5),
        "dropout": 0.25,
        "patience": 2,
        "validation": 0.3,
        "scaling": "standard",
        "parametrisation": "standard",
    }
    recipe = Recipe(name, **own).complete(task, images=False)
    assert {option: getattr(recipe, option) for option in own} == own
    options = recipe.fit_options(task)
    for option in ("epochs", "batch_size", "optimizer", "schedule", "dropout"):
        assert options[option] == own[option]
    assert options["stopping"].patience == 2
    assert [layer.activation.name for layer in recipe.layers(2, task)][:-1] == ["tanh"]
    plain = Recipe(name).complete(task, images=False)
    said = PRESETS[name](task)
    assert {option: getattr(plain, option) for option in said} == said
    faster = Recipe(name, learning_rate=0.75).complete(task, images=False)
    assert isinstance(faster.optimizer, Optimizer)
    assert faster.optimizer.learning_rate == 0.75


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scaling": "none"}, "scaling must be one of 'standard', 'robust', not 'none'"),
        ({"parametrisation": "mup"}, "parametrisation must be one of 'standard', 'ntk'"),
        ({"best_by": "f1"}, "best_by must be one of 'accuracy', 'loss'"),
        ({"patience": 0}, "patience must be at least 1, not 0"),
        ({"optimize": "speed"}, "optimize must be one of"),
        ({"optimize": None}, "optimize must be one of"),
        ({"seed": None}, "seed must be a whole number, not None"),
        ({"seed": -1}, "seed must be from 0 to"),
        ({"held_out": 1}, "held_out must be from 0 to below 1, not 1"),
        ({"held_out": None}, "held_out must be a number, not None"),
        ({"validation": 1}, "validation must be from 0 to below 1, not 1"),
        ({"dropout": "x"}, "dropout must be a number, not 'x'"),
        ({"label_smoothing": 9}, "label_smoothing must be from 0 to below 1, not 9"),
        ({"learning_rate": 0}, "learning_rate must be above 0 and finite, not 0"),
        ({"schedule": "cosine"}, r"schedule must be a Schedule, like gn.Cosine\(\), not 'cosine'"),
        ({"activation": 3}, "activation must be a name or an Activation, not 3"),
        (
            {"class_weight": 3},
            "class_weight must be a mapping like {'yes': 2} or 'balanced', not 3",
        ),
        ({"calibrate": "no"}, "calibrate must be True or False, not 'no'"),
    ],
)
def test_unknown_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        Recipe(**options)


def test_a_learning_rate_needs_an_optimizer_that_has_one() -> None:
    class Fixed(gn.SGD):
        def __init__(self) -> None:
            super().__init__(0.1)

    assert Recipe(optimizer=Fixed()).complete(Task.BINARY, images=False).optimizer == Fixed()
    with pytest.raises(ValueError, match="has no hyper-parameter learning_rate"):
        Recipe(optimizer=Fixed(), learning_rate=0.5).complete(Task.BINARY, images=False)


def test_the_weights_are_those_of_the_best_epoch() -> None:
    trained = train(fruits(200), "fruit", replace(SHORT, preset="realmlp"), progress=False)
    history = trained.history
    assert history.epochs == 20
    accuracies, errors = history.metrics["accuracy"], history.validation_losses
    best = max(range(20), key=lambda epoch: (accuracies[epoch], -errors[epoch]))
    assert history.best_epoch == best
    assert trained.model.provenance["preset"] == "realmlp"


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


@pytest.mark.parametrize("names", ["price", ["price", "twice"]])
def test_the_explanation_of_an_ensemble_ends_with_the_mean(names: str | list[str]) -> None:
    table = {**prices().columns, "twice": prices().columns["price"] * 2}
    model = train(table, names, Recipe(hidden=(4,), epochs=5, ensemble=2), progress=False).model
    target = 7.5 if isinstance(names, str) else [7.5, 15]
    explanation = model.explain(table, 3, target, learning_rate=0.01)
    assert explanation.check is not None
    assert explanation.check.passed
    assert "predicted price = mean p[1]·scale + mean" in explanation.to_text()


def test_one_network_of_an_ensemble_is_the_one_trained_alone() -> None:
    short = Recipe(hidden=(8,), epochs=5, ensemble=1)
    single = train(prices(), "price", short, progress=False).model
    several = train(prices(), "price", replace(short, ensemble=2), progress=False)
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
