"""Texts that stand for a missing value."""

__all__ = ["MISSING", "says_missing"]

#: Cells without a value, in every column.
MISSING = frozenset(
    ("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "?", "\\N")
)
#: Words that stand for a missing value where the others are numbers or dates; lower case, without
#: brackets around.
WORDS = frozenset(
    (
        "na", "n/a", "n\\a", "n.a.", "n.a", "n. a.", "#n/a", "#na", "nan", "-nan", "nat", "null",
        "nil", "none", "missing", "miss", "unknown", "unk", "undefined", "undef", "not available",
        "not avail.", "not applicable", "not known", "not recorded", "not reported", "not given",
        "not measured", "not specified", "not provided", "no data", "no value", "nodata",
        "n.d.", "n.d", "n/d", "nd", "n. d.", "n.k.", "n/k", "n/r", "n.r.", "n/m", "n.m.",
        "blank", "empty", "void", "tbd", "tba", "tbc", "error", "err",
        # German
        "k.a.", "k. a.", "k.a", "k/a", "keine angabe", "keine daten", "ohne angabe", "o.a.",
        "unbekannt", "fehlt", "fehlend", "leer", "n.v.", "n. v.", "nicht vorhanden", "entfällt",
        "nicht verfügbar", "nicht bekannt", "nicht erhoben", "n.b.", "n. b.", "n.e.",
        # French
        "inconnu", "inconnue", "s.o.", "s. o.", "sans objet", "non disponible", "non renseigné",
        "non renseignée", "nr", "manquant", "vide", "n.c.", "non communiqué", "pas de données",
        # Spanish, Portuguese, Italian
        "s/d", "s.d.", "s. d.", "s/i", "desconocido", "desconocida", "sin dato", "sin datos",
        "no disponible", "no aplica", "nulo", "vacío", "n/e", "n.e", "desconhecido", "sem dados",
        "sem informação", "não disponível", "não informado", "sconosciuto", "non noto", "n.p.",
        "nessun dato", "mancante", "dato mancante",
        # Dutch, the Nordic languages, Polish, Czech, Russian, Chinese, Japanese
        "onbekend", "geen gegevens", "n.v.t.", "nvt", "niet beschikbaar", "okänd", "saknas",
        "uppgift saknas", "ukjent", "ukendt", "mangler", "ei tietoa", "brak", "brak danych", "b.d.",
        "nieznane", "neznámé", "neuvedeno", "нет данных", "н/д", "нд", "неизвестно", "缺失",
        "无", "未知", "不明", "なし",
        # Spreadsheets, in several languages, and C
        "#div/0!", "#¡div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#error!",
        "#getting_data", "#spill!", "#calc!", "#nv", "#wert!", "#bezug!", "#zahl!", "#nombre?",
        "#¡valor!", "#valor!", "#¡ref!", "#¡num!", "#nom?", "#valeur!", "#nombre!", "#n/d", "#nd",
        "\\n", "inf", "+inf", "-inf", "infinity", "-infinity", "∞", "+∞", "-∞", "1.#qnan",
        "-1.#qnan", "1.#ind", "-1.#ind", "1.#inf", "-1.#inf", "1.#j", "-1.#j",
    )
)  # fmt: skip
#: What a cell without a word consists of: dashes, dots, question marks.
SIGNS = frozenset("-–—−.…?*_/: ")
BRACKETS = "()[]<>{} "


def says_missing(text: str) -> bool:
    """Return whether a cell says that there is no number or date.

    Examples
    --------
    >>> [says_missing(text) for text in ("--", "n.d.", "#DIV/0!", "(Unknown)", "2a", "S")]
    [True, True, True, True, False, False]
    """
    return set(text) <= SIGNS or text.lower().strip(BRACKETS) in WORDS
