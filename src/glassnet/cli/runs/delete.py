"""``glassnet runs delete``."""

from pathlib import Path

import click

from glassnet.cli.runs.group import runs

__all__ = ["delete"]


@runs.command()
@click.argument("journals", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(journals: tuple[Path, ...], yes: bool) -> None:
    """Delete journals; models stay.

    A journal that is being written is not deleted. Each is named, and you are asked before.
    """
    from glassnet.core.plural import counted
    from glassnet.workflows.runs.delete import delete as run
    from glassnet.workflows.runs.delete import require_deletable
    from glassnet.workflows.runs.summary import RunSummary, summaries
    from glassnet.workflows.runs.words import size_words

    paths = list({path.resolve(): path for path in journals}.values())
    for path in paths:
        require_deletable(path)
    for one in summaries(paths):
        if isinstance(one, RunSummary):
            words = f"{one.what}; {one.state_words}; {size_words(one.size)}"
        else:
            words = one.words
        click.echo(f"{one.path}: {words}", err=not yes)
    if not yes and not _is_confirmed(f"Delete {counted(len(paths), 'journal')}?"):
        raise click.ClickException("nothing is deleted")
    for path in paths:
        run(path)
    click.echo(f"deleted {counted(len(paths), 'journal')}")


def _is_confirmed(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            raise click.UsageError(
                "Nobody answers the question; give --yes to delete without it."
            ) from None
        raise  # Ctrl-C
