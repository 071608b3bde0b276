"""Lines of Python that only a newer version reads, put into the words of older ones."""

from __future__ import annotations

import re
import sys

_TYPE = re.compile(r"^(\s*)type\s+(\w+)\s*(\[[^\n]*?\])?\s*=(?!=)")
_PARAMETERS = re.compile(r"^(\s*(?:async\s+)?(?:def|class)\s+\w+)\s*\[")
_EXCEPT = re.compile(r"^(\s*except\*?\s+)(\w[\w.]*(?:\s*,\s*\w[\w.]*)+)\s*:")
_SEVERAL = re.compile(r"^\s*except\*?\s+[^(\s].*,.*:")
_FORMATTED = re.compile(r"""(?<![\w])(?:[fF][rR]?|[rR][fF])(["'])(?!\1\1)""")
_TEMPLATE = re.compile(r"""(?<![\w])(?:[tT]([rR]?)|([rR])[tT])(?=["'])""")


def older_words(line: str, python: tuple[int, int]) -> str:
    """The same line in the words of older versions, for what the analysis needs to know of it."""
    if python >= (3, 14):
        line = _TEMPLATE.sub(lambda match: f"f{match[1] or match[2] or ''}", line)
        line = _EXCEPT.sub(r"\1(\2):", line)
    if python < (3, 12):
        return line
    line = _TYPE.sub(r"\1\2 =", line)
    match = _PARAMETERS.match(line)
    end = _closing(line, match.end() - 1) if match else -1
    if match and end > 0:
        line = match[1] + line[end + 1 :]
    return _with_other_quotes(line)


def _closing(line: str, start: int) -> int:
    """The position of the bracket that closes the one at `start`; -1 where the line has none."""
    depth = 0
    for position in range(start, len(line)):
        depth += {"[": 1, "]": -1}.get(line[position], 0)
        if not depth:
            return position
    return -1


def _with_other_quotes(line: str) -> str:
    """f-strings whose expressions use the same quotation mark, in three of them (PEP 701)."""
    position = 0
    while match := _FORMATTED.search(line, position):
        quote = match[1]
        end = _end_of_formatted(line, match.end(), quote)
        if end < 0:
            break
        inside = line[match.end() : end]
        if quote in inside and quote * 3 not in inside:
            line = f"{line[: match.end() - 1]}{quote * 3}{inside}{quote * 3}{line[end + 1 :]}"
            end += 4
        position = end + 1
    return line


def _end_of_formatted(line: str, start: int, quote: str) -> int:
    """Where the f-string ends that begins before `start`, by the rules since 3.12; -1 where the line does not say."""
    depth, position, inner = 0, start, ""
    while position < len(line):
        character = line[position]
        if inner:
            inner = "" if character == inner else inner
        elif depth and character in "\"'":
            inner = character
        elif character == "\\":
            position += 1
        elif character == "{":
            doubled = not depth and line.startswith("{{", position)
            position, depth = (position + 1, depth) if doubled else (position, depth + 1)
        elif character == "}":
            depth = max(0, depth - 1)
        elif character == quote and not depth:
            return position
        position += 1
    return -1


def is_newer(line: str, python: tuple[int, int]) -> bool:
    """Whether the line has a construct that came after this Python and not after the runtime's."""
    found = [(3, 12)] if _TYPE.match(line) or _PARAMETERS.match(line) or _FORMATTED.search(line) else []
    found += [(3, 14)] if _SEVERAL.match(line) or _TEMPLATE.search(line) else []
    return any(sys.version_info[:2] < since <= python for since in found)
