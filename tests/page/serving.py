"""A page that is served as its users serve it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["served"]


@contextmanager
def served(*arguments: str | Path) -> Iterator[str]:
    """Serve a page; give its address, with its token."""
    command = [sys.executable, "-m", "glassnet", "page", "--no-open", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found.group()
        server.terminate()
