"""The stub of the compiled kernels has the functions, classes and parameters of the bindings."""

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import glassnet

pytestmark = pytest.mark.native

STUB = Path(glassnet.__file__).parent / "engine" / "_kernels.pyi"


def stub_functions() -> dict[str, list[str]]:
    """The parameters of each function, and of each class's __init__, by name."""
    found = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = parameters(node)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                assert isinstance(method, ast.FunctionDef)
                found[f"{node.name}.{method.name}"] = parameters(method)
    return found


def parameters(function: ast.FunctionDef) -> list[str]:
    """Names in their order; a * stands before those that are given by keyword only."""
    arguments = function.args
    names = [argument.arg for argument in arguments.posonlyargs]
    names += ["/"] * bool(names) + [argument.arg for argument in arguments.args]
    return names + ["*"] * bool(arguments.kwonlyargs) + [a.arg for a in arguments.kwonlyargs]


def bound_functions() -> dict[str, list[list[str]]]:
    """The same from nanobind's docstrings, which have a line for each overload."""
    found = {}
    for name, member in vars(importlib.import_module("glassnet.engine._kernels")).items():
        if isinstance(member, type):
            found[f"{name}.__init__"] = signatures(member.__init__)  # type: ignore[misc]
        elif not name.startswith("__"):
            found[name] = signatures(member)
    return found


def signatures(function: Any) -> list[list[str]]:
    return [parameters_of(line) for line in function.__doc__.splitlines()]


def parameters_of(signature: str) -> list[str]:
    """Names in `name(a: int, b: ndarray[shape=(*, *), order='C'], ...) -> result`."""
    inside = signature[signature.index("(") + 1 : signature.rindex(") -> ")]
    types = r"\[[^\[\]]*\]"
    while re.search(types, inside):
        inside = re.sub(types, "", inside)
    return [each.split(":")[0].strip() for each in inside.split(",")] if inside else []


def test_the_stub_has_the_functions_and_classes_of_the_bindings() -> None:
    assert sorted(stub_functions()) == sorted(bound_functions())


@pytest.mark.parametrize("name", stub_functions())
def test_parameters_have_the_names_of_the_bindings(name: str) -> None:
    overloads = bound_functions()[name]
    assert overloads == [stub_functions()[name]] * len(overloads)
