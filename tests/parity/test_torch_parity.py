"""Explained steps beside PyTorch: autograd for each gradient, its optimizers for each update."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.core.array import Array
from glassnet.engine import engine
from glassnet.engine.interface import Steps, parameter_groups
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.optim.adam import Adam, AdamW
from glassnet.optim.adam_epsilon_hat import AdamEpsilonHat
from glassnet.optim.momentum import Momentum, Nesterov
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2, WeightDecay
from glassnet.optim.rmsprop import RMSprop
from glassnet.optim.sgd import SGD
from glassnet.training.recorded_steps import RecordedStep
from tests.random_networks import Case, random_case

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
F = torch.nn.functional

pytestmark = pytest.mark.filterwarnings("ignore")


def activated(activation: Activation, x: Any) -> Any:
    match activation.name:
        case "identity":
            return x
        case "leaky_relu":
            return F.leaky_relu(x, activation.hyper_parameters["slope"])
        case "elu":
            return F.elu(x, activation.hyper_parameters["alpha"])
        case "celu":
            # F.celu rounds 1/alpha to 32 bits.
            alpha = activation.hyper_parameters["alpha"]
            return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha))
        case "gelu_tanh":
            return F.gelu(x, approximate="tanh")
        case "hard_tanh":
            numbers = activation.hyper_parameters
            return F.hardtanh(x, numbers["minimum"], numbers["maximum"])
        case "hard_sigmoid":
            numbers = activation.hyper_parameters
            return torch.clamp(numbers["slope"] * x + numbers["shift"], 0, 1)
        case "hard_silu":
            return F.hardswish(x)
        case "softmax":
            return torch.softmax(x, dim=1)
        case "exponential":
            return torch.exp(x)
        case name if hasattr(F, name):
            return getattr(F, name)(x)
        case name:
            pytest.skip(f"PyTorch has no {name}")


def errors(loss: Loss, p: Any, d: Any) -> Any:
    """The error of each example, as the loss's name says in any textbook."""
    outputs = d.shape[1]
    match loss.name:
        case "half_squared_error":
            return F.mse_loss(p, d, reduction="none").sum(dim=1) / 2
        case "binary_crossentropy" | "summed_binary_crossentropy":
            smoothing = loss.hyper_parameters["label_smoothing"]
            ideal = (1 - smoothing) * d + smoothing / 2
            each = F.binary_cross_entropy(p, ideal, reduction="none")
            return each.sum(dim=1) if loss.summed else each.mean(dim=1)
        case "hinge" | "squared_hinge":
            t = torch.where(d == 0, -torch.ones_like(d), d)
            return (F.relu(1 - t * p) ** (1 if loss.name == "hinge" else 2)).mean(dim=1)
        case "log_cosh":
            return torch.log(torch.cosh(p - d)).mean(dim=1)
        case "mean_squared_logarithmic_error":
            both = [torch.log1p(each.clamp(min=1e-7)) for each in (p, d)]
            return ((both[0] - both[1]) ** 2).mean(dim=1)
        case "mean_absolute_percentage_error":
            return (100 * (p - d).abs() / d.abs().clamp(min=1e-7)).mean(dim=1)
        case "kl_divergence":
            t, clipped = d.clamp(1e-7, 1), p.clamp(1e-7, 1)
            return (t * torch.log(t / clipped)).sum(dim=1)
        case "summed_poisson":
            return F.poisson_nll_loss(p, d, log_input=False, eps=0.0, reduction="none").sum(dim=1)
        case "categorical_crossentropy":
            smoothing = loss.hyper_parameters["label_smoothing"]
            ideal = (1 - smoothing) * d + smoothing / outputs
            return -(ideal * torch.log(p)).sum(dim=1)
        case "mean_squared_error":
            return ((p - d) ** 2).mean(dim=1)
        case "mean_absolute_error":
            return (p - d).abs().mean(dim=1)
        case "huber":
            threshold = loss.hyper_parameters["threshold"]
            return F.huber_loss(p, d, reduction="none", delta=threshold).mean(dim=1)
        case "poisson":
            return F.poisson_nll_loss(p, d, log_input=False, eps=0.0, reduction="none").mean(dim=1)
        case "pinball":
            q = loss.hyper_parameters["quantile"]
            return torch.maximum(q * (d - p), (1 - q) * (p - d)).mean(dim=1)
        case name:
            pytest.skip(f"{name} is not compared with PyTorch")


