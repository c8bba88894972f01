"""The command line: parse, call a workflow, print.

Results go to standard output, everything else to standard error. Exit codes: 0 success, 1
failure, 2 wrong usage, 130 interrupted, 143 terminated, 129 hung up.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from glassnet.cli import (  # noqa: F401 - each registers
    demo,
    evaluate,
    explain,
    grade,
    page,
    predict,
    resume,
    runs,
    train,
)
from glassnet.cli.group import commands
from glassnet.cli.signals import end_interrupted, end_like_ctrl_c
from glassnet.errors import GlassnetError

__all__ = ["commands", "main"]


def main() -> NoReturn:
    """Run the command line. Errors are reported in one or two sentences, without a traceback."""
    try:
        end_like_ctrl_c()
        _plain_warnings()
        _require_output()
        commands(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        end_interrupted("interrupted")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except (GlassnetError, ValueError, TypeError, OSError, MemoryError) as error:
        click.echo(f"glassnet: {_sentence(error)}", err=True)
        sys.exit(1)
    sys.exit(0)


def _sentence(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _require_output() -> None:
    """Refuse to work where results could not be printed; what was closed is None in Python."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
    if sys.stdout is None:
        raise OSError("standard output is closed; send it to a file, or to /dev/null")


def _plain_warnings() -> None:
    """Print warnings as one line each, without the source location."""
    import warnings

    def show(message: Warning | str, *details: object, **more: object) -> None:
        click.echo(f"warning: {message}", err=True)

    warnings.showwarning = show
