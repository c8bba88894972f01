"""A formula that a user types: parsed as Python's arithmetic, and computed by NumPy, never run."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from glassnet.core.array import Array

__all__ = ["evaluated"]

#: A formula has at most so many characters, which bounds how deep it is nested.
LONGEST = 200

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sign": np.sign,
}
CONSTANTS = {"pi": np.pi, "e": np.e}
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.Mod: np.mod,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
}
EXPECTED = (
    "numbers, names of inputs, + − * / ^ %, one of > >= < <=, and "
    f"{', '.join(FUNCTIONS)}, like sin(3*x1) > x2"
)


def evaluated(formula: str, inputs: Mapping[str, Array]) -> Array:
    """Return what a formula gives for some inputs: numbers, or truth values of a comparison.

    Raises
    ------
    ValueError
        If it is no formula of these inputs, or gives no finite number somewhere.

    Examples
    --------
    >>> evaluated("x1^2 + x2", {"x1": np.array([1.0, 2.0]), "x2": np.array([0.5, 0.5])}).tolist()
    [1.5, 4.5]
    >>> evaluated("x1 > 1.5", {"x1": np.array([1.0, 2.0])}).tolist()
    [False, True]
    """
    if len(formula) > LONGEST:
        raise ValueError(f"a formula has at most {LONGEST} characters; this has {len(formula)}")
    try:
        tree = ast.parse(formula.strip().replace("^", "**").replace("−", "-"), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{formula!r} is no formula; expected {EXPECTED}") from None
    with np.errstate(all="ignore"):
        result = np.asarray(_value(tree.body, inputs))
    result = np.broadcast_to(result, np.shape(next(iter(inputs.values())))).copy()
    if not np.isfinite(result).all():
        raise ValueError(f"{formula!r} is not a finite number everywhere; try abs(…) or + 1")
    return result


def _value(node: ast.expr, inputs: Mapping[str, Array]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(operand, inputs))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, inputs), _value(right, inputs))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, inputs), _value(right, inputs))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, inputs))
        case ast.Name(id=name):
            known = ", ".join([*inputs, *CONSTANTS])
            raise ValueError(f"there is no {name!r} in a formula here; there are {known}")
    raise ValueError(f"{ast.unparse(node)!r} does not belong in a formula; expected {EXPECTED}")