def mean_error(step: RecordedStep, buffer: Any) -> Any:
    """The batch's error as a function of the parameters, by PyTorch's own operations."""
    kept = None
    if step.masks is not None:
        arrays = step.masks.factors(step.program.architecture, len(step.x), step.x.dtype)
        kept = [torch.tensor(array) for array in arrays]
    architecture, y = step.program.architecture, torch.tensor(step.x)
    y = y if kept is None else y * kept[0]
    for number, (layer, place) in enumerate(
        zip(architecture.layers, architecture.places, strict=True), start=1
    ):
        W = buffer[place.weights].reshape(place.shape)
        in_ = place.multiplier * (y @ W if W.ndim == 2 else y * W)
        in_ = in_ if place.biases is None else in_ + buffer[place.biases]
        y = activated(layer.activation, in_)
        y = y if kept is None else y * kept[number]
    each = errors(step.program.loss, y, torch.tensor(step.targets))
    if step.sample_weight is None:
        return each.mean()
    weights = torch.tensor(step.sample_weight)
    return (weights * each).sum() / weights.sum()


def recorded(case: Case) -> RecordedStep:
    """The case's fourth step on its examples, with the state that three steps left."""
    program, training = case.program(engine()), case.training()
    rows = np.arange(len(case.x))
    rates = np.full(3, case.rule.optimizer.learning_rate)
    program.run(training, Steps(np.tile(rows, 3), np.arange(4) * len(rows), rates))
    return RecordedStep.of(program, training, rows, 0.7 * case.rule.optimizer.learning_rate)


def updated(step: RecordedStep, gradient: Array) -> Array:
    """The parameters after PyTorch's optimizer has taken the step, group by group."""
    rule = step.rule
    examples = len(step.x) if step.sample_weight is None else float(step.sample_weight.sum())
    clipped = torch.tensor(gradient)
    if rule.clip_norm is not None and clipped.norm() > rule.clip_norm:
        clipped = clipped * (rule.clip_norm / clipped.norm())
    new = step.parameters.copy()
    for group in parameter_groups(step.program.architecture):
        w = torch.tensor(step.parameters[group.place], requires_grad=True)
        rate = step.learning_rate * group.rate
        paid = [p for p in rule.penalties if p.biases or not group.biases]
        strengths = [(p, p.strength / (examples if p.over_examples else 1)) for p in paid]
        added = sum(
            s * (w.detach() if isinstance(p, L2) else w.detach().sign())
            for p, s in strengths
            if isinstance(p, L1 | L2)
        )
        w.grad = clipped[group.place] + added
        decay = sum(s for p, s in strengths if isinstance(p, WeightDecay))
        with torch.no_grad():
            w *= 1 - rate * decay - rate * getattr(rule.optimizer, "weight_decay", 0.0)
        state = step.state[:, group.place]
        torch_optimizer(rule.optimizer, w, rate, state, step.number).step()
        new[group.place] = w.detach().numpy()
    return new


def torch_optimizer(rule: Optimizer, w: Any, rate: float, state: Array, number: int) -> Any:
    before = [torch.tensor(row) for row in state]
    match rule:
        case Momentum() | Nesterov():
            nesterov = isinstance(rule, Nesterov)
            made = torch.optim.SGD([w], rate, momentum=rule.momentum, nesterov=nesterov)
            # PyTorch keeps −v/α. At a rate that just changed, ours is the same velocity.
            buffer = -before[0] / rate if rate else torch.zeros_like(before[0])
            made.state[w]["momentum_buffer"] = buffer
        case RMSprop():
            made = torch.optim.RMSprop([w], rate, alpha=rule.rho, eps=rule.epsilon)
            made.state[w] = {"step": torch.tensor(number - 1.0), "square_avg": before[0]}
        case Adam() | AdamW():  # the decay is taken off before
            epsilon = rule.epsilon
            if isinstance(rule, AdamEpsilonHat):  # beside √v: PyTorch's is beside √v̂
                epsilon /= np.sqrt(1 - rule.beta2**number)
            made = torch.optim.Adam([w], rate, betas=(rule.beta1, rule.beta2), eps=epsilon)
            made.state[w] = {
                "step": torch.tensor(number - 1.0),
                "exp_avg": before[0],
                "exp_avg_sq": before[1],
            }
        case SGD():
            made = torch.optim.SGD([w], rate)
        case _:
            pytest.skip(f"{rule.name} is not compared with PyTorch")
    return made


@pytest.mark.parametrize("seed", range(200))
def test_gradients_and_updates_of_explained_steps_are_those_of_pytorch(seed: int) -> None:
    step = recorded(random_case(seed, dtype="float64", widest=4, most_hidden=4, most_rows=4))
    explanation = gn.explain(step)
    buffer = torch.tensor(step.parameters, requires_grad=True)
    mean_error(step, buffer).backward()
    theirs = buffer.grad.numpy()
    scale = max(float(np.abs(theirs).max()), 1e-12)
    assert explanation.step.gradient == pytest.approx(theirs, rel=1e-9, abs=1e-9 * scale)
    new = updated(step, theirs)
    assert explanation.step.new_parameters == pytest.approx(new, rel=1e-9, abs=1e-9)
    assert explanation.check is not None
    assert explanation.check.largest_difference <= 1e-9
