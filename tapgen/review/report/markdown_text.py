"""Text of a template inside Markdown: whatever it holds, it stays text.

GitHub turns @names, #numbers, commit hashes, URLs and :emoji: into links even in plain text, so a word that is not
plainly harmless goes into a code span, where nothing is interpreted.
"""

from __future__ import annotations

import re
from typing import Final

from tapgen.printable import one_line

_BEFORE: Final = '("'
_AFTER: Final = '),.;:"'
_HARMLESS = re.compile(r"[A-Za-z0-9±→·…%/'-][A-Za-z0-9±→·…%,./'-]*")
_LINKED = re.compile(r"(?i)[0-9a-f]{7,40}|gh-\d+|www\..*|.*\.(com|org|net|io|dev)\b.*")
_TICKS = re.compile(r"`+")


def words(text: str) -> str:
    """A sentence, each word that Markdown might read otherwise in a code span."""
    return " ".join(_word(word) for word in one_line(text.replace("\n", " ")).split(" "))


def _word(word: str) -> str:
    head = word[: len(word) - len(word.lstrip(_BEFORE))]
    core = word[len(head) :].rstrip(_AFTER)
    tail = word[len(head) + len(core) :]
    harmless = not core or (_HARMLESS.fullmatch(core) and not _LINKED.fullmatch(core))
    return head + (core if harmless else code(core)) + tail


def code(text: str, most: int = 200) -> str:
    """A code span, cut after `most` characters with a count; its fence is longer than any run of backticks in it."""
    flat = one_line(text.replace("\n", "⏎"))
    if len(flat) > most:
        flat = f"{flat[:most]}… {len(flat) - most:,} more characters"
    if not flat.strip():
        flat = f'"{flat}"'
    ticks = max((len(run) for run in _TICKS.findall(flat)), default=0)
    if not ticks:
        return f"`{flat}`"
    fence = "`" * (ticks + 1)
    return f"{fence} {flat} {fence}"


def block(lines: list[str], language: str, indent: str = "", most: int = 200) -> str:
    """A fenced block; no line of it can end it."""
    ticks = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence: Final = "`" * max(3, ticks + 1)
    body = []
    for line in lines:
        flat = one_line(line)
        body.append(indent + (flat if len(flat) <= most else f"{flat[:most]}… {len(flat) - most:,} more characters"))
    return "\n".join((f"{indent}{fence}{language}", *body, f"{indent}{fence}"))
