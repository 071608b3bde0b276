"""Python source as the function's runtime reads it, whatever Python tapgen itself runs on."""

from __future__ import annotations

import ast
import io
import re
import sys
import token
import tokenize
import warnings

Version = tuple[int, int]

MOST_REWRITTEN = 200
"""Lines of newer syntax that one module is read in spite of."""


class NewerSyntaxError(SyntaxError):
    """The source uses what this Python cannot read and the function's own may."""


def version_of(runtime: object) -> Version | None:
    """`python3.13` -> (3, 13); None for what is no Python runtime."""
    match = re.fullmatch(r"python(\d+)\.(\d+)", runtime) if isinstance(runtime, str) else None
    return (int(match[1]), int(match[2])) if match else None


def parse(text: str, python: Version | None = None, *, filename: str = "<source>") -> ast.Module:
    """The tree of a source that runs on that version of Python; None stands for tapgen's own.

    What only a newer Python reads is put into older words first, line by line: type aliases, type parameters,
    f-strings that use their own quotation marks, exceptions without parentheses. Whether it is older than the
    runtime is asked of `ast.parse`, which knows statements and operators of versions (its `feature_version`), and of
    the tokens of f-strings.

    Raises:
        NewerSyntaxError: it may be right, but cannot be read here.
        SyntaxError: it is wrong for the runtime.
        ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    own = sys.version_info[:2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes and the like are the author's business
        if python is None or python <= own:
            tree = ast.parse(text, filename=filename, feature_version=python or own)
            if python is not None and python < (3, 12) <= own:
                _refuse_own_quotes(text, filename)
            return tree
        return _parse_newer(text, python, filename)


def _refuse_own_quotes(text: str, filename: str) -> None:
    """f-strings that use their own quotation marks are wrong before 3.12 (PEP 701), and no matter to `ast.parse`."""
    begins, ends = getattr(token, "FSTRING_START", None), getattr(token, "FSTRING_END", None)
    open_: list[str] = []
    for one in tokenize.generate_tokens(io.StringIO(text).readline):
        if one.type == ends:
            open_.pop()
        elif one.type in {begins, token.STRING}:
            quote = one.string.lstrip("rRfFbBuU")[:1] * (3 if one.string.lstrip("rRfFbBuU")[:3] in _TRIPLE else 1)
            if quote in open_:
                message = "f-string: its own quotation marks inside of it are read since Python 3.12"
                raise SyntaxError(message, (filename, one.start[0], one.start[1], one.line))
            open_ += [quote] if one.type == begins else []


_TRIPLE = frozenset({"'" * 3, '"' * 3})


def _parse_newer(text: str, python: Version, filename: str) -> ast.Module:
    written = io.StringIO(text).readlines()
    lines = [*written]
    for _ in range(MOST_REWRITTEN):
        try:
            return ast.parse("".join(lines), filename=filename)
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            line = lines[number] if 0 <= number < len(lines) else ""
            older = _older(line, python)
            if older == line:
                if line and _is_newer(written[number], python):
                    raise NewerSyntaxError(*error.args) from error
                raise
            lines[number] = older
    return ast.parse("".join(lines), filename=filename)


_TYPE = re.compile(r"^(\s*)type\s+(\w+)\s*(\[[^\n]*?\])?\s*=(?!=)")
_PARAMETERS = re.compile(r"^(\s*(?:async\s+)?(?:def|class)\s+\w+)\s*\[")
_EXCEPT = re.compile(r"^(\s*except\*?\s+)(\w[\w.]*(?:\s*,\s*\w[\w.]*)+)\s*:")
_SEVERAL = re.compile(r"^\s*except\*?\s+[^(\s].*,.*:")
_FORMATTED = re.compile(r"""(?<![\w])(?:[fF][rR]?|[rR][fF])(["'])(?!\1\1)""")
_TEMPLATE = re.compile(r"""(?<![\w])(?:[tT]([rR]?)|([rR])[tT])(?=["'])""")


def _older(line: str, python: Version) -> str:
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


def _is_newer(line: str, python: Version) -> bool:
    """Whether the line has a construct that came after this Python and not after the runtime's."""
    found = [(3, 12)] if _TYPE.match(line) or _PARAMETERS.match(line) or _FORMATTED.search(line) else []
    found += [(3, 14)] if _SEVERAL.match(line) or _TEMPLATE.search(line) else []
    return any(sys.version_info[:2] < since <= python for since in found)
