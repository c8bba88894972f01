"""The lines of a page as a reader with a pocket calculator sees them: parsed from the text."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Line", "printed_lines"]

NUMBER = re.compile(r"\d+(?:\.\d+)?")
WORDS = re.compile(r"\(… and [\d,]+ more, together (\S+?)\)")
FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": lambda x: math.exp(min(x, 709.0)),
    "ln": lambda x: math.log(x) if x > 0 else -math.inf,
    "tanh": math.tanh,
    "abs": abs,
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "max": max,
    "min": min,
    "sin": math.sin,
    "cos": math.cos,
    "log1p": math.log1p,
    "Φ": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
}


@dataclass(frozen=True)
class Value:
    """A number for which ~ is the square root, and 0 · ∞ is 0."""

    number: float

    def __add__(self, other: "Value") -> "Value":
        return Value(self.number + other.number)

    def __sub__(self, other: "Value") -> "Value":
        return Value(self.number - other.number)

    def __mul__(self, other: "Value") -> "Value":
        zero = 0 in (self.number, other.number)
        return Value(0.0 if zero else self.number * other.number)

    def __truediv__(self, other: "Value") -> "Value":
        return Value(self.number / other.number if other.number else math.nan)

    def __pow__(self, other: "Value") -> "Value":
        return Value(self.number**other.number)

    def __neg__(self) -> "Value":
        return Value(-self.number)

    def __invert__(self) -> "Value":
        return Value(math.sqrt(self.number))

    def __gt__(self, other: "Value") -> bool:
        return self.number > other.number

    def __lt__(self, other: "Value") -> bool:
        return self.number < other.number


def of_values(function: Callable[..., float]) -> Callable[..., Value]:
    """The function of such numbers."""
    return lambda *values: Value(function(*(value.number for value in values)))


@dataclass(frozen=True)
class Line:
    """One step of an equation that consists of numbers, and the value that it shall have."""

    name: str
    text: str
    value: str

    @property
    def numbers(self) -> list[str]:
        """The numbers in it, as they are written."""
        return NUMBER.findall(_plain(self.text))

    def evaluate(self, moved: int = -1, by: float = 0.0) -> float:
        """Its value; with one of its numbers moved."""
        count = iter(range(10**6))

        def number(match: re.Match[str]) -> str:
            return f"Value({float(match[0]) + (by if next(count) == moved else 0.0)!r})"

        code = NUMBER.sub(number, _plain(self.text))
        functions = {name: of_values(function) for name, function in FUNCTIONS.items()}
        result: Value = eval(code, {"Value": Value, **functions})  # noqa: S307 - our own text
        return result.number

    @property
    def shown(self) -> float:
        """The value that is printed."""
        return float(self.value.replace("−", "-").replace("·10^", "e"))

    @property
    def unit(self) -> float:
        """One unit in the last digit of the value."""
        mantissa, _, exponent = self.value.partition("·10^")
        return 10.0 ** (int(exponent.replace("−", "-") or 0) - len(mantissa.partition(".")[2]))


def printed_lines(text: str) -> Iterator[Line]:
    """Return the steps of the equations of a page that have only numbers in them."""
    for equation in _equations(text):
        name, *steps = re.split(r" = ", equation)
        *others, value = [step.strip() for step in steps]
        value = re.sub(r" \(exactly .*\)$", "", value)
        if not re.fullmatch(r"−?[\d.]+(·10\^−?\d+)?", value):
            continue
        for step in others:
            if _is_numeric(step):
                yield Line(name, step, value)


def _equations(text: str) -> Iterator[str]:
    """The equations, each on one line."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if re.match(r"\S.* = ", line):
            further = []
            for below in lines[place + 1 :]:
                if not below.startswith(" "):
                    break
                further.append(below.strip())
            yield re.sub(r"· ", "·", " ".join([line, *further]))


def _is_numeric(step: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", WORDS.sub("", step)))
    return words <= FUNCTIONS.keys() and "[" not in re.sub(r"\[[^\[\]]* > 0\]", "", step)


def _plain(step: str) -> str:
    """The step in Python's operators."""
    step = WORDS.sub(r"(\1)", step)
    step = step.replace("−", "-").replace("·", "*").replace("²", "**2").replace("^", "**")
    step = re.sub(r"\[([^\[\]]*) > 0\]", r"(1 if \1 > 0 else 0)", step)
    return step.replace("√", "~")


def sensitivity(line: Line) -> float:
    """How far the value may be away, since each number in the line was rounded."""
    middle, total = line.evaluate(), 0.0
    for place, number in enumerate(line.numbers):
        half = 0.5 * 10.0 ** -len(number.partition(".")[2])
        if "." in number:
            total += max(abs(line.evaluate(place, by) - middle) for by in (half, -half))
    return total
