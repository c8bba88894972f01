"""Speed compared with other libraries: the same training, interleaved, in one run.

python -m benchmarks                          everything, into benchmarks/RESULTS.md
python -m benchmarks digits-adam              one workload, on the terminal
python -m benchmarks wide --peers jax,torch   with these libraries only
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import cold_start, interleaved, memory, parallel, scaling
from benchmarks.data import problem_for
from benchmarks.peers import COLD_STARTS, PREDICTORS, TRAINERS
from benchmarks.results import Results
from benchmarks.workloads import WORKLOADS, Training

ROUNDS = 7
OTHER_WORKLOADS = ("cold-start", "scaling", "memory", "parallel", "peak")
PAGE = Path(__file__).parent / "RESULTS.md"


def main() -> int:
    arguments = parse_arguments()
    results = Results(arguments.rounds)
    everything = not arguments.workload
    names = (*WORKLOADS, *OTHER_WORKLOADS[:-1]) if everything else (arguments.workload,)
    if everything:
        measure("peak", arguments.peers, results)
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        measure(name, arguments.peers, results)
        if everything:
            results.peak.measure()
    page = results.page()
    print(page)
    if everything and not arguments.peers and arguments.rounds >= ROUNDS:
        PAGE.write_text(page, encoding="utf-8")
    for text in results.disagreements():
        print(f"results disagree: {text}", file=sys.stderr)
    return 1 if results.disagreements() else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("workload", nargs="?", choices=(*WORKLOADS, *OTHER_WORKLOADS))
    peers = tuple(dict.fromkeys((*TRAINERS, *PREDICTORS)))
    parser.add_argument("--peers", default="", help=f"comma-separated, of {', '.join(peers)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    arguments.peers = [name for name in arguments.peers.split(",") if name]
    unknown = set(arguments.peers) - set(peers)
    if unknown or arguments.rounds < 1:
        parser.error(f"unknown peers {unknown}" if unknown else "--rounds must be at least 1")
    return arguments


def measure(name: str, requested: list[str], results: Results) -> None:
    """Measure one workload, into the results."""
    rounds = results.rounds
    match name:
        case "scaling":
            results.scaling = scaling.measure(max(rounds // 2, 1))
        case "memory":
            results.memory = memory.measure()
        case "parallel":
            results.parallel = parallel.measure(rounds)
        case "peak":
            results.peak.measure()
        case _:
            with tempfile.TemporaryDirectory() as folder:
                measure_peers(name, requested, results, Path(folder))


def measure_peers(name: str, requested: list[str], results: Results, folder: Path) -> None:
    work = WORKLOADS[cold_start.WORKLOAD if name == "cold-start" else name]
    problem_for(work).save(folder)
    if name == "cold-start":
        results.cold_start = cold_start.measure(
            selected(COLD_STARTS, requested), results.rounds, folder
        )
        return
    peers = selected(tuple(TRAINERS if isinstance(work, Training) else PREDICTORS), requested)
    results.measurements[name] = interleaved.measure(work, peers, results.rounds, folder)


def selected(peers: tuple[str, ...], requested: list[str]) -> list[str]:
    """Return Glassnet and the requested peers, or all."""
    return [peer for peer in peers if peer == "glassnet" or not requested or peer in requested]


if __name__ == "__main__":
    sys.exit(main())
