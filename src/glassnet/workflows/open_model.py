"""Open a model, of Glassnet or another library, with the tables that it is for."""

import shlex
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from glassnet.errors import FileFormatError
from glassnet.interop.importers import importer_for
from glassnet.model import Model, load
from glassnet.network import Network
from glassnet.tables.read.options import TableOptions
from glassnet.tables.source import Source, open_source
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import is_log
from glassnet.workflows.commands import resume_command
from glassnet.workflows.imported import model_for
from glassnet.workflows.table_call import TableCall

__all__ = ["open_model", "open_with_tables"]

#: Files of PyTorch, which hold weights, and layers only as a program.
TORCH = (".pt", ".pth", ".pt2", ".ckpt")


def open_model(path: Path, loss: str | None = None) -> Network | Model:
    """Return a model of Glassnet or, by its file extension, of another library.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If there is no such file, or it is no model.
    ValueError
        If a loss is given for a model that has one of its own.
    """
    if path.suffix in TORCH and path.is_file():
        raise FileFormatError(
            f"{path} is a PyTorch file, whose layers stand in a program. Convert it in Python with "
            "gn.from_torch(...).save('model.safetensors'), or export it as ONNX"
        )
    if is_log(path):
        raise FileFormatError(_is_journal(path))
    importer = importer_for(path)
    if importer is not None:
        return importer(path, loss=loss)
    if loss is not None:
        raise ValueError(f"a loss is for models of other libraries; {path} has one of its own")
    return load(path)


def _is_journal(path: Path) -> str:
    """What to give in the place of a journal: the model that its run writes."""
    content, name = read_content(path, bodies=False), shlex.quote(str(path))
    words = f"{path} is the journal of a run, not a model"
    if content.run.what != "train":
        return f"{words}. To look into it: glassnet explain {name}"
    model = TableCall.from_source(content.run.source, path).save_as
    if model is not None and model.is_file():
        return f"{words}; its model is {model}. To look into the run: glassnet explain {name}"
    return f"{words}, which is written when it ends; it goes on with: {resume_command(path)}"


def open_with_tables(
    loaded: Network | Model,
    sources: Sequence[Path],
    options: TableOptions | None = None,
    target: Collection[str] = (),
    classes: Sequence[str] | None = None,
    keep: Collection[str] = (),
) -> tuple[Model, list[Source]]:
    """Return a model, and the rows of each table that it is for.

    Parameters
    ----------
    loaded : Network or Model
        A network has no columns of its own: those of the first table are its inputs.
    sources : sequence of Path
    options : TableOptions, optional
        How the tables are written.
    target : collection of str
        The target columns, for a network.
    classes : sequence of str, optional
        The classes in the order of a network's outputs.
    keep : collection of str
        Columns of the tables that are no inputs and are kept.

    Raises
    ------
    ValueError
        If a table does not fit, or a target or classes are given for a model that knows them.
    """
    if isinstance(loaded, Model):
        if target and tuple(target) != loaded.target.columns:
            named = ", ".join(map(repr, target))
            raise ValueError(
                f"the model predicts {loaded.target.name!r}, not {named}; leave out --target. What "
                "is right for a row itself is its --target-value"
            )
        if classes is not None:
            raise ValueError("the model knows its classes; leave out --classes")
        return loaded, [loaded.open(source, options, keep) for source in sources]
    first = open_source(sources[0], (), None, options)
    model, warnings = model_for(loaded, first.rows, tuple(target), classes, keep)
    first = replace(first, warnings=[*first.warnings, *warnings])
    others = [
        open_source(path, (), None, options, formats=first.rows.formats) for path in sources[1:]
    ]
    return model, [first, *others]
