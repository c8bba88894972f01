"""What several commands print."""

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from glassnet.workflows.train import Trained

__all__ = ["exit_if_interrupted", "print_json", "print_warnings", "trained_dict"]


def trained_dict(trained: "Trained") -> dict[str, Any]:
    """Return a training and its evaluation as JSON values."""
    history = trained.history
    return {
        "rows_learned": trained.rows_learned,
        "rows_held_out": len(trained.held_out),
        "evaluation": trained.evaluation.to_dict(),
        "epochs": history.epochs,
        "seconds": sum(history.seconds),
        "losses": history.losses,
        "validation_losses": history.validation_losses,
        "stopped_early": history.stopped_early,
        "interrupted": history.interrupted,
        "warnings": trained.warnings,
        "diagnosis": [vars(finding) for finding in trained.findings],
    }


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(content, ensure_ascii=False))


def print_warnings(warnings: list[str]) -> None:
    """Print notes on the data to standard error."""
    for warning in warnings:
        click.echo(f"note: {warning}", err=True)


def exit_if_interrupted(trained: "Trained") -> None:
    """Leave with 130 after Ctrl-C."""
    if trained.history.interrupted:
        click.echo("interrupted; the best weights so far were saved", err=True)
        sys.exit(130)
