"""The warning of 16 bits, the same for each library."""

import warnings
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("torch.bfloat16", r"\(bfloat16\), where each number is rounded by up to 0\.0039"),
        ("mixed_bfloat16", r"\(bfloat16\)"),
        ("mixed_float16", r"\(float16\), where each number is rounded by up to 0\.00049"),
        ("FLOAT16", r"\(float16\)"),
    ],
)
def test_the_type_and_the_rounding_are_named(name: str, words: str) -> None:
    with pytest.warns(PartialImportWarning, match=words):
        warn_of_sixteen_bits(["float32", name])


def test_the_rounding_is_that_of_the_type() -> None:
    exact = np.random.default_rng(0).uniform(1, 2, size=10_000)
    largest = float(np.max(np.abs(exact.astype(np.float16) - exact) / exact))
    assert 0.4 * 2**-11 < largest <= 2**-11


def test_more_bits_are_no_matter() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_sixteen_bits(["float32", "torch.float64", "int16", "None"])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16"])
@pytest.mark.parametrize("form", ["object", ".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_keras_says_it(dtype: str, form: str, tmp_path: Any) -> None:
    from tests.keras_models import keras  # skips where Keras is not installed

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, dtype=dtype)])
    given: Any = model
    if form != "object":
        given = tmp_path / f"model{form}"
        model.save(given)
    with pytest.warns(PartialImportWarning, match=rf"in 16 bits \({dtype.removeprefix('mixed_')}"):
        net = gn.from_keras(given)
    kernel = model.layers[-1].get_weights()[0].astype(np.float64)
    assert np.array(net.weights[0]) == pytest.approx(kernel, abs=1e-7)
