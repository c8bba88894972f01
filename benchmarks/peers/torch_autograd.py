"""PyTorch as in its tutorials: modules, autograd and an optimizer."""

import torch

from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, flatten, layer_views
from benchmarks.workloads import Prediction, Training, Workload


def network(work: Workload, parameters: Array) -> torch.nn.Sequential:
    """Return the network up to the logits; softmax is part of the loss."""
    modules: list[torch.nn.Module] = []
    for W, b in zip(*layer_views(torch.from_numpy(parameters), work.layer_sizes), strict=True):
        linear = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(W.T)
            linear.bias.copy_(b)
        modules += [linear, torch.nn.ReLU() if work.activation == "relu" else torch.nn.Sigmoid()]
    return torch.nn.Sequential(*modules[:-1])


class TorchTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        torch.set_num_threads(threads)
        self.X, self.labels = torch.from_numpy(problem.X), torch.from_numpy(problem.labels)
        self.batches = torch.from_numpy(problem.batches).unbind()
        self.loss = torch.nn.CrossEntropyLoss()

    def reset(self) -> None:
        self.network = network(self.work, self.problem.parameters)
        optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        optimizer_class = optimizers[self.work.optimizer]
        self.optimizer = optimizer_class(self.network.parameters(), lr=self.work.learning_rate)

    def run(self) -> None:
        X, labels, model, optimizer = self.X, self.labels, self.network, self.optimizer
        for rows in self.batches:
            optimizer.zero_grad()
            self.loss(model(X[rows]), labels[rows]).backward()
            optimizer.step()

    def parameters(self) -> Array:
        arrays = [p.detach().numpy() for p in self.network.parameters()]
        return flatten([W.T for W in arrays[::2]], arrays[1::2])


class TorchPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        torch.set_num_threads(threads)
        self.X = torch.from_numpy(problem.X)
        self.model = torch.nn.Sequential(
            network(work, problem.parameters), torch.nn.Softmax(1)
        ).eval()

    def run(self) -> None:
        with torch.inference_mode():
            for _ in range(self.work.calls):
                self.predictions = self.model(self.X)

    def probabilities(self) -> Array:
        array: Array = self.predictions.numpy()
        return array
