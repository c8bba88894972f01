"""``glassnet`` and ``python -m glassnet``: the command line, also while it is still imported."""

import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it at any time with exit code 130, without a traceback."""
    try:
        from glassnet.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
