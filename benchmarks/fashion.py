"""Fashion-MNIST in one command, and the same network in other libraries.

``python -m benchmarks.fashion FOLDER``, where the folder holds the four IDX files. Each library
runs in a process of its own, from the start of Python to the accuracy on the 10,000 test images:
784-512-256-10, GELU, dropout 0.3, softmax, Adam with cosine annealing, batches of 128, 30 epochs.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import description
from benchmarks.markdown import table
from benchmarks.problem import Array
from benchmarks.subprocesses import run_module

LAYER_SIZES = (784, 512, 256, 10)
DROPOUT, LEARNING_RATE, BATCH_SIZE = 0.3, 0.001, 128
THREADS = 2
PAGE = Path(__file__).with_name("FASHION.md")


def main() -> None:
    """Time all libraries in interleaved rounds, and write FASHION.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--library", choices=list(LIBRARIES), help="Run only this one, in this process."
    )
    arguments = parser.parse_args()
    if arguments.library:
        print(LIBRARIES[arguments.library](arguments.folder, arguments.epochs))
        return
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in LIBRARIES}
    for _ in range(arguments.rounds):
        for name in LIBRARIES:
            results[name].append(_timed(name, arguments.folder, arguments.epochs))
            print(name, *results[name][-1], flush=True)
    PAGE.write_text(_page(results, arguments.epochs), encoding="utf-8")


def _timed(library: str, folder: Path, epochs: int) -> tuple[float, float]:
    """Return the seconds of a whole process, and the accuracy that it printed."""
    start = time.perf_counter()
    accuracy = run_module(
        "fashion", folder, "--library", library, "--epochs", epochs, threads=THREADS
    )
    return time.perf_counter() - start, float(accuracy)


def with_glassnet(folder: Path, epochs: int) -> float:
    """Train by the workflow of ``glassnet train FOLDER``, which evaluates and diagnoses too."""
    from glassnet.tables.read.images import CLASS, read_images
    from glassnet.workflows.recipe import Recipe
    from glassnet.workflows.train import train

    images, test, _ = read_images(folder)
    trained = train(images, CLASS, Recipe(epochs=epochs), progress=False, test=test)
    return trained.evaluation.scores["accuracy"]


