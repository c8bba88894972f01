"""The exceptions of Glassnet.

A wrong argument raises ``ValueError`` or ``TypeError``. Other failures have their own classes::

    Exception
    ├── ValueError, TypeError            a wrong argument: what was given, what was expected
    └── GlassnetError
        ├── LimitError                   not supported by Glassnet
        ├── DivergedError (ValueError)   the loss became infinite or NaN
        ├── NotFiniteError (ValueError)  an input is infinite or NaN
        ├── MissingPackageError          an optional package is not installed
        ├── FileFormatError (ValueError) a file is damaged or not of the expected format
        └── JournalError (ValueError)    a journal is in use, or of another run or other data

What is worth a word and no failure is warned of::

    UserWarning
    ├── JournalWarning                   a journal cannot be written; the training goes on
    └── PartialImportWarning             something of a model was not imported as it is

"""

__all__ = [
    "DivergedError",
    "FileFormatError",
    "GlassnetError",
    "JournalError",
    "JournalWarning",
    "LimitError",
    "MissingPackageError",
    "NotFiniteError",
    "PartialImportWarning",
]


class GlassnetError(Exception):
    """Base class of all Glassnet exceptions."""


class LimitError(GlassnetError):
    """The request is not supported by Glassnet."""


class DivergedError(GlassnetError, ValueError):
    """Training diverged: the loss became infinite or NaN."""


class NotFiniteError(GlassnetError, ValueError):
    """An input value is infinite or NaN."""


class MissingPackageError(GlassnetError):
    """A required optional package is not installed."""


class FileFormatError(GlassnetError, ValueError):
    """A file is damaged or not of the expected format."""


class JournalError(GlassnetError, ValueError):
    """A journal is in use, or is of another run or of data that changed since."""


class JournalWarning(UserWarning):
    """A journal cannot be written; the training goes on without it."""


class PartialImportWarning(UserWarning):
    """A model was imported, and something of it was not: regularizers, 16 bits, refusals."""
