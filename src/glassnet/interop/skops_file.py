"""Files of skops, which hold scikit-learn's estimators without code."""

import zipfile
from pathlib import Path
from typing import Any

from glassnet.core.foreign import UnreadableError, reading, require_in_proportion
from glassnet.errors import FileFormatError, MissingPackageError

__all__ = ["read_skops"]

# Glassnet's own estimators: plain values and arrays, as their __getstate__ says.
OWN = (
    "glassnet.estimators.classifier.MLPClassifier",
    "glassnet.estimators.regressor.MLPRegressor",
)
PICKLES = (".pkl", ".pickle", ".joblib", ".sav")


def read_skops(path: Path) -> Any:
    """Return the estimator in a file. No code in it is run.

    Raises
    ------
    FileFormatError
        If the file is damaged, is a pickle, or holds types that skops does not trust.
    LimitError
        If it unpacks to far more than its size.
    MissingPackageError
        If the package skops is not installed.
    """
    if path.suffix.lower() in PICKLES:
        raise FileFormatError(
            f"{path} is a pickle, which may run code, and was not loaded; load it yourself if you "
            "trust it, and give from_sklearn the estimator, or save it with skops.io.dump"
        )
    try:
        from skops import io
    except ImportError:
        raise MissingPackageError(
            "reading .skops files needs the package skops; install it with: pip install skops"
        ) from None
    with reading(path, "a scikit-learn model", (FileNotFoundError, PermissionError)):
        path.open("rb").close()
        if not zipfile.is_zipfile(path):
            raise UnreadableError("it is no archive, as skops.io.dump writes it")
        with zipfile.ZipFile(path) as archive:
            require_in_proportion(path, sum(part.file_size for part in archive.infolist()))
        unknown = sorted(set(io.get_untrusted_types(file=path)) - set(OWN))
        if unknown:
            raise FileFormatError(
                f"{path} holds types that may run code, and was not loaded: {', '.join(unknown)}; "
                "if you trust them, load it with skops.io.load and give from_sklearn the estimator"
            )
        return io.load(path, trusted=list(OWN))
