"""Writes docs/formats.md from the records of files: ``python docs/formats.py``."""

import inspect
import re
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from glassnet.core.file_record import BOUNDS, LARGEST, FileRecord, Labels
from glassnet.model import ModelFile
from glassnet.nn.file_format import FORMAT_VERSION
from glassnet.nn.schema import LayerRecord, NetworkFile, NetworkRecord
from glassnet.tables.encoders.table_encoder import AnyEncoder
from glassnet.tables.targets.any_target import AnyTarget
from glassnet.training.journal.log import FRAME, MAGIC
from glassnet.training.journal.records import VERSION, AnyRecord, DataPart

INTRODUCTION = """# File formats

Written by `python docs/formats.py` from the records that the reader uses. Opening a file never runs
code from it.
"""

MODELS = f"""## Models

A model is one [safetensors](https://github.com/huggingface/safetensors) file. Its arrays are the
weights and biases of each layer: `w1` of shape (units before, units), or (units,) for a scale
layer; `b1` of shape (units,), where the layer has biases; `w2` and so on. Those of further networks
of an ensemble have `2.`, `3.`, ... before their names. All have the precision that `dtype` names,
and hold finite numbers.

Everything else is JSON in the file's header, under the key `glassnet`: `format`, which is
{FORMAT_VERSION}, beside the fields of NetworkFile or ModelFile. Older formats are read as well.
"""

RUNS = f"""## Runs

The journal of a run begins with 16 bytes, `{MAGIC!r}` as Python writes them. Then one record
follows another: a frame of {FRAME.size} bytes, a text and a body. The frame has the four bytes
`GREC`, the length of the text (4 bytes, little-endian, as are the following), that of the body (8),
the CRC-32 of these 16 bytes and the text (4), and that of the body (4). The text is JSON; the body
is a safetensors file, or empty. What follows after the last whole record was being written when a
process died: it is no part of the run, and is cut off when the run goes on.

The first record is a RunRecord; the others come in any order, and `kind` says what each is. This is
version {VERSION}. A newer version is refused. Older ones are read as well; a file of one is written
anew in this version when its run goes on.
"""


class Part(NamedTuple):
    """A kind of file: what it is, and the records that stand in it."""

    introduction: str
    records: tuple[type[FileRecord], ...]


PARTS = (
    Part(
        MODELS,
        (
            NetworkFile,
            ModelFile,
            NetworkRecord,
            LayerRecord,
            Labels,
            *get_args(AnyEncoder),
            *get_args(AnyTarget),
        ),
    ),
    Part(RUNS, (*get_args(AnyRecord), DataPart)),
)


def document() -> str:
    """Return the document."""
    parts = [text for part in PARTS for text in (part.introduction, *map(section, part.records))]
    return "\n".join([INTRODUCTION, *parts])


def section(record: type[FileRecord]) -> str:
    """Return what a record is, and its fields."""
    info = msgspec.inspect.type_info(record)
    assert isinstance(info, msgspec.inspect.StructType)
    summary, notes = described(record)
    tag = f' Its `kind` is `"{info.tag}"`.' if info.tag else ""
    inherited = issubclass(record, NetworkRecord) and record is not NetworkRecord
    also = " It has the fields of NetworkRecord, and:" if inherited else ""
    lines = [f"### {record.__name__}\n", summary + tag + also + "\n"]
    lines += ["| field | value | |", "|---|---|---|"]
    for field in info.fields:
        if inherited and field.encode_name in NetworkRecord.__struct_fields__:
            continue
        note = notes.get(field.encode_name, "")
        default = "" if field.required else f", {json(default_of(field))} if it is not there"
        lines.append(f"| `{field.encode_name}` | {words(field.type)}{default} | {note} |")
    if len(lines) == 4:
        lines = [lines[0], summary + tag + " It has the fields of NetworkRecord."]
    return "\n".join(lines) + "\n"


def described(record: type[FileRecord]) -> tuple[str, dict[str, str]]:
    """Return what a record's docstring says of it, and of single fields."""
    text = inspect.cleandoc(record.__doc__ or "")
    summary = (
        re.split(r"\n\n(?:Attributes|Parameters)\n", text)[0].replace("``", "`").replace("::", ":")
    )
    summary = " ".join(summary.split())
    notes = {}
    for names, _, note in re.findall(r"^([\w, ]+) : (.*)\n((?:    .*\n?)+)", text, re.MULTILINE):
        sentence = " ".join(note.split()).replace("``", "`")
        notes |= dict.fromkeys(names.split(", "), sentence)
    return summary, notes


def words(kind: msgspec.inspect.Type) -> str:
    """Return a type in words."""
    inspected = msgspec.inspect
    match kind:
        case inspected.IntType() | inspected.FloatType():
            whole = isinstance(kind, inspected.IntType)
            limits = {">=": kind.ge, ">": kind.gt, "<=": kind.le, "<": kind.lt}
            bounds = [
                f"{BOUNDS[sign]} {limit:g}"
                for sign, limit in limits.items()
                if limit is not None and abs(limit) != LARGEST
            ]
            finite = "" if whole or LARGEST not in limits.values() else "finite "
            name = "a whole number" if whole else f"a {finite}number"
            return " ".join([name, " and ".join(bounds)]).rstrip()
        case inspected.StrType():
            return "text"
        case inspected.BoolType():
            return "true or false"
        case inspected.NoneType():
            return "null"
        case inspected.LiteralType():
            return " or ".join(f'`"{value}"`' for value in kind.values)
        case inspected.StructType():
            return kind.cls.__name__
        case inspected.UnionType():
            return " or ".join(words(one) for one in kind.types)
        case inspected.ListType() | inspected.VarTupleType():
            least = f" of at least {kind.min_length}" if kind.min_length else ""
            return f"a list{least}: {words(kind.item_type)}"
        case inspected.DictType():
            return f"by name: {words(kind.value_type)}"
    return "any value"


def default_of(field: msgspec.inspect.Field) -> object:
    """Return what a field is where a file lacks it."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    assert callable(field.default_factory)
    return field.default_factory()


def json(value: object) -> str:
    """Return a default as JSON writes it."""
    return f"`{msgspec.json.encode(value).decode()}`"


if __name__ == "__main__":
    place = Path(__file__).with_suffix(".md")
    place.write_text(document(), encoding="utf-8")
