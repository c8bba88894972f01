"""Activations of ONNX that have settings: outputs are those of its reference evaluator."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import X, array, chain, evaluation, model

W = 3 * array(4, 3)
CONSTANTS = {
    "W": W,
    "low": np.float32(-0.5),
    "high": np.float32(1.5),
    "zero": np.float32(0),
    "six": np.float32(6),
    "slope": np.array([0.2], dtype=np.float32),
    "slopes": np.array([0.2, 0.2, 0.2], dtype=np.float32),
    "different": np.array([0.1, 0.2, 0.3], dtype=np.float32),
}


def ending_in(kind: str, *further: str, opset: int = 22, **attributes: Any) -> Any:
    nodes = chain(("MatMul", ["W"], {}), (kind, list(further), attributes))
    used = {name: CONSTANTS[name] for name in ("W", *further) if name}
    return model(nodes, used, opset=opset)


@pytest.mark.parametrize(
    ("made", "activation"),
    [
        (ending_in("Softsign"), "softsign"),
        (ending_in("HardSwish"), "hard_silu"),
        (ending_in("HardSigmoid"), gn.HardSigmoid(0.2, 0.5)),
        (ending_in("HardSigmoid", alpha=1 / 6), gn.HardSigmoid(float(np.float32(1 / 6)), 0.5)),
        (ending_in("HardSigmoid", alpha=0.5, beta=0.25), gn.HardSigmoid(0.5, 0.25)),
        (ending_in("Celu"), gn.Celu(1)),
        (ending_in("Celu", alpha=0.5), gn.Celu(0.5)),
        (ending_in("Gelu", approximate="tanh"), "gelu_tanh"),
        (ending_in("PRelu", "slope"), gn.LeakyRelu(float(np.float32(0.2)))),
        (ending_in("PRelu", "slopes"), gn.LeakyRelu(float(np.float32(0.2)))),
        (ending_in("Clip", "zero", "six"), "relu6"),
        (ending_in("Clip", "low", "high"), gn.HardTanh(-0.5, 1.5)),
        (ending_in("Clip", "zero"), "relu"),
        (ending_in("Clip", "", "high"), gn.HardTanh(float(np.finfo(np.float32).min), 1.5)),
        (ending_in("Clip"), "identity"),
        (ending_in("Clip", opset=6, min=0.0, max=6.0), "relu6"),
        (ending_in("Clip", opset=6, min=-1.0, max=1.0), gn.HardTanh()),
    ],
)
def test_outputs_are_those_of_the_evaluator(made: Any, activation: Any) -> None:
    net = gn.from_onnx(made)
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X})
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-5)
    ours = net.architecture.layers[-1].activation
    assert activation in (ours, ours.name)
    assert net.not_imported == ()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (ending_in("PRelu", "different"), r"\(PRelu\) has a slope of its own for each unit"),
        (ending_in("HardSigmoid", alpha=-1.0), r"\(HardSigmoid\) with alpha=-1"),
        (ending_in("Clip", "high", "low"), "a clipping to at least 1.5 and at most -0.5"),
        (ending_in("ThresholdedRelu"), r"\(ThresholdedRelu\) is not supported"),
    ],
)
def test_what_is_another_activation_is_refused(made: Any, words: str) -> None:
    with pytest.raises(gn.LimitError, match=words):
        gn.from_onnx(made)
