"""Images: a folder with a subfolder for each class, IDX and .npz files, single images.

Images become a table of two columns, the pixels and the class, and are processed like any table.
"""

import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.foreign import reading, require_in_proportion
from glassnet.core.plural import counted
from glassnet.errors import FileFormatError, MissingPackageError
from glassnet.tables.columns import number_label
from glassnet.tables.table import Table

__all__ = ["CLASS", "IMAGE", "ImageOptions", "holds_images", "read_idx", "read_images"]

#: The names of the two columns.
IMAGE, CLASS = "image", "class"

Colour: TypeAlias = Literal["grey", "rgb"]

# Larger images are refused before they are decompressed.
MAX_PIXELS = 50_000_000
# So many of its numbers are scaled at once.
VALUES_AT_ONCE = 2**20
# Images of different sizes are resized to this height and width if no size is given.
COMMON_SIDE = 32
# File extensions of a single image.
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"}
# Formats that Pillow hands to another program, whatever the file is called.
DRAWN_BY_OTHERS = ("EPS", "WMF")
# Files that operating systems create in folders.
IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}
SPLITS = {"train": ("train", "training"), "test": ("t10k", "test", "testing")}
FOLDERS = {
    "train": ("train", "training"),
    "test": ("test", "testing"),
    "validation": ("val", "valid", "validation"),
}


@dataclass(frozen=True)
class ImageOptions:
    """How to read images.

    Attributes
    ----------
    size : (height, width), optional
        Images are resized to it. If not given, images of equal size keep it.
    colour : {"grey", "rgb"}, optional
        If not given, grey if all images are grey, otherwise RGB.
    skip_unreadable : bool
        Whether unreadable images are skipped with a warning instead of raising an error.
    """

    size: tuple[int, int] | None = None
    colour: Colour | None = None
    skip_unreadable: bool = False

    def like(self, shape: tuple[int, ...]) -> "ImageOptions":
        """Return options for images of shape (height, width) or (height, width, 3)."""
        height, width, *colours = shape
        return replace(self, size=(height, width), colour="rgb" if colours else "grey")


def holds_images(path: Path) -> bool:
    """Return whether a path is read as images, not as a table: a folder, .npz or image file."""
    if path.is_dir() or path.suffix.lower() == ".npz":
        return True
    return path.suffix.lower() in PICTURES


def read_images(
    path: Path, options: ImageOptions | None = None
) -> tuple[Table, Table | None, list[str]]:
    """Read images as a table, and the test images as another if the source has a test split.

    Parameters
    ----------
    path : Path
        A folder with a subfolder of images for each class, or with two such folders, ``train`` and
        ``test`` (or ``val``); a folder with IDX files (``train-…`` and ``t10k-…``, as for MNIST);
        an .npz file with arrays ``x`` and ``y``, or ``x_train``, ``y_train``, ``x_test`` and
        ``y_test``; a folder of images, or one image, without classes.
    options : ImageOptions, optional
        For image files only, not for IDX and .npz files.

    Returns
    -------
    (table, test, warnings)

    Raises
    ------
    FileNotFoundError
        If the path does not exist.
    FileFormatError
        If a file is damaged or holds no images, or a folder is empty.
    """
    options = options or ImageOptions()
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; expected images")
    if path.suffix.lower() == ".npz":
        return *_from_npz(path), []
    if not path.is_dir():
        table, warnings = _pictures([path], options)
        return table, None, warnings
    if any("idx3-ubyte" in file.name or "idx4-ubyte" in file.name for file in path.iterdir()):
        return *_from_idx(path), []
    splits = _split_folders(path)
    table, warnings = _from_folders(splits.get("train", path), options)
    if "test" not in splits:
        return table, None, warnings
    same = options.like(table.columns[IMAGE].shape[1:])
    test, test_notes = _from_folders(splits["test"], same)
    return table, test, [*warnings, *test_notes]


def _split_folders(path: Path) -> dict[str, Path]:
    """The training and test folders; empty if the subfolders are the classes.

    A training or test folder contains only folders, so that a class may also be called "train".
    """
    folders = [entry for entry in path.iterdir() if entry.is_dir() and not _is_ignored(entry)]
    splits: dict[str, list[Path]] = {
        split: [f for f in folders if f.name.lower() in names and _holds_only_folders(f)]
        for split, names in FOLDERS.items()
    }
    if not any(splits.values()):
        return {}
    if (problem := _unclear(splits, folders)) is not None:
        raise FileFormatError(f"the training and test folders of {path} are ambiguous: {problem}")
    test = [*splits["test"], *splits["validation"]]
    return {"train": splits["train"][0]} | ({"test": test[0]} if test else {})


def _unclear(splits: dict[str, list[Path]], folders: list[Path]) -> str | None:
    """What is ambiguous about the training and test folders, if anything."""
    found = [folder for own in splits.values() for folder in own]
    others = sorted(folder.name for folder in folders if folder not in found)
    if not splits["train"]:
        return f"there is no training folder, only {found[0].name}"
    if others:
        return f"there is also a folder {others[0]}"
    for own in splits.values():
        if len(own) > 1:
            return f"there are both {own[0].name} and {own[1].name}"
    if splits["test"] and splits["validation"]:
        return (
            "there is a validation folder as well as a test folder; move its images to the "
            "training folder, from which validation images are drawn"
        )
    return None


