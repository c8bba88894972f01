"""Presets: options of a training that are good without tuning, each with its source."""

from collections.abc import Callable
from typing import Any, TypeAlias

from glassnet.nn.task import Task
from glassnet.optim.adam import Adam
from glassnet.training.schedules import Cosine, CosLog4

__all__ = ["PRESETS", "Preset", "images", "plain", "realmlp", "tabular"]

#: Returns options of :class:`glassnet.Recipe`, given the task.
Preset: TypeAlias = Callable[[Task], dict[str, Any]]


def tabular(task: Task) -> dict[str, Any]:
    """Return eight small networks whose outputs are averaged: good on tables, and quick.

    Each has validation rows of its own, so that together they learn from every row (Krogh and
    Vedelsby 1995, "Neural network ensembles, cross validation, and active learning"), and keeps the
    weights of its epoch with the lowest validation loss, which overfits small, noisy tables less
    than the best accuracy. Inputs, scale layer, parametrisation, small steps of biases and β₂ are
    those of :func:`realmlp`; two hidden layers of 64 with Mish (Misra 2019), half a cosine
    (Loshchilov and Hutter 2017, "SGDR") over at most 64 epochs.
    """
    return {
        "ensemble": 8,
        "hidden": (64, 64),
        "activation": "mish",
        "epochs": 64,
        "batch_size": 64,
        "optimizer": Adam(0.05, beta2=0.95),
        "schedule": Cosine(),
        "patience": 16,
        "validation": 0.2,
        "best_by": "loss",
        "scaling": "robust",
        "parametrisation": "ntk",
    }


def realmlp(task: Task) -> dict[str, Any]:
    """Return what makes one fully connected network competitive on tables.

    RealMLP-TD-S of Holzmüller, Grinsztajn and Steinwart 2024, "Better by default: strong pre-tuned
    MLPs and boosted trees on tabular data", section 3 and appendix A: robust scaling and smooth
    clipping of the inputs; a layer that scales each of them, at six times the learning rate; three
    hidden layers of 256 in the neural tangent parametrisation, SELU for classes and Mish for
    numbers, with weights and biases of variance 1; a last layer that starts from zero; biases at a
    tenth of the learning rate; Adam with β₂ = 0.95, the schedule coslog4; label smoothing 0.1 when
    optimizing accuracy; the weights of the best of 256 epochs.
    """
    regression = task is Task.REGRESSION
    return {
        "ensemble": 1,
        "hidden": (256, 256, 256),
        "activation": "mish" if regression else "selu",
        "epochs": 256,
        "batch_size": 256,
        "optimizer": Adam(0.07 if regression else 0.04, beta2=0.95),
        "schedule": CosLog4(),
        "label_smoothing": 0.1,
        "validation": 0.2,
        "best_by": "accuracy",
        "scaling": "robust",
        "parametrisation": "ntk",
    }


def images(task: Task) -> dict[str, Any]:
    """Return two GELU hidden layers with dropout, Adam, cosine learning rate decay.

    Hendrycks and Gimpel 2016, "Gaussian error linear units", and Srivastava et al. 2014, "Dropout":
    on Fashion-MNIST, the best of the settings tried with about the same training time. Without
    validation rows, all epochs are run, and the weights of the last one are kept.
    """
    return {
        "ensemble": 1,
        "hidden": (512, 256),
        "activation": "gelu",
        "epochs": 30,
        "batch_size": 128,
        "optimizer": Adam(0.001),
        "schedule": Cosine(),
        "dropout": 0.3,
        "validation": 0.0,
        "best_by": "accuracy",
    }


def plain(task: Task) -> dict[str, Any]:
    """Return a textbook's: standardised inputs, one ReLU hidden layer, Adam, early stopping."""
    return {
        "ensemble": 1,
        "hidden": (128,),
        "activation": "relu",
        "epochs": 100,
        "batch_size": 32,
        "optimizer": Adam(0.003),
        "schedule": Cosine(),
        "patience": 20,
        "validation": 0.15,
    }


PRESETS: dict[str, Preset] = {
    "tabular": tabular,
    "realmlp": realmlp,
    "images": images,
    "plain": plain,
}
