"""Text of others on a terminal or in a CI log: it moves no cursor, hides nothing, and gives the runner no command."""

from __future__ import annotations

import re

# The runner of GitHub Actions takes a line that begins with `::` for a command, and `##[` anywhere in it; Azure
# Pipelines takes `##vso[` (their documentation, "Workflow commands" and "Logging commands").
_LINE = re.compile(r"^(\s*)::")
_WORD = re.compile(r"##(?=\[|vso\[)")


def one_line(text: str) -> str:
    """The text in one line, with what cannot be printed as an escape: control characters, and those that reorder."""
    flat = _WORD.sub(r"#\\#", " ".join(text.split("\n")))
    return flat if flat.isprintable() else "".join(map(_shown, flat))


def printable(text: str) -> str:
    """Lines, each as `one_line` gives it and none of them a command to a CI runner."""
    return "\n".join(_LINE.sub(r"\1\\::", one_line(line)) for line in text.split("\n"))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return "    " if character == "\t" else character.encode("unicode_escape").decode()
