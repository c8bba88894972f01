"""The public face: names, versions, docstrings, and what importing losses."""

import doctest
import importlib
import importlib.metadata
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import glassnet

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(glassnet.__path__, "glassnet.")
    if not module.name.endswith("_kernels")
)


def test_all_is_sorted_and_each_name_is_there() -> None:
    assert glassnet.__all__ == sorted(glassnet.__all__)
    for name in glassnet.__all__:
        assert getattr(glassnet, name) is not None


def test_the_names_for_type_checkers_are_the_names_at_run_time() -> None:
    source = Path(glassnet.__file__).read_text(encoding="utf-8")
    imports = re.findall(r"^    from (\S+) import (?:\(\s+)?\w+ as (\w+)", source, re.MULTILINE)
    assert {name: module for module, name in imports} == glassnet._HOMES


def test_public_names_stay_what_they_are_when_all_submodules_are_imported() -> None:
    before = {name: getattr(glassnet, name) for name in glassnet.__all__}
    for name in MODULES:
        if name != "glassnet.engine.native":
            importlib.import_module(name)
    assert {name: getattr(glassnet, name) for name in glassnet.__all__} == before


@pytest.mark.parametrize("name", glassnet.PUBLIC_MODULES)
def test_a_public_module_says_what_is_in_it(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    assert module.__all__
    for public in module.__all__:
        assert getattr(module, public) is not None


def test_readme_documents_and_lessons_use_public_modules_only() -> None:
    root = Path(__file__).parent.parent
    pages = [*(root / "examples").glob("*.py"), root / "README.md", *(root / "docs").glob("*.md")]
    used = {
        name
        for page in pages
        if page.is_file()
        for name in re.findall(
            r"^(?:from|import) (glassnet[\w.]*)", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert used
    assert used - {"glassnet", *glassnet.PUBLIC_MODULES} == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'perceptron'"):
        _ = glassnet.perceptron


@pytest.mark.parametrize("name", [name for name in MODULES if name != "glassnet.engine.native"])
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    changelog = Path(__file__).parent.parent / "CHANGELOG.md"
    versions = re.findall(
        r"^## (\d+\.\d+\.\d+)", changelog.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert versions[0] == glassnet.__version__ == importlib.metadata.version("glassnet")


@pytest.mark.parametrize(
    "package",
    ["sklearn", "polars", "rich", "mpmath", "safetensors", "click", "matplotlib"],
)
def test_a_first_network_needs_none_of_the_heavy_packages(package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "import glassnet as gn\n"
        "net = gn.Network([2, 2, 2], hidden='sigmoid', output='softmax')\n"
        "net.fit([[0, 1], [1, 0]], [0, 1], epochs=2)\n"
        "net.predict([[0, 1]])\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_imports_neither_numpy_nor_rich() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from glassnet.cli import commands\n"
        "assert CliRunner().invoke(commands, ['--help']).exit_code == 0\n"
        "print(sorted({'numpy', 'rich', 'polars', 'sklearn'} & set(sys.modules)))\n"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert output.stdout.decode().strip() == "[]"
