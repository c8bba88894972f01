"""The exceptions of Glassnet.

What you can mend in your call is a ``ValueError`` or a ``TypeError``. What the library itself
finds in its way has a class of its own::

    Exception
    ├── ValueError, TypeError            the call was wrong: what was given, what was expected
    └── GlassnetError
        ├── LimitError                   asked for more than Glassnet does
        ├── DivergedError                the training left the finite numbers
        ├── NotFiniteError (ValueError)  an input is infinite or not a number
        ├── MissingPackageError          an optional package is not installed
        └── FileFormatError (ValueError) a file is not what its name or place promises

"""

__all__ = [
    "DivergedError",
    "FileFormatError",
    "GlassnetError",
    "LimitError",
    "MissingPackageError",
    "NotFiniteError",
]


class GlassnetError(Exception):
    """Base of all errors that Glassnet defines."""


class LimitError(GlassnetError):
    """Something was asked for that Glassnet does not do."""


class DivergedError(GlassnetError):
    """The error of a training became infinite or not a number."""


class NotFiniteError(GlassnetError, ValueError):
    """A number that came in is infinite or not a number."""


class MissingPackageError(GlassnetError):
    """An optional package is needed and not installed."""


class FileFormatError(GlassnetError, ValueError):
    """A file could not be read as what it was taken for."""
