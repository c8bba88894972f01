"""The colours of pages, drawings and plots by their role, on light and on dark paper."""

__all__ = ["DARK", "LIGHT", "SERIES", "css_colours"]

#: Ink for text, soft ink for names, lines of axes, the paper, shaded paper, and four series.
LIGHT = {
    "ink": "#1c2430",
    "soft": "#5c6878",
    "line": "#d5dbe3",
    "paper": "#ffffff",
    "shade": "#f3f5f8",
    "one": "#2f6fd0",
    "two": "#d9822b",
    "three": "#3a9a68",
    "four": "#a04ec4",
}
DARK = {
    "ink": "#e4e9f0",
    "soft": "#9aa7b8",
    "line": "#36404e",
    "paper": "#14181f",
    "shade": "#1d232d",
    "one": "#6ea3f2",
    "two": "#eda65c",
    "three": "#64c08f",
    "four": "#c58be0",
}
#: What positive and negative numbers, curves and classes are drawn in.
SERIES = ("one", "two", "three", "four")


def css_colours(colours: dict[str, str]) -> str:
    """Return the colours as CSS variables.

    Examples
    --------
    >>> css_colours({"ink": "#000000", "paper": "#ffffff"})
    '--ink: #000000; --paper: #ffffff;'
    """
    return " ".join(f"--{role}: {colour};" for role, colour in colours.items())
