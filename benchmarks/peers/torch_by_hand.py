"""PyTorch as an expert writes it: no autograd, explicit matrix products, fused calls."""

import torch
from torch.ops import aten

from benchmarks.peers.chunks import chunk_slices, fastest_chunk_size
from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Prediction, Training


class TorchTrainingByHand(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        self.X = torch.from_numpy(problem.X)
        self.targets = torch.from_numpy(problem.one_hot(work.layer_sizes[-1]))
        self.batches = torch.from_numpy(problem.batches).unbind()
        self.rows = problem.batches.shape[1]
        self.outputs = [torch.empty(self.rows, units) for units in work.layer_sizes]
        self.transposed = [y.T for y in self.outputs]
        self.deltas = [torch.empty_like(y) for y in self.outputs]
        self.batch_targets = torch.empty_like(self.outputs[-1])
        self.gradient = torch.empty(problem.parameters.size)
        self.gradients = layer_views(self.gradient, work.layer_sizes)

    def reset(self) -> None:
        self.w = torch.from_numpy(self.problem.parameters).clone()
        self.weights, self.biases = layer_views(self.w, self.work.layer_sizes)
        self.backward_weights = [W.T for W in self.weights]
        self.m, self.v = torch.zeros_like(self.w), torch.zeros_like(self.w)
        self.step_count = torch.zeros(())

    def run(self) -> None:
        update = self.sgd if self.work.optimizer == "sgd" else self.adam
        with torch.inference_mode():
            for rows in self.batches:
                torch.index_select(self.X, 0, rows, out=self.outputs[0])
                torch.index_select(self.targets, 0, rows, out=self.batch_targets)
                forward(self.outputs, self.weights, self.biases, self.work.activation)
                torch.sub(self.outputs[-1], self.batch_targets, out=self.deltas[-1])
                update()

    def backward(self, l: int) -> None:
        """Compute δ of layer l from that of layer l + 1, in place."""
        delta, y = self.deltas[l], self.outputs[l]
        torch.mm(self.deltas[l + 1], self.backward_weights[l], out=delta)
        if self.work.activation == "relu":
            aten.threshold_backward.grad_input(delta, y, 0, grad_input=delta)
        else:
            aten.sigmoid_backward.grad_input(delta, y, grad_input=delta)

    def sgd(self) -> None:
        """W ← W − α/n yᵀδ in one call: the gradient is never stored."""
        rate = -self.work.learning_rate / self.rows
        for l in range(len(self.weights) - 1, -1, -1):
            if l > 0:
                self.backward(l)
            delta, gradient = self.deltas[l + 1], self.gradients[1][l]
            self.weights[l].addmm_(self.transposed[l], delta, alpha=rate)
            torch.sum(delta, 0, out=gradient)
            self.biases[l].add_(gradient, alpha=rate)

    def adam(self) -> None:
        self.deltas[-1].mul_(1 / self.rows)
        for l in range(len(self.weights) - 1, -1, -1):
            delta = self.deltas[l + 1]
            torch.mm(self.transposed[l], delta, out=self.gradients[0][l])
            torch.sum(delta, 0, out=self.gradients[1][l])
            if l > 0:
                self.backward(l)
        self.step_count += 1
        torch._fused_adam_(  # what torch.optim.Adam(fused=True) calls
            [self.w],
            [self.gradient],
            [self.m],
            [self.v],
            [],
            [self.step_count],
            lr=self.work.learning_rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )

    def parameters(self) -> Array:
        array: Array = self.w.numpy()
        return array


class TorchPredictionByHand(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        torch.set_num_threads(threads)
        self.X = torch.from_numpy(problem.X)
        self.weights, self.biases = layer_views(
            torch.from_numpy(problem.parameters), work.layer_sizes
        )
        self.predictions = torch.empty(len(problem.X), work.layer_sizes[-1])
        self.prepare(fastest_chunk_size(self.prepare, self.run, len(problem.X)))

    def prepare(self, chunk_size: int) -> None:
        hidden = [torch.empty(chunk_size, units) for units in self.work.layer_sizes[1:-1]]
        self.chunks = [
            [self.X[rows], *(y[: rows.stop - rows.start] for y in hidden), self.predictions[rows]]
            for rows in chunk_slices(len(self.X), chunk_size)
        ]

    def run(self) -> None:
        with torch.inference_mode():
            for _ in range(self.work.calls):
                for outputs in self.chunks:
                    forward(outputs, self.weights, self.biases, self.work.activation)

    def probabilities(self) -> Array:
        array: Array = self.predictions.numpy()
        return array


def forward(
    outputs: list[torch.Tensor],
    weights: list[torch.Tensor],
    biases: list[torch.Tensor],
    activation: str,
) -> None:
    """Write y(1), y(2), ..., from y(0)."""
    last = len(weights) - 1
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        y = outputs[l + 1]
        torch.addmm(b, outputs[l], W, out=y)
        if l == last:
            torch.softmax(y, 1, out=y)
        elif activation == "relu":
            y.relu_()
        else:
            y.sigmoid_()
