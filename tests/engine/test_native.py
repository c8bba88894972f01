"""The native engine: equal to the reference engine, with the same bits however it runs."""

import hashlib
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from glassnet.arrays.sparse import SparseRows
from glassnet.core.array import Array
from glassnet.engine.interface import Engine, Steps, Training
from glassnet.engine.reference import Reference
from glassnet.errors import NotFiniteError
from glassnet.network import Network
from glassnet.nn.layers import Dense, Scale
from glassnet.nn.losses.mean_squared_error import MeanSquaredError
from glassnet.nn.losses.registry import loss_named
from glassnet.optim.adam import Adam
from glassnet.optim.momentum import Momentum
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import StepInfo, UpdateRule
from tests.random_networks import Case, away_from_kinks, random_case

pytestmark = pytest.mark.native

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def native(instruction_set: str = "", threads: int = 1) -> Engine:
    from glassnet.engine.native import Native
    from glassnet.engine.select import instruction_set as chosen

    return Native(chosen(instruction_set), threads)


def instruction_sets() -> list[str]:
    from glassnet.engine import _kernels

    return _kernels.instruction_sets()


def relative(a: Array, b: Array) -> float:
    size = float(np.linalg.norm(b.astype(np.float64)))
    return float(np.linalg.norm(a.astype(np.float64) - b)) / size if size else 0.0


def twenty_steps(case: Case) -> Steps:
    """Batches of many sizes, none of which divides the data."""
    random = np.random.default_rng(len(case.x))
    sizes = random.integers(1, 2 * len(case.x) + 2, size=20)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    order = random.integers(0, len(case.x), size=starts[-1])
    rates = np.full(20, case.rule.optimizer.learning_rate) * random.uniform(0.5, 1, size=20)
    return Steps(order, starts, rates, np.full(20, np.nan))


def trained(engine: Engine, case: Case, threads: int | None = None) -> tuple[Array, Array]:
    """Return the parameters, and the losses and squared weights of each step."""
    training, steps = case.training(threads), twenty_steps(case)
    losses = case.program(engine).run(training, steps)
    assert training.steps_done == 20
    assert steps.squared_weights is not None
    return training.parameters, np.concatenate([losses, steps.squared_weights])


@pytest.mark.parametrize("seed", range(60))
def test_one_step_equals_the_reference(seed: int) -> None:
    case = away_from_kinks(random_case(seed), 2e-6)
    ours, reference = case.trace(native()), case.trace(Reference())
    tolerance = TOLERANCE[case.net.dtype.name]
    assert relative(ours.gradient, reference.gradient) <= tolerance, case
    for a, b in zip(
        [*ours.net_inputs, *ours.outputs, *ours.deltas],
        [*reference.net_inputs, *reference.outputs, *reference.deltas],
        strict=True,
    ):
        assert relative(a, b) <= 10 * tolerance, case
    assert relative(ours.losses, reference.losses) <= 10 * tolerance, case


@pytest.mark.parametrize("seed", range(60, 90))
def test_twenty_steps_in_float64_equal_the_reference(seed: int) -> None:
    # Larger steps make some of these trainings magnify differences in the last digit.
    some = random_case(seed, dtype="float64", most_rows=150)
    slow = replace(some.rule.optimizer, learning_rate=0.01)
    case = replace(some, rule=replace(some.rule, optimizer=slow))
    ours, errors = trained(native(), case)
    reference, reference_errors = trained(Reference(), case)
    assert np.abs(ours - reference).max() <= 1e-9, case
    assert np.allclose(errors, reference_errors, rtol=1e-9, atol=1e-12), case


@pytest.mark.parametrize("seed", range(100, 140))
def test_measuring_the_weights_changes_no_bit(seed: int) -> None:
    case = random_case(seed, widest=120, most_rows=300)
    steps = twenty_steps(case)
    for threads in (1, 3):
        plain, measured = case.training(threads), case.training(threads)
        losses = case.program(native()).run(plain, replace(steps, squared_weights=None))
        assert np.array_equal(case.program(native()).run(measured, steps), losses)
        assert np.array_equal(plain.parameters, measured.parameters)
    first = sum(np.vdot(w, w) for w in case.net.weights if w is not None)
    assert steps.squared_weights is not None
    assert steps.squared_weights[0] == pytest.approx(float(first), rel=1e-5)


