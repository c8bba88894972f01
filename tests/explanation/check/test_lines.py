"""Each equation of a page is evaluated again, and a line that does not hold is named."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest

import glassnet as gn
from glassnet.engine import engine
from glassnet.engine.interface import Steps
from glassnet.explanation.check.lines import check_lines
from glassnet.explanation.explanation import Explanation
from glassnet.formula.document import Document, Equation, Section, equation_with_numbers
from glassnet.formula.tree import Call, Formula, Number, Symbol, exp, ln, sum_of
from glassnet.formula.two_parts import TwoParts
from glassnet.nn.layers import Scale
from glassnet.training.recorded_steps import RecordedStep
from tests.random_networks import Case, random_case


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("loss", ["poisson", "summed_poisson"])
@pytest.mark.parametrize("net_input", [-300.0, -125.0, -100.0, 30.0])
def test_the_poisson_loss_holds_for_any_net_input_of_an_exponential(
    net_input: float, loss: str, dtype: str
) -> None:
    net = gn.Network([1, 2], output="exponential", dtype=dtype)
    net.parameters[:2] = net_input, net_input / 2
    page = gn.explain(net, [1.0], [0.5, 2.0], loss=loss, learning_rate=0.001)
    assert page.check is not None
    assert page.check.passed, str(page.check)


def document(*equations: Equation) -> Document:
    return Document("", (Section("", equations),))


def wide(formula: Formula) -> mpmath.mpf:
    value = formula.evaluate(TwoParts("float64"))
    return value.high + value.low


def recorded(case: Case, steps: int) -> RecordedStep:
    """A step of a case's training, after some others."""
    program, training, rows = case.program(engine()), case.training(), np.arange(len(case.x))
    rate = case.rule.optimizer.learning_rate
    order, starts = np.tile(rows, steps), np.arange(steps + 1) * len(rows)
    program.run(training, Steps(order, starts, np.full(steps, rate)))
    return RecordedStep.of(program, training, rows, rate)


def pages_of(case: Case, seed: int) -> list[Explanation]:
    """The page of a step, and those of a random weight and unit of each layer."""
    whole = gn.explain(recorded(case, seed % 4), example=len(case.x) - 1)
    random, pages, architecture = np.random.default_rng(seed), [whole], case.net.architecture
    for number, layer in enumerate(architecture.layers, start=1):
        unit = int(random.integers(layer.units))
        before = architecture.units[number - 1]
        source = unit if isinstance(layer, Scale) else int(random.integers(before))
        pages.append(whole.weight(layer=number, source=source, unit=unit))
        pages.append(whole.unit(layer=number, unit=unit))
    return pages


@pytest.mark.parametrize("seed", range(60))
def test_every_line_of_random_networks_with_every_option_holds(seed: int) -> None:
    widest, most_rows = (40, 1) if seed % 3 == 0 else (6, 6)
    case = random_case(seed, widest=widest, most_rows=most_rows)
    for page in pages_of(case, seed):
        assert page.check is not None
        assert page.check.passed, f"{case}: {page.document.title}: {page.check}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "gelu", "mish", "softplus"])
def test_lines_of_saturated_units_hold(hidden: str, output: str, scale: float, dtype: str) -> None:
    net = gn.Network([2, 3, 2], hidden=hidden, output=output, dtype=dtype, seed=1)
    net.weights[-1] = np.asarray(net.weights[-1]) * scale
    for target in ([1, 0], [0, 1]):
        step = gn.explain(net, [1.0, -2.0], target, optimizer=gn.Adam(0.1))
        for page in (step, step.weight("w1[1,2]"), step.weight("w2[2,1]")):
            assert page.check is not None
            assert page.check.passed, page.check


