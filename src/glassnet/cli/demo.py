"""``glassnet demo``."""

from pathlib import Path

import click

from glassnet.cli.group import commands
from glassnet.cli.options import SEED, as_json
from glassnet.cli.output import exit_if_interrupted, print_json, trained_dict

__all__ = ["demo"]


@commands.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("glassnet-demo"),
    show_default=True,
    help="Output folder for the model and the report.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of the random numbers.")
@as_json
def demo(folder: Path, seed: int, as_json: bool) -> None:
    """Train on handwritten digits, explain a weight, write a report."""
    from glassnet.render.text import document_text
    from glassnet.workflows.demo import demo as run

    made = run(folder, seed, progress=False if as_json else None)
    if as_json:
        files = {"model": str(made.model_path), "report": str(made.report_path)}
        print_json({**trained_dict(made.trained), **files, "weight": made.story.to_dict()})
    else:
        click.echo(document_text(made.summary))
        click.echo(made.story.to_text())
        click.echo(f"The model:  {made.model_path}")
        click.echo(f"The report: {made.report_path} (opens in any browser, works offline)")
    exit_if_interrupted(made.trained, made.model_path)
