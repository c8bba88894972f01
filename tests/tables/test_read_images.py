"""Images: folders of classes, single pictures, IDX and .npz files, and what is wrong with them."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from glassnet.core.file_record import as_json, read_record
from glassnet.errors import FileFormatError, LimitError
from glassnet.formula.document import Picture
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.encoders.table_encoder import AnyEncoder, TableEncoder
from glassnet.tables.read import images
from glassnet.tables.read.images import CLASS, IMAGE, ImageOptions, read_idx, read_images
from glassnet.tables.table import Table

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


def picture(path: Path, pixels: np.ndarray = GREY, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def idx(array: np.ndarray) -> bytes:
    sides = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sides + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        picture(tmp_path / "pets" / "cat" / f"{number}.png", GREY + number)
        picture(tmp_path / "pets" / "dog" / "more" / f"{number}.bmp", 255 - GREY - number)
    (tmp_path / "pets" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "pets" / "cat" / "Thumbs.db").write_bytes(b"x")
    return tmp_path / "pets"


def test_a_folder_of_folders_is_a_table_of_images_and_classes(folder: Path) -> None:
    table, test, warnings = read_images(folder)
    assert table.columns[CLASS].tolist() == ["cat"] * 3 + ["dog"] * 3
    assert table.columns[IMAGE].shape == (6, 3, 4)
    assert table.columns[IMAGE][1].tolist() == (GREY + 1).tolist()
    assert table.columns[IMAGE][4].tolist() == (254 - GREY).tolist()
    assert (test, warnings) == (None, [])


def test_sizes_that_differ_become_one_and_the_note_says_so(folder: Path) -> None:
    picture(folder / "cat" / "large.png", np.full((90, 60), 7, dtype=np.uint8))
    table, _, warnings = read_images(folder)
    assert table.columns[IMAGE].shape == (7, 32, 32)
    assert warnings == ["the images have 2 different sizes and were resized to 32 × 32"]
    table, _, warnings = read_images(folder, ImageOptions(size=(6, 5)))
    assert table.columns[IMAGE].shape == (7, 6, 5)
    assert set(table.columns[IMAGE][3].reshape(-1).tolist()) == {7}
    assert warnings == []


def test_one_coloured_picture_makes_all_of_them_coloured(folder: Path) -> None:
    red = np.zeros((3, 4, 3), dtype=np.uint8)
    red[..., 0] = 200
    picture(folder / "dog" / "red.png", red)
    table, _, _ = read_images(folder)
    assert table.columns[IMAGE].shape == (7, 3, 4, 3)
    assert table.columns[IMAGE][0, 1, 2].tolist() == [120, 120, 120]
    assert table.columns[IMAGE][6, 0, 0].tolist() == [200, 0, 0]
    grey, _, _ = read_images(folder, ImageOptions(colour="grey"))
    assert grey.columns[IMAGE].shape == (7, 3, 4)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK", "I", "F"])
def test_every_kind_of_picture_that_pillow_reads_becomes_bytes(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode in ("CMYK", "I", "F") else "PNG"
    Image.new(mode, (4, 3)).save(tmp_path / "p", kind)
    (tmp_path / "p").rename(tmp_path / "p.png")
    table, _, _ = read_images(tmp_path / "p.png")
    assert table.columns[IMAGE].dtype == np.uint8
    # What is transparent is white, what is nothing is black; in CMYK no ink is white.
    expected = 255 if mode in ("RGBA", "LA", "CMYK") else 0
    assert set(table.columns[IMAGE].reshape(-1).tolist()) == {expected}


@pytest.mark.parametrize("at_once", [1, 50, 2**20])
def test_sixteen_bits_are_scaled_to_eight_strip_by_strip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(images, "VALUES_AT_ONCE", at_once)
    deep = np.random.default_rng(0).integers(0, 65536, (23, 11)).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "p.png")
    table, _, _ = read_images(tmp_path / "p.png")
    grey = table.columns[IMAGE][0].reshape(23, 11)
    assert grey.tolist() == (deep / 65535 * 255).round().tolist()


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is on the right side
    path = picture(tmp_path / "p.png", GREY, exif=exif)
    table, _, _ = read_images(path)
    assert table.columns[IMAGE][0].tolist() == np.rot90(GREY, -1).tolist()


def test_a_broken_picture_is_named_or_left_out_when_asked(folder: Path) -> None:
    whole = (folder / "cat" / "1.png").read_bytes()
    (folder / "cat" / "1.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / "note.txt").write_text("no picture")
    with pytest.raises(FileFormatError, match=r"1\.png cannot be read as an image: .*skip"):
        read_images(folder)
    table, _, warnings = read_images(folder, ImageOptions(skip_unreadable=True))
    assert len(table) == 5
    assert warnings[0].startswith("2 unreadable images skipped: ")
    assert "1.png" in warnings[0]
    assert "note.txt" in warnings[0]


def test_a_class_of_which_nothing_can_be_read_is_named(folder: Path) -> None:
    (folder / "bird").mkdir()
    (folder / "bird" / "1.png").write_bytes(b"broken")
    with pytest.raises(FileFormatError, match=r"no image in .*bird can be read"):
        read_images(folder, ImageOptions(skip_unreadable=True))


def test_empty_and_crowded_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(FileFormatError, match="nothing is empty; expected a folder of images"):
        read_images(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        read_images(tmp_path / "nowhere")
    picture(folder / "loose.png")
    with pytest.raises(FileFormatError, match=r"loose\.png is outside the class folders"):
        read_images(folder)
    (folder / "loose.png").unlink()
    (folder / "bird").mkdir()
    with pytest.raises(FileFormatError, match="bird is empty; expected images of this class"):
        read_images(folder)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(FileFormatError, match="read as an image: it is damaged, or too large"):
        read_images(picture(tmp_path / "p.png", np.zeros((9, 9), dtype=np.uint8)))


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_bring_their_test_along(tmp_path: Path, zipped: bool) -> None:
    x, y = np.arange(24).reshape(2, 3, 4), np.array([7, 9])
    for split in ("train", "t10k"):
        for name, array in ((f"{split}-images-idx3-ubyte", x), (f"{split}-labels-idx1-ubyte", y)):
            content = gzip.compress(idx(array)) if zipped else idx(array)
            (tmp_path / (f"{name}.gz" if zipped else name)).write_bytes(content)
    table, test, _ = read_images(tmp_path)
    assert table.columns[IMAGE].tolist() == x.tolist()
    assert table.columns[CLASS].tolist() == ["7", "9"]
    assert test is not None
    assert len(test) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not an IDX file"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x01abcd", "is not an IDX file"),
        (idx(np.zeros((2, 3)))[:-1], "says 2 × 3 values, but it holds 5"),
        (idx(np.zeros((2, 3))) + b"x", "says 2 × 3 values, but it holds more"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "the header of .* says"),
    ],
)
def test_a_hostile_idx_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FileFormatError, match=reason):
        read_idx(tmp_path / "x")
    (tmp_path / "x.gz").write_bytes(gzip.compress(content)[:-3])
    with pytest.raises((FileFormatError, LimitError)):
        read_idx(tmp_path / "x.gz")


def test_an_idx_file_out_of_proportion_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx(np.zeros((70, 1000, 1000)))))
    with pytest.raises(LimitError, match="unpacks to more than 200 times its size"):
        read_idx(path)
    np.savez_compressed(tmp_path / "x.npz", x=np.zeros((70, 1000, 1000), np.uint8))
    with pytest.raises(LimitError, match="unpacks to more than 200 times its size"):
        read_images(tmp_path / "x.npz")


def test_npz_files(tmp_path: Path) -> None:
    x, y = np.zeros((4, 3, 3, 1), dtype=np.uint8), np.array([[1], [0], [1], [0]])
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    table, test, _ = read_images(tmp_path / "a.npz")
    assert table.columns[IMAGE].shape == (4, 3, 3)
    assert table.columns[CLASS].tolist() == ["1", "0", "1", "0"]
    assert test is not None
    np.savez(tmp_path / "b.npz", x=x[:1])
    assert list(read_images(tmp_path / "b.npz")[0].columns) == [IMAGE]


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"a": np.zeros(3)}, "holds the arrays a; expected x and y"),
        ({"x": np.zeros((2, 3, 3))}, "are float64 of shape"),
        ({"x": np.zeros((2, 3), dtype=np.uint8)}, "are uint8 of shape"),
        (
            {"x": np.zeros((2, 3, 3), dtype=np.uint8), "y": np.zeros(3)},
            "holds 2 images, but labels of shape",
        ),
        ({"x": np.array([object()]), "y": np.zeros(1)}, "cannot be read as NumPy arrays"),
        (  # a label that is no text
            {
                "x": np.zeros((1, 3, 3), dtype=np.uint8),
                "y": np.array([2**32 - 1], "<u4").view("<U1"),
            },
            "cannot be read as NumPy arrays: it is damaged",
        ),
    ],
)
def test_other_npz_files_are_refused(tmp_path: Path, arrays: dict[str, Any], reason: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FileFormatError, match=reason):
        read_images(tmp_path / "a.npz")
    content = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(FileFormatError, match="cannot be read as NumPy arrays"):
        read_images(tmp_path / "a.npz")


def test_pixels_become_inputs_between_0_and_1_with_names() -> None:
    table = Table({IMAGE: np.stack([GREY, GREY])})
    encoder = TableEncoder.fit(table)
    assert encoder.feature_names[:5] == [f"pixel 1,{c}" for c in (1, 2, 3, 4)] + ["pixel 2,1"]
    x, warnings = encoder.encode(table)
    assert x.dtype == np.float32
    assert x[0].tolist() == pytest.approx((GREY.reshape(-1) / 255).tolist())
    assert warnings == []
    (shown,) = [b for b in encoder.explain(table, 0)[IMAGE] if isinstance(b, Picture)]
    assert shown.rows[0][0] == 1  # black is ink
    assert (
        read_record(as_json(encoder.encoders[0]), AnyEncoder, "an encoder") == encoder.encoders[0]
    )
    coloured = ImageEncoder("image", (2, 1, 3))
    assert coloured.feature_names[3:] == ["pixel 2,1 red", "pixel 2,1 green", "pixel 2,1 blue"]
    with pytest.raises(ValueError, match="must hold images of 2 × 1 × 3 bytes, but holds uint8"):
        coloured.encode(table.columns[IMAGE])
    with pytest.raises(FileFormatError):
        read_record({"kind": "image", "name": "i", "shape": [2, 2, 4]}, AnyEncoder, "it")


def test_folders_named_train_and_test_are_that(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    folder.rename(tmp_path / "all" / "train")
    picture(tmp_path / "all" / "test" / "cat" / "large.png", np.zeros((9, 8, 3), dtype=np.uint8))
    table, test, _ = read_images(tmp_path / "all")
    assert len(table) == 6
    assert test is not None
    assert test.columns[IMAGE].shape == (1, 3, 4)
    assert test.columns[CLASS].tolist() == ["cat"]


@pytest.mark.parametrize(("train", "test"), [("training", "testing"), ("Train", "val")])
def test_folders_for_training_and_test_are_no_classes(
    tmp_path: Path, train: str, test: str
) -> None:
    grey = np.zeros((4, 4), dtype=np.uint8)
    for split, count in ((train, 3), (test, 2)):
        for name in ("cat", "dog"):
            for number in range(count):
                picture(tmp_path / split / name / f"{number}.png", grey)
    table, tested, _ = read_images(tmp_path)
    assert tested is not None
    assert sorted(set(table.columns[CLASS])) == ["cat", "dog"]
    assert (len(table), len(tested)) == (6, 4)


def test_folders_for_both_validation_and_test_are_refused(tmp_path: Path) -> None:
    for split in ("train", "test", "validation"):
        picture(tmp_path / split / "cat" / "1.png", np.zeros((4, 4), dtype=np.uint8))
    with pytest.raises(FileFormatError, match="a validation folder as well as a test folder"):
        read_images(tmp_path)


def test_a_folder_for_training_alone_is_no_class(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        picture(tmp_path / "train" / name / "1.png", np.zeros((4, 4), dtype=np.uint8))
    table, tested, _ = read_images(tmp_path)
    assert tested is None
    assert sorted(set(table.columns[CLASS])) == ["cat", "dog"]


def test_pictures_of_several_sizes_are_as_if_resized_one_by_one(tmp_path: Path) -> None:
    from PIL import Image

    random = np.random.default_rng(0)
    images = [
        random.integers(0, 256, shape, dtype=np.uint8)
        for shape in ((40, 40), (40, 40, 3), (9, 80, 3))
    ]
    for number, image in enumerate(images):
        picture(tmp_path / f"{number}.png", image)
    table, _, warnings = read_images(tmp_path)
    expected = [
        np.asarray(Image.fromarray(image).resize((32, 32), Image.Resampling.LANCZOS).convert("RGB"))
        for image in images
    ]
    assert np.array_equal(table.columns[IMAGE], np.stack(expected))
    assert warnings == ["the images have 2 different sizes and were resized to 32 × 32"]


def test_labels_of_arrays_are_texts_and_none_is_missing(tmp_path: Path) -> None:
    x = np.zeros((2, 4, 4), dtype=np.uint8)
    for labels in (np.array([b"cat", b"dog"]), np.array(["cat", "dog"])):
        np.savez(tmp_path / "a.npz", x=x, y=labels)
        assert read_images(tmp_path / "a.npz")[0].columns[CLASS].tolist() == ["cat", "dog"]
    np.savez(tmp_path / "a.npz", x=x, y=np.array([1.0, 0.0]))
    assert read_images(tmp_path / "a.npz")[0].columns[CLASS].tolist() == ["1", "0"]
    np.savez(tmp_path / "a.npz", x=x, y=np.array([1.0, np.nan]))
    with pytest.raises(FileFormatError, match="holds the label nan"):
        read_images(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", x_train=x, y_train=[0, 1], x_test=x)
    with pytest.raises(FileFormatError, match="one of x_test and y_test"):
        read_images(tmp_path / "a.npz")


def test_folders_that_are_hidden_or_classes_called_train_are_no_splits(tmp_path: Path) -> None:
    grey = np.zeros((4, 4), dtype=np.uint8)
    for split in ("train", "test"):
        for name in ("cat", "dog"):
            picture(tmp_path / "data" / split / name / "1.png", grey)
    (tmp_path / "data" / ".cache" / "x").mkdir(parents=True)
    (tmp_path / "data" / "__MACOSX").mkdir()
    table, tested, _ = read_images(tmp_path / "data")
    assert (sorted(set(table.columns[CLASS])), tested is not None) == (["cat", "dog"], True)
    for name in ("train", "plane"):
        picture(tmp_path / "vehicles" / name / "1.png", grey)
    assert sorted(set(read_images(tmp_path / "vehicles")[0].columns[CLASS])) == ["plane", "train"]


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (("test", "val"), "there is no training folder, only test"),
        (("train", "training"), "both train"),
        (("train", "unlabeled"), "there is also a folder unlabeled"),
    ],
)
def test_folders_for_training_that_are_not_clear_are_refused(
    tmp_path: Path, folders: tuple[str, ...], message: str
) -> None:
    for split in folders:
        picture(tmp_path / split / "cat" / "1.png", np.zeros((4, 4), dtype=np.uint8))
    with pytest.raises(FileFormatError, match=message):
        read_images(tmp_path)


def test_a_single_array_is_no_npz_file(tmp_path: Path) -> None:
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, np.zeros((2, 4, 4), dtype=np.uint8))
    with pytest.raises(FileFormatError, match=r"a\.npz cannot be read as NumPy arrays"):
        read_images(tmp_path / "a.npz")


def test_what_another_program_would_draw_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "x.eps")
    (tmp_path / "x.eps").rename(tmp_path / "x.png")
    with pytest.raises(FileFormatError, match=r"x\.png .* not in an image format supported"):
        read_images(tmp_path / "x.png")