def _holds_only_folders(path: Path) -> bool:
    inside = [entry for entry in path.iterdir() if not _is_ignored(entry)]
    return bool(inside) and all(entry.is_dir() for entry in inside)


def _from_folders(path: Path, options: ImageOptions) -> tuple[Table, list[str]]:
    inside = [entry for entry in sorted(path.iterdir()) if not _is_ignored(entry)]
    folders = [entry for entry in inside if entry.is_dir()]
    if not folders:
        if not inside:
            raise FileFormatError(f"{path} is empty; expected a folder of images for each class")
        return _pictures(inside, options)
    loose = [entry for entry in inside if not entry.is_dir()]
    if loose:
        raise FileFormatError(f"{loose[0]} is outside the class folders; move it into one of them")
    files, classes = [], []
    for folder in folders:
        files_in = (file for file in sorted(folder.rglob("*")) if file.is_file())
        own = [file for file in files_in if not _is_ignored(file)]
        if not own:
            raise FileFormatError(f"{folder} is empty; expected images of this class")
        files += own
        classes += [folder.name] * len(own)
    pictures, warnings, kept = _read_all(files, options)
    column, names = np.array([classes, list(map(str, files))], dtype=object)[:, kept]
    lost = sorted(set(classes) - set(column.tolist()))
    if lost:
        raise FileFormatError(f"no image in {path / lost[0]} can be read")
    return Table({IMAGE: pictures, CLASS: column}, files=names), warnings


def _pictures(files: Sequence[Path], options: ImageOptions) -> tuple[Table, list[str]]:
    pictures, warnings, kept = _read_all(files, options)
    names = np.array(list(map(str, files)), dtype=object)[kept]
    return Table({IMAGE: pictures}, files=names), warnings


def _read_all(
    files: Sequence[Path], options: ImageOptions
) -> tuple[NDArray[np.uint8], list[str], list[int]]:
    """Return all images in one size, warnings, and the indices of their files."""
    images: list[Any] = []
    broken, kept = [], []
    size, sizes = options.size, set()
    for number, (file, image) in enumerate(zip(files, _opened(files), strict=True)):
        if isinstance(image, str):
            if not options.skip_unreadable:
                raise FileFormatError(
                    f"{file} cannot be read as an image: {image}; delete the file, or skip "
                    "unreadable images with --skip-unreadable"
                )
            broken.append(file)
            continue
        kept.append(number)
        sizes.add((image.height, image.width))
        if size is None:
            size = (image.height, image.width)
        elif options.size is None and len(sizes) == 2:
            size = (COMMON_SIDE, COMMON_SIDE)
            images = [_resized(before, size) for before in images]
        # Resized one by one, so that large images do not fill the memory.
        images.append(_resized(_in_colour(image, options.colour), size))
    if not images:
        raise FileFormatError(f"{files[0].parent} holds no image that can be read")
    warnings = []
    if broken:
        shown = ", ".join(str(file) for file in broken[:5]) + (", ..." if len(broken) > 5 else "")
        warnings.append(f"{counted(len(broken), 'unreadable image')} skipped: {shown}")
    if options.size is None and len(sizes) > 1:
        warnings.append(
            f"the images have {len(sizes):,} different sizes and were resized to "
            f"{COMMON_SIDE} × {COMMON_SIDE}"
        )
    common = "L" if all(image.mode == "L" for image in images) else "RGB"
    pixels = np.stack([np.asarray(image.convert(common), dtype=np.uint8) for image in images])
    return pixels, warnings, kept


