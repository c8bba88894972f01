"""An exercise as a page with fields to fill in, and as LaTeX with gaps."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from glassnet.formula.document import Document, Equation, Paragraph, Section
from glassnet.formula.tree import Formula, Symbol
from glassnet.render.html import document_page
from glassnet.render.latex import document_latex
from glassnet.render.tex import formula_tex
from glassnet.render.text import formula_text

__all__ = ["GAP", "exercise_html", "exercise_latex"]

#: What stands where something is to be filled in.
GAP = Symbol("________", 0.0)

# A field has no script and sends nothing; on paper it is a line to write on.
STYLE = """<style>
.glassnet input { font: inherit; color: inherit; background: transparent; border: 0;
  border-bottom: 1px solid var(--soft); border-radius: 0; padding: 0 .3rem; text-indent: 0; }
.glassnet input.value { width: 9rem; } .glassnet input.name { width: 18rem; }
  .glassnet input.formula { width: min(26rem, 60vw); }
@media print { .glassnet .equation { background: none; padding-block: .1rem; }
  .glassnet h1 { font-size: 1.3rem; } }
</style>
</head>"""
FIELD = '<input class="{kind}" aria-label="{name}: {kind}" autocomplete="off">'
RULED = r"\underline{\hspace{7em}}"
# Where the student's name goes.
NAME = "Name:"
NAME_FIELD = '<input class="name" aria-label="name" autocomplete="off">'
NAME_RULED = r"\underline{\hspace{18em}}"


def exercise_html(document: Document) -> str:
    """Return an exercise as a page, with a field for each gap."""
    fields = gaps(document)
    gap = rf"(<mo[^>]*>=</mo>)<mtext>{re.escape(GAP.letter)}</mtext></math>"

    def field(match: re.Match[str]) -> str:
        name, kind = next(fields)
        return f"{match[1]}</math> {FIELD.format(kind=kind, name=escape(name))}"

    page = re.sub(gap, field, document_page(_with_name(document)))
    page = page.replace(f"<p>{NAME}</p>", f"<p>{NAME} {NAME_FIELD}</p>", 1)
    return page.replace("</head>", STYLE, 1)


def exercise_latex(document: Document) -> str:
    """Return an exercise as LaTeX, with a line to write on for each gap."""
    text = document_latex(_with_name(document)).replace(formula_tex(GAP), RULED)
    return text.replace(f"\n{NAME}\n", f"\n{NAME} {NAME_RULED}\n", 1)


def _with_name(document: Document) -> Document:
    """The document with a line for the student's name."""
    return replace(document, sections=(Section("", (Paragraph(NAME),)), *document.sections))


def gaps(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the name of each line with a gap, and what is missing: its formula, or its value."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Equation):
                steps: tuple[Formula, ...] = block.steps
                for number, step in enumerate(steps):
                    if step == GAP:
                        kind = "value" if number == len(steps) - 1 else "formula"
                        yield formula_text(block.left), kind
