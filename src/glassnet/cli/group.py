"""The group of all commands, and the version option."""

import click

__all__ = ["commands"]


def _version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from glassnet import __version__
    from glassnet.engine import info

    click.echo(f"glassnet {__version__}")
    for name, value in info().items():
        click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and build details, then exit.",
)
def commands() -> None:
    """Train, evaluate and explain fully connected neural networks."""
