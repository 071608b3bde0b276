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

NEWEST: Version = (3, 14)
"""Lambda's newest runtime of Python, which a source whose runtime is not known may be for."""

MOST_REWRITTEN = 200
"""Lines of newer syntax that one module is read in spite of."""


class NewerSyntaxError(SyntaxError):
    """The source uses what this Python cannot read and the function's own may."""


def version_of(runtime: object) -> Version | None:
    """`python3.13` -> (3, 13); None for what is no runtime of Python 3."""
    match = re.fullmatch(r"python(3)\.(\d+)", runtime) if isinstance(runtime, str) else None
    return (int(match[1]), int(match[2])) if match else None


def parse(text: str, python: Version | None = None, *, filename: str = "<source>") -> ast.Module:
    """The tree of a source that runs on that version of Python; None stands for any that tapgen knows.

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
        if python is None:
            try:
                return ast.parse(text, filename=filename)
            except SyntaxError:
                return _parse_newer(text, NEWEST, filename)
        if python <= own:
            tree = ast.parse(text, filename=filename, feature_version=python)
            if python < (3, 12) <= own:
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
            from tapgen.newer_syntax import is_newer, older_words

            number = (error.lineno or 0) - 1
            line = lines[number] if 0 <= number < len(lines) else ""
            older = older_words(line, python)
            if older == line:
                if line and is_newer(written[number], python):
                    raise NewerSyntaxError(*error.args) from error
                raise
            lines[number] = older
    return ast.parse("".join(lines), filename=filename)
