"""Why is it wrong here? What the page compares, what it lists, and that its sums hold."""

import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

import glassnet as gn
from glassnet.explanation.why import WhyExplanation
from glassnet.formula.document import DocumentTable, Link, Paragraph, Picture


@pytest.fixture(scope="module")
def digits() -> tuple[gn.Network, Any, Any]:
    """A small network that gets some of the digits wrong, and those."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    net = gn.Network([64, 16, 10], hidden="relu", output="softmax", seed=1)
    net.fit(X[:1000], y[:1000], epochs=20, progress=False)
    wrong = np.flatnonzero(net.predict(X) != y)
    return net, X[wrong], y[wrong]


def table(page: gn.Explanation, title: str) -> DocumentTable:
    (section,) = [s for s in page.document.sections if s.title.startswith(title)]
    (found,) = [block for block in section.blocks if isinstance(block, DocumentTable)]
    return found


def words(page: gn.Explanation, title: str) -> str:
    (section,) = [s for s in page.document.sections if s.title.startswith(title)]
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def numbers(row: tuple[Any, ...]) -> list[float]:
    return [cell for cell in row if isinstance(cell, float)]


def test_a_wrong_digit(digits: tuple[gn.Network, Any, Any]) -> None:
    net, X, y = digits
    for x, target in zip(X[:5], y[:5].tolist(), strict=True):
        page = gn.why(net, x, target)
        predicted = int(net.predict(x[None, :])[0])
        assert page.document.title == f"Why class {predicted} and not class {target}?"
        p = net.predict_proba(x[None, :])[0].astype(np.float64)
        distance = np.log(p[predicted] / p[target])
        found = page.attribution
        assert found.value == pytest.approx(distance, rel=1e-4)
        difference = found.value - found.baseline_value
        assert found.integrated_gradients.sum() == pytest.approx(difference, rel=1e-9)
        assert page.check is not None
        assert page.check.passed


def test_the_row_and_what_its_pixels_speak_for_are_pictures(
    digits: tuple[gn.Network, Any, Any],
) -> None:
    net, X, y = digits
    page = gn.why(net, X[0], int(y[0]))
    row, signed = [b for b in page.document.sections[0].blocks if isinstance(b, Picture)]
    assert np.shape(row.rows) == np.shape(signed.rows) == (8, 8)
    np.testing.assert_allclose(row.rows, X[0].reshape(8, 8).astype("float32") / X[0].max())
    own = page.attribution.integrated_gradients.reshape(8, 8)
    assert signed.signed
    np.testing.assert_allclose(signed.rows, own / np.abs(own).max())
    # The largest are named by row and column.
    inputs = table(page, "Which inputs")
    largest = np.argsort(-np.abs(own), axis=None, kind="stable")[0]
    row_of, column = np.unravel_index(largest, (8, 8))
    assert inputs.rows[0][0] == f"pixel {row_of + 1},{column + 1}"
    assert "blank picture (every pixel 0)" in words(page, "Which inputs")


def test_the_units_add_up_to_the_distance(digits: tuple[gn.Network, Any, Any]) -> None:
    net, X, y = digits
    page = gn.why(net, X[1], int(y[1]))
    rows = table(page, "Which units").rows
    *parts, total = [numbers(row)[-1] for row in rows]
    assert sum(parts) == pytest.approx(total, rel=1e-6)
    assert total == pytest.approx(page.attribution.value)
    for _, y_unit, weight, product in [row for row in rows if len(numbers(row)) == 3]:
        assert float(y_unit) * float(weight) == pytest.approx(product)  # type: ignore[arg-type]


def test_the_ten_steepest_weights_have_stories(digits: tuple[gn.Network, Any, Any]) -> None:
    net, X, y = digits
    page = gn.why(net, X[0], int(y[0]))
    rows = table(page, "Which weights").rows
    assert len(rows) == 10
    gradients = [abs(float(row[3])) for row in rows]  # type: ignore[arg-type]
    largest = np.sort(np.abs(page.step.gradient))[::-1][:10]
    np.testing.assert_allclose(gradients, largest, rtol=1e-6)
    anchors = {section.anchor for section in page.document.sections if section.folded}
    for row in rows:
        assert isinstance(row[0], Link)
        assert row[0].address == f"#{row[0]}"
        assert row[0] in anchors
        story = page.weight(row[0])
        assert str(row[0]) in str(story)
    assert all(f'id="{anchor}"' in page.to_html() for anchor in anchors)


def test_a_small_step_brings_the_right_class_nearer(digits: tuple[gn.Network, Any, Any]) -> None:
    net, X, y = digits
    page = gn.why(net, X[0], int(y[0]), learning_rate=0.001)
    rows = table(page, "What a small step").rows
    now, small, given = rows[:3]
    assert [row[0] for row in rows[:3]] == ["now", "α = 0.0001", "α = 0.001"]
    assert numbers(now)[0] > numbers(small)[0] > numbers(given)[0]  # the loss
    assert numbers(now)[1] > numbers(small)[1] > numbers(given)[1]  # the distance
    # At the rate that is said to suffice the row is right, at half of it not.
    (found,) = re.findall(r"One step with α = (\S+) is enough", words(page, "What a small step"))
    for rate, right in ((float(found), True), (float(found) / 2.1, False)):
        step = gn.explain(net, X[0], int(y[0]), learning_rate=rate).step
        assert (int(step.new_prediction.argmax()) == int(y[0])) is right


@pytest.mark.parametrize(
    ("notation", "named"), [("in-y", "w1[length → no]"), ("z-a", "W1[no ← length]")]
)
def test_a_weight_has_one_name_on_the_page(notation: str, named: str) -> None:
    net = gn.Network([2, 2], output="softmax", dtype="float64", seed=1)
    net.feature_names, net.classes = ["length", "petal width"], np.array(["no", "yes"])
    page = gn.why(net, [1, 5], "no", notation=notation)
    listed = [str(row[0]) for row in table(page, "Which weights would change").rows]
    assert named in listed
    folded = [section for section in page.document.sections if section.folded]
    assert [section.title for section in folded] == [f"The weight {name}" for name in listed]
    assert all(" " not in section.anchor for section in folded)
    for name in listed:
        assert page.weight(name).document.title == f"The weight {name}"


def test_a_right_prediction_is_compared_with_the_next_class() -> None:
    net = gn.Network([2, 3], output="softmax", dtype="float64")
    net.weights[0] = [[3.0, 1.0, 2.0], [0.0, 0.0, 0.0]]
    net.biases[0] = [0.0, 0.0, 0.0]
    net.classes = np.array(["a", "b", "c"])
    page = gn.why(net, [1, 5], "a")
    assert page.document.title == "Why a and not c?"
    assert "The prediction is a. That is right; the next class is c." in words(
        page, "The prediction"
    )
    assert page.attribution.value == 1.0
    assert page.attribution.integrated_gradients.tolist() == [1.0, 0.0]
    titles = [section.title for section in page.document.sections]
    assert not any("hidden layer" in title for title in titles)


@pytest.mark.parametrize(("bias", "predicted", "other"), [(2.0, "yes", "no"), (-2.0, "no", "yes")])
def test_one_output_of_two_classes(bias: float, predicted: str, other: str) -> None:
    net = gn.Network([2, 3, 1], hidden="tanh", output="sigmoid", dtype="float64", seed=1)
    net.biases[1] = [bias]
    net.classes = np.array(["no", "yes"])
    for target in ("no", "yes"):
        page = gn.why(net, [0.2, -0.1], target)
        assert page.document.title == f"Why {predicted} and not {other}?"
        net_input = float(page.step.net_inputs[-1][0])
        assert page.attribution.value == pytest.approx(abs(net_input))
        verdict = f"wrong: the target is {other}." if target != predicted else "right."
        said = f"The prediction is {predicted}. That is {verdict}"
        assert said in words(page, "The prediction")


def test_numbers_are_too_large_or_too_small() -> None:
    net = gn.Network([2, 3, 1], hidden="tanh", output="identity", dtype="float64", seed=1)
    net.fit([[0, 1], [1, 0]], [1.0, 3.0], epochs=5)
    p = float(net.predict([[1, 1]])[0])
    for target, side in ((p - 2, "above"), (p + 2, "below")):
        page = gn.why(net, [1, 1], target)
        assert f"it is 2 {side} the target" in words(page, "The prediction")
        assert page.attribution.value == pytest.approx(p)
    assert "is the target." in words(gn.why(net, [1, 1], p), "The prediction")


def test_labels_that_are_independent_of_each_other() -> None:
    net = gn.Network([2, 3, 3], hidden="tanh", output="sigmoid", dtype="float64", seed=1)
    net.biases[1] = [-3.0, 3.0, -3.0]
    page = gn.why(net, [0, 0], [0, 0, 0])
    assert page.document.title == "Why output 2 and not no output 2?"
    assert page.question.outputs == (1,)


def test_the_baseline_is_given_or_the_background() -> None:
    net = gn.Network([64, 4, 2], hidden="relu", output="softmax", seed=1)
    x = np.full((8, 8), -0.5)
    x[2:4, 3:5] = 1.0
    page = gn.why(net, x, 0)
    assert page.attribution.baseline.tolist() == [-0.5] * 64
    assert np.count_nonzero(page.attribution.integrated_gradients) <= 4
    own = gn.why(net, x, 0, baseline=np.ones((8, 8)))
    assert own.attribution.baseline.tolist() == [1.0] * 64
    assert "the given baseline" in words(own, "Which inputs")
    random = np.random.default_rng(0).normal(size=64)
    assert gn.why(net, random, 0).attribution.baseline.tolist() == [0.0] * 64


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": [1, 2, 3]}, "x has 3 values; expected one example of 2 inputs"),
        ({"x": [[1, 2], [3, 4]]}, "x has 4 values; expected one example of 2 inputs"),
        ({"target": "plum"}, "unknown class 'plum'|has no names"),
        ({"target": None}, "give the target"),
        ({"baseline": [1, 2, 3]}, "the baseline has 3 values"),
        ({"learning_rate": 0}, "learning_rate must be above 0"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    net = gn.Network([2, 2], output="softmax", seed=1)
    given: dict[str, Any] = {"net": net, "x": [1, 2], "target": 1}
    with pytest.raises((ValueError, TypeError), match=message):
        gn.why(**given | options)


def test_numbers_that_end_are_refused() -> None:
    net = gn.Network([2, 2, 2], hidden="exponential", output="softmax", seed=1)
    net.weights[0] = [[1.0, 1.0], [1.0, 1.0]]
    with pytest.raises(gn.NotFiniteError, match="cannot be explained"):
        gn.why(net, [1e6, 1e6], 1)


def test_every_format(digits: tuple[gn.Network, Any, Any]) -> None:
    net, X, y = digits
    page = gn.why(net, X[0], int(y[0]))
    assert isinstance(page, WhyExplanation)
    assert max(map(len, page.to_text().splitlines())) <= 80
    assert len(page.to_text().splitlines()) <= 120
    assert page.to("latex").count("tikzpicture") == 4
    assert page.to_dict()["title"] == page.document.title


@pytest.mark.system("chromium")
def test_the_page_is_at_most_two_printed_pages(
    digits: tuple[gn.Network, Any, Any], tmp_path: Path
) -> None:
    net, X, y = digits
    gn.why(net, X[0], int(y[0])).to_html(tmp_path / "why.html")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'why.pdf'}"]
    subprocess.run(
        [*command, (tmp_path / "why.html").as_uri()], check=True, capture_output=True, timeout=120
    )
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "why.pdf").read_bytes())
    assert len(pages) in (1, 2)
