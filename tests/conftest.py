"""What all tests share: the native engine where it was built, and tables to learn from."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

KERNELS_BUILT = importlib.util.find_spec("glassnet.engine._kernels") is not None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "native: needs the compiled kernels")
    config.addinivalue_line("markers", "system(program, ...): needs programs of the system")
    if not KERNELS_BUILT:
        # Here and in the processes that tests start; the one sentence about it is tested apart.
        os.environ.setdefault("GLASSNET_ENGINE", "reference")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if KERNELS_BUILT:
        return
    reason = "the compiled kernels were not built here (no C++ compiler at installation)"
    for item in items:
        if item.get_closest_marker("native"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item: pytest.Item) -> None:
    programs = [program for marker in item.iter_markers("system") for program in marker.args]
    if missing := [program for program in programs if shutil.which(program) is None]:
        reason = f"{' and '.join(missing)} not found; .ci/tools installs what tests need (Debian)"
        if os.environ.get("GLASSNET_REQUIRE_TOOLS") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def penguins() -> Path:
    """The file of the palmerpenguins package: 344 rows, missing values, columns of text."""
    package = importlib.util.find_spec("palmerpenguins")
    if package is None or package.origin is None:
        pytest.skip("palmerpenguins is not installed")
    return Path(package.origin).parent / "data" / "penguins.csv"
