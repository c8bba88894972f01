"""On a terminal titles are set off; piped, the text is what it is."""

import io

from rich.console import Console

import glassnet as gn
from glassnet.render.terminal import show_document
from glassnet.render.text import document_text


def printed(explanation: gn.Explanation, *, terminal: bool, width: int = 80) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=terminal,
        width=width,
        color_system="standard" if terminal else None,
    )
    show_document(explanation.document, console)
    return stream.getvalue()


def explained() -> gn.Explanation:
    net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=1)
    net.feature_names = ["[red]a[/red]", "b"]
    return gn.explain(net, [1, 0.5], 1, learning_rate=0.1)


def test_piped_it_is_plain_text_on_any_width() -> None:
    explanation = explained()
    for width in (40, 80, 200):
        plain = printed(explanation, terminal=False, width=width)
        assert plain == document_text(explanation.document)


def test_on_a_terminal_titles_are_bold() -> None:
    text = printed(explained(), terminal=True)
    assert "\x1b[1m══ One step: predicted" in text
    assert "\x1b[1;36m── The network ──" in text
    assert "[red]a[/red]" in text
