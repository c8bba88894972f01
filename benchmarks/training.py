"""Training speed beside a library that people would pick instead: the same maths, in turn.

Run: make bench

Each workload is trained by Glassnet and by scikit-learn's MLPClassifier, one after the other,
several times in one run; the table shows medians and their ratio. Times are of training alone.
"""

import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.neural_network import MLPClassifier

import glassnet as gn
from glassnet.data.samples import digits
from glassnet.formula.document import Document, Paragraph, Section, Table
from glassnet.views.text import document_text

ROUNDS = 5


@dataclass(frozen=True)
class Workload:
    name: str
    X: np.ndarray
    y: np.ndarray
    hidden: tuple[int, ...]
    activation: str
    batch_size: int
    epochs: int


def workloads() -> list[Workload]:
    table = digits()
    pixels = [column for name, column in table.columns.items() if name != "digit"]
    X = (np.stack(pixels, axis=1) / 16).astype(np.float32)
    y = table.columns["digit"].astype(int)
    random = np.random.default_rng(0)
    images = random.normal(size=(20_000, 784)).astype(np.float32)
    labels = (images[:, :10] + 0.5 * random.normal(size=(20_000, 10))).argmax(axis=1)
    return [
        Workload("digits, 64-64-10", X, y, (64,), "sigmoid", 32, 20),
        Workload("images, 784-128-10", images, labels, (128,), "relu", 64, 1),
        Workload("wide, 784-512-512-10", images[:5000], labels[:5000], (512, 512), "relu", 256, 2),
    ]


def glassnet(work: Workload) -> float:
    outputs = int(work.y.max()) + 1
    net = gn.Network(
        [work.X.shape[1], *work.hidden, outputs], hidden=work.activation, output="softmax"
    )
    return timed(
        lambda: net.fit(
            work.X, work.y, epochs=work.epochs, batch_size=work.batch_size, progress=False
        )
    )


def scikit_learn(work: Workload) -> float:
    network = MLPClassifier(
        work.hidden,
        activation={"sigmoid": "logistic"}.get(work.activation, work.activation),
        alpha=0,
        batch_size=work.batch_size,
        max_iter=work.epochs,
        n_iter_no_change=work.epochs + 1,
        random_state=0,
    )
    return timed(lambda: network.fit(work.X, work.y))


def timed(train: Callable[[], object]) -> float:
    began = time.perf_counter()
    train()
    return time.perf_counter() - began


def main() -> None:
    # It warns that it stopped at max_iter, which is what it was told to do.
    warnings.filterwarnings("ignore", module="sklearn")
    rows = []
    for work in workloads():
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(glassnet(work))
            theirs.append(scikit_learn(work))
        mine, peer = statistics.median(ours), statistics.median(theirs)
        rows.append((work.name, mine * 1e3, peer * 1e3, peer / mine))
    columns = ("workload, Adam", "glassnet ms", "scikit-learn ms", "ratio")
    machine = Paragraph(f"{os.cpu_count()} cores; {gn.info()}; medians of {ROUNDS} runs in turn.")
    section = Section("Training alone", (Table(columns, tuple(rows)), machine))
    print(document_text(Document("Training speed", (section,))))


if __name__ == "__main__":
    main()
