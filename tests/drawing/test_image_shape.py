"""Inputs are pixels where their names say so, all of them, row by row."""

import pytest

from glassnet.arrays.inputs import feature_names_of
from glassnet.drawing.image_shape import image_shape
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.samples import digits


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        ([f"pixel_{y}_{x}" for y in range(8) for x in range(8)], (8, 8)),
        ([f"pixel {y},{x}" for y in range(1, 3) for x in range(1, 5)], (2, 4)),
        ([f"pixel{n}" for n in range(1, 785)], (28, 28)),
        (ImageEncoder("image", (3, 2)).feature_names, (3, 2)),
        (ImageEncoder("image", (3, 2, 3)).feature_names, (3, 2, 3)),
        ([name for name in digits().columns if name != "digit"], (8, 8)),
    ],
)
def test_names_of_pixels(names: list[str], shape: tuple[int, ...]) -> None:
    assert image_shape(names) == shape


def test_names_that_a_network_gives_to_images() -> None:
    for shape in ((28, 28), (4, 5), (4, 5, 3)):
        names = feature_names_of([[[[0] * 3] * 5] * 4]) if shape == (4, 5, 3) else None
        if names is None:
            names = [f"pixel {y + 1},{x + 1}" for y in range(shape[0]) for x in range(shape[1])]
        assert image_shape(names) == shape


@pytest.mark.parametrize(
    "names",
    [
        None,
        [],
        ["pixel 1,1"],
        ["a", "b", "c", "d"],
        ["x1_1", "x1_2", "x2_1", "x2_2"],
        ["pixel 1,1", "pixel 1,2", "pixel 2,1", "weight"],
        ["pixel 1,1", "pixel 2,1", "pixel 1,2", "pixel 2,2"],
        ["pixel 1,1", "pixel 1,3", "pixel 2,1", "pixel 2,3"],
        ["pixel1", "pixel2", "pixel3", "pixel4", "pixel5"],
        ["pixel1", "pixel3", "pixel2", "pixel4"],
    ],
)
def test_other_names(names: list[str] | None) -> None:
    assert image_shape(names) is None
