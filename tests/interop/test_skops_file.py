"""Files of skops: plain estimators are read; types that may run code are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import glassnet as gn
from glassnet.estimators import MLPClassifier

skops = pytest.importorskip("skops.io", reason="skops is not installed here")

X = np.random.default_rng(0).normal(size=(40, 3))
CLASSES = np.where(X[:, 0] > 0, "up", "down")


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(StandardScaler(), LogisticRegression()),
        MLPClassifier((4,), max_iter=3, random_state=0),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_estimators_are_read(estimator: Any, tmp_path: Path) -> None:
    skops.dump(estimator.fit(X, CLASSES), tmp_path / "model.skops")
    net = gn.from_sklearn(tmp_path / "model.skops")
    assert net.predict_proba(X) == pytest.approx(estimator.predict_proba(X)[:, 1:], abs=1e-6)
    assert net.predict(X).tolist() == estimator.predict(X).tolist()


def test_other_types_are_refused_by_name(tmp_path: Path) -> None:
    harmful = make_pipeline(FunctionTransformer(Path.touch), LogisticRegression())
    skops.dump(harmful, tmp_path / "model.skops")
    with pytest.raises(gn.FileFormatError, match=r"types that may run code.*pathlib\.touch"):
        gn.from_sklearn(tmp_path / "model.skops")


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    for name in ("model.pkl", "model.joblib"):
        (tmp_path / name).write_bytes(b"\x80\x04.")
        with pytest.raises(gn.FileFormatError, match="is a pickle, which may run code, and was"):
            gn.from_sklearn(tmp_path / name)
    (tmp_path / "model.skops").write_bytes(b"nothing")
    with pytest.raises(gn.FileFormatError, match="cannot be read as a scikit-learn model: it is n"):
        gn.from_sklearn(tmp_path / "model.skops")
    with pytest.raises(FileNotFoundError):
        gn.from_sklearn(tmp_path / "none.skops")


def test_the_command_line_explains_it(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from glassnet.cli import commands

    skops.dump(LogisticRegression().fit(X, CLASSES), tmp_path / "model.skops")
    done = CliRunner().invoke(commands, ["explain", str(tmp_path / "model.skops")])
    assert done.exit_code == 0
    assert "sigmoid" in done.output
