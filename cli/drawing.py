"""Draws trees of text: with colours on a terminal, plain when piped, in ASCII where nothing else can be written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

# A name may be 64k characters long and hold anything; a line stays a line.
LONGEST = 80
Part = tuple[str, str]  # text, and what it is: a key of STYLES

STYLES = {
    "name": "bold",
    "type": "cyan",
    "fact": "",
    "good": "green",
    "bad": "bold red",
    "place": "blue",
    "quiet": "dim",
}
_ASCII = str.maketrans({"├": "|", "└": "`", "│": "|", "─": "-", "✗": "x", "…": "~", "→": ">", "·": "-"})


@dataclass(slots=True)
class Twig:
    """One line of a drawn tree, and the lines below it."""

    parts: list[Part]
    twigs: list[Twig] = field(default_factory=list)


def lines(twig: Twig) -> Iterator[list[Part]]:
    """The lines of a drawn tree, from its root down."""
    yield twig.parts
    yield from _below(twig, "")


def _below(twig: Twig, margin: str) -> Iterator[list[Part]]:
    for child in twig.twigs:
        last = child is twig.twigs[-1]
        yield [(margin + ("└─ " if last else "├─ "), "quiet"), *child.parts]
        yield from _below(child, margin + ("   " if last else "│  "))


def show(drawn: Iterable[list[Part]], stream: TextIO | None = None) -> None:
    """Print lines to standard output, each on a line of its own whatever the width of the terminal."""
    out = stream or sys.stdout
    if out.isatty():
        _show_styled(drawn, out)
        return
    for line in drawn:
        print(_encodable("".join(text for text, _ in line).rstrip(), out), file=out)


def _show_styled(drawn: Iterable[list[Part]], out: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False)
    for line in drawn:
        text = Text()
        for words, style in line:
            text.append(_encodable(words, out), STYLES[style])
        console.print(text, soft_wrap=True)


def visible(text: str, longest: int = LONGEST) -> str:
    r"""A text that stays on its line: unprintable characters become escapes, a long one is cut.

    >>> visible("a\nb"), visible("x" * 9, 5)
    ('a\\nb', 'xxxx…')
    """
    kept = text[:longest] if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in kept)


def _encodable(text: str, out: TextIO) -> str:
    encoding = out.encoding or "utf-8"
    try:
        text.encode(encoding)
        return text
    except (UnicodeEncodeError, LookupError):
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
