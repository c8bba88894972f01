"""Spreadsheets on their way to a file."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from glassnet.core.atomic_file import write_atomically

__all__ = ["write_workbook"]


def write_workbook(workbook: Any, path: str | os.PathLike[str]) -> None:
    """Write a workbook of openpyxl.

    Raises
    ------
    OSError
        If the file cannot be written; an existing file is then left unchanged.
    """

    def write(file: Path) -> None:
        # If the disk fails while openpyxl writes an archive to it, it complains once more at exit.
        content = BytesIO()
        workbook.save(content)
        file.write_bytes(content.getvalue())

    write_atomically(path, write)