@pytest.mark.parametrize("output", ["softmax", "sigmoid", "exponential"])
def test_a_capped_loss_is_reported_and_the_whole_one_descended(output: str) -> None:
    loss = {"softmax": "categorical_crossentropy", "sigmoid": "summed_binary_crossentropy"}
    random = np.random.default_rng(0)
    net = Network([5, 6, 3], hidden="tanh", output=output, dtype="float64", seed=1)
    x = 10 * random.normal(size=(40, 5))
    targets = np.eye(3)[random.integers(3, size=40)]
    rule = UpdateRule(SGD(0.5))
    steps = Steps(np.arange(40), np.array([0, 15, 40]), np.full(2, 0.5))
    found = []
    for engine, largest in [(Reference(), 0.7), (native(), 0.7), (native(), math.inf)]:
        known = loss_named(loss.get(output, "summed_poisson"))
        training = Training(rule, net.parameters.copy(), x, targets)
        training.largest_term = largest
        losses = engine.compile(net.architecture, known, rule).run(training, steps)
        found.append((losses, training.parameters))
    (reference, _), (capped, parameters), (whole, uncapped) = found
    assert capped == pytest.approx(reference, rel=1e-12)
    assert (capped < whole).all()
    assert np.array_equal(parameters, uncapped)


@pytest.mark.parametrize("seed", range(100, 140))
def test_same_bits_on_every_instruction_set_and_thread_count(seed: int) -> None:
    case = random_case(seed, widest=120, most_rows=300)
    digests = set()
    for name in instruction_sets():
        for threads in (1, 2, 3):
            parameters, errors = trained(native(name, threads), case, threads)
            digests.add(hashlib.sha256(parameters.tobytes() + errors.tobytes()).hexdigest())
    assert len(digests) == 1, case


