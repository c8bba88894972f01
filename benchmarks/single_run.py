"""A single training in a process of its own, as a script would do it.

Run by ``cold_start.py``: python -m benchmarks.single_run PEER WORKLOAD FOLDER THREADS prints the
final loss.
"""

import sys
from pathlib import Path

from benchmarks.subprocesses import pin_to_cores
from benchmarks.worker import import_peer
from benchmarks.workloads import WORKLOADS


def main(peer_name: str, work_name: str, folder: str, threads: str) -> None:
    pin_to_cores(int(threads))
    peer_class = import_peer(peer_name, training=True)
    from benchmarks.problem import Problem
    from benchmarks.reference import mean_loss

    work, problem = WORKLOADS[work_name], Problem.load(Path(folder))
    peer = peer_class(work, problem, int(threads))
    peer.reset()
    peer.run()
    print(mean_loss(work, problem, peer.parameters()))


if __name__ == "__main__":
    main(*sys.argv[1:])