def test_all_terms_of_a_sum_take_part_also_those_that_are_not_shown() -> None:
    net = gn.Network([200, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=1)
    step = gn.explain(net, np.linspace(-1, 1, 200), 0, limits=gn.Limits(terms=3))
    assert step.check is not None
    assert step.check.passed
    terms = [Symbol("w", float(n)) for n in range(10)]
    total = sum_of(terms, most=3)
    assert wide(total) == 45
    wrong = sum_of([*terms[:2], Symbol("w", 7.5), *terms[3:]], most=3)
    found = check_lines(document(equation_with_numbers(Symbol("in", 45.0), wrong, 45.0)), "float64")
    assert [line.name for line in found.failures] == ["in"]


def test_a_line_that_does_not_hold_is_named() -> None:
    w, y = Symbol("w", 0.5, 1, "1,1"), Symbol("y", 2.0, 0, "1")
    right = equation_with_numbers(Symbol("in", 1.0, 1, "1"), w * y, 1.0)
    wrong = equation_with_numbers(Symbol("in", 1.001, 1, "2"), w * y, 1.001)
    assert not check_lines(document(right), "float64").failures
    found = check_lines(document(right, wrong), "float32")
    assert found.count == 2
    assert "1 DO NOT HOLD: in1[2] shows 1.001, its formula gives 1" in str(found)


def test_numbers_put_in_must_be_those_of_the_symbols() -> None:
    w, y = Symbol("w", 0.5, 1, "1,1"), Symbol("y", 2.0, 0, "1")
    swapped = Equation(Symbol("in", 1.0), (w * y, Number(2.0) * Number(0.5), Number(1.0)))
    assert check_lines(document(swapped), "float64").failures


def test_a_symbol_has_one_value_on_a_page() -> None:
    w, y = Symbol("w", 0.5, 1, "1,1"), Symbol("y", 2.0, 0, "1")
    other = replace(w, value=0.25)
    one = equation_with_numbers(Symbol("in", 1.0, 1, "1"), w * y, 1.0)
    two = equation_with_numbers(Symbol("in", 0.5, 1, "2"), other * y, 0.5)
    found = check_lines(document(one, two), "float64")
    assert [line.name for line in found.failures] == ["w1[1,1]"]


def test_nan_never_holds_and_what_overflows_does() -> None:
    x = Symbol("in", 800.0)
    too_large = equation_with_numbers(Symbol("y", float("inf")), exp(x), float("inf"))
    assert not check_lines(document(too_large), "float64").failures
    nan = equation_with_numbers(Symbol("y", float("nan")), exp(x), float("nan"))
    assert check_lines(document(nan), "float64").failures


def test_what_is_missing_to_1_is_not_lost() -> None:
    far, one = Symbol("in", 1e6), Number(1.0)
    sigmoid = 1 / (1 + exp(-far))
    with mpmath.workdps(60):
        tiny = mpmath.exp(-1e6)
        assert abs(wide(one - sigmoid) / tiny - 1) < 1e-40
        assert abs(wide(ln(one - sigmoid)) + 1e6) < 1e-30
        slope = wide(one - Call("tanh", (far,)) ** 2)
        assert abs(slope / (4 * mpmath.exp(-2e6)) - 1) < 1e-40
        assert abs(wide(one - Call("Φ", (Symbol("in", 50.0),))) / mpmath.ncdf(-50) - 1) < 1e-40


@pytest.mark.parametrize("function", ["exp", "ln", "log1p", "tanh", "sqrt", "sin", "cos", "Φ"])
def test_functions_have_the_digits_that_they_promise(function: str) -> None:
    known = {"ln": mpmath.log, "Φ": mpmath.ncdf}.get(function) or getattr(mpmath, function)
    with mpmath.workdps(60):
        for x in (1e-9, 0.3, 0.999, 1.5, 7.0, 40.0):
            value, true = wide(Call(function, (Number(x),))), known(mpmath.mpf(x))
            assert abs(value - true) <= 1e-45 * abs(true), x


def test_bounds_signs_and_powers() -> None:
    x = Symbol("x", -3.0)
    assert wide(Call("max", (x, Number(-4.0)))) == -3
    assert wide(Call("min", (x, Number(-4.0)))) == -4
    assert wide(Call("abs", (x,))) == 3
    assert wide(Call("sign", (x,))) == -1
    assert wide(x**2) == 9
    assert wide(Number(0.5) ** 10) == mpmath.mpf(2) ** -10
    assert wide(Number(0.0) * ln(Number(0.0))) == 0
