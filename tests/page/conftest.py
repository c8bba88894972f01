"""A page that is really served, and a browser that opens it."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("starlette", reason="the page needs starlette")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a served page, with its token."""
    command = [sys.executable, "-m", "glassnet", "page", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found.group()
        server.terminate()
