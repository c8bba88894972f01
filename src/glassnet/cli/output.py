"""Output shared by several commands."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassnet.cli.signals import end_interrupted

if TYPE_CHECKING:
    from glassnet.workflows.train import TrainingResult

__all__ = ["exit_if_interrupted", "print_json", "print_warnings", "trained_dict"]


def trained_dict(trained: "TrainingResult") -> dict[str, Any]:
    """Return the training results and the evaluation as JSON values."""
    history = trained.history
    return {
        "columns": {one.name: one.summary for one in trained.model.encoder.encoders},
        "rows_learned": trained.rows_learned,
        "rows_held_out": len(trained.held_out),
        "evaluation": trained.evaluation.to_dict(),
        "epochs": history.epochs,
        "seconds": sum(history.seconds),
        "losses": history.losses,
        "validation_losses": history.validation_losses,
        "stopped_early": history.stopped_early,
        "interrupted": trained.interrupted,
        "networks": len(trained.model.networks),
        "networks_planned": len(trained.histories),
        "warnings": trained.warnings,
        "diagnosis": [vars(finding) for finding in trained.findings],
    }


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(content, ensure_ascii=False))


def print_warnings(warnings: list[str]) -> None:
    """Print warnings about the data to standard error."""
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def exit_if_interrupted(trained: "TrainingResult", model: Path, goes_on: str = "") -> None:
    """Exit with code 130 if training was interrupted with Ctrl-C, or as another signal says.

    What is kept of it is said before, and the command that goes on with it, if there is one.
    """
    if not trained.interrupted:
        return
    if trained.averaged_words:
        click.echo(trained.averaged_words, err=True)
    words = "interrupted; saved the best weights so far"
    if not trained.is_saved:
        words = f"interrupted; {model} stays the finished model that it was before"
    end_interrupted(f"{words}; continue with: {goes_on}" if goes_on else words)