def with_jax(folder: Path, epochs: int) -> float:
    """Train by one compiled scan over all batches of an epoch."""
    import jax
    import jax.numpy as jnp

    (x, y), (test_x, test_y) = (_load_images(folder, split) for split in ("train", "t10k"))
    layers = [(jnp.array(w), jnp.array(b)) for w, b in _initial_layers()]
    X, targets = jnp.array(x), jnp.array(np.eye(10, dtype=np.float32)[y])
    steps = epochs * -(-len(x) // BATCH_SIZE)

    def loss(layers: Any, rows: Any, key: Any) -> Any:
        log_p = jax.nn.log_softmax(_jax_logits(layers, X[rows], key))
        return -(targets[rows] * log_p).sum() / len(rows)

    def step(carry: Any, rows: Any) -> tuple[Any, None]:
        layers, m, v, step_count = carry
        key = jax.random.fold_in(jax.random.PRNGKey(0), step_count)
        gradient = jax.grad(loss)(layers, rows, key)
        rate = LEARNING_RATE * (1 + jnp.cos(jnp.pi * step_count / steps)) / 2
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        m_scale, v_scale = 1 / (1 - 0.9 ** (step_count + 1)), 1 / (1 - 0.999 ** (step_count + 1))
        layers = jax.tree.map(
            lambda w, m, v: w - rate * m * m_scale / (jnp.sqrt(v * v_scale) + 1e-8), layers, m, v
        )
        return (layers, m, v, step_count + 1), None

    epoch = jax.jit(lambda carry, order: jax.lax.scan(step, carry, order)[0])
    zeros = jax.tree.map(jnp.zeros_like, layers)
    carry = (layers, zeros, zeros, 0)
    random = np.random.default_rng(0)
    # Whole batches only: a scan over the last 96 images would have to be compiled too.
    trained_rows = len(x) // BATCH_SIZE * BATCH_SIZE
    for _ in range(epochs):
        carry = epoch(carry, random.permutation(len(x))[:trained_rows].reshape(-1, BATCH_SIZE))
    predictions = np.asarray(jax.jit(_jax_logits)(carry[0], jnp.array(test_x))).argmax(axis=1)
    return float((predictions == test_y).mean())


def _jax_logits(layers: Any, x: Any, key: Any = None) -> Any:
    """Return the logits; with a key, after dropout."""
    import jax
    import jax.numpy as jnp

    for l, (w, b) in enumerate(layers[:-1]):
        x = jax.nn.gelu(x @ w + b, approximate=False)
        if key is not None:
            keep = jax.random.bernoulli(jax.random.fold_in(key, l), 1 - DROPOUT, x.shape)
            x = jnp.where(keep, x / (1 - DROPOUT), 0)
    w, b = layers[-1]
    return x @ w + b


def with_pytorch(folder: Path, epochs: int) -> float:
    """Train with modules and autograd, on batches sliced from tensors in memory."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    (x, y), (test_x, test_y) = (
        map(torch.from_numpy, _load_images(folder, split)) for split in ("train", "t10k")
    )
    modules: list[nn.Module] = []
    for fan_in, units in pairwise(LAYER_SIZES[:-1]):
        modules += [nn.Linear(fan_in, units), nn.GELU(), nn.Dropout(DROPOUT)]
    net = nn.Sequential(*modules, nn.Linear(*LAYER_SIZES[-2:]))
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    steps = epochs * -(-len(x) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    loss = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(BATCH_SIZE):
            optimizer.zero_grad()
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        return float((net(test_x).argmax(dim=1) == test_y).float().mean())


LIBRARIES: dict[str, Callable[[Path, int], float]] = {
    "Glassnet": with_glassnet,
    "JAX": with_jax,
    "PyTorch": with_pytorch,
}


def _load_images(folder: Path, split: str) -> tuple[Array, Array]:
    """Read the images and labels without Glassnet, whose import would count for the others."""
    import gzip

    def read(name: str, header: int) -> Array:
        (file,) = folder.glob(f"{split}-{name}-ubyte*")
        open_file = gzip.open if file.suffix == ".gz" else open
        with open_file(file, "rb") as stream:
            return np.frombuffer(stream.read(), np.uint8, offset=header)

    x = read("images-idx3", 16).reshape(-1, LAYER_SIZES[0]).astype(np.float32) / 255
    return x, read("labels-idx1", 8).astype(np.int64)


def _initial_layers() -> list[tuple[Array, Array]]:
    """Glorot-uniform weights and zero biases."""
    random = np.random.default_rng(0)
    layers = []
    for fan_in, fan_out in pairwise(LAYER_SIZES):
        limit = np.sqrt(6 / (fan_in + fan_out))
        weights = random.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)
        layers.append((weights, np.zeros(fan_out, dtype=np.float32)))
    return layers


def _page(results: dict[str, list[tuple[float, float]]], epochs: int) -> str:
    medians = {name: statistics.median(t for t, _ in runs) for name, runs in results.items()}
    introduction = (
        "60,000 images, 784-512-256-10, GELU, dropout 0.3, Adam with cosine annealing, batches of "
        f"128, {epochs} epochs: whole processes, from the start of Python to the accuracy on the "
        "10,000 test images, in interleaved rounds; the median of "
        f"{len(results['Glassnet'])}. Written by `python -m benchmarks.fashion`."
    )
    rows = []
    for name, runs in results.items():
        accuracies = [f"{accuracy:.4f}" for _, accuracy in runs]
        shown = "–".join(dict.fromkeys((min(accuracies), max(accuracies))))
        ratio = medians[name] / medians["Glassnet"]
        rows.append((name, f"{medians[name]:.1f}", f"{ratio:.2f}", shown))
    results_table = table(("library", "seconds", "relative to Glassnet", "accuracy"), rows)
    title = "# Fashion-MNIST in one command"
    return "\n".join([title, "", introduction, "", *description(), "", results_table])


if __name__ == "__main__":
    main()
