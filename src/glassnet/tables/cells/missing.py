"""Texts that stand for a missing value."""

__all__ = ["MISSING", "says_missing"]

#: Cells without a value, in every column.
MISSING = frozenset(
    ("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "None", "?", "\\N")
)
#: Words that stand for a missing value where the others are numbers or dates; lower case.
WORDS = frozenset(
    (
        "na", "n/a", "n.a.", "n.a", "n. a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null",
        "(null)", "<null>", "nil", "none", "missing", "(missing)", "miss", "unknown", "unk",
        "undefined", "undef", "not available", "not applicable", "not known", "not recorded",
        "not reported", "not measured", "no data", "no value", "nodata", "n.d.", "n.d", "n/d", "nd",
        "n. d.", "n.k.", "n/k", "k.a.", "k. a.", "keine angabe", "unbekannt", "fehlt", "inconnu",
        "s.d.", "desconocido", "blank", "(blank)", "empty", "(empty)", "void", "tbd", "tba", "tbc",
        "error", "err", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#error!",
        "#getting_data", "#spill!", "#calc!", "\\n",
    )
)  # fmt: skip
#: What a cell without a word consists of: dashes, dots, question marks.
SIGNS = frozenset("-–—−.…?*_/ ")


def says_missing(text: str) -> bool:
    """Return whether a cell says that there is no number or date.

    Examples
    --------
    >>> [says_missing(text) for text in ("--", "n.d.", "#DIV/0!", "Unknown", "2a", "S")]
    [True, True, True, True, False, False]
    """
    return set(text) <= SIGNS or text.lower() in WORDS