@pytest.mark.parametrize("clip_norm", [None, 0.01])
@pytest.mark.parametrize("optimizer", [SGD(0.1), Momentum(0.1), Adam(0.01)])
@pytest.mark.parametrize("units", [(20, 64, 10), (20, 192, 3), (20, 100, 40), (9, 64, 72, 5)])
def test_columns_that_threads_keep_for_themselves_come_back(
    units: tuple[int, ...], optimizer: Optimizer, clip_norm: float | None
) -> None:
    # Whole panels for each thread or not, an output that is shared by rows or by columns.
    net = Network(list(units), hidden="sigmoid", output="softmax", seed=1)
    random = np.random.default_rng(0)
    x = random.normal(size=(70, units[0])).astype(np.float32)
    targets = random.dirichlet(np.ones(units[-1]), size=70).astype(np.float32)
    digests = set()
    for threads in (1, 2, 3, 4):
        rule = UpdateRule(optimizer, clip_norm=clip_norm)
        program = native(threads=threads).compile(net.architecture, net.loss, rule)
        parameters = net.parameters.copy()
        training = Training(rule, parameters, x, targets, threads=threads)
        for _ in range(2):  # what one call leaves is where the next one starts
            order = np.tile(np.arange(70), 10)
            starts = np.arange(0, 701, 35)
            errors = program.run(training, Steps(order, starts, np.full(20, 0.1)))
        whole = parameters.tobytes() + training.state.tobytes() + errors.tobytes()
        digests.add(hashlib.sha256(whole).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("dropout", [None, [0.1, 0.2]])
def test_going_on_without_the_others_changes_no_bit(dropout: list[float] | None) -> None:
    # 32 examples through 5,000 weights: whether a second thread helps is tried on the way.
    net = Network([64, 64, 10], hidden="sigmoid", output="softmax", seed=1)
    random = np.random.default_rng(0)
    x = random.normal(size=(320, 64)).astype(np.float32)
    targets = random.dirichlet(np.ones(10), size=320).astype(np.float32)
    order, starts = np.tile(np.arange(320), 30), np.arange(0, 9601, 32)
    rule, digests = UpdateRule(Adam(0.01)), set()
    program = native(threads=2).compile(net.architecture, net.loss, rule)
    for threads in (1, None, 2):
        training = Training(
            rule,
            net.parameters.copy(),
            x,
            targets,
            dropout=dropout,
            threads=threads,
        )
        errors = program.run(training, Steps(order, starts, np.full(300, 0.01)))
        whole = training.parameters.tobytes() + training.state.tobytes() + errors.tobytes()
        digests.add(hashlib.sha256(whole).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("seed", range(140, 150))
def test_predictions_have_the_same_bits_everywhere_and_as_in_training(seed: int) -> None:
    case = random_case(seed)
    arguments = (case.net.parameters, case.x, case.targets)
    trace = replace(case, dropout=None).trace(native())
    for name in instruction_sets():
        for threads in (1, 2):
            program = case.program(native(name, threads))
            predicted, errors = program.evaluate(*arguments, threads)
            alone = program.predict(case.net.parameters, case.x, threads)
            assert predicted.tobytes() == alone.tobytes() == trace.predicted.tobytes()
            assert errors.tobytes() == trace.losses.tobytes()


@pytest.mark.parametrize("seed", range(150, 160))
def test_a_trace_and_an_update_are_a_step_of_training_bit_for_bit(seed: int) -> None:
    case = random_case(seed)
    program, rows = case.program(native()), len(case.x)
    unfused, fused = case.training(), case.training()
    rate = case.rule.optimizer.learning_rate
    program.update(
        case.rule,
        unfused.parameters,
        unfused.state,
        case.trace(native()).gradient,
        StepInfo(1, rate, fused.batch_weight(np.arange(rows))),
    )
    program.run(fused, Steps(np.arange(rows), np.array([0, rows]), np.array([rate])))
    assert fused.parameters.tobytes() == unfused.parameters.tobytes()
    assert fused.state.tobytes() == unfused.state.tobytes()


@pytest.mark.parametrize("seed", range(180, 200))
def test_small_networks_take_the_short_way_to_the_same_bits(seed: int) -> None:
    # Batches of up to 1024 / parameters examples are trained by small.h, larger ones by training.h:
    # a batch that is twice as large, its second half of weight 0, has the same gradient.
    case = random_case(seed, widest=4, most_hidden=1, most_rows=8, plain=True)
    rows, count = len(case.x), case.net.architecture.parameter_count
    longer = 1024 // count + 1
    once, padded = (
        replace(
            case,
            x=np.resize(case.x, (size, case.x.shape[1])),
            sample_weight=weights,
            targets=np.resize(case.targets, (size, case.targets.shape[1])),
        )
        for size, weights in (
            (rows, np.ones(rows, case.x.dtype)),
            (rows + longer, np.repeat([1, 0], [rows, longer]).astype(case.x.dtype)),
        )
    )
    ends = []
    for one in (once, padded):
        training = one.training()
        order = np.tile(np.arange(len(one.x)), 5)
        steps = Steps(order, np.arange(6) * len(one.x), np.full(5, 0.01))
        one.program(native()).run(training, steps)
        ends.append(training.parameters.tobytes())
    assert ends[0] == ends[1], case


@pytest.mark.parametrize("seed", range(200, 210))
def test_the_gradient_of_all_examples_is_that_of_the_trace(seed: int) -> None:
    case = replace(random_case(seed), dropout=None)
    for threads in (1, 2):
        error, gradient = case.program(native()).gradient(case.training(threads))
        trace = case.trace(native())
        assert gradient.tobytes() == trace.gradient.tobytes()
        assert error == pytest.approx(
            np.average(trace.losses, weights=case.sample_weight), rel=1e-12
        )
        reference = case.program(Reference()).gradient(case.training())
        assert error == pytest.approx(reference[0], rel=1e-5)


@pytest.mark.parametrize("hidden", ["relu", "softmax"])
def test_a_scale_layer_ends_a_network_on_any_number_of_threads(hidden: str) -> None:
    net = Network([6, Dense(5, hidden), Scale("identity", bias=True)], seed=3)
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 6)).astype(np.float32)
    targets = random.normal(size=(400, 5)).astype(np.float32)
    case = Case(net, x, targets, MeanSquaredError(), UpdateRule(SGD(0.1)), None, None)
    ends = {trained(native("", threads), case, threads)[0].tobytes() for threads in (1, 2, 3) * 5}
    assert len(ends) == 1