def _opened(files: Sequence[Path]) -> Iterator[Any]:
    """Yield each image as grey or RGB, or an error message if it cannot be read."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise MissingPackageError("reading images needs Pillow: pip install pillow") from None
    for file in files:
        try:
            with Image.open(file) as image:
                if image.width * image.height > MAX_PIXELS:
                    yield f"it has more than {MAX_PIXELS:,} pixels"
                    continue
                if image.format in DRAWN_BY_OTHERS:
                    raise UnidentifiedImageError  # noqa: TRY301 - as Pillow does
                image.load()
                yield _plain(ImageOps.exif_transpose(image))
        except UnidentifiedImageError:
            yield "it is not in an image format supported by Pillow"
        except Exception as error:  # noqa: BLE001 - whatever a damaged picture makes Pillow raise
            known = isinstance(error, OSError) and error.strerror
            yield str(known) if known else "it is damaged, or too large"


def _plain(image: Any) -> Any:
    """An image in mode L or RGB, with transparency on white."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # 16 bits or more, scaled to 8
        values = np.asarray(image)
        largest = 65535.0 if values.max(initial=0) > 255 else 255.0
        plain = np.empty(values.shape, dtype=np.uint8)
        rows = max(VALUES_AT_ONCE // max(image.width, 1), 1)
        for part in (slice(start, start + rows) for start in range(0, len(values), rows)):
            plain[part] = (values[part].astype(np.float64).clip(0, largest) / largest * 255).round()
        return Image.fromarray(plain)
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        return opaque.convert("L" if image.mode in ("LA", "La") else "RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _in_colour(image: Any, colour: Colour | None) -> Any:
    return image if colour is None else image.convert("L" if colour == "grey" else "RGB")


def _resized(image: Any, size: tuple[int, int]) -> Any:
    from PIL import Image

    if (image.height, image.width) == size:
        return image
    return image.resize((size[1], size[0]), Image.Resampling.LANCZOS)


def _is_ignored(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in IGNORED


def _from_idx(path: Path) -> tuple[Table, Table | None]:
    """The training images and labels of a folder, and the test ones if present."""
    tables: dict[str, Table] = {}
    files = sorted(path.iterdir())
    for split, prefixes in SPLITS.items():
        own = [file for file in files if file.name.lower().startswith(prefixes)]
        images = [file for file in own if "images" in file.name and "-ubyte" in file.name]
        labels = [file for file in own if "labels" in file.name and "-ubyte" in file.name]
        if not images:
            continue
        if not labels:
            raise FileFormatError(f"there is no file of labels for {images[0]}")
        tables[split] = _labelled(images[0], read_idx(images[0]), read_idx(labels[0]))
    if "train" not in tables:
        raise FileFormatError(f"{path} holds IDX files, but none starts with 'train'")
    return tables["train"], tables.get("test")


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of bytes, which may be gzipped (LeCun, Cortes and Burges, "MNIST").

    Raises
    ------
    FileFormatError
        If it is not an IDX file, or its length does not match its header.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with reading(path, "images"), opener(path, "rb") as file:
        kind = file.read(4)
        if kind[:3] != b"\x00\x00\x08" or len(kind) < 4 or not 1 <= kind[3] <= 4:
            raise FileFormatError(f"{path} is not an IDX file of bytes")
        shape = np.frombuffer(file.read(4 * kind[3]), dtype=">u4").astype(np.int64)
        expected = math.prod(shape.tolist())
        if path.suffix == ".gz":
            require_in_proportion(path, expected)
            most = expected
        else:
            most = min(expected, path.stat().st_size)
        content = file.read(most + 1)
    if len(shape) != kind[3] or len(content) != expected:
        said = " × ".join(str(side) for side in shape)
        found = f"{len(content):,}" if len(content) <= expected else "more"
        raise FileFormatError(f"the header of {path} says {said} values, but it holds {found}")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _from_npz(path: Path) -> tuple[Table, Table | None]:
    """The arrays of an .npz file; no code in it is run."""
    with (
        reading(path, "NumPy arrays"),
        path.open("rb") as opened,
        np.load(opened, allow_pickle=False) as file,
    ):
        require_in_proportion(path, sum(entry.file_size for entry in file.zip.infolist()))
        return _splits_of(path, {name: np.asarray(file[name]) for name in file.files})


def _splits_of(path: Path, arrays: dict[str, Array]) -> tuple[Table, Table | None]:
    """The training and test images among some arrays."""

    def labelled(x: str, y: str) -> Table:
        return _labelled(path, arrays[x], arrays[y])

    if ("x_test" in arrays) != ("y_test" in arrays):
        raise FileFormatError(f"{path} holds one of x_test and y_test; expected both or neither")
    if {"x_train", "y_train"} <= set(arrays):
        test = labelled("x_test", "y_test") if {"x_test", "y_test"} <= set(arrays) else None
        return labelled("x_train", "y_train"), test
    if {"x", "y"} <= set(arrays):
        return labelled("x", "y"), None
    if "x" in arrays:
        return Table({IMAGE: _checked(path, arrays["x"])}), None
    raise FileFormatError(
        f"{path} holds the arrays {', '.join(arrays) or '(none)'}; expected x and y, or x_train "
        "and y_train"
    )


def _checked(path: Path, images: Array) -> Array:
    usual = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in (1, 3))
    if images.dtype != np.uint8 or not usual or not images.size:
        raise FileFormatError(
            f"the images of {path} are {images.dtype} of shape {images.shape}; expected uint8 of "
            "shape (images, height, width), or with a last axis of 1 or 3 colour channels"
        )
    return images[..., 0] if images.ndim == 4 and images.shape[3] == 1 else images


def _labelled(path: Path, images: Array, labels: Array) -> Table:
    images = _checked(path, images)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (len(images),):
        raise FileFormatError(
            f"{path} holds {len(images):,} images, but labels of shape {labels.shape}"
        )
    column = np.empty(len(labels), dtype=object)
    column[:] = [_label(path, label) for label in labels.tolist()]
    given = {CLASS: labels} if labels.dtype.kind in "biuf" else {}
    return Table({IMAGE: images, CLASS: column}, given)


def _label(path: Path, label: object) -> str:
    if isinstance(label, float):
        if not np.isfinite(label):
            raise FileFormatError(f"{path} holds the label {label}; expected class names")
        return number_label(label)
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)
