"""Changes of bytes and of lines of text."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

__all__ = ["Mutator", "change_bytes", "change_text"]

#: Makes another file of a file; the second is one to splice it with.
Mutator: TypeAlias = Callable[[bytes, bytes, Random], bytes]

LARGEST_FILE = 2**18
WHOLE_NUMBERS = (
    *(0, 1, 2, 7, 8, 16, 64, 100, 127, 128, 255, 256, 1000, 4096, 32767, 65535),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**61, 2**63 - 1, 2**63, 2**64 - 1),
)
WORDS = (
    *("", " ", ",", ";", "\t", "|", '"', '""', "'", "\n", "\r", "\r\n", "\0", "#", "sep=;\n"),
    *("NaN", "inf", "-inf", "1e999", "-0", "0x10", "1_000", "1,5", "1.234.567,8", "1e-400", "5%"),
    *("9" * 30, "9" * 400, "$5", "33.8 m2", "n/a", "-", "Total", "null", "true", "[]", "{}", "[[["),
    *("2024-02-30", "99999-12-31", "0000-00-00", "12/25/2023", "12:61", "1.2.3", "2024-01-01T25Z"),
    *("\ufeff", "é", "\u2028", "\U0001f40d", "\ud800", "&amp;", "<", ">", "A1:XFD1048576", "XFD"),
    *("__proto__", "../../x", "/dev/zero", "float64", "<f8", "|O", ">u4", "1" + "0" * 18),
    *(str(number) for number in WHOLE_NUMBERS),
)


def change_bytes(content: bytes, other: bytes, random: Random) -> bytes:
    """Flip a bit, set a number, copy, remove or move a part, or splice two files."""
    if not content:
        return other
    place, size = random.randrange(len(content)), _size(random)
    before, part, after = content[:place], content[place : place + size], content[place + size :]
    match random.randrange(9):
        case 0 | 1:
            return (
                before + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
            )
        case 2:
            return before + random.randbytes(1) + content[place + 1 :]
        case 3:
            number = _number(random)
            return before + number + content[place + len(number) :]
        case 4:
            return before + after
        case 5:
            return (before + part * random.choice((2, 2, 3, 50)) + after)[:LARGEST_FILE]
        case 6:
            there = random.randrange(len(content))
            return content[:there] + part + content[there + len(part) :]
        case 7:
            there = random.randrange(len(other) or 1)
            return random.choice(
                (before + other[there:], before + other[there : there + size] + after)
            )
        case _:
            return before if random.random() < 0.3 else before + random.randbytes(size) + after


def change_text(content: bytes, other: bytes, random: Random) -> bytes:
    """Change a line or a word of text."""
    lines, others = content.splitlines(keepends=True) or [b""], other.splitlines(keepends=True)
    number = random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            del lines[number]
        case 1:
            lines[number:number] = lines[number : number + 1] * random.choice((1, 1, 2, 100))
        case 2:
            lines.insert(number, random.choice(others or [b""]))
        case 3:
            there = random.randrange(len(lines))
            lines[number], lines[there] = lines[there], lines[number]
        case 4:
            line = lines[number]
            place = random.randrange(len(line) + 1)
            lines[number] = line[:place] + _word(random) + line[place:]
        case _:
            cut = random.choice((b",", b";", b"\t", b'"', b":", b" ", b"<", b">"))
            words = lines[number].split(cut)
            words[random.randrange(len(words))] = _word(random)
            lines[number] = cut.join(words)
    return b"".join(lines)[:LARGEST_FILE]


def _word(random: Random) -> bytes:
    return random.choice(WORDS).encode("utf-8", "surrogatepass")


def _number(random: Random) -> bytes:
    size = random.choice((1, 2, 4, 8))
    number = random.choice(WHOLE_NUMBERS) & (1 << 8 * size) - 1
    return number.to_bytes(size, random.choice(("little", "big")))


def _size(random: Random) -> int:
    return random.choice((1, 2, 4, 8, random.randrange(1, 64), random.randrange(1, 4096)))
