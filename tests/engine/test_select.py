"""Which engine runs, and how to choose it."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from glassnet.engine import engine, info
from glassnet.engine.interface import Engine
from glassnet.errors import GlassnetError
from glassnet.network import Network
from tests.conftest import KERNELS_BUILT


@pytest.fixture(autouse=True)
def fresh_choice() -> Iterator[None]:
    """Let each test choose by its own environment, and leave no choice behind."""
    engine.cache_clear()
    yield
    engine.cache_clear()


def test_the_reference_engine_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSNET_ENGINE", "reference")
    assert engine().name == "reference"
    assert info() == {"engine": "reference"}


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSNET_ENGINE", "quantum")
    with pytest.raises(ValueError, match="'quantum'; expected 'native' or 'reference'"):
        engine()


@pytest.mark.native
def test_each_instruction_set_can_be_forced_and_really_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from glassnet.engine.native import Native

    for name in info()["instruction sets available"]:  # type: ignore[union-attr]
        monkeypatch.setenv("GLASSNET_ISA", name)
        engine.cache_clear()
        active: Engine = engine()
        assert isinstance(active, Native)
        assert active.instruction_set == name == info()["instruction set"]


@pytest.mark.native
def test_an_instruction_set_that_the_processor_lacks_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    foreign = "avx2" if "neon" in info()["instruction sets available"] else "neon"  # type: ignore[operator]
    engine.cache_clear()
    monkeypatch.setenv("GLASSNET_ISA", foreign)
    with pytest.raises(ValueError, match=f"GLASSNET_ISA: .*'{foreign}' is not available"):
        Network([1, 1], output="sigmoid").predict([[1]])


@pytest.mark.native
@pytest.mark.parametrize("threads", ["0", "-1", "many"])
def test_a_wrong_number_of_threads_is_refused(
    monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    monkeypatch.setenv("GLASSNET_NUM_THREADS", threads)
    with pytest.raises(ValueError, match="expected a number above 0"):
        engine()


@pytest.mark.native
def test_threads_follow_our_own_setting_before_the_usual_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3,2")
    assert info()["threads"] == 3
    engine.cache_clear()
    monkeypatch.setenv("GLASSNET_NUM_THREADS", "5")
    assert info()["threads"] == 5


def test_without_kernels_the_reference_engine_runs_and_says_so_once() -> None:
    hide = (
        "import importlib.util as u, warnings\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name.endswith('_kernels') else real(name, *a)\n"
        "warnings.simplefilter('always')\n"
        "import glassnet as gn\n"
        "net = gn.Network([2, 2], output='softmax')\n"
        "net.fit([[0, 1], [1, 0]], [0, 1], epochs=3)\n"
        "print(net.predict([[0, 1]]), gn.info())\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "GLASSNET_ENGINE"}
    run = subprocess.run(
        [sys.executable, "-c", hide], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stderr.count("slower reference engine") == 1
    assert "Install a C++ compiler" in run.stderr
    assert "'engine': 'reference'" in run.stdout


@pytest.mark.skipif(KERNELS_BUILT, reason="the kernels were built here")
def test_asking_for_kernels_that_were_not_built_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GLASSNET_ENGINE", "native")
    with pytest.raises(GlassnetError, match="were not built"):
        engine()


def test_the_kernels_are_there_where_they_must_be() -> None:
    required = os.environ.get("GLASSNET_REQUIRE_KERNELS", "0") == "1"
    if not required:
        pytest.skip("this installation may do without the kernels")
    assert importlib.util.find_spec("glassnet.engine._kernels") is not None
