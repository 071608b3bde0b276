"""Lines that fit a terminal: broken between words, and continued below their own beginning."""

from __future__ import annotations

from textwrap import wrap

_DEEPER = 4  # columns by which a line goes on further right than it begins


def wrapped(line: str, width: int) -> list[str]:
    """The line as several, none longer than `width` unless a single word is; a word is never broken."""
    if len(line) <= width:
        return [line]
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}{' ' * _DEEPER}",
        break_long_words=False,
        break_on_hyphens=False,
    )
