"""A run given to MLflow by its own client."""

import re
from collections.abc import Sequence
from typing import Any

from glassnet.errors import GlassnetError, MissingPackageError
from glassnet.training.history import History
from glassnet.training.journal.content import Content, RunState
from glassnet.workflows.runs.series import series_of, times_of
from glassnet.workflows.runs.settings import typed_settings
from glassnet.workflows.runs.words import moment, run_words

__all__ = ["to_mlflow"]

#: What MLflow takes at once, and of a value.
METRICS_AT_ONCE, PARAMS_AT_ONCE, LONGEST_VALUE = 1000, 100, 500
ENDS: dict[RunState, str] = {
    "finished": "FINISHED",
    "failed": "FAILED",
    "interrupted": "KILLED",
    "died": "KILLED",
}


def to_mlflow(
    content: Content,
    histories: Sequence[History],
    uri: str | None = None,
    experiment: str = "glassnet",
    *,
    with_journal: bool = False,
) -> str:
    """Give a run to MLflow: its configuration as params, its numbers as metrics by epoch, from 1.

    Parameters
    ----------
    content : Content
    histories : sequence of History
        Of each network; of several, names end in the number of the network.
    uri : str, optional
        A server or a database, like ``sqlite:///mlflow.db``. MLflow's own choice if not given:
        ``MLFLOW_TRACKING_URI``, if that is set.
    experiment : str
        Made if there is none.
    with_journal : bool
        Whether to store the journal with it.

    Returns
    -------
    str
        The id of the run in MLflow.

    Raises
    ------
    MissingPackageError
        If MLflow, or what it needs for this address, is not installed.
    GlassnetError
        If MLflow does not take it.
    """
    needs = 'MLflow is not installed, or not all that it needs here: pip install "glassnet[mlflow]"'
    try:
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient
    except ImportError:
        raise MissingPackageError(needs) from None
    try:
        client = MlflowClient(uri)
        return _give(client, content, histories, experiment, with_journal=with_journal)
    except ImportError:
        raise MissingPackageError(needs) from None
    except (MlflowException, OSError):
        place = "its usual place" if uri is None else uri
        raise GlassnetError(
            f"MLflow did not take the run at {place}; expected a server that answers, like "
            "http://localhost:5000, or a database, like sqlite:///mlflow.db"
        ) from None


def _give(
    client: Any,
    content: Content,
    histories: Sequence[History],
    experiment: str,
    *,
    with_journal: bool,
) -> str:
    from mlflow.entities import Param

    found = client.get_experiment_by_name(experiment)
    number = client.create_experiment(experiment) if found is None else found.experiment_id
    begin = moment(content.run.started)
    state = content.state
    tags = {
        "mlflow.source.name": str(content.path),
        "glassnet.state": state,
        "glassnet.what": run_words(content),
        "glassnet.version": content.run.glassnet,
    }
    run = client.create_run(
        number, start_time=round(1000 * begin), tags=tags, run_name=content.path.stem
    )
    own: str = run.info.run_id
    params = [Param(_name(name), _short(words)) for name, words in typed_settings(content).items()]
    for start in range(0, len(params), PARAMS_AT_ONCE):
        client.log_batch(own, params=params[start : start + PARAMS_AT_ONCE])
    metrics = _metrics(histories, begin)
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        client.log_batch(own, metrics=metrics[start : start + METRICS_AT_ONCE])
    if with_journal:
        client.log_artifact(own, str(content.path))
    if state in ENDS:
        last = max((metric.timestamp for metric in metrics), default=round(1000 * begin))
        client.set_terminated(own, ENDS[state], last)
    return own


def _metrics(histories: Sequence[History], begin: float) -> list[Any]:
    from mlflow.entities import Metric

    metrics = []
    for number, history in enumerate(histories, start=1):
        end = "" if len(histories) == 1 else f".{number}"
        times = [round(1000 * time) for time in times_of(history, begin)]
        for name, values in series_of(history):
            for epoch, (value, time) in enumerate(zip(values, times, strict=False), start=1):
                metrics.append(Metric(_name(name) + end, value, time, epoch))
    return metrics


def _name(name: str) -> str:
    """A name in the characters that MLflow takes."""
    return re.sub(r"[^\w\-. /:]", "_", name)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_VALUE else f"{words[: LONGEST_VALUE - 1]}…"
