"""The importers: each module of this package with a function from_NAME, like its own name."""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

from glassnet import interop
from glassnet.network import Network

__all__ = ["importer_for", "importers"]


def importers() -> dict[str, str]:
    """Return the modules of the importers, by the name of their function.

    Examples
    --------
    >>> importers()["from_onnx"]
    'glassnet.interop.onnx'
    """
    names = (module.name for module in pkgutil.iter_modules(interop.__path__))
    found = {}
    for name in names:
        module = importlib.import_module(f"{interop.__name__}.{name}")
        if hasattr(module, f"from_{name}"):
            found[f"from_{name}"] = module.__name__
    return found


def importer_for(path: Path) -> Callable[..., Network] | None:
    """Return the importer that reads files with this extension, if one does."""
    for function, name in importers().items():
        module = importlib.import_module(name)
        if path.suffix in getattr(module, "SUFFIXES", ()):
            importer: Callable[..., Network] = getattr(module, function)
            return importer
    return None
