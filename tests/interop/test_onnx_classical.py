"""Nodes of ai.onnx.ml one by one, beside the reference evaluator of onnx."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import X, chain, evaluation, model, onnx

pytestmark = pytest.mark.filterwarnings("ignore")

RANDOM = np.random.default_rng(1)
DOMAIN = {"domain": "ai.onnx.ml"}


def numbers(count: int) -> list[float]:
    return [float(each) for each in RANDOM.normal(size=count).astype(np.float32)]


def classical(*steps: Any) -> Any:
    """A model of nodes of ai.onnx.ml; of a classifier, the scores."""
    nodes = chain(*((kind, [], attributes | DOMAIN) for kind, attributes in steps))
    for node in nodes:
        if node.op_type == "LinearClassifier":
            (scores,) = node.output
            del node.output[:]
            node.output.extend(["label", scores])
    made = model(nodes, {})
    made.opset_import.append(onnx.helper.make_opsetid("ai.onnx.ml", 1))
    return made


def classifier(rows: int, transform: str, **others: Any) -> tuple[str, dict[str, Any]]:
    given: dict[str, Any] = {
        "coefficients": numbers(4 * rows),
        "intercepts": numbers(rows),
        "classlabels_ints": list(range(max(2, rows))),
        "post_transform": transform,
    }
    if "classlabels_strings" in others:
        del given["classlabels_ints"]
    return "LinearClassifier", given | others


SCALER = ("Scaler", {"offset": numbers(4), "scale": numbers(4)})
REGRESSOR = ("LinearRegressor", {"coefficients": numbers(12), "intercepts": numbers(3),
                                 "targets": 3})  # fmt: skip


@pytest.mark.parametrize(
    "steps",
    [
        [REGRESSOR],
        [SCALER, REGRESSOR],
        [("Scaler", {"offset": [0.5], "scale": [2.0]}), REGRESSOR],
        [("LinearRegressor", {"coefficients": numbers(4), "intercepts": [0.5]})],
        [classifier(3, "SOFTMAX")],
        [SCALER, classifier(3, "SOFTMAX"), ("Normalizer", {"norm": "L1"})],
        [classifier(3, "NONE")],
        [classifier(3, "LOGISTIC")],
        [classifier(2, "LOGISTIC")],
        [classifier(1, "LOGISTIC")],
        [classifier(1, "LOGISTIC"), ("Normalizer", {"norm": "L1"})],
        [classifier(1, "SOFTMAX")],
        [classifier(1, "NONE")],
        [classifier(2, "SOFTMAX", classlabels_strings=["no", "yes"])],
    ],
)
def test_outputs_are_those_of_the_reference_evaluator(steps: Any) -> None:
    made = classical(*steps)
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X})
    ours = gn.from_onnx(made).predict_proba(X)
    assert ours == pytest.approx(theirs[:, -ours.shape[1] :], rel=1e-5, abs=1e-5)


def test_opposite_sigmoids_are_one_unit_with_two_classes() -> None:
    net = gn.from_onnx(classical(classifier(1, "LOGISTIC", classlabels_ints=[3, 8])))
    assert (net.architecture.outputs, net.task) == (1, "binary")
    assert net.classes is not None
    assert net.classes.tolist() == [3, 8]
    assert set(net.predict(X).tolist()) <= {3, 8}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([classifier(3, "PROBIT")], r"'node1' \(LinearClassifier\) with PROBIT behind it"),
        ([classifier(3, "SOFTMAX_ZERO")], r"with SOFTMAX_ZERO behind it"),
        ([classifier(3, "LOGISTIC"), ("Normalizer", {"norm": "L1"})], "as for one-vs-rest prob"),
        ([classifier(3, "SOFTMAX"), ("Normalizer", {"norm": "L2"})], "divides .* their L2 norm"),
        ([SCALER, ("Normalizer", {"norm": "L1"}), REGRESSOR], "divides .* by their L1 norm"),
        ([("Scaler", {"offset": [0.0] * 4, "scale": [1.0] * 4}),
          ("Binarizer", {"threshold": 0.5})], r"\(Binarizer\) from the domain 'ai.onnx.ml'"),
        ([("LinearRegressor", {"coefficients": numbers(7)})], "of 7 coefficients after 4 units"),
    ],
)  # fmt: skip
def test_others_are_refused_in_words(steps: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=message):
        gn.from_onnx(classical(*steps))
