"""Changes inside of what a file is made of: archives, JSON, chunks with checksums, messages."""

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from random import Random
from typing import Any

from fuzzing.mutate import WHOLE_NUMBERS, WORDS, Mutator, change_bytes, change_text
from glassnet.training.journal.log import FRAME, MAGIC, framed

__all__ = [
    "change_array_file",
    "change_hdf5_text",
    "change_journal",
    "change_json",
    "change_message",
    "change_picture_chunk",
    "change_safetensors",
    "in_archive",
    "in_gzip",
    "in_lines",
]

VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0.5, -0.0, 1e308, float("nan"), float("inf"), [], {}, [[]]),
    *WHOLE_NUMBERS,
    *WORDS,
)


def in_archive(*changes: Mutator, compressed: bool = True) -> Mutator:
    """Change a file in a zip archive, whose checksum is right again."""

    def change(content: bytes, other: bytes, random: Random) -> bytes:
        members, others = _members(content), _members(other)
        name = random.choice(list(members))
        match random.randrange(12):
            case 0:
                del members[name]
            case 1:
                members[random.choice([*others, "x"])] = members.pop(name)
            case 2:
                members |= {name: random.choice(list(others.values()))}
            case _:
                own = random.choice(changes)
                members[name] = own(members[name], others.get(name, b""), random)
        return _archive(members, compressed=compressed)

    return change


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def _archive(members: dict[str, bytes], *, compressed: bool) -> bytes:
    made = io.BytesIO()
    way = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", way) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def in_gzip(*changes: Mutator) -> Mutator:
    """Change what a gzip file holds."""

    def change(content: bytes, other: bytes, random: Random) -> bytes:
        own = random.choice(changes)
        inner = own(gzip.decompress(content), gzip.decompress(other), random)
        return gzip.compress(inner, 1)

    return change


def in_lines(line_change: Mutator) -> Mutator:
    """Change one line of a file."""

    def change(content: bytes, other: bytes, random: Random) -> bytes:
        lines = content.splitlines()
        number = random.randrange(len(lines))
        lines[number] = line_change(lines[number], random.choice(other.splitlines()), random)
        return b"\n".join(lines) + b"\n"

    return change


def change_json(content: bytes, other: bytes, random: Random) -> bytes:
    """Change a value in JSON; text that is JSON itself is changed inside."""
    return json.dumps(_changed(json.loads(content), json.loads(other or b"0"), random)).encode()


def _changed(value: Any, other: Any, random: Random) -> Any:
    places = list(_places(value, ()))
    path = random.choice(places)
    if not path:
        return random.choice(VALUES)
    holder = _at(value, path[:-1])
    found = holder[path[-1]]
    if isinstance(found, str) and found.startswith("{") and random.random() < 0.9:
        holder[path[-1]] = json.dumps(_changed(json.loads(found), {}, random))
        return value
    match random.randrange(6):
        case 0:
            del holder[path[-1]]
        case 1 if isinstance(holder, list):
            holder.insert(path[-1], found)
        case 1 if isinstance(holder, dict):
            holder[str(random.choice(WORDS))] = holder.pop(path[-1])
        case 2:
            holder[path[-1]] = _at(value, random.choice(places))
        case 3:
            holder[path[-1]] = _at(other, random.choice(list(_places(other, ()))))
        case 4:
            for _ in range(random.choice((1, 2, 60, 300))):
                found = random.choice(([found], {"a": found}))
            holder[path[-1]] = found
        case _:
            holder[path[-1]] = random.choice(VALUES)
    return json.loads(json.dumps(value))  # what was copied must not be the same


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield from _places(value[key], (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def change_safetensors(content: bytes, other: bytes, random: Random) -> bytes:
    """Change the header, which is JSON behind its length."""
    size, size_of_other = (struct.unpack("<Q", each[:8])[0] for each in (content, other))
    header = change_json(content[8 : 8 + size], other[8 : 8 + size_of_other], random)
    return struct.pack("<Q", len(header)) + header + content[8 + size :]


def change_journal(content: bytes, other: bytes, random: Random) -> bytes:
    """Change, repeat, move or leave out a record of a journal; its checksums are right again."""
    records, others = _records(content), _records(other)
    place = random.randrange(len(records))
    text, body = records[place]
    match random.randrange(6):
        case 0:
            del records[place]
        case 1:
            records.insert(random.randrange(len(records) + 1), records[place])
        case 2:
            records[place] = random.choice(others)
        case 3 if body:
            records[place] = (
                text,
                random.choice((change_safetensors, change_bytes))(body, body, random),
            )
        case _:
            records[place] = change_json(text, random.choice(others)[0], random), body
    return MAGIC + b"".join(framed(text, body) + body for text, body in records)


def _records(content: bytes) -> list[tuple[bytes, bytes]]:
    """The text and the body of each record of a journal."""
    records, place = [], len(MAGIC)
    while place < len(content):
        _, text_length, body_length, *_ = FRAME.unpack(content[place : place + FRAME.size])
        begin = place + FRAME.size
        middle = begin + text_length
        place = middle + body_length
        records.append((content[begin:middle], content[middle:place]))
    return records


def change_array_file(content: bytes, other: bytes, random: Random) -> bytes:
    """Change the header of a NumPy array, which is a Python dictionary behind its length."""
    size = struct.unpack("<H", content[8:10])[0]
    header = change_text(content[10 : 10 + size], other[10:128], random)
    return content[:8] + struct.pack("<H", len(header) % 2**16) + header + content[10 + size :]


def change_picture_chunk(content: bytes, other: bytes, random: Random) -> bytes:
    """Change a chunk of a PNG, or what its compressed chunk holds; the checksum is right again."""
    assert content.startswith(b"\x89PNG")
    chunks, place = [], 8
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place : place + 8])
        chunks.append((kind, content[place + 8 : place + 8 + size]))
        place += 12 + size
    number = random.randrange(len(chunks))
    kind, inside = chunks[number]
    if kind == b"IDAT" and random.random() < 0.5:
        inside = zlib.compress(change_bytes(zlib.decompress(inside), b"x", random))
    else:
        inside = change_bytes(inside, inside, random)
    chunks[number] = kind, inside
    if random.random() < 0.1:
        random.shuffle(chunks)
    return content[:8] + b"".join(
        struct.pack(">I", len(inside))
        + kind
        + inside
        + struct.pack(">I", zlib.crc32(kind + inside))
        for kind, inside in chunks
    )


