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
        └── JournalError (ValueError)    a journal is in use, or of another run
            └── ChangedError             the data of its run, or the engine, are not what they were

What is worth a word and no failure is warned of::

    UserWarning
    ├── JournalWarning                   a journal cannot be written; the training goes on
    └── PartialImportWarning             something of a model was not imported as it is

"""

__all__ = [
    "ChangedError",
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


class ChangedError(JournalError):
    """What a run needs to go on is gone, or not what it was: its data, or the engine.

    Parameters
    ----------
    found : str
        What is not as it was.
    remedy : str
        What to do about it.
    anyway : str
        What goes on all the same, if anything does.
    is_of_data : bool
        Whether it is the data that changed.
    """

    def __init__(
        self, found: str, remedy: str, anyway: str = "", *, is_of_data: bool = True
    ) -> None:
        self.found, self.remedy, self.anyway = found, remedy, anyway
        self.is_of_data = is_of_data
        words = f"{found}. {remedy}"
        if anyway:
            words += (
                f"; or go on all the same with {anyway}, and the result is that of no single run"
            )
        super().__init__(words)

    def told(self, remedy: str, anyway: str = "") -> "ChangedError":
        """Return it in the words of another caller, where it has a remedy for changed data."""
        return ChangedError(
            self.found,
            remedy if self.is_of_data else self.remedy,
            anyway if self.anyway else "",
            is_of_data=self.is_of_data,
        )


class JournalWarning(UserWarning):
    """A journal cannot be written; the training goes on without it."""


class PartialImportWarning(UserWarning):
    """A model was imported, and something of it was not: regularizers, 16 bits, refusals."""