def test_two_calls_at_once_do_not_disturb_each_other() -> None:
    cases = [random_case(seed, most_rows=100) for seed in range(160, 168)]
    alone = [trained(native(), case)[0].tobytes() for case in cases]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda case: trained(native(), case)[0].tobytes(), cases))
    assert together == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_finds_threads_of_its_own() -> None:
    # The parent's pool holds a sleeping thread, which the child does not have.
    program = (
        "import os, hashlib, numpy as np, glassnet as gn\n"
        "def trained():\n"
        "    net = gn.Network([30, 200, 3], hidden='relu', output='softmax', seed=1)\n"
        "    x = np.random.default_rng(0).normal(size=(200, 30))\n"
        "    net.fit(x, np.arange(200) % 3, epochs=2, threads=2, progress=False)\n"
        "    return hashlib.sha256(net.parameters.tobytes()).hexdigest()\n"
        "ours = trained()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if trained() == ours else 1)\n"
        "print(os.waitpid(child, 0)[1], trained() == ours)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert run.stdout.split() == ["0", "True"]


def test_wrong_arrays_are_refused_and_not_read() -> None:
    case = random_case(1, dtype="float64")
    program, parameters = case.program(native()), case.net.parameters
    with pytest.raises(ValueError, match="x does not fit the network"):
        program.evaluate(parameters, np.zeros((2, case.x.shape[1] + 1)), case.targets[:2])
    with pytest.raises(TypeError):
        program.evaluate(parameters, case.x.astype(np.float32), case.targets)


def sparse_case(seed: int, **options: object) -> Case:
    """A random case whose first layer is dense, and whose inputs are mostly 0."""
    for number in range(seed * 1000, seed * 1000 + 1000):
        case = random_case(number, **options)  # type: ignore[arg-type]
        if not isinstance(case.net.architecture.layers[0], Scale):
            few = np.random.default_rng(number).random(case.x.shape) < 0.1
            return replace(case, x=np.where(few, case.x, 0).astype(case.x.dtype))
    raise AssertionError


def of_sparse(case: Case) -> Case:
    """The same with sparse inputs."""
    return replace(case, x=SparseRows(csr_array(case.x)))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(30))
def test_sparse_inputs_have_the_bits_of_dense_ones(seed: int) -> None:
    case = sparse_case(seed, widest=120, most_rows=300)
    digests = set()
    for name in instruction_sets():
        for threads in (1, 2, 3):
            for each in (case, of_sparse(case)):
                parameters, errors = trained(native(name, threads), each, threads)
                digests.add(hashlib.sha256(parameters.tobytes() + errors.tobytes()).hexdigest())
    assert len(digests) == 1, case


@pytest.mark.parametrize("seed", range(30, 40))
def test_sparse_inputs_have_the_predictions_and_gradients_of_dense_ones(seed: int) -> None:
    case = sparse_case(seed)
    for engine, same in ((native(), 0.0), (Reference(), TOLERANCE[case.net.dtype.name])):
        found = []
        for each in (case, of_sparse(case)):
            program, parameters = each.program(engine), case.net.parameters
            outputs, losses = program.evaluate(parameters, each.x, case.targets)
            loss, gradient = program.gradient(each.training())
            whole = [program.predict(parameters, each.x), outputs, losses, gradient]
            found.append(np.concatenate([*(array.ravel() for array in whole), [loss]]))
        assert relative(*found) <= same, case


def test_sparse_inputs_that_are_not_finite_are_found() -> None:
    net = Network([3, 2], output="softmax", dtype="float64")
    x = SparseRows(csr_array([[0.0, 1, 0], [0, 0, np.inf]]))
    for engine in (native(), Reference()):
        with pytest.raises(NotFiniteError):
            engine.compile(net.architecture, net.loss).predict(net.parameters, x)