def change_hdf5_text(content: bytes, other: bytes, random: Random) -> bytes:
    """Change the JSON in which Keras describes a model, or the names of arrays."""
    import h5py

    made = io.BytesIO(content)
    with h5py.File(made, "a") as file:
        places = [file, *(file[name] for name in _groups(file))]
        group = random.choice([each for each in places if len(each.attrs)])
        name = random.choice([*group.attrs])
        value = group.attrs[name]
        if isinstance(value, str):
            changed = change_json if value.startswith("{") else change_text
            group.attrs[name] = changed(value.encode(), b"0", random).decode("utf-8", "replace")
        else:
            group.attrs[name] = random.choice((list(value)[1:] or "x", random.choice(WORDS), 3))
    return made.getvalue()


def _groups(file: Any) -> list[str]:
    names: list[str] = []
    file.visit(names.append)
    return names


def change_message(content: bytes, other: bytes, random: Random) -> bytes:
    """Change a field of an ONNX model, however deep."""
    import onnx

    model = onnx.ModelProto.FromString(content)
    messages = list(_messages(model))
    message = random.choice(messages)
    field, value = random.choice(message.ListFields() or [(None, None)])
    if field is None:
        return change_bytes(content, other, random)
    if field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED:
        number = random.randrange(len(value))
        match random.randrange(3):
            case 0:
                del value[number]
            case 1:
                value.append(value[number])
            case _ if field.type not in (field.TYPE_MESSAGE, field.TYPE_GROUP):
                value[number] = _other_value(value[number], random)
            case _:
                value[number].CopyFrom(random.choice(value))
    elif field.type != field.TYPE_MESSAGE and random.random() < 0.8:
        setattr(message, field.name, _other_value(value, random))
    else:
        message.ClearField(field.name)
    return bytes(model.SerializeToString())


KINDS_OF_NODES = (
    *("Gemm", "MatMul", "Add", "Relu", "Reshape", "Transpose", "Concat", "Gather", "Expand"),
    *("Tile", "ConstantOfShape", "Squeeze", "Unsqueeze", "Shape", "Softmax"),
)


def _other_value(value: Any, random: Random) -> Any:
    if isinstance(value, bytes):
        return change_bytes(value, value, random)
    if isinstance(value, str):
        return random.choice((*KINDS_OF_NODES, "x", "y", "t1", "", "w", "b", value * 2))
    if isinstance(value, float):
        return random.choice((0.0, -1.0, 1e30, float("nan"), float("inf")))
    return random.choice((*(number for number in WHOLE_NUMBERS if number < 2**31), -1))


def _messages(message: Any) -> Iterator[Any]:
    yield message
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            inner = value if hasattr(value, "__len__") else [value]
            for each in inner:
                yield from _messages(each)
