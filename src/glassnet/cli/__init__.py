"""The command line: parse, call a workflow, print.

Results go to standard output, everything else to standard error. Exit codes: 0 success, 1
failure, 2 wrong usage, 130 interrupted, 143 terminated.
"""

import signal
import sys
from typing import NoReturn

import click

from glassnet.cli import demo, evaluate, explain, predict, train  # noqa: F401 - each registers
from glassnet.cli.group import commands

__all__ = ["commands", "main"]


def main() -> NoReturn:
    """Run the command line. Errors are reported in one or two sentences, without a traceback."""
    from glassnet.errors import GlassnetError

    _plain_warnings()
    # Exiting through an exception removes temporary files, which a plain SIGTERM would leave.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
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


def _plain_warnings() -> None:
    """Print warnings as one line each, without the source location."""
    import warnings

    def show(message: Warning | str, *details: object, **more: object) -> None:
        click.echo(f"warning: {message}", err=True)

    warnings.showwarning = show
